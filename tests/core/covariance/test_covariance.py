"""Principal axes against NumPy's own covariance, also where that is singular."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.covariance import (
    Moments,
    describe_rank,
    kept_directions,
    map_rows,
    principal_axes,
    spread_powers,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled


def cloud(n_vectors, dimensions, seed=0, offset=0.0):
    rng = np.random.default_rng(seed)
    spread = np.linspace(2.0, 0.5, dimensions)
    return (rng.normal(size=(n_vectors, dimensions)) * spread + offset).astype(np.float32)


def covariance_from(axes):
    return (axes.axes.T * axes.variances) @ axes.axes


@pytest.mark.parametrize("shape", [(300, 12), (12, 12), (13, 12), (9, 12), (6, 12), (3, 12)])
def test_axes_and_variances_are_those_of_the_covariance(shape):
    vectors = cloud(*shape, offset=3.0)
    exact = vectors.astype(np.float64)
    axes = principal_axes(vectors)
    np.testing.assert_allclose(axes.mean, exact.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(covariance_from(axes), np.cov(exact.T), atol=1e-10)
    np.testing.assert_allclose(axes.axes @ axes.axes.T, np.eye(len(axes.axes)), atol=1e-10)
    assert np.all(np.diff(axes.variances) <= 0)
    assert np.all(axes.variances >= 0)
    assert axes.n_rows == shape[0]
    largest = np.take_along_axis(axes.axes, np.abs(axes.axes).argmax(axis=1)[:, None], axis=1)
    assert np.all(largest > 0)


@given(cuts=st.lists(st.integers(0, 40), max_size=6), seed=st.integers(0, 50))
@settings(deadline=None, max_examples=30)
def test_moments_do_not_depend_on_the_blocks(cuts, seed):
    vectors = cloud(40, 5, seed, offset=100.0)
    moments = Moments(5)
    for part in np.split(vectors, sorted(cuts)):
        moments.add(part)
    assert moments.n_rows == 40
    np.testing.assert_allclose(moments.mean, vectors.mean(axis=0, dtype=np.float64), rtol=1e-13)
    expected = np.cov(vectors.T.astype(np.float64)) * 39
    np.testing.assert_allclose(moments.scatter, expected, atol=1e-8)


def test_moments_can_be_continued_from_axes():
    vectors = cloud(60, 6, offset=5.0)
    moments = Moments.of(principal_axes(vectors[:25]))
    moments.add(vectors[25:])
    np.testing.assert_allclose(moments.scatter, np.cov(vectors.T.astype(np.float64)) * 59)
    assert moments.n_rows == 60


def test_a_mean_far_away_costs_no_digits():
    exact = cloud(500, 4).astype(np.float64)
    near, far = principal_axes(exact), principal_axes(exact + 1e7)
    np.testing.assert_allclose(far.variances, near.variances, rtol=1e-7)


def test_equal_rows_and_constant_columns_have_no_variance_at_all():
    rows = np.full((50, 3), 0.1, np.float32)
    assert principal_axes(rows).variances.tolist() == [0, 0, 0]
    vectors = cloud(50, 4)
    vectors[:, 2] = 0.3
    assert principal_axes(vectors).variances[-1] == pytest.approx(0, abs=1e-15)
    assert kept_directions(principal_axes(vectors)).rank == 3


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (1, 1), (0, 0), (4, 0), (2, 9)])
def test_hardly_any_rows(shape):
    axes = principal_axes(np.ones(shape, np.float32))
    assert axes.dimensions == shape[1]
    assert not axes.variances.any()
    assert kept_directions(axes).rank == 0


@pytest.mark.parametrize("shape", [(40, 5), (3, 9)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_named(shape, bad):
    vectors = cloud(*shape)
    vectors[1, 2] = bad
    with pytest.raises(UserError, match="NaN or infinite"):
        principal_axes(vectors)


def test_directions_below_the_floor_are_dropped():
    variances = np.array([4.0, 1.0, 1e-3, 0.0])
    scale = np.sqrt(variances)
    rows = np.vstack([np.diag(scale), -np.diag(scale)]) * 2
    axes = principal_axes(rows)
    assert kept_directions(axes).rank == 3
    assert kept_directions(axes, floor=0.0).rank == 3
    assert kept_directions(axes, floor=0.01).rank == 2
    kept = kept_directions(axes, n_components=1)
    assert (kept.rank, kept.axes.shape, kept.variances.shape) == (3, (1, 4), (1,))
    after = kept_directions(axes, remove_top=1, floor=0.01)
    np.testing.assert_allclose(after.variances, axes.variances[1:2])
    assert kept_directions(axes, remove_top=9).rank == 0


def test_full_strength_makes_every_variance_one():
    variances = np.array([9.0, 4.0, 0.25])
    np.testing.assert_allclose(spread_powers(variances, 0.0), 1)
    np.testing.assert_allclose(spread_powers(variances, 1.0) ** 2 * variances, 1)
    np.testing.assert_allclose(spread_powers(variances, 0.5), variances**-0.25)


def test_notes_tell_a_low_rank_and_a_simplex():
    wide, long = principal_axes(cloud(4, 6)), principal_axes(cloud(50, 6))
    assert describe_rank(long, 6) == ()
    assert describe_rank(long, 5) == ("rank 5 of 6",)
    assert describe_rank(long, 6, 2) == ("2 of 6 directions kept",)
    rank, simplex = describe_rank(wide, 3)
    assert rank == "rank 3 of 6"
    assert "1/3" in simplex
    assert describe_rank(wide, 3, 2) == ("rank 3 of 6", "2 of 3 directions kept")


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("unit_length", [False, True])
def test_mapped_rows(kind, unit_length, monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 500)
    rng = np.random.default_rng(0)
    vectors = cloud(100, 5, offset=1000.0).astype(kind)
    mean, matrix = vectors.mean(axis=0, dtype=np.float64), rng.normal(size=(5, 3))
    expected = (vectors.astype(np.float64) - mean) @ matrix
    if unit_length:
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    mapped = map_rows(vectors, mean, matrix, unit_length=unit_length)
    assert mapped.dtype == kind
    np.testing.assert_allclose(mapped, expected, rtol=1e-4, atol=2e-5)


def test_progress_is_told_and_stops(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 500)
    told = []
    principal_axes(cloud(100, 5), lambda fraction, message: told.append(fraction))
    assert len(told) > 3
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1

    def stop(fraction, message):
        raise Cancelled

    for shape in [(100, 5), (3, 9)]:
        with pytest.raises(Cancelled):
            principal_axes(cloud(*shape), stop)
