"""Passes over many positions, against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from embedviz.core.drawing.extents import extent_of
from embedviz.core.drawing.origins import extent_of_many
from embedviz.core.drawing.passes import box_of, on_the_way, only_shown

FAR = float(np.float32(3e38))
NUMBERS = st.floats(-(2.0**90), 2.0**90, width=32) | st.sampled_from([np.nan, np.inf, -np.inf, FAR])


@st.composite
def positions(draw, columns=None, kinds=(np.float32, np.float64)):
    shape = draw(st.integers(0, 12)), columns or draw(st.sampled_from([2, 3]))
    return draw(arrays.arrays(draw(st.sampled_from(kinds)), shape, elements=NUMBERS))


@given(positions())
def test_the_box_is_that_of_the_rows_that_have_a_place(points):
    placed = points[np.isfinite(points).all(axis=1)]
    low, high, count = box_of(points)
    assert count == len(placed)
    if count:
        np.testing.assert_array_equal(low, placed.min(axis=0))
        np.testing.assert_array_equal(high, placed.max(axis=0))
    assert extent_of_many(points) == (extent_of(points), count)


@given(positions(), st.integers(0, 2**12 - 1), st.booleans())
def test_rows_that_are_not_shown_have_no_place(points, bits, is_sliced):
    shown = np.array([bool(bits >> row & 1) for row in range(len(points))], dtype=bool)
    given_ = np.hstack([points, points])[:, : points.shape[1]] if is_sliced else points
    before = given_.copy()
    found = only_shown(given_, shown)
    assert found.dtype == points.dtype
    np.testing.assert_array_equal(found, np.where(shown[:, np.newaxis], points, np.nan))
    np.testing.assert_array_equal(given_, before)


@given(positions(3, [np.float32]), st.floats(0, 1), st.floats(0.01, 100), st.data())
def test_points_walk_straight_and_those_without_an_end_stay(before, part, factor, data):
    after = data.draw(arrays.arrays(np.float32, before.shape, elements=NUMBERS))
    offset, out = np.array([1, -2, 3], dtype=np.float32), np.empty_like(before)
    on_the_way(before, after, factor, offset, part, out)
    with np.errstate(all="ignore"):
        start = before * np.float32(factor) + offset
        walks = np.isfinite(after - start).all(axis=1)
        expected = start.astype(float) * (1 - part) + after.astype(float) * part
    np.testing.assert_array_equal(out[~walks], after[~walks])
    size = np.maximum(np.abs(start), np.abs(after))[walks]
    assert (np.abs(out[walks] - expected[walks]) <= 1e-5 * size + 1e-6).all()


def test_other_shapes_are_refused():
    flat, still = np.zeros((4, 3), dtype=np.float32), np.zeros(3, dtype=np.float32)
    with pytest.raises(ValueError, match="shape"):
        box_of(np.zeros((4, 5)))
    with pytest.raises(ValueError, match="rows"):
        only_shown(flat, np.ones(3, dtype=bool))
    with pytest.raises(ValueError, match="must be"):
        on_the_way(flat[:3], flat, 1.0, still, 0.5, flat.copy())
    with pytest.raises(ValueError, match="offset"):
        on_the_way(flat, flat, 1.0, still[:2], 0.5, flat.copy())
