"""Moves between layouts and cameras."""

import numpy as np

from embedviz.core.camera import Camera
from embedviz.gui.journey import Journey

BEFORE = np.zeros((3, 3), dtype=np.float32)
AFTER = np.arange(9, dtype=np.float32).reshape(3, 3)


def test_points_go_straight():
    journey = Journey(BEFORE, AFTER, Camera(), Camera(scale=4))
    positions, camera = journey.at(0.5)
    np.testing.assert_allclose(positions, AFTER / 2)
    assert positions.dtype == np.float32
    assert camera == Camera(scale=2)
    positions, camera = journey.at(1.0)
    assert positions is AFTER
    assert camera == Camera(scale=4)
    np.testing.assert_array_equal(journey.at(0.0)[0], BEFORE)


def test_only_the_camera_moves_where_the_points_stay():
    positions, camera = Journey(AFTER, AFTER, Camera(), Camera(center=(2, 0, 0))).at(0.5)
    assert positions is AFTER
    assert camera.center == (1, 0, 0)


def test_between_2d_and_3d_nothing_jumps():
    flat, deep = Camera(center=(1, 2, 0), scale=3), Camera(is_3d=True)
    for first, last in ((flat, deep), (deep, flat)):
        journey = Journey(BEFORE, BEFORE, first, last)
        for part, end in ((0.0, first), (0.999999, last)):
            camera = journey.at(part)[1]
            points = np.random.default_rng(0).normal(size=(5, 3))
            points[:, 2] *= end.is_3d
            shown, _ = camera.project(points, 400, 300)
            expected, _ = end.project(points, 400, 300)
            np.testing.assert_allclose(shown, expected, atol=0.01)
        assert journey.at(1.0)[1] == last
