"""Places of the words of a relation, and which part of them a picture holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.panes.analogies.relation.layout import lay_out_fan, lay_out_in_place


def pairs_of(n_pairs, dimensions, seed=0):
    rng = np.random.default_rng(seed)
    both = rng.normal(size=(2, n_pairs, dimensions))
    both[1] += 3.0
    both /= np.linalg.norm(both, axis=2, keepdims=True)
    return (*both, (np.arange(n_pairs), np.arange(n_pairs, 2 * n_pairs)))


@pytest.mark.parametrize("n_axes", [2, 3])
def test_in_place_is_the_pca_of_the_words(n_axes):
    first, second, rows = pairs_of(9, 12)
    layout = lay_out_in_place(first, second, rows, n_axes)
    words = np.concatenate([first, second])
    centered = words - words.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centered, full_matrices=False)
    expected = centered @ axes[:n_axes].T
    np.testing.assert_allclose(np.abs(layout.positions), np.abs(expected), atol=1e-5)
    assert layout.space.share == pytest.approx((sizes[:n_axes] ** 2).sum() / (sizes**2).sum())
    np.testing.assert_array_equal(layout.rows[layout.starts], rows[0])
    np.testing.assert_array_equal(layout.rows[layout.ends], rows[1])


def test_the_mean_offset_points_right_and_up():
    first, second, rows = pairs_of(9, 12)
    start, end = lay_out_in_place(first, second, rows, 2).mean
    assert (end - start >= 0).all()


def test_a_word_of_several_pairs_has_one_place():
    first, second, _ = pairs_of(3, 5)
    first[2] = first[0]
    layout = lay_out_in_place(first, second, (np.array([0, 1, 0]), np.array([3, 4, 5])), 2)
    assert layout.rows.tolist() == [0, 1, 3, 4, 5]
    assert layout.starts.tolist() == [0, 1, 0]
    assert layout.pairs_at([0]).tolist() == [0, 2]
    assert layout.pairs_at([2, 3]).tolist() == [0, 1]


@given(st.integers(1, 12), st.integers(1, 9), st.sampled_from([2, 3]), st.integers(0, 99))
def test_the_mean_of_a_fan_is_as_long_as_it_is(n_pairs, dimensions, n_axes, seed):
    """It lies in the picture as a whole; no offset is longer there than it is."""
    first, second, rows = pairs_of(n_pairs, dimensions, seed)
    layout = lay_out_fan(first, second, rows, n_axes)
    offsets = second - first
    start, end = layout.mean
    assert not start.any()
    assert end[0] == pytest.approx(np.linalg.norm(offsets.mean(axis=0)), abs=1e-5)
    assert np.allclose(end[1:], 0, atol=1e-5)
    drawn = layout.positions[layout.ends]
    lengths = np.linalg.norm(offsets, axis=1)
    assert (np.linalg.norm(drawn, axis=1) <= lengths + 1e-5).all()
    total = float((lengths**2).sum())
    inside = (drawn.astype(float) ** 2).sum() / total if total > 0 else 1.0
    assert layout.space.share == pytest.approx(inside, abs=1e-5)
    assert layout.rows[-1] == -1
    assert not layout.positions[-1].any()


def test_a_fan_without_a_mean():
    """Two pairs that are each other's opposite."""
    first = np.array([[1.0, 0.0], [0.0, 1.0]])
    layout = lay_out_fan(first, first[::-1].copy(), (np.array([0, 1]), np.array([1, 0])), 2)
    assert layout.space.share == pytest.approx(1.0)
    assert np.isfinite(layout.positions).all()
    assert layout.pairs_at([2]).tolist() == []  # The origin is the end of no pair.
