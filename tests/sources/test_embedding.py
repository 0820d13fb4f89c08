"""Tables of texts become sets that remember where they are from; `embedviz.embed` makes vectors."""

import json
import math

import numpy as np
import pytest

import embedviz
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsOrigin, TextsSettings
from embedviz.sources.embedding import LONGEST_LABEL, embed_file, short_label
from embedviz.sources.encoders import make_encoder
from embedviz.sources.encoding import encode_rows

pytest.importorskip("wordllama", reason="wordllama is not installed")

TEXTS = ["A man plays.", "", "Rain falls.", "A man plays.", "word " * 100, "\ud800 odd"]


class CountingEncoder:
    """Encoder that keeps what it was given, and gives each text its length."""

    title, is_local, name = "Counting", True, "counting"
    settings = EncoderSettings("counting")
    dimensions = 2

    def __init__(self):
        self.given = []

    def encode(self, texts, report=None, *, as_queries=False):
        self.given.append((list(texts), as_queries))
        return np.array([[len(text), 1] for text in texts], np.float32)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "reviews.jsonl"
    rows = ({"id": f"r{i}", "stars": i, "text": text} for i, text in enumerate(TEXTS))
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_a_table_is_a_set_that_remembers(table):
    settings = TextsSettings(encoder=EncoderSettings(dimensions=64))
    found = embed_file(table, settings)
    assert found.name == "reviews"
    assert found.vectors.shape == (6, 64)
    assert found.labels[0] == "A man plays."
    assert found.labels[4] == ("word " * 100)[: LONGEST_LABEL - 1].rstrip() + "…"
    assert found.metadata["text"].to_pylist()[4] == "word " * 100
    assert found.metadata["stars"].to_pylist() == list(range(6))
    assert isinstance(found.origin, TextsOrigin)
    assert found.origin.settings.column == "text"
    assert found.origin.n_rows == 6
    assert found.origin.stamp == (table.stat().st_size, table.stat().st_mtime_ns)
    assert found.source == f"WordLlama, 64 dimensions · {table}"
    assert found.path == ""
    assert encoder_of(found) == settings.encoder
    assert found.provenance.is_repeatable


def test_notes_say_what_a_reader_should_know(table):
    assert embed_file(table, TextsSettings()).notes == (
        "Embedded from column 'text' by WordLlama.",
        "1 text is blank: zeros, without a direction.",
        "1 row has a text that an earlier one has: the same vector.",
    )
    labeled = embed_file(table, TextsSettings(label_column="id", sample=3))
    assert "A random sample of 3 of 6 rows, seed 0." in labeled.notes
    assert "Labels from column 'id'." in labeled.notes
    assert all(label.startswith("r") for label in labeled.labels)


def test_equal_texts_are_encoded_once_and_blank_ones_never():
    encoder = CountingEncoder()
    found = encode_rows(encoder, ["bb", " ", "a", "bb", ""], as_queries=True)
    assert encoder.given == [(["bb", "a"], True)]
    np.testing.assert_array_equal(found, [[2, 1], [0, 0], [1, 1], [2, 1], [0, 0]])
    assert not encode_rows(encoder, [" ", ""]).any()
    assert len(encoder.given) == 1


def test_blank_columns_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,n\n,1\n ,2\n")
    with pytest.raises(UserError, match="holds no texts, only 2 blank values"):
        embed_file(path, TextsSettings(column="text"))


def test_embedding_can_be_stopped(table):
    def report(fraction, words):
        if fraction > 0.15:
            raise Cancelled

    with pytest.raises(Cancelled):
        embed_file(table, TextsSettings(), report)


def test_embed_gives_a_row_for_each_value():
    values = ["A man plays.", None, math.nan, 42, "\0", "\ud800", ""]
    found = embedviz.embed(values, dimensions=64)
    assert found.dtype == np.float32
    assert found.shape == (7, 64)
    np.testing.assert_allclose(np.linalg.norm(found[[0, 3, 4, 5]], axis=1), 1, atol=1e-5)
    assert not found[[1, 2, 6]].any()
    np.testing.assert_array_equal(found[3], embedviz.embed(["42"], dimensions=64)[0])
    expected = make_encoder(EncoderSettings(dimensions=64)).encode(["A man plays."])
    np.testing.assert_allclose(found[:1], expected, atol=1e-6)
    assert embedviz.embed(iter(["a", "b"])).shape == (2, 256)
    settings = EncoderSettings(prompt="a ", dimensions=16)
    assert embedviz.embed(["b"], settings).shape == (1, 16)
    np.testing.assert_array_equal(
        embedviz.embed(["b"], settings, 8), embedviz.embed(["a b"], dimensions=8)
    )


def test_embed_refuses_what_makes_no_sense():
    with pytest.raises(UserError, match="a single text"):
        embedviz.embed("one text")
    with pytest.raises(UserError, match="is not an encoder"):
        embedviz.embed(["a"], encoder="nothing")


def test_labels_are_short_lines():
    assert short_label("  two\n lines ") == "two lines"
    assert short_label("") == ""
    assert short_label("x" * LONGEST_LABEL) == "x" * LONGEST_LABEL
    assert short_label("x" * (LONGEST_LABEL + 1)) == "x" * (LONGEST_LABEL - 1) + "…"
    assert short_label(" " * 10_000 + "end").endswith("…")
