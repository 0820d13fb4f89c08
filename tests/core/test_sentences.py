"""The bundled sentences and the pairs of them that are judged are what the guide says."""

import re
from collections import Counter

import numpy as np
import pytest
from scipy.stats import spearmanr

from embedviz.core import samples
from embedviz.core.errors import UserError
from embedviz.core.samples import SAMPLES, load_sample, resource_path, sample_pairs_path

NAMES = ("sentences", "sentences-final")
# As stated in resources/README.md.
COUNTS = {
    "paraphrase": 161,
    "other details": 74,
    "decisive change": 70,
    "roles swapped": 37,
    "negation": 33,
    "shared words": 73,
    "same topic": 64,
    "unrelated": 93,
}
SPEARMAN = {"sentences": 0.435, "sentences-final": 0.479}
BRITISH = re.compile(
    r"\b\w*(?:colour|flavour|neighbour|favour|honour|humour|centre|metre|theatre|grey|organis[ei]|"
    r"realis[ei]|recognis|travell|cancell|cheque|programmes?\b|jewell|practis|defence|licence|tyre|plough|"
    r"storey|moustache|catalogue|towards|whilst)\w*\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def sentences():
    return load_sample("sentences")


@pytest.fixture(scope="module")
def pairs():
    """Return the judged pairs: first, second, score, kind."""
    lines = sample_pairs_path("sentences").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "first\tsecond\tscore\tkind"
    rows = [line.split("\t") for line in lines[1:]]
    return [(first, second, float(score), kind) for first, second, score, kind in rows]


def _cosines(vector_set, pairs):
    rows = vector_set.vectors / np.linalg.norm(vector_set.vectors, axis=1, keepdims=True)
    first, second = (np.array([vector_set.row(pair[i]) for pair in pairs]) for i in (0, 1))
    return np.sum(rows[first] * rows[second], axis=1)


def _words(sentence):
    return set(re.findall("[a-z']+", sentence.lower()))


@pytest.mark.parametrize("name", NAMES)
def test_they_are_finite_rows_with_three_columns(name, sentences):
    loaded = load_sample(name)
    assert loaded.vectors.shape == (1266, 384)
    assert loaded.vectors.dtype == np.float32
    assert np.isfinite(loaded.vectors).all()
    assert np.linalg.norm(loaded.vectors, axis=1).min() > 0.5
    assert loaded.labels == sentences.labels
    assert loaded.metadata.column_names == ["topic", "form", "words"]
    assert [str(field.type) for field in loaded.metadata.schema] == ["string", "string", "int64"]
    assert str(resource_path(".")) in loaded.source


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_are_equal(name):
    assert len(np.unique(load_sample(name).vectors, axis=0)) == 1266


def test_sentences_are_distinct_and_whole(sentences):
    labels = sentences.labels
    assert len({label.lower() for label in labels}) == 1266
    for label in labels:
        assert re.fullmatch(r"[A-Z][ -~]*[A-Za-z0-9][.?!]", label), label
        assert not re.search(r'["\t]|  ', label), label
        assert 5 <= len(label.split()) <= 30, label
        assert not BRITISH.search(label), label


def test_there_are_twelve_topics_of_about_a_hundred_each(sentences):
    counts = Counter(sentences.metadata["topic"].to_pylist())
    assert len(counts) == 12
    assert min(counts.values()) >= 100
    assert max(counts.values()) <= 110


def test_the_form_of_a_sentence_is_that_of_its_words(sentences):
    forms = sentences.metadata["form"].to_pylist()
    assert set(forms) == {"statement", "question", "request"}
    for label, form in zip(sentences.labels, forms, strict=True):
        assert label.endswith("?") == (form == "question"), label
    words = sentences.metadata["words"].to_pylist()
    assert words == [len(label.split()) for label in sentences.labels]


def test_both_sentences_of_a_pair_are_rows(sentences, pairs):
    assert all(first in sentences and second in sentences for first, second, *_ in pairs)
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs) == 605
    assert all(first != second for first, second, *_ in pairs)


def test_scores_are_halves_from_zero_to_five_and_all_of_them_occur(pairs):
    counts = Counter(score for _, _, score, _ in pairs)
    assert set(counts) == {half / 2 for half in range(11)}
    assert min(counts.values()) >= 15


