"""The places of the names of categories."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.drawing.cluster_positions import cluster_positions


def blobs(*parts, n_axes=2, seed=0):
    """Return points around middles; parts are (middle, spread, count)."""
    rng = np.random.default_rng(seed)
    return np.vstack(
        [
            rng.normal(middle, spread, (count, n_axes)).astype(np.float32)
            for middle, spread, count in parts
        ]
    )


@pytest.mark.parametrize("n_axes", [1, 2, 3])
def test_names_are_in_the_middle_of_their_islands(n_axes):
    positions = blobs((0, 1, 500), (10, 1, 500), (-15, 1, 300), n_axes=n_axes)
    found = cluster_positions(positions, np.repeat([0, 1, 2], [500, 500, 300]), 3)
    assert found.shape == (3, n_axes)
    np.testing.assert_allclose(found, np.repeat([[0], [10], [-15]], n_axes, axis=1), atol=0.8)


def test_of_two_islands_the_larger_has_the_name():
    positions = blobs((-10, 1, 400), (10, 1, 700))
    found = cluster_positions(positions, np.zeros(1100, dtype=int), 1)
    np.testing.assert_allclose(found, [[10, 10]], atol=0.8)


def test_outliers_and_points_without_a_place_or_category_do_not_matter():
    positions = blobs((0, 1, 2000), (10, 1, 2000))
    codes = np.repeat([0, 1], 2000)
    usual = cluster_positions(positions, codes, 2)
    odd = np.array([[1e6, 0], [np.nan, 3], [np.inf, -np.inf], [5, 5], [5, 5]], dtype=np.float32)
    more = np.vstack([positions, odd])
    found = cluster_positions(more, np.concatenate([codes, [0, 1, 1, -1, 7]]), 2)
    np.testing.assert_allclose(found, usual, atol=0.5)


def test_categories_without_points_have_no_place():
    found = cluster_positions([[1.0, 2.0], [1.0, 2.0]], [2, 2], 4)
    assert np.isnan(found[[0, 1, 3]]).all()
    np.testing.assert_allclose(found[2], [1, 2])
    assert np.isnan(cluster_positions(np.empty((0, 3)), [], 2)).all()
    assert cluster_positions(np.full((5, 2), np.nan), [0] * 5, 0).shape == (0, 2)


def test_a_category_of_outliers_alone_is_at_one_of_them():
    positions = np.vstack([blobs((0, 1, 5000)), [[900.0, 0.0], [-900.0, 0.0]]])
    found = cluster_positions(positions, np.repeat([0, 1], [5000, 2]), 2)
    assert found[1].tolist() in positions[-2:].tolist()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 3), st.integers(1, 6))
def test_names_are_among_the_points_of_their_category_whatever_the_order(
    seed, count, n_axes, n_categories
):
    rng = np.random.default_rng(seed)
    positions = rng.normal(size=(count, n_axes))
    codes = rng.integers(0, n_categories, count)
    found = cluster_positions(positions, codes, n_categories)
    for category in range(n_categories):
        members = positions[codes == category]
        assert np.isnan(found[category]).all() == (len(members) == 0)
        if len(members):
            assert (found[category] >= members.min(axis=0) - 1e-9).all()
            assert (found[category] <= members.max(axis=0) + 1e-9).all()
    order = rng.permutation(count)
    np.testing.assert_allclose(
        cluster_positions(positions[order], codes[order], n_categories), found, atol=1e-9
    )
