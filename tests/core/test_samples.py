"""The bundled samples are what their descriptions say."""

from collections import Counter

import numpy as np
import pytest

from embedviz.core import samples
from embedviz.core.errors import UserError
from embedviz.core.samples import SAMPLES, load_relations, load_sample, resource_path
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.encoders.wordllama import WordLlamaEncoder

NAMES = [sample.name for sample in SAMPLES]
WORDS = [sample.name for sample in SAMPLES if sample.table == "words.tsv"]


@pytest.fixture(scope="module")
def words():
    return load_sample("words")


def _unit_rows(vector_set):
    rows = vector_set.vectors
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _mean_cosine(vector_set):
    n = len(vector_set)
    return (np.sum(_unit_rows(vector_set).sum(axis=0, dtype=np.float64) ** 2) - n) / (n * (n - 1))


@pytest.mark.parametrize("name", WORDS)
def test_a_sample_of_words_is_ten_thousand_finite_rows_with_three_columns(name):
    loaded = load_sample(name)
    assert loaded.vectors.shape == (10_000, 256 if name == "words-wordllama" else 384)
    assert loaded.vectors.dtype == np.float32
    assert np.isfinite(loaded.vectors).all()
    assert np.linalg.norm(loaded.vectors, axis=1).min() > 0.5
    assert len(set(loaded.labels)) == 10_000
    assert [str(field.type) for field in loaded.metadata.schema] == ["int64", "int64", "string"]
    assert loaded.metadata.column_names == ["rank", "pieces", "category"]
    assert str(resource_path(".")) in loaded.source


@pytest.fixture(scope="module")
def digits():
    return load_sample("digits")


def test_digits_are_images(digits):
    assert digits.vectors.shape == (1797, 64)
    assert (digits.vectors.min(), digits.vectors.max()) == (0, 16)
    assert len(set(digits.labels)) == 1797
    assert digits.labels[:3] == ("0 · #0", "1 · #1", "2 · #2")
    kinds = digits.metadata["digit"].to_pylist()
    assert set(kinds) == set("0123456789")
    assert all(label.startswith(kind) for label, kind in zip(digits.labels, kinds, strict=True))
    assert digits.path == ""


def test_the_thumbnail_of_a_digit_is_its_vector(digits):
    for row in (0, 900, 1796):
        ink = digits.thumbnails.image(row)[..., 3]
        assert ink.shape == (8, 8)
        np.testing.assert_allclose(ink.ravel() / 255, digits.vectors[row] / 16, atol=0.002)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("words", 0.66, 0.70),
        ("words-final", 0.2, 0.24),
        ("sentences", 0.60, 0.62),
        ("sentences-final", 0.06, 0.08),
    ],
)
def test_the_mean_cosine_is_that_of_the_layer(name, low, high):
    assert low < _mean_cosine(load_sample(name)) < high


@pytest.mark.parametrize(
    "name", ["words-final", "words-nested", "words-wordllama", "sentences-final"]
)
def test_the_final_output_has_unit_length(name):
    lengths = np.linalg.norm(load_sample(name).vectors, axis=1)
    assert lengths == pytest.approx(1, abs=2e-4)


def test_words_by_wordllama_are_what_its_encoder_gives(words):
    if lacking := WordLlamaEncoder.what_lacks():
        pytest.skip(lacking)
    loaded = load_sample("words-wordllama")
    some = np.arange(0, 10_000, 97)
    labels = [words.labels[row] for row in some]
    encoded = WordLlamaEncoder(EncoderSettings("wordllama")).encode(labels)
    np.testing.assert_allclose(loaded.vectors[some], encoded, atol=2e-4)
    assert loaded.labels == words.labels


def test_nested_words_are_a_linear_map_of_layer_2_that_keeps_its_neighbors(words):
    nested = load_sample("words-nested")
    assert nested.labels == words.labels
    short, plain = nested.vectors[:, :32], words.vectors[:, :32]
    of_all = _nearest(nested.vectors)
    assert np.mean(_shared(of_all, _nearest(words.vectors))) > 0.8
    assert np.mean(_shared(of_all, _nearest(short))) > 0.3
    assert np.mean(_shared(_nearest(words.vectors), _nearest(plain))) < 0.25


def _nearest(vectors):
    """Return the ten nearest of every 50th row, itself left out."""
    rows = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    asked = np.arange(0, len(rows), 50)
    scores = rows[asked] @ rows.T
    scores[np.arange(len(asked)), asked] = -np.inf
    return np.argpartition(-scores, 10, axis=1)[:, :10]


def _shared(first, second):
    return [len({*one} & {*other}) / 10 for one, other in zip(first, second, strict=True)]


def test_words_come_in_the_order_of_frequency(words):
    assert words.labels[:5] == ("the", "of", "and", "in", "to")
    assert words.metadata["rank"].to_pylist() == list(range(1, 10_001))
    assert words.row("king") < words.row("queen") < words.row("duchess")


def test_labels_are_whole_words(words):
    assert all(label.isascii() and label.isalpha() and label.islower() for label in words.labels)
    assert min(words.metadata["pieces"].to_pylist()) >= 1


