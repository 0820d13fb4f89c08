"""The SVD rotation, against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.derivation.recipes import RECIPES
from embedviz.core.derivation.rotated import Rotated, singular_axes
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 1000))
def test_cosines_stay_and_prefixes_hold_as_much_as_any(n_rows, dimensions, seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_rows, dimensions)) * rng.uniform(0.1, 5, dimensions) + 0.5
    derived = Rotated().derive(VectorSet(rows)).vectors
    assert derived.shape == (n_rows, min(n_rows, dimensions))
    np.testing.assert_allclose(derived @ derived.T, unit(rows) @ unit(rows).T, atol=1e-5)
    extents = np.linalg.svd(unit(rows), compute_uv=False)
    held = np.cumsum(np.square(derived.astype(float)).sum(axis=0))
    np.testing.assert_allclose(held, np.cumsum(np.square(extents)), rtol=1e-4)


def test_the_axes_are_orthogonal_and_their_signs_are_settled():
    rows = np.random.default_rng(0).normal(size=(50, 8))
    axes = singular_axes(rows)
    np.testing.assert_allclose(axes.T @ axes, np.eye(8), atol=1e-12)
    assert (axes.max(axis=0) == np.abs(axes).max(axis=0)).all()
    np.testing.assert_array_equal(axes, singular_axes(rows))


def test_rows_of_zeros_and_immense_rows():
    rows = np.array([[0.0, 0, 0], [1e30, 0, 1e30], [0, 1e-30, 0], [1, 1, 1]], np.float32)
    derived = Rotated().derive(VectorSet(rows)).vectors
    expected = np.array([[0, 0, 0], [1, 0, 1], [0, 1, 0], [1, 1, 1]], float)
    np.testing.assert_allclose(derived @ derived.T, unit(expected) @ unit(expected).T, atol=1e-5)


def test_rows_without_a_direction_are_refused():
    with pytest.raises(UserError, match="NaN"):
        Rotated().derive(VectorSet(np.array([[1.0, np.nan], [0, 1]])))


def test_sessions_know_it():
    assert RECIPES["rotated"] is Rotated
    assert Rotated() == Rotated()
