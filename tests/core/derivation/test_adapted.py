"""Sets that a trained head makes."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.training import Training
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


def head_of(n_inputs=6, n_outputs=3, n_hidden=0, activation="tanh", seed=0):
    random = np.random.default_rng(seed)
    last = random.normal(size=(n_hidden or n_inputs, n_outputs)), random.normal(size=n_outputs)
    if not n_hidden:
        return Head(*last, activation=activation)
    first = random.normal(size=(n_inputs, n_hidden)), random.normal(size=n_hidden)
    return Head(*last, *first, activation)


def rows(n_rows=30, dimensions=6):
    return np.random.default_rng(1).normal(size=(n_rows, dimensions)) + 2


@pytest.mark.parametrize("n_hidden", [0, 4])
def test_the_set_is_what_the_head_makes_of_the_rows(n_hidden):
    head = head_of(n_hidden=n_hidden)
    parent = VectorSet(rows(), name="words")
    derived = Adapted(head).derive(parent)
    assert derived.name == "contrastive · 3"
    assert derived.labels is parent.labels
    np.testing.assert_array_equal(derived.vectors, head.apply(parent.vectors))
    np.testing.assert_allclose(np.linalg.norm(derived.vectors, axis=1), 1, atol=1e-6)
    query = derived.transform_query(parent.vectors[7])
    np.testing.assert_allclose(query, derived.vectors[7], atol=1e-6)


@pytest.mark.parametrize(
    ("given_words", "said"),
    [
        ({}, ()),
        (
            {"positives": "605 judged pairs", "temperature": 0.05, "n_steps": 1200},
            ("Trained on 605 judged pairs at temperature 0.05 for 1,200 steps.",),
        ),
        ({"temperature": 0.1}, ("Trained at temperature 0.1.",)),
        ({"n_steps": 1}, ("Trained for 1 step.",)),
    ],
)
def test_a_note_says_how_it_was_trained(given_words, said):
    assert Adapted(head_of(), **given_words).derive(VectorSet(rows())).notes == said


def test_vectors_of_another_model_are_refused():
    with pytest.raises(UserError, match=r"words has 5 dimensions.* vectors of 6\."):
        Adapted(head_of()).derive(VectorSet(rows(dimensions=5), name="words"))


@given(
    st.sampled_from([0, 4]),
    st.sampled_from(["matrix", "bias", "hidden_matrix", "hidden_bias", "activation"]),
)
def test_equal_are_those_with_the_same_arrays(n_hidden, name):
    one = Adapted(head_of(n_hidden=n_hidden), "two views")
    same = Adapted(head_of(n_hidden=n_hidden), "605 judged pairs", 0.1, 3)
    assert one == same
    assert hash(one) == hash(same)
    assert one != "contrastive · 3"
    arrays = {key: array.copy() for key, array in one.head.arrays().items()}
    if name == "activation":
        other = Head(**arrays, activation="relu")
    elif name in arrays:
        arrays[name].flat[-1] = np.nextafter(arrays[name].flat[-1], 9)
        other = Head(**arrays)
    else:
        return
    assert Adapted(other) != one
    assert len({one, same, Adapted(other)}) == 2


def test_a_head_of_another_shape_is_another_recipe():
    assert Adapted(Head(np.ones((2, 3)), np.ones(3))) != Adapted(Head(np.ones((3, 2)), np.ones(2)))


def test_the_arrays_are_its_own():
    head = head_of()
    recipe = Adapted(head)
    before = hash(recipe), recipe.head.matrix.copy()
    head.matrix[:] = 0
    assert hash(recipe) == before[0]
    np.testing.assert_array_equal(recipe.head.matrix, before[1])
    with pytest.raises(ValueError, match="read-only"):
        recipe.head.matrix[0, 0] = 1
    assert pickle.loads(pickle.dumps(recipe)) == recipe


@pytest.mark.parametrize("settings", [{"temperature": 0.0}, {"temperature": -1}, {"n_steps": -1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Adapted(head_of(), **settings)


@pytest.mark.parametrize("hidden", [0, 5])
@pytest.mark.parametrize("size", [1e-25, 1.0, 1e25])
def test_a_trained_matrix_is_what_float32_holds(hidden, size):
    """So that files of it are half as large; far from zero the bias still takes the mean off."""
    vectors = (rows(60) + 1000) * size
    training = Training(vectors.astype(np.float32), 3, hidden=hidden)
    for _ in range(5):
        training.step()
    head = training.head()
    first = head.matrix if head.hidden_matrix is None else head.hidden_matrix
    if size == 1:
        np.testing.assert_array_equal(first.astype(np.float32), first)
    mean = vectors.astype(np.float32).astype(np.float64).mean(axis=0)
    assert np.isfinite(head.apply(vectors)).all()
    bias = head.bias if head.hidden_bias is None else head.hidden_bias
    # The mean comes to what the network makes of zero: its own bias, of the size of its steps.
    assert np.abs(mean @ first + bias).max() < 0.1