def test_kinds_are_as_many_as_is_said(pairs):
    assert Counter(kind for *_, kind in pairs) == COUNTS
    readme = resource_path("README.md").read_text(encoding="utf-8")
    for kind, count in COUNTS.items():
        assert f"| {kind} | {count} |" in readme


def test_scores_fit_their_kinds(pairs):
    bounds = {
        "paraphrase": (4, 5),
        "negation": (1.5, 2.5),
        "roles swapped": (2, 3.5),
        "shared words": (0, 0.5),
        "same topic": (0.5, 1.5),
        "unrelated": (0, 0.5),
    }
    for first, second, score, kind in pairs:
        low, high = bounds.get(kind, (1.5, 4))
        assert low <= score <= high, (first, second)


def test_unrelated_sentences_are_of_two_topics(sentences, pairs):
    topics = dict(zip(sentences.labels, sentences.metadata["topic"].to_pylist(), strict=True))
    for first, second, _, kind in pairs:
        if kind != "shared words":
            assert (topics[first] != topics[second]) == (kind == "unrelated"), (first, second)


def test_words_do_not_tell_the_score(pairs):
    shared = [len(_words(a) & _words(b)) / len(_words(a) | _words(b)) for a, b, *_ in pairs]
    assert abs(spearmanr(shared, [pair[2] for pair in pairs])[0]) < 0.1
    by_kind = {
        kind: [s for s, p in zip(shared, pairs, strict=True) if p[3] == kind] for kind in COUNTS
    }
    assert np.mean(by_kind["shared words"]) > 2 * np.mean(by_kind["paraphrase"])


def test_sentences_that_nearly_agree_are_meant_to(sentences, pairs):
    """Whatever shares most of its words is within one group of sentences around a pair."""
    groups = {label: {label} for label in sentences.labels}
    for first, second, _, kind in pairs:
        if kind not in ("same topic", "unrelated") and groups[first] is not groups[second]:
            groups[first] |= groups[second]
            groups.update(dict.fromkeys(groups[first], groups[first]))
    words = [_words(label) for label in sentences.labels]
    near = [
        (first, second)
        for row, first in enumerate(sentences.labels)
        for other, second in enumerate(sentences.labels[:row])
        if 2 * len(words[row] & words[other]) > len(words[row] | words[other])
        and second not in groups[first]
    ]
    assert near == []


@pytest.mark.parametrize("name", NAMES)
def test_cosines_follow_the_scores_as_far_as_is_said(name, pairs):
    found = spearmanr(_cosines(load_sample(name), pairs), [pair[2] for pair in pairs])[0]
    assert found == pytest.approx(SPEARMAN[name], abs=0.002)
    assert f"{SPEARMAN[name]:.3f}" in resource_path("README.md").read_text(encoding="utf-8")


def test_the_model_takes_swapped_roles_for_the_same(pairs):
    cosines = _cosines(load_sample("sentences-final"), pairs)
    kinds = np.array([pair[3] for pair in pairs])
    assert np.mean(cosines[kinds == "roles swapped"]) > 0.9
    assert np.mean(cosines[kinds == "unrelated"]) < 0.15


def test_the_nearest_sentence_is_mostly_of_the_same_topic():
    final = load_sample("sentences-final")
    topics = np.array(final.metadata["topic"].to_pylist())
    cosines = final.vectors @ final.vectors.T
    np.fill_diagonal(cosines, -1)
    assert np.mean(topics[cosines.argmax(axis=1)] == topics) > 0.7


def test_both_sets_have_the_same_pairs():
    assert sample_pairs_path("sentences") == sample_pairs_path("sentences-final")
    assert sample_pairs_path("sentences") == resource_path("sentence-pairs.tsv")


@pytest.mark.parametrize("name", [s.name for s in SAMPLES if s.name not in NAMES])
def test_a_sample_without_judged_pairs_says_which_have_some(name):
    with pytest.raises(UserError, match=rf"'{name}' has no judged.*: sentences, sentences-final"):
        sample_pairs_path(name)


def test_pairs_of_an_unknown_sample_are_refused():
    with pytest.raises(UserError, match="no sample named 'sentence'"):
        sample_pairs_path("sentence")


def test_missing_pairs_are_told(monkeypatch, tmp_path):
    monkeypatch.setattr(samples, "_FOLDERS", (tmp_path / "inside", tmp_path / "beside"))
    with pytest.raises(UserError, match=r"sentence-pairs\.tsv is missing"):
        sample_pairs_path("sentences")
