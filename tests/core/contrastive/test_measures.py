"""Alignment and uniformity against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from embedviz.core.contrastive import alignment, uniformity, uniformity_optimum
from embedviz.core.errors import UserError
from embedviz.core.isotropy import pairwise


def rows(n_vectors=50, dimensions=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n_vectors, dimensions))


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_alignment_is_the_mean_squared_distance():
    first, second = rows(), 3 * rows(seed=1)
    expected = ((unit(first) - unit(second)) ** 2).sum(axis=1).mean()
    assert alignment(first, second) == pytest.approx(expected)
    assert alignment(first, 5 * first) == pytest.approx(0)
    assert alignment(first, -first) == pytest.approx(4)


def test_alignment_of_nothing_is_nan():
    assert np.isnan(alignment(np.empty((0, 3)), np.empty((0, 3))))


@given(st.integers(2, 40), st.integers(1, 9), st.integers(0, 99))
def test_uniformity_is_its_definition(n_vectors, dimensions, seed):
    vectors = rows(n_vectors, dimensions, seed)
    expected = np.log(np.exp(-2 * pdist(unit(vectors), "sqeuclidean")).mean())
    assert uniformity(vectors) == pytest.approx(expected, abs=1e-9)


def test_uniformity_is_the_same_in_blocks(monkeypatch):
    vectors = rows(300)
    expected = uniformity(vectors)
    monkeypatch.setattr(pairwise, "_TILE", 7)
    assert uniformity(vectors) == pytest.approx(expected, abs=1e-12)


def test_a_sample_is_near_and_repeats(monkeypatch):
    vectors = rows(400)
    exact = uniformity(vectors)
    monkeypatch.setattr(pairwise, "MOST_EXACT_ROWS", 399)
    monkeypatch.setattr(pairwise, "SAMPLED_PAIRS", 60_000)  # There are 79,800.
    assert uniformity(vectors) == pytest.approx(exact, abs=0.01)
    assert uniformity(vectors, seed=3) == uniformity(vectors, seed=3) != uniformity(vectors)


def test_uniformity_of_one_direction_is_zero():
    assert uniformity(np.tile([1.0, 2.0, 3.0], (9, 1))) == pytest.approx(0)
    assert uniformity([[1.0], [1.0]]) == pytest.approx(0)
    assert uniformity([[1.0], [-1.0]]) == pytest.approx(-8)


def test_rows_without_a_direction_do_not_count():
    vectors = rows()
    with_zeros = np.vstack([vectors, np.zeros((5, 6))])
    assert uniformity(with_zeros) == pytest.approx(uniformity(vectors))
    assert np.isnan(uniformity(np.zeros((5, 3))))
    assert np.isnan(uniformity(rows(1)))
    assert np.isnan(uniformity(np.empty((0, 3))))


@pytest.mark.parametrize("dimensions", [1, 2, 3, 8, 64, 1000])
def test_the_optimum_is_that_of_even_rows(dimensions):
    cosines = unit(rows(200_000, min(dimensions, 64)))[:, 0]
    if dimensions <= 64:
        expected = np.log(np.exp(4 * cosines - 4).mean())
        assert uniformity_optimum(dimensions) == pytest.approx(expected, abs=0.02)
    assert uniformity_optimum(dimensions) > -4
    assert uniformity_optimum(dimensions + 1) < uniformity_optimum(dimensions)


def test_the_optimum_has_closed_forms():
    assert uniformity_optimum(1) == pytest.approx(np.log(np.cosh(4)) - 4)
    assert uniformity_optimum(3) == pytest.approx(np.log(np.sinh(4) / 4) - 4)
    with pytest.raises(ValueError, match="from 1 up"):
        uniformity_optimum(0)


def test_bad_input_is_said():
    with pytest.raises(UserError, match="NaN"):
        uniformity([[1.0, np.nan]])
    with pytest.raises(UserError, match="must be a table"):
        uniformity([1.0, 2.0])
    with pytest.raises(UserError, match="not numbers"):
        uniformity([["a"]])
    with pytest.raises(UserError, match="first rows"):
        alignment(rows(3), rows(4))
    with pytest.raises(UserError, match="dimensions"):
        alignment(rows(3, 2), rows(3, 4))


def test_what_is_given_stays_as_it_is():
    vectors = rows()
    kept = vectors.copy()
    uniformity(vectors)
    alignment(vectors, vectors)
    np.testing.assert_array_equal(vectors, kept)
