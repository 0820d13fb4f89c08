"""Moves between layouts and cameras."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from embedviz.core.drawing.camera import Camera, camera_between
from embedviz.gui.points.transition import Transition, seen_alike

BEFORE = np.zeros((3, 3), dtype=np.float32)
AFTER = np.arange(9, dtype=np.float32).reshape(3, 3)
FLAT, DEEP = Camera(center=(1, 2, 0), scale=3), Camera(is_3d=True)


def some_points(is_3d, count=5, seed=0):
    points = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    points[:, 2] *= is_3d
    return points


def seen(points, camera):
    return camera.project(points, 400, 300)[0]


def test_points_go_straight_in_a_steady_picture():
    journey = Transition(BEFORE, AFTER, Camera(), Camera(scale=4))
    positions, camera = journey.at(0.5)
    np.testing.assert_allclose(positions, AFTER / 2)
    assert positions.dtype == np.float32
    assert camera == Camera(scale=4)
    positions, camera = journey.at(1.0)
    assert positions is AFTER
    assert camera == Camera(scale=4)
    np.testing.assert_array_equal(journey.at(0.0)[0], BEFORE)


@pytest.mark.parametrize("is_3d", [False, True])
@given(
    x=st.floats(-50, 50),
    factor=st.floats(0.01, 100),
    seed=st.integers(0, 99),
    turn=st.floats(-1, 1),
)
def test_layouts_of_any_scale_start_where_they_were_on_screen(is_3d, x, factor, seed, turn):
    before, after = some_points(is_3d, seed=seed), some_points(is_3d, seed=seed + 100)
    first = Camera(center=(0.1, 0.2, 0.3 * is_3d), is_3d=is_3d).orbited(turn, 0)
    last = Camera(center=(x, 1, 2.0 * is_3d), scale=factor, is_3d=is_3d).orbited(turn, 0)
    after = after * np.float32(factor) + np.array(last.center, dtype=np.float32)
    journey = Transition(before, after, first, last)
    shown = [seen(*journey.at(part)) for part in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(shown[0], seen(before, first), atol=0.05 + 0.01 * abs(x) / factor)
    np.testing.assert_allclose(shown[2], seen(after, last), atol=1e-3)
    if not is_3d:
        middle = (shown[0] + shown[2]) / 2
        np.testing.assert_allclose(shown[1], middle, atol=0.05 + 0.01 * abs(x) / factor)
    assert journey.at(0.5)[1] == last


def test_only_the_camera_moves_where_the_points_stay():
    positions, camera = Transition(AFTER, AFTER, Camera(), Camera(center=(2, 0, 0))).at(0.5)
    assert positions is AFTER
    assert camera.center == (1, 0, 0)


def test_zooming_moves_everything_straight_on_screen():
    first, last = Camera(), Camera(center=(5, 3, 0), scale=0.02)
    points = some_points(False)
    ends = seen(points, first), seen(points, last)
    way = ends[1] - ends[0]
    for part in (0.2, 0.5, 0.9):
        gone = seen(points, camera_between(first, last, part)) - ends[0]
        shares = gone / way
        np.testing.assert_allclose(shares, shares.flat[0], rtol=1e-5)
    assert camera_between(first, last, 0.0).center == first.center


@pytest.mark.parametrize(("first", "last"), [(FLAT, DEEP), (DEEP, FLAT)])
def test_between_2d_and_3d_nothing_jumps(first, last):
    before, after = some_points(first.is_3d), some_points(last.is_3d, seed=1)
    journey = Transition(before, after, first, last)
    np.testing.assert_allclose(seen(*journey.at(0.0)), seen(before, first), atol=0.01)
    np.testing.assert_allclose(seen(*journey.at(0.999999)), seen(after, last), atol=0.01)
    assert journey.at(1.0) == (after, last) or journey.at(1.0)[1] == last


def test_points_without_a_place_appear_or_vanish_where_they_are():
    before, after = BEFORE.copy(), AFTER.copy()
    before[0], after[1] = np.nan, np.nan
    journey = Transition(before, after, Camera(), Camera())
    for part in (0.0, 0.5):
        positions, _ = journey.at(part)
        np.testing.assert_array_equal(positions[0], AFTER[0])
        assert np.isnan(positions[1]).all()
        np.testing.assert_allclose(positions[2], AFTER[2] * part)
    nowhere = np.full((3, 3), np.nan, dtype=np.float32)
    assert np.isnan(Transition(nowhere, nowhere.copy(), Camera(), Camera()).at(0.5)[0]).all()


@pytest.mark.parametrize("before", [BEFORE, AFTER])
def test_the_end_may_change_on_the_way(before):
    journey = Transition(before, AFTER, DEEP, FLAT)
    journey.turn_to(AFTER + 1, Camera(scale=7))
    positions, camera = journey.at(1.0)
    np.testing.assert_array_equal(positions, AFTER + 1)
    assert camera == Camera(scale=7)
    assert journey.at(0.5)[1].is_3d
    np.testing.assert_allclose(journey.at(0.999999)[0], AFTER + 1, atol=1e-4)


def test_the_same_is_seen_in_another_area():
    before, after = QRectF(0, 0, 400, 300), QRectF(50, 20, 300, 200)
    camera = seen_alike(FLAT, before, after)
    points = some_points(False)
    pixels = camera.project(points, 300, 200)[0] + (50, 20)
    np.testing.assert_allclose(pixels, seen(points, FLAT))
    assert seen_alike(FLAT, before, before.translated(QPointF())) == FLAT
