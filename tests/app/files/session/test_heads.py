"""Sets that a trained head made, in session files."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.app.files.packed import pack_array, unpack_array
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.files.values import Unfit
from embedviz.app.state import State, derived_by
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.training import Training
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.samples import load_sample


def read(path):
    plan = read_plan(path, STEPS)
    restored = restore_sets(plan)
    choices = restore_state(plan.document, restored)
    return choices.state, [*restored.notes, *choices.notes]


def trained(vector_set, hidden=0, activation="tanh"):
    training = Training(vector_set.vectors, 2, hidden=hidden, activation=activation)
    for _ in range(4):
        training.step()
    return Adapted(training.head(), "two views of each row", 0.05, 4)


@pytest.fixture
def saved(tmp_path, load_words):
    """Return a session with a file, what a head makes of it, and a prefix of that."""
    words = load_words()
    adapted = trained(words).derive(words)
    path = tmp_path / "x.embedviz"
    state = State().opened(words).derived(adapted).derived(Truncated(1).derive(adapted))
    save_session(path, state, {}, STEPS)
    return path


def change(path, edit):
    """Edit what is written of the head in a session."""
    document = json.loads(path.read_text("utf-8"))
    node = next(each for each in document["sets"] if "adapted" in each)
    edit(node["adapted"])
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_trained_set_comes_back_bit_for_bit(tmp_path, load_words, hidden, activation):
    words = load_words()
    recipe = trained(words, hidden, activation)
    adapted = recipe.derive(words)
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(words).derived(adapted), {}, STEPS)
    state, notes = read(path)
    assert notes == []
    found = state.sets[1]
    assert found.name == adapted.name
    assert found.notes == adapted.notes
    np.testing.assert_array_equal(found.vectors, adapted.vectors)
    again = found.derivation.recipe
    assert again == recipe
    assert (again.positives, again.temperature, again.n_steps) == ("two views of each row", 0.05, 4)
    assert derived_by(state, state.sets[0], recipe) is found


def test_a_head_in_float64_comes_back_bit_for_bit_too(tmp_path, load_words):
    words = load_words()
    random = np.random.default_rng(0)
    recipe = Adapted(Head(random.normal(size=(words.dimensions, 2)), random.normal(size=2)))
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(words).derived(recipe.derive(words)), {}, STEPS)
    assert read(path)[0].sets[1].derivation.recipe == recipe


def test_a_head_takes_little_of_a_session(tmp_path):
    sentences = load_sample("sentences-final")
    training = Training(sentences.vectors, 64)
    training.step()
    path = tmp_path / "x.embedviz"
    state = State().opened(sentences)
    save_session(path, state, {}, STEPS)
    before = path.stat().st_size
    adapted = Adapted(training.head()).derive(sentences)
    save_session(path, state.derived(adapted), {}, STEPS)
    assert path.stat().st_size - before < 200_000


@pytest.mark.parametrize(
    "edit",
    [
        lambda step: step.pop("head"),
        lambda step: step.update(head=[]),
        lambda step: step["head"].pop("matrix"),
        lambda step: step["head"].update(activation="sine"),
        lambda step: step["head"].update(activation=["tanh"]),
        lambda step: step["head"]["matrix"].update(shape=[10**30, 2]),
        lambda step: step["head"]["matrix"].update(shape="42"),
        lambda step: step["head"]["matrix"].update(shape=[1] * 99),
        lambda step: step["head"]["matrix"].update(f4=step["head"]["matrix"]["f4"][:-8]),
        lambda step: step["head"]["matrix"].update(f4="no base64!"),
        lambda step: step["head"]["matrix"].update(f4=3),
        lambda step: step["head"].update(bias=pack_array(np.full(2, np.nan))),
        lambda step: step["head"].update(bias=pack_array(np.ones(3))),
        lambda step: step["head"].update(hidden_matrix=pack_array(np.ones((4, 4)))),
        lambda step: step.update(temperature="cold"),
        lambda step: step.update(n_steps=-3),
    ],
)
def test_a_damaged_head_is_said_and_the_rest_is_there(saved, edit):
    change(saved, edit)
    state, notes = read(saved)
    assert [each.name for each in state.sets] == ["words"]
    assert any("contrastive · 2" in note for note in notes)
    assert any("first 1 dimensions is not there" in note for note in notes)


def test_a_file_of_another_model_is_said(saved, write_words):
    change(
        saved,
        lambda step: step.update(
            head={
                "activation": "tanh",
                "matrix": pack_array(np.ones((9, 2))),
                "bias": pack_array(np.ones(2)),
            }
        ),
    )
    state, notes = read(saved)
    assert [each.name for each in state.sets] == ["words"]
    assert any("head was trained on vectors of 9" in note for note in notes)


@given(arrays(np.float64, st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_any_array_comes_back(array):
    again = unpack_array(json.loads(json.dumps(pack_array(array))))
    np.testing.assert_array_equal(again, array)
    np.testing.assert_array_equal(np.signbit(again), np.signbit(array))


@pytest.mark.parametrize("value", [None, [], {}, {"shape": [1]}, {"shape": [-1], "f4": ""}])
def test_what_is_no_array_is_refused(value):
    with pytest.raises(Unfit):
        unpack_array(value)
