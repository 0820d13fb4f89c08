"""Places keep the digits of float64, however far from zero and however near one looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.origins import placed

SIZE = 800, 600


def seen(places, camera):
    """Return the pixels of places as they are drawn."""
    near = places.near(camera)
    return camera.seen_from(near.origin).project(near.positions, *SIZE)[0]


@given(
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
    st.floats(-3, 9).map(lambda power: 10**power),
    st.floats(1, 1e6),
)
def test_pixels_are_those_of_the_exact_places(x, y, span, zoom):
    steps = np.linspace(0, span, 12)
    exact = np.column_stack([x + steps, y - steps])
    places = placed(exact)
    whole = Camera(origin=places.origin).fitted(places.positions, aspect=4 / 3)
    middle = Camera(origin=(x + steps[5], y - steps[5], 0.0), scale=whole.scale / zoom)
    found = seen(places, middle)
    # The differences are exact in float64.
    expected = np.array([400, 300]) + (exact - exact[5]) * [1, -1] * 300 / middle.scale
    in_view = (np.abs(expected - [400, 300]) < 2000).all(axis=1)
    assert in_view[5]
    # Where x + span / 11 is rounded, the origin of the camera is too.
    rounding = 300 / middle.scale * np.spacing(max(abs(x), abs(y)))
    np.testing.assert_allclose(found[in_view], expected[in_view], atol=0.2 + 2 * rounding)


def test_what_is_float32_or_near_zero_is_counted_from_zero():
    assert placed(np.full((3, 2), 1e7, dtype=np.float32)).exact is None
    assert placed(np.array([[0.0, 1.0], [1.0, 0.0]])).origin == (0, 0, 0)
    assert placed(np.empty((0, 2))).origin == (0, 0, 0)
    assert placed(np.full((2, 3), np.nan)).origin == (0, 0, 0)


@pytest.mark.parametrize("columns", [2, 3])
def test_rows_without_a_place_have_none(columns):
    exact = np.full((4, columns), 1e9) + np.arange(4)[:, np.newaxis] / 100
    exact[1] = np.nan
    places = placed(exact)
    assert np.isnan(places.positions[1, :columns]).all()
    there = places.positions[[0, 2, 3], 0]
    np.testing.assert_allclose(np.diff(there), [0.02, 0.01], atol=2e-7)
    assert places.positions.shape == (4, 3)


def test_a_camera_that_was_near_comes_back_to_the_same_origin():
    places = placed(np.column_stack([np.linspace(0, 1, 50)] * 2))
    camera = Camera(center=(0.3, 0.3, 0.0), scale=1e-7)
    near = places.near(camera)
    assert near.origin == (0.3, 0.3, 0.0)
    again = near.near(Camera(center=(0.5, 0.5, 0.0))).near(camera.seen_from(near.origin))
    assert again.origin == near.origin


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.floats(-1e3, 1e3))
def test_a_camera_sees_the_same_from_another_origin(first, second, center):
    camera = Camera(center=(center, 0.0, 0.0), origin=(first, 0.0, 0.0))
    moved = camera.seen_from((second, 0.0, 0.0))
    assert moved.origin[0] + moved.center[0] == pytest.approx(first + center, rel=1e-15, abs=1e-3)
    assert camera.seen_from(camera.origin) == camera
