"""Picking and gathering against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.drawing import picking
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.picking import (
    pick,
    rows_back_to_front,
    rows_in_box,
    rows_in_front,
    rows_in_polygon,
    rows_in_view,
)

WIDTH, HEIGHT = 200, 150
CLOUDS = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 200), st.booleans())
POLYGONS = arrays(
    np.float64, st.tuples(st.integers(3, 30), st.just(2)), elements=st.floats(-300, 500)
)
PLACES = st.tuples(st.floats(-50, 250), st.floats(-50, 200))


def cloud(drawn):
    """Return positions, matrix and pixels, depth of a random cloud, some of it nowhere."""
    seed, count, is_3d = drawn
    rng = np.random.default_rng(seed)
    positions = (rng.normal(size=(count, 3)) * (1, 1, is_3d)).astype(np.float32)
    positions[rng.random(count) < 0.1, 0] = np.nan
    positions[rng.random(count) < 0.05, 1] = np.inf
    # So near that some points are behind the eye.
    camera = Camera(scale=0.5, is_3d=is_3d)
    with np.errstate(invalid="ignore"):
        pixels, depth = camera.project(positions, WIDTH, HEIGHT)
    return positions, camera.matrix(WIDTH, HEIGHT), pixels, depth


def winding(polygon, x, y):
    """Return how often a polygon goes around a point, by the angles under which it is seen."""
    corners = polygon - (x, y)
    ahead = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * ahead[:, 1] - corners[:, 1] * ahead[:, 0]
    return round(np.arctan2(cross, (corners * ahead).sum(axis=1)).sum() / (2 * np.pi))


@settings(deadline=None, max_examples=50)
@given(CLOUDS, PLACES, st.floats(0, 60), st.floats(0, 40))
def test_pick_is_the_nearest_or_the_front_most_that_covers(drawn, place, radius, diameter):
    positions, matrix, pixels, depth = cloud(drawn)
    sizes = np.array([diameter], dtype=np.float32)
    found = pick(positions, matrix, sizes, *place, radius)
    distance = np.hypot(*(pixels - place).T)
    distance[~np.isfinite(distance)] = np.inf
    covers = distance <= np.float32(diameter) / depth / 2
    if drawn[2] and covers.any():
        front = depth[covers].min()
        assert covers[found]
        assert depth[found] == pytest.approx(front)
    elif (distance <= radius).any():
        assert distance[found] == pytest.approx(distance.min(), abs=1e-6)
    else:
        assert found == -1


def test_pick_takes_the_last_of_equal_points_and_sizes_by_row():
    positions = np.zeros((3, 3), dtype=np.float32)
    matrix = Camera().matrix(WIDTH, HEIGHT)
    assert pick(positions, matrix, np.ones(3, dtype=np.float32), 100, 75, 5) == 2
    matrix = Camera(is_3d=True).matrix(WIDTH, HEIGHT)
    sizes = np.array([9, 60, 9], dtype=np.float32)
    assert pick(positions, matrix, sizes, 120, 75, 5) == 1


@settings(deadline=None, max_examples=50)
@given(
    CLOUDS,
    arrays(np.float64, st.tuples(st.integers(3, 30), st.just(2)), elements=st.floats(-300, 500)),
)
def test_polygon_holds_what_it_goes_around(drawn, polygon):
    positions, matrix, pixels, _ = cloud(drawn)
    found = rows_in_polygon(positions, matrix, polygon)
    seen = np.flatnonzero(np.isfinite(pixels).all(axis=1))
    expected = {row for row in seen.tolist() if winding(polygon, *pixels[row])}
    assert found.tolist() == sorted(found.tolist())
    # Points on the very outline may fall to either side.
    for row in set(found.tolist()) ^ expected:
        assert distance_to(polygon, pixels[row]) < 1e-6


def distance_to(polygon, point):
    """Return the distance of a point from an outline."""
    start, way = polygon - point, np.roll(polygon, -1, axis=0) - polygon
    length = np.maximum((way**2).sum(axis=1), 1e-300)
    part = np.clip(-(start * way).sum(axis=1) / length, 0, 1)[:, np.newaxis]
    return np.hypot(*(start + part * way).T).min()


def test_polygon_of_many_vertices():
    positions, matrix, pixels, _ = cloud((1, 3000, False))
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    star = np.column_stack([np.cos(angles), np.sin(angles)])
    star *= (40 + 20 * np.sin(9 * angles))[:, np.newaxis]
    star += (WIDTH / 2, HEIGHT / 2)
    expected = [
        row for row in range(3000) if np.isfinite(pixels[row]).all() and winding(star, *pixels[row])
    ]
    assert rows_in_polygon(positions, matrix, star).tolist() == expected
    assert len(expected) > 50


@pytest.mark.parametrize("outline", [np.empty((0, 2)), [[0, 0]], [[0, 0], [200, 150]]])
def test_no_polygon_holds_nothing(outline):
    positions, matrix, _, _ = cloud((0, 50, False))
    assert len(rows_in_polygon(positions, matrix, np.array(outline, dtype=float))) == 0


def test_flat_polygon_holds_nothing():
    positions, matrix, _, _ = cloud((0, 50, False))
    flat = np.array([[0.0, 75.0], [100.0, 75.0], [200.0, 75.0]])
    assert len(rows_in_polygon(positions, matrix, flat)) == 0


@settings(deadline=None, max_examples=50)
@given(CLOUDS, PLACES, st.floats(0, 200), st.floats(0, 200))
def test_box_holds_what_is_inside(drawn, corner, width, height):
    positions, matrix, pixels, _ = cloud(drawn)
    (x, y), (left, top) = pixels.T, corner
    inside = (x > left) & (x < left + width) & (y > top) & (y < top + height)
    found = rows_in_box(positions, matrix, left, top, width, height)
    assert found.tolist() == np.flatnonzero(inside).tolist()


@settings(deadline=None, max_examples=50)
@given(CLOUDS, st.integers(0, 100), st.randoms(use_true_random=False))
def test_view_keeps_the_first_in_order(drawn, most, random):
    positions, matrix, pixels, _ = cloud(drawn)
    order = list(range(len(positions)))
    random.shuffle(order)
    rows = np.array(order, dtype=np.intp)
    x, y = pixels.T
    inside = (x >= 0) & (y >= 0) & (x < WIDTH) & (y < HEIGHT)
    expected = [row for row in order if inside[row]][:most]
    assert rows_in_view(positions, matrix, rows, WIDTH, HEIGHT, most).tolist() == expected


def on_top(positions, depth, pixels, sizes):
    """Return the row that is nearest at each pixel, -1 where there is none, one disc at a time."""
    nearest = np.full((HEIGHT, WIDTH), np.inf)
    found = np.full((HEIGHT, WIDTH), -1)
    y, x = np.indices(nearest.shape)
    for row in np.flatnonzero(np.isfinite(pixels).all(axis=1)).tolist():
        column, line = pixels[row]
        within = np.hypot(x + 0.5 - column, y + 0.5 - line) <= sizes[row] / depth[row] / 2
        within |= (x == np.floor(column)) & (y == np.floor(line))
        nearer = within & (np.float32(depth[row]) < nearest)
        nearest[nearer], found[nearer] = np.float32(depth[row]), row
    return found


@settings(deadline=None, max_examples=50)
@given(CLOUDS, st.floats(0, 30), st.booleans())
def test_in_front_is_what_a_depth_buffer_shows(drawn, largest, by_row):
    seed, count, _ = drawn
    positions, matrix, pixels, depth = cloud((seed, count, True))
    rng = np.random.default_rng(seed)
    sizes = rng.uniform(0, largest, count if by_row else 1).astype(np.float32)
    rows = rng.permutation(count)[: count // 2]
    shown = on_top(positions, depth, pixels, np.broadcast_to(sizes, count))
    expected = [row for row in rows.tolist() if (shown == row).any()]
    found = rows_in_front(positions, matrix, sizes, WIDTH, HEIGHT, rows)
    assert set(found.tolist()) <= set(rows.tolist())
    # A middle of a pixel that is on the very rim of a disc may fall to either side.
    if found.tolist() != expected:
        wider = on_top(positions, depth, pixels, np.broadcast_to(sizes, count) * (1 + 1e-6))
        assert found.tolist() == [row for row in rows.tolist() if (wider == row).any()]


def test_in_front_of_equally_near_points_is_the_lower_row():
    positions = np.zeros((3, 3), dtype=np.float32)
    matrix = Camera(is_3d=True).matrix(WIDTH, HEIGHT)
    sizes = np.array([5, 5, 9], dtype=np.float32)
    found = rows_in_front(positions, matrix, sizes, WIDTH, HEIGHT, np.array([2, 1, 0]))
    assert found.tolist() == [2, 0]  # The last reaches out behind the first.


def test_in_2d_all_are_in_front():
    positions, matrix, _, _ = cloud((0, 50, False))
    rows = np.array([3, 1, 2])
    found = rows_in_front(positions, matrix, np.ones(1, np.float32), WIDTH, HEIGHT, rows)
    assert found.tolist() == [3, 1, 2]


@settings(deadline=None, max_examples=50)
@given(CLOUDS, st.integers(0, 2**32 - 1), st.integers(5, 80))
def test_lasso_that_crosses_itself_holds_what_it_goes_around(drawn, seed, count):
    # Drawn by a hand that goes round and round, so that its loops overlap.
    rng = np.random.default_rng(seed)
    angles = np.cumsum(rng.uniform(-0.4, 1.2, count))
    reach = rng.uniform(10, 120, count)
    lasso = np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, np.newaxis] + (100, 75)
    positions, matrix, pixels, _ = cloud(drawn)
    seen = np.flatnonzero(np.isfinite(pixels).all(axis=1))
    expected = {row for row in seen.tolist() if winding(lasso, *pixels[row])}
    found = set(rows_in_polygon(positions, matrix, lasso).tolist())
    assert all(distance_to(lasso, pixels[row]) < 1e-6 for row in found ^ expected)


@settings(deadline=None, max_examples=50)
@given(CLOUDS)
def test_nothing_behind_the_eye_or_without_a_place_is_ever_found(drawn):
    seed, count, _ = drawn
    positions, matrix, _, depth = cloud((seed, count, True))
    everywhere = np.array([[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]])
    found = rows_in_polygon(positions, matrix, everywhere)
    nowhere = ~np.isfinite(positions).all(axis=1)
    with np.errstate(invalid="ignore"):
        expected = np.flatnonzero((depth > 0.02) & ~nowhere)
    assert found.tolist() == expected.tolist()
    assert rows_in_box(positions, matrix, -1e9, -1e9, 2e9, 2e9).tolist() == expected.tolist()


@settings(deadline=None, max_examples=50)
@given(CLOUDS)
def test_back_to_front_is_by_depth(drawn):
    positions, matrix, _, depth = cloud(drawn)
    ordered = rows_back_to_front(positions, matrix)
    seen = np.flatnonzero(np.isfinite(depth) & (depth > 0.02))
    assert sorted(ordered.tolist()) == seen.tolist()
    if len(seen):
        step = np.ptp(depth[seen]) / 32_000 + 1e-6
        assert (np.diff(depth[ordered]) <= step).all()
        if not drawn[2]:
            assert ordered.tolist() == seen.tolist()


def test_each_kernel_is_compiled_once():
    picking.compile_all()
    for is_3d in (False, True):
        positions, matrix, _, _ = cloud((0, 20, is_3d))
        pick(positions, matrix, np.ones(20, dtype=np.float32), 3, 4, 5)
        rows_in_box(positions, matrix, 1, 2, 3, 4)
        rows_in_view(positions, matrix, np.arange(20), 30, 40, 5)
        rows_back_to_front(positions, matrix)
        rows_in_front(positions, matrix, np.ones(20, dtype=np.float32), 9, 9, np.arange(20))
    for kernel in (
        picking._pick,
        picking._rows_in_polygon,
        picking._rows_in_view,
        picking._draw_depths,
        picking._sort_back_to_front,
    ):
        assert len(kernel.signatures) == 1
