"""Labels never touch, the important ones first."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.drawing import label_placement
from embedviz.core.drawing.label_placement import (
    OVER,
    PLACES,
    place_labels,
    rows_with_room,
    with_space,
)

WIDTH, HEIGHT = 300, 200
SCENES = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 60), st.integers(0, 8))


def scene(drawn):
    """Return anchors, boxes, gaps, clearances and obstacles at random."""
    seed, count, n_obstacles = drawn
    rng = np.random.default_rng(seed)
    anchors = rng.uniform(-20, (WIDTH + 20, HEIGHT + 20), (count, 2))
    anchors[rng.random(count) < 0.1] = np.nan
    boxes = rng.uniform((5, 8), (90, 16), (count, 2))
    corners = rng.uniform(0, (WIDTH, HEIGHT), (n_obstacles, 2))
    obstacles = np.hstack([corners, rng.uniform(1, 40, (n_obstacles, 2))])
    return anchors, boxes, rng.uniform(0, 9, count), rng.uniform(0, 9, count), obstacles


def placed(drawn, **options):
    anchors, boxes, gaps, clearances, obstacles = scene(drawn)
    return place_labels(
        anchors,
        boxes,
        gaps,
        clearances,
        width=WIDTH,
        height=HEIGHT,
        obstacles=obstacles,
        **options,
    )


def apart(first, second):
    """Return how far two boxes (left, top, width, height) are apart; negative: overlapping."""
    across = max(first[0] - second[0] - second[2], second[0] - first[0] - first[2])
    down = max(first[1] - second[1] - second[3], second[1] - first[1] - first[3])
    return max(across, down)


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_labels_are_inside_and_touch_neither_each_other_nor_obstacles(drawn):
    anchors, boxes, gaps, clearances, obstacles = scene(drawn)
    found = placed(drawn)
    rectangles = np.hstack([found.corners, boxes[found.candidates]])
    for index, (candidate, rectangle) in enumerate(zip(found.candidates, rectangles, strict=True)):
        left, top, width, height = rectangle
        assert left >= 0
        assert top >= 0
        assert left + width <= WIDTH
        assert top + height <= HEIGHT
        assert all(apart(rectangle, obstacle) >= -1e-9 for obstacle in obstacles)
        for earlier in rectangles[:index]:
            assert apart(rectangle, earlier) >= clearances[candidate] - 1e-9
        # Beside its point: not on it, and no farther than the gap.
        away = apart(rectangle, (*anchors[candidate], 0, 0))
        assert 0.6 * gaps[candidate] <= away + 1e-9 <= gaps[candidate] + 1e-6


@settings(deadline=None, max_examples=100)
@given(SCENES, st.floats(0, 12), st.floats(0, 3))
def test_labels_in_one_line_are_a_space_apart(drawn, space, clearance):
    """Also where they may touch each other otherwise, as those that were chosen."""
    anchors, boxes, gaps, _, obstacles = scene(drawn)
    texts = with_space(obstacles, space)
    found = place_labels(
        anchors,
        boxes,
        gaps,
        np.full(len(boxes), clearance),
        width=WIDTH,
        height=HEIGHT,
        obstacles=texts,
        space=space,
    )
    rectangles = np.hstack([found.corners, boxes[found.candidates]])
    for index, first in enumerate(rectangles):
        for second in (*rectangles[:index], *obstacles):
            down = max(first[1] - second[1] - second[3], second[1] - first[1] - first[3])
            across = max(first[0] - second[0] - second[2], second[0] - first[0] - first[2])
            assert down >= -1e-9 or across >= space - 1e-9


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_who_is_left_out_had_no_free_place(drawn):
    anchors, boxes, gaps, clearances, obstacles = scene(drawn)
    found = placed(drawn)
    rectangles = np.hstack([found.corners, boxes[found.candidates]])
    for candidate in set(range(len(anchors))) - set(found.candidates.tolist()):
        if np.isnan(anchors[candidate]).any():
            continue
        served = rectangles[found.candidates < candidate]
        for shift in label_placement.BESIDE:
            corner = anchors[candidate] - shift[:2] * boxes[candidate] + shift[2:] * gaps[candidate]
            box = (*corner, *boxes[candidate])
            inside = (corner >= 0).all() and (corner + boxes[candidate] <= (WIDTH, HEIGHT)).all()
            free = all(apart(box, other) >= clearances[candidate] for other in served)
            free &= all(apart(box, obstacle) >= 0 for obstacle in obstacles)
            assert not (inside and free)


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_placement_is_deterministic(drawn):
    first, second = placed(drawn), placed(drawn)
    np.testing.assert_array_equal(first.candidates, second.candidates)
    np.testing.assert_array_equal(first.corners, second.corners)


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_less_important_candidates_change_nothing(drawn):
    anchors, boxes, gaps, clearances, obstacles = scene(drawn)
    half = len(anchors) // 2
    fewer = place_labels(
        anchors[:half],
        boxes[:half],
        gaps[:half],
        clearances[:half],
        width=WIDTH,
        height=HEIGHT,
        obstacles=obstacles,
    )
    everything = placed(drawn)
    kept = everything.candidates < half
    np.testing.assert_array_equal(everything.candidates[kept], fewer.candidates)
    np.testing.assert_array_equal(everything.corners[kept], fewer.corners)


@settings(deadline=None, max_examples=50)
@given(SCENES, st.integers(0, 10))
def test_most_is_kept(drawn, most):
    found, everything = placed(drawn, most=most), placed(drawn)
    np.testing.assert_array_equal(found.candidates, everything.candidates[:most])


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_placed_labels_stay_where_they_prefer_to_be(drawn):
    first = placed(drawn)
    preferred = np.full(drawn[1], -1)
    preferred[first.candidates] = first.places
    again = placed(drawn, preferred=preferred)
    np.testing.assert_array_equal(first.places, again.places)


def test_places_are_tried_in_order_and_named():
    point, box = [[100.0, 100.0]], [[40.0, 10.0]]
    corners = {
        "right": (105, 95),
        "left": (55, 95),
        "above": (80, 85),
        "below": (80, 105),
        "above right": (103.5, 86.5),
        "above left": (56.5, 86.5),
        "below right": (103.5, 103.5),
        "below left": (56.5, 103.5),
    }
    assert tuple(corners) == PLACES
    for index, name in enumerate(PLACES):
        found = place_labels(point, box, [5], [0], width=WIDTH, height=HEIGHT, preferred=[index])
        assert found.places.tolist() == [index]
        np.testing.assert_allclose(found.corners, [corners[name]])
    first = place_labels(point, box, [5], [0], width=WIDTH, height=HEIGHT)
    assert PLACES[first.places[0]] == "right"


def test_each_kernel_is_compiled_once():
    label_placement.compile_all()
    placed((0, 5, 2))
    place_labels([], [], [], [], width=5, height=5)
    rows_with_room(np.zeros((3, 2)), 4)
    assert len(label_placement._place.signatures) == 1
    assert len(label_placement._spread_squares.signatures) == 1


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(0, 80), st.floats(1, 60), st.integers(0, 30))
def test_squares_with_room_touch_none_and_the_first_come_first(seed, count, side, most):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-50, 250, (count, 2))
    points[rng.random(count) < 0.1] = np.nan
    expected = []
    for index, point in enumerate(points):
        away = np.abs(points[expected] - point).max(axis=1) if expected else np.array([np.inf])
        if len(expected) < most and np.isfinite(point).all() and (away >= side).all():
            expected.append(index)
    assert rows_with_room(points, side, most).tolist() == expected


def test_names_of_areas_are_right_above_their_middles_or_near_them():
    point, box = [[100.0, 100.0]], [[40.0, 10.0]]
    for obstacles, corner in (
        ([], (80, 88)),
        ([[80, 90, 40, 1]], (80, 102)),
        ([[80, 90, 40, 1], [80, 110, 40, 1]], (80, 95)),
    ):
        found = place_labels(
            point, box, [2], [0], width=WIDTH, height=HEIGHT, shifts=OVER, obstacles=obstacles
        )
        np.testing.assert_allclose(found.corners, [corner])
