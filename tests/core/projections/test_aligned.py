"""Aligned PCA: only what changes moves points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.projections.aligned import ENOUGH, aligned_pca


def cloud(seed, n_rows=60, dimensions=8, decay=0.6):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n_rows, dimensions)) * decay ** np.arange(dimensions)


def rotation(seed, dimensions):
    turned, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))
    return turned


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n_components=st.sampled_from([2, 3]))
def test_a_turned_copy_maps_to_itself(seed, n_components):
    vectors = cloud(seed)
    before = aligned_pca(vectors, n_components=n_components)
    moved = vectors @ rotation(seed + 1, vectors.shape[1]) + 3.0
    after = aligned_pca(moved, before.positions, n_components)
    np.testing.assert_allclose(after.positions, before.positions, atol=1e-5)
    assert after.share == pytest.approx(before.share)


@pytest.mark.parametrize("n_components", [2, 3])
def test_equal_variances_do_not_turn_the_map(n_components):
    """PCA alone jumps here: tiny changes choose its axes."""
    vectors = cloud(1, n_rows=400, decay=1.0)
    positions = aligned_pca(vectors, n_components=n_components).positions
    for seed in range(5):
        changed = vectors + 0.01 * np.random.default_rng(seed).normal(size=vectors.shape)
        moved = aligned_pca(changed, positions, n_components).positions
        assert np.abs(moved - positions).max() < 0.06


def test_without_former_positions_it_is_the_pca():
    from sklearn.decomposition import PCA

    vectors = cloud(2)
    ours, share = aligned_pca(vectors, n_components=3)
    peer = PCA(3).fit(vectors)
    theirs = peer.transform(vectors)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-5)
    assert share == pytest.approx(peer.explained_variance_ratio_.sum())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nearly_the_most_variance_is_shown_wherever_points_were(seed):
    vectors = cloud(seed)
    former = np.random.default_rng(seed).normal(size=(len(vectors), 2))
    best = aligned_pca(vectors).share
    assert aligned_pca(vectors, former).share >= ENOUGH * best - 1e-6


def test_one_word_that_learns_moves_alone():
    vectors = cloud(3)
    before = aligned_pca(vectors).positions
    changed = vectors.copy()
    changed[7] += 0.2
    moved = np.linalg.norm(aligned_pca(changed, before).positions - before, axis=1)
    assert moved.argmax() == 7
    assert np.delete(moved, 7).max() < 0.1 * moved[7]


def test_new_rows_have_no_former_place():
    vectors = cloud(4)
    before = aligned_pca(vectors).positions.copy()
    expected = before.copy()
    before[5:10] = np.nan
    np.testing.assert_allclose(aligned_pca(vectors, before).positions, expected, atol=0.05)


@pytest.mark.parametrize("vectors", [np.zeros((4, 6)), np.ones((3, 1)), np.zeros((0, 5))])
def test_what_has_no_spread_has_places_too(vectors):
    first = aligned_pca(vectors)
    again = aligned_pca(vectors, first.positions)
    assert again.positions.shape == (len(vectors), 2)
    assert again.share == 1.0
    np.testing.assert_array_equal(again.positions, first.positions)


def test_former_positions_of_other_rows_are_refused():
    with pytest.raises(UserError, match="former positions"):
        aligned_pca(cloud(0), np.zeros((3, 2)))


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(UserError, match="NaN"):
        aligned_pca([[1.0, np.nan], [0.0, 1.0]])
