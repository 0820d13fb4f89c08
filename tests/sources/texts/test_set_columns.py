"""Columns of open sets embedded, measured and compared; the real WordLlama where it is there."""

import numpy as np
import pytest

from embedviz.app.files.session.contents import SUFFIX
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.state import State
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Cancelled, silent
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats import open_file
from embedviz.sources.encoders import make_encoder
from embedviz.sources.encoders.wordllama import WordLlamaEncoder
from embedviz.sources.texts.encoder_check import check_encoder
from embedviz.sources.texts.measuring import measure_speed
from embedviz.sources.texts.offered import texts_of_file, texts_of_set
from embedviz.sources.texts.set_columns import embed_set

LACKING = WordLlamaEncoder.what_lacks()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=LACKING)

TEXTS = [f"The {animal} sleeps in room {i}" for i, animal in enumerate(["cat", "dog", "owl"] * 8)]
SMALL = EncoderSettings("wordllama", dimensions=64)


@pytest.fixture
def file_set(tmp_path):
    """Return a set from a file, with texts in a column."""
    path = tmp_path / "mine.csv"
    numbers = np.random.default_rng(0).normal(size=(len(TEXTS), 3)).round(3)
    rows = [f"r{i},{text},{','.join(map(str, numbers[i]))}" for i, text in enumerate(TEXTS)]
    path.write_text("\n".join(["id,said,d0,d1,d2", *rows]) + "\n")
    opened = open_file(path, ReadSettings(label_column="id"), silent)
    assert "said" in opened.metadata.column_names
    return opened


def test_vectors_are_those_of_the_encoder_and_rows_stay(file_set):
    made = embed_set(file_set, TextsSettings("said", encoder=SMALL))
    np.testing.assert_array_equal(made.vectors, make_encoder(SMALL).encode(TEXTS))
    assert made.labels == file_set.labels
    assert encoder_of(made) == SMALL
    sample = embed_set(file_set, TextsSettings("", sample=5, seed=1, encoder=SMALL))
    assert len(sample) == 5
    assert set(sample.labels) < set(file_set.labels)
    with pytest.raises(UserError, match="no column 'none'"):
        embed_set(file_set, TextsSettings("none", encoder=SMALL))


def test_blank_texts_are_zeros_and_said():
    mine = VectorSet(np.eye(3), ["a", "", "b"], name="mine")
    made = embed_set(mine, TextsSettings(encoder=SMALL))
    assert not made.vectors[1].any()
    assert any("1 text without a vector" in note for note in made.notes)
    assert made.provenance is None  # From memory, it cannot be made again.


def test_a_session_makes_it_again(file_set, tmp_path):
    made = embed_set(file_set, TextsSettings("said", encoder=SMALL))
    named = NamedEncoder(SMALL, 3).derive(file_set)
    state = State().opened(file_set).opened(made).opened(named)
    path = tmp_path / f"s{SUFFIX}"
    assert save_session(path, state, {}, STEPS) == ()
    restored = restore_sets(read_plan(path, STEPS))
    assert restored.notes == []
    again = restored.sets[1]
    np.testing.assert_array_equal(again.vectors, made.vectors)
    assert [encoder_of(each) for each in restored.sets] == [None, SMALL, SMALL]


def test_the_first_texts_are_measured():
    speed = measure_speed(SMALL, TEXTS * 30, silent)
    assert 0 < speed.n_texts <= len(TEXTS) * 30
    assert speed.dimensions == 64
    assert speed.seconds_for(2 * speed.n_texts) == pytest.approx(2 * speed.seconds)
    with pytest.raises(UserError, match="no text"):
        measure_speed(SMALL, [], silent)


def test_measuring_stops_while_the_model_is_loaded():
    class Loading:
        n_calls = 0

        def encode(self, texts, report=silent):
            self.n_calls += 1
            report(0.0, "still loading")

        def close(self):
            pass

    encoder = Loading()

    def stop(fraction, words):
        if words == "still loading":
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_speed(SMALL, TEXTS, stop, make=lambda *_: encoder)
    assert encoder.n_calls == 1


def test_rows_of_wordllama_are_recognized_and_others_are_not():
    vectors = make_encoder(SMALL).encode(TEXTS)
    mine = VectorSet(5 * vectors.astype(np.float16), TEXTS, name="mine")
    check = check_encoder(mine, SMALL)
    assert check.made_them
    assert check.cosine > 0.999
    assert not check_encoder(mine, EncoderSettings("wordllama")).fits
    other = VectorSet(np.random.default_rng(0).normal(size=vectors.shape), TEXTS, name="other")
    assert not check_encoder(other, SMALL).made_them


def test_columns_of_files_and_sets_are_offered_with_the_most_likely_first(file_set, tmp_path):
    offered = texts_of_set(file_set, silent)
    assert [each.name for each in offered.columns] == ["said", "id", ""]
    assert offered.columns[0].texts == tuple(TEXTS)
    path = tmp_path / "t.txt"
    path.write_text("\n".join(TEXTS))
    found = texts_of_file(path)
    assert (found.n_rows, found.kind, len(found.columns)) == (len(TEXTS), "list of texts", 1)
    made = found.embed(TextsSettings(encoder=SMALL), lambda _: False, silent)
    assert made.labels == tuple(TEXTS)