def test_a_nearest_word_is_related(words):
    rows = _unit_rows(words)
    scores = rows @ rows[words.row("monday")]
    nearest = [words.labels[i] for i in np.argsort(-scores)[:4]]
    assert set(nearest) <= {
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    }


def test_categories_are_few_and_none_is_nearly_empty(words):
    counts = Counter(words.metadata["category"].to_pylist())
    assert counts.pop(None) <= 9_200
    assert 15 <= len(counts) <= 30
    assert min(counts.values()) >= 20


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("dog", "animals"),
        ("orange", "colors"),
        ("turkey", "countries"),
        ("paris", "capitals"),
        ("went", "verbs past"),
        ("better", "comparatives"),
        ("may", None),
    ],
)
def test_the_category_of(words, label, category):
    assert words.metadata["category"][words.row(label)].as_py() == category


def test_there_are_a_dozen_relations_of_twenty_pairs():
    relations = load_relations()
    assert len(relations) >= 12
    assert min(len(pairs) for pairs in relations.values()) >= 20
    assert ("france", "paris") in relations["country → capital"]
    assert ("king", "queen") in relations["male → female"]


def test_both_words_of_a_pair_are_in_the_samples(words):
    pairs = [pair for pairs in load_relations().values() for pair in pairs]
    assert all(first in words and second in words and first != second for first, second in pairs)


def test_no_pair_occurs_twice_in_either_order():
    pairs = [frozenset(pair) for pairs in load_relations().values() for pair in pairs]
    assert len(pairs) == len(set(pairs))


def test_changing_the_returned_relations_changes_nothing_for_others():
    load_relations().clear()
    assert load_relations()


def test_plurals_answer_each_other(words):
    rows = _unit_rows(words)
    pairs = load_relations()["singular → plural"]
    first, second = (np.array([words.row(pair[i]) for pair in pairs]) for i in (0, 1))
    # Every pair by the offset of the next one.
    scores = (rows[np.roll(second, -1)] - rows[np.roll(first, -1)] + rows[first]) @ rows.T
    for inputs in (first, np.roll(first, -1), np.roll(second, -1)):
        scores[np.arange(len(pairs)), inputs] = -np.inf
    assert np.mean(scores.argmax(axis=1) == second) > 0.9


@pytest.mark.parametrize(("name", "least"), [("words", 0.80), ("words-final", 0.68)])
def test_the_google_questions_are_answered(name, least, data_folder):
    vector_set = load_sample(name)
    lines = (data_folder / "questions-words.txt").read_text(encoding="utf-8").lower().splitlines()
    split = [line.split() for line in lines if not line.startswith(":")]
    held = [[vector_set.row(word) for word in line] for line in split if _all_in(line, vector_set)]
    a, b, c, d = np.array(held).T
    rows = _unit_rows(vector_set)
    right = 0
    for block in np.array_split(np.arange(len(a)), 10):
        scores = (rows[b[block]] - rows[a[block]] + rows[c[block]]) @ rows.T
        for inputs in (a, b, c):
            scores[np.arange(len(block)), inputs[block]] = -np.inf
        right += np.count_nonzero(scores.argmax(axis=1) == d[block])
    assert len(a) > 6_000
    assert right / len(a) > least


def _all_in(line, vector_set):
    return all(word in vector_set for word in line)


def test_all_resources_together_stay_below_25_mb():
    files = [path for path in resource_path(".").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 25_000_000


def test_sample_names_and_descriptions_are_filled_and_distinct():
    assert [
        *("words", "words-final", "words-nested", "words-wordllama"),
        *("sentences", "sentences-final", "digits"),
    ] == NAMES
    assert len({sample.title for sample in SAMPLES}) == len(SAMPLES)
    assert all(sample.description.endswith(".") for sample in SAMPLES)
    assert [load_sample(name).name for name in NAMES] == [s.set_name for s in SAMPLES]


def test_an_unknown_sample_is_refused_with_the_known_names():
    with pytest.raises(
        UserError, match=r"'wrods'.*words, words-final, words-nested, words-wordllama, sentences,"
    ):
        load_sample("wrods")


def test_a_missing_resource_says_where_it_was_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(samples, "_FOLDERS", (tmp_path / "inside", tmp_path / "beside"))
    with pytest.raises(UserError, match=r"words\.tsv.*inside.*beside.*Install embedviz again"):
        resource_path("words.tsv")


def test_resources_inside_the_package_go_before_those_beside_it(monkeypatch, tmp_path):
    folders = (tmp_path / "inside", tmp_path / "beside")
    monkeypatch.setattr(samples, "_FOLDERS", folders)
    for folder in reversed(folders):
        folder.mkdir()
        (folder / "icon.svg").touch()
        assert resource_path("icon.svg") == folder / "icon.svg"


def test_samples_know_the_encoder_that_can_encode_more_texts_here():
    assert encoder_of(load_sample("words-wordllama")) == EncoderSettings("wordllama")
    assert encoder_of(load_sample("words")) is None
