"""WordLlama's vectors are the means of the package's token rows, whatever the text."""

import csv
import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.encoders import ENCODERS, encoder_class, make_encoder, wordllama
from embedviz.sources.encoders.wordllama import WordLlamaEncoder

pytest.importorskip("wordllama", reason="wordllama is not installed")
pytest.importorskip("tokenizers", reason="tokenizers is not installed")

TEXTS = [
    "A man is playing a guitar.",
    "naïve café, déjà vu",
    "日本語のテキスト",
    "مرحبا بالعالم",
    "👩‍👩‍👧 family",
    "x" * 3000,
    "a <s> b </s>c",
    "  two  blanks   ",
    "nul \0 inside",
    "tab\tand\nline",
    "3.14159",
]


@pytest.fixture(scope="module")
def encoder():
    return make_encoder(EncoderSettings())


@pytest.fixture(scope="module")
def plain():
    """Return a function that does it by NumPy alone, from the package's two files."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = importlib.util.find_spec("wordllama")
    (folder,) = spec.submodule_search_locations
    tokenizer = Tokenizer.from_file(f"{folder}/{wordllama._TOKENIZER}")
    (table,) = load_file(f"{folder}/{wordllama._WEIGHTS}").values()
    table = table.astype(np.float32)

    def mean(text, dimensions=256):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        return table[ids, :dimensions].mean(axis=0, dtype=np.float64)

    return mean


@pytest.mark.parametrize("dimensions", [64, 100, 128, 256])
def test_vectors_are_plain_means(plain, dimensions):
    encoder = make_encoder(EncoderSettings(dimensions=dimensions))
    expected = np.array([plain(text, dimensions) for text in TEXTS])
    np.testing.assert_allclose(encoder.token_means(TEXTS), expected, atol=1e-6)
    unit = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    found = encoder.encode(TEXTS)
    np.testing.assert_allclose(found, unit, atol=1e-6)
    assert found.dtype == np.float32
    assert found.shape == (len(TEXTS), dimensions)
    assert encoder.dimensions == dimensions


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_texts_are_plain_means(encoder, plain, texts):
    found = encoder.token_means(texts)
    for text, row in zip(texts, found, strict=True):
        if text:
            np.testing.assert_allclose(row, plain(text), atol=1e-6)
        else:
            assert not row.any()


@given(st.data())
def test_long_texts_are_cut_without_a_trace(encoder, plain, data):
    words = st.sampled_from(
        ["a", "guitar", "<s>", "", " ", "<", ">b", "日本", "\0", "é", "naïve-te"]
    )
    text = " ".join(data.draw(st.lists(words, min_size=3, max_size=80)))
    before = wordllama._PART_CHARACTERS
    wordllama._PART_CHARACTERS = 7
    try:
        parts = list(wordllama._parts(text))
        (found,) = encoder.token_means([text])
    finally:
        wordllama._PART_CHARACTERS = before
    assert sum(map(len, parts)) == len(text) - (len(parts) - 1)
    np.testing.assert_allclose(found, plain(text), atol=1e-6)


def test_a_book_is_one_mean(encoder, plain):
    book = "The quick brown fox jumps over the lazy dog again and again. " * 3000
    found = encoder.token_means(["short", book, "after"])
    for text, row in zip(["short", book, "after"], found, strict=True):
        np.testing.assert_allclose(row, plain(text), atol=1e-6)


def test_values_that_are_no_texts_have_a_result(encoder):
    found = encoder.encode(["", "\ud800 half", "\ufffd half"])
    assert not found[0].any()
    np.testing.assert_array_equal(found[1], found[2])
    assert encoder.encode([]).shape == (0, 256)


def test_batches_do_not_change_vectors(encoder, monkeypatch):
    texts = [f"{text} {i}" for i in range(5) for text in TEXTS]
    whole = encoder.encode(texts)
    monkeypatch.setattr(wordllama, "_BATCH_TEXTS", 3)
    np.testing.assert_allclose(encoder.encode(texts), whole, atol=1e-6)


def test_it_reports_and_stops(encoder, monkeypatch):
    monkeypatch.setattr(wordllama, "_BATCH_TEXTS", 2)
    told = []

    def report(fraction, words):
        told.append((fraction, words))
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        encoder.encode(["a text"] * 10, report)
    assert [fraction for fraction, _ in told] == [0.0, 0.2, 0.4, 0.6]
    assert told[-1][1] == "6 of 10 texts"


def test_prompts_go_before_texts():
    encoder = make_encoder(EncoderSettings(prompt="row: ", query_prompt="query: "))
    plain = make_encoder(EncoderSettings())
    np.testing.assert_array_equal(encoder.encode(["a"]), plain.encode(["row: a"]))
    np.testing.assert_array_equal(
        encoder.encode(["a"], as_queries=True), plain.encode(["query: a"])
    )


@pytest.mark.parametrize(("dimensions", "expected"), [(256, 0.828), (64, 0.812)])
def test_it_scores_as_published(data_folder, dimensions, expected):
    with (data_folder / "stsb" / "stsb_dev_texts.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoder = make_encoder(EncoderSettings(dimensions=dimensions))
    sides = [
        encoder.encode([row["text"] for row in rows if row["side"] == side]) for side in ("1", "2")
    ]
    gold = [float(row["gold"]) for row in rows if row["side"] == "1"]
    cosines = np.einsum("ij,ij->i", *sides)
    assert spearmanr(cosines, gold).statistic == pytest.approx(expected, abs=0.002)


def test_what_cannot_be_made_is_said():
    with pytest.raises(UserError, match="256 dimensions, and 512 are asked for"):
        make_encoder(EncoderSettings(dimensions=512)).encode(["a"])
    with pytest.raises(UserError, match="at least 2"):
        make_encoder(EncoderSettings(dimensions=1))
    with pytest.raises(UserError, match="'nothing' is not an encoder; there are wordllama"):
        make_encoder(EncoderSettings("nothing"))


def test_a_missing_package_is_named_with_the_command(monkeypatch):
    found = importlib.util.find_spec

    def find(name):
        return None if name in ("wordllama", "tokenizers") else found(name)

    monkeypatch.setattr(wordllama, "find_spec", find)
    with pytest.raises(UserError, match="pip install wordllama tokenizers"):
        make_encoder(EncoderSettings())


def test_a_package_without_its_files_is_said(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_loader("wordllama", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(wordllama, "find_spec", lambda name: spec)
    with pytest.raises(UserError, match=r"l2_supercat_tokenizer_config\.json is not there"):
        WordLlamaEncoder(EncoderSettings()).encode(["a"])


def test_closing_gives_the_model_back(encoder):
    before = encoder.encode(["a"])
    encoder.close()
    assert encoder._model is None
    np.testing.assert_array_equal(encoder.encode(["a"]), before)


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_has_what_is_shown_of_it(name):
    found = encoder_class(name)
    assert found.title
    assert isinstance(found.is_local, bool)
    assert isinstance(found.what_lacks(), str)
