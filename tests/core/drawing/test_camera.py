"""Cameras: what is fitted is in view, what is grabbed stays under the hand."""

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.drawing.camera import Camera, blended
from embedviz.core.drawing.extents import Extent, extent_of, main_extent_of

COORDINATES = st.floats(-1e3, 1e3, width=32)
CLOUDS = arrays(np.float32, st.tuples(st.integers(1, 20), st.just(3)), elements=COORDINATES)
ANGLES = st.floats(-3, 3)
SIDES = st.integers(20, 2000)
WIDTH, HEIGHT = 640, 480


def cameras(is_3d):
    return st.builds(
        Camera,
        center=st.tuples(COORDINATES, COORDINATES, COORDINATES),
        scale=st.floats(0.01, 100),
        azimuth=ANGLES,
        elevation=st.floats(-pi / 2, pi / 2),
        is_3d=st.just(is_3d),
    )


@given(CLOUDS, st.booleans(), ANGLES, st.floats(-pi / 2, pi / 2), SIDES, SIDES)
def test_fitted_has_every_point_in_view(cloud, is_3d, azimuth, elevation, width, height):
    camera = Camera(azimuth=azimuth, elevation=elevation, is_3d=is_3d)
    fitted = camera.fitted(cloud, aspect=width / height)
    assert (fitted.azimuth, fitted.elevation, fitted.is_3d) == (azimuth, elevation, is_3d)
    for turn in np.linspace(0, 2 * pi, 8):
        pixels, depth = fitted.orbited(turn, 0).project(cloud, width, height)
        assert (depth > 0).all()
        assert (pixels >= 0).all()
        assert (pixels <= (width, height)).all()


@given(st.integers(0, 2**32 - 1), st.booleans(), ANGLES, st.floats(0.5, 2))
def test_fitted_fills_the_picture_in_3d_whatever_a_few_outliers_do(seed, flat, azimuth, aspect):
    rng = np.random.default_rng(seed)
    cloud = rng.normal(size=(3000, 3)) * rng.uniform(0.3, 1, 3) * (1, 1, not flat)
    camera = Camera(azimuth=azimuth, is_3d=True)
    usual = camera.fitted(cloud, aspect=aspect)
    pixels, _ = usual.project(cloud, 400 * aspect, 400)
    inside = ((pixels >= 0) & (pixels <= (400 * aspect, 400))).all(axis=1)
    assert inside.mean() > 0.994
    low, high = np.quantile(pixels, [0.005, 0.995], axis=0)
    assert ((high - low) / (400 * aspect, 400)).max() > 0.35
    for turn in (1.0, 2.0, 3.0):
        turned, _ = usual.orbited(turn, 0).project(cloud, 400 * aspect, 400)
        assert ((turned >= 0) & (turned <= (400 * aspect, 400))).all(axis=1).mean() >= 0.9
    outliers = rng.normal(size=(5, 3)) * 500
    found = camera.fitted(np.vstack([cloud, outliers]), aspect=aspect)
    assert 0.85 < found.scale / usual.scale < 1.35
    np.testing.assert_allclose(found.center, usual.center, atol=0.4 * usual.scale)


def test_fitted_is_quick_to_say_what_large_clouds_need():
    cloud = np.random.default_rng(0).normal(size=(400_000, 3)).astype(np.float32)
    found, some = (Camera(is_3d=True).fitted(points) for points in (cloud, cloud[::8]))
    assert found == some


def test_main_extent_leaves_outliers_out_of_crowds_alone():
    rng = np.random.default_rng(0)
    crowd = rng.uniform(-1, 1, (2000, 3))
    assert main_extent_of(crowd) == extent_of(crowd)
    odd = np.array([[900.0, 0, 0], [np.nan, 5, 5]])
    found = main_extent_of(np.vstack([crowd, odd]))
    assert found.high[0] < 2
    assert main_extent_of(odd) == extent_of(odd)
    assert main_extent_of(crowd, [[30, 0], [40, 0]]).high == (40.0, *extent_of(crowd).high[1:])
    assert main_extent_of(np.empty((0, 3))) == Extent()


@pytest.mark.parametrize("order", ["random", "ascending", "rounded", "far ends first"])
@pytest.mark.parametrize("count", [301, 999, 5003])
def test_main_extent_is_of_the_quantiles_of_numpy(order, count):
    cloud = np.random.default_rng(count).standard_t(3, size=(count, 3)).astype(np.float32)
    if order == "ascending":
        cloud.sort(axis=0)
    elif order == "rounded":
        cloud = np.round(cloud)
    elif order == "far ends first":  # Of a sample at regular steps, all are far.
        cloud[:: max(1, count // 1000)] *= 50
    low, high = np.quantile(cloud.astype(np.float64), [0.003, 0.997], axis=0)
    middle, half = (low + high) / 2, 1.15 * (high - low) / 2
    found = main_extent_of(cloud)
    np.testing.assert_allclose(found.low, np.maximum(cloud.min(axis=0), middle - half), rtol=1e-6)
    np.testing.assert_allclose(found.high, np.minimum(cloud.max(axis=0), middle + half), rtol=1e-6)


def test_fitted_leaves_a_margin_and_no_more():
    square = np.array([[-1.0, -1.0], [1.0, 1.0]])
    pixels, _ = Camera().fitted(square).project(square, 106, 106)
    np.testing.assert_allclose(pixels, [[3, 103], [103, 3]])


def test_fitted_uses_a_wide_picture():
    wide = np.array([[-4.0, 0.0], [4.0, 1.0]])
    pixels, _ = Camera().fitted(wide, aspect=4).project(wide, 400, 100)
    np.testing.assert_allclose(pixels[:, 0], [200 - 200 / 1.06, 200 + 200 / 1.06])


def test_fitted_takes_several_clouds_and_leaves_out_what_is_not_finite():
    first = np.array([[0.0, 0.0, 0.0], [np.nan, 5.0, 5.0], [np.inf, 5.0, -np.inf]])
    second = [[2, 2], [4, 4]]
    for is_3d in (False, True):
        camera = Camera(is_3d=is_3d)
        known = camera.fitted([[0.0, 0.0, 0.0], [2.0, 2.0, 0.0], [4.0, 4.0, 0.0]])
        assert camera.fitted(first, second) == known


@pytest.mark.parametrize("nothing", [np.empty((0, 3)), np.full((2, 3), np.nan), np.empty((0, 2))])
@pytest.mark.parametrize("is_3d", [False, True])
def test_fitted_to_nothing_is_the_unit_square(nothing, is_3d):
    assert Camera(center=(3, 3, 3), scale=9, is_3d=is_3d).fitted(nothing) == Camera(is_3d=is_3d)


def test_fitted_to_one_point_centers_it():
    camera = Camera(is_3d=True).fitted([[1, 2, 3]])
    assert camera.center == (1, 2, 3)
    assert camera.scale == 1


def test_y_points_up_and_both_axes_have_one_scale():
    pixels, depth = Camera(scale=2).project([[0, 0], [1, 0], [0, 1]], 400, 200)
    np.testing.assert_allclose(pixels, [[200, 100], [250, 100], [200, 50]])
    np.testing.assert_allclose(depth, 1)


@given(cameras(is_3d=True), SIDES, SIDES)
def test_the_center_is_in_the_middle_at_distance_one(camera, width, height):
    pixels, depth = camera.project([camera.center], width, height)
    np.testing.assert_allclose(pixels, [[width / 2, height / 2]], atol=1e-3 * width)
    np.testing.assert_allclose(depth, 1, atol=1e-4)


def test_seen_from_above_shows_what_2d_shows():
    camera = Camera(center=(3, -2, 0), scale=5)
    points = np.random.default_rng(0).normal(size=(20, 2))
    flat, _ = camera.project(points, WIDTH, HEIGHT)
    above, _ = camera.seen_from_above().project(points, WIDTH, HEIGHT)
    np.testing.assert_allclose(above, flat, atol=1e-9)


def test_behind_the_eye_there_are_no_pixels():
    camera = Camera(is_3d=True)
    toward_eye = camera.axes[2]
    pixels, depth = camera.project([10 * toward_eye], WIDTH, HEIGHT)
    assert np.isnan(pixels).all()
    assert depth[0] < 0


@given(cameras(is_3d=True))
def test_axes_are_a_right_handed_frame_with_a_level_horizon(camera):
    axes = camera.axes
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert axes[0, 2] == 0  # Right is always level.
    assert axes[1, 2] >= -1e-12  # And up never points down.


@given(cameras(is_3d=False) | cameras(is_3d=True), st.floats(-1, 1), st.floats(-1, 1))
def test_panned_moves_what_is_at_the_center(camera, right, up):
    pixels, _ = camera.panned(right, up).project([camera.center], WIDTH, HEIGHT)
    half = HEIGHT / 2
    expected = [[WIDTH / 2 + right * half, HEIGHT / 2 - up * half]]
    np.testing.assert_allclose(pixels, expected, atol=0.5)


@given(
    cameras(is_3d=False) | cameras(is_3d=True),
    st.floats(0.2, 5),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_zoomed_keeps_what_is_under_the_hand(camera, factor, right, up):
    across, upward, _ = camera.axes
    under = np.array(camera.center) + camera.scale * (right * across + up * upward)
    zoomed = camera.zoomed(factor, at=(right, up))
    before, _ = camera.project([under], WIDTH, HEIGHT)
    after, _ = zoomed.project([under], WIDTH, HEIGHT)
    np.testing.assert_allclose(after, before, atol=0.5)
    assert zoomed.scale == pytest.approx(camera.scale / factor)


def test_zoomed_stays_within_numbers():
    near, far = Camera(), Camera()
    for _ in range(400):
        near, far = near.zoomed(10), far.zoomed(0.1)
    assert 0 < near.scale < far.scale < float("inf")


def test_orbited_stops_at_the_poles_and_goes_around():
    camera = Camera(is_3d=True, azimuth=3.0, elevation=0.0)
    turned = camera.orbited(1.0, 9.0)
    assert turned.elevation == pi / 2
    assert turned.azimuth == pytest.approx(4.0 - 2 * pi)
    assert camera.orbited(0, -9).elevation == -pi / 2


def test_cameras_are_values():
    assert Camera(is_3d=True) == Camera(is_3d=True)
    assert len({Camera(), Camera(), Camera(scale=2)}) == 2
    assert Camera().turned_to(True) == Camera(is_3d=True)


@given(cameras(is_3d=True), cameras(is_3d=True))
def test_blended_starts_and_ends_right(first, last):
    for part, camera in ((0.0, first), (1.0, last)):
        reached = blended(first, last, part)
        np.testing.assert_allclose(reached.center, camera.center, rtol=1e-9, atol=1e-9)
        assert reached.scale == pytest.approx(camera.scale)
        np.testing.assert_allclose(reached.axes, camera.axes, atol=1e-9)


def test_blended_takes_the_short_way_around_and_equal_factors():
    first, last = Camera(scale=1, azimuth=3.0), Camera(scale=100, azimuth=-3.0)
    middle = blended(first, last, 0.5)
    assert abs(middle.azimuth) == pytest.approx(pi)
    assert middle.scale == pytest.approx(10)


@given(arrays(np.float32, st.tuples(st.integers(0, 3000), st.integers(2, 3)), elements=COORDINATES))
def test_extent_is_what_numpy_says(cloud):
    extent = extent_of(cloud)
    if not len(cloud):
        assert extent == Extent()
        return
    columns = cloud.shape[1]
    np.testing.assert_array_equal(extent.low[:columns], cloud.min(axis=0))
    np.testing.assert_array_equal(extent.high[:columns], cloud.max(axis=0))
    assert extent.low[columns:] == extent.high[columns:] == (0.0,) * (3 - columns)


def test_extent_of_views_and_of_huge_numbers():
    numbers = np.arange(12000, dtype=np.float32).reshape(-1, 4)
    assert extent_of(numbers[:, :3]) == extent_of(np.ascontiguousarray(numbers[:, :3]))
    huge = np.array([[-3e38, 0, 0], [3e38, 0, 0]], dtype=np.float32)
    assert np.isfinite(Camera(is_3d=True).fitted(huge).scale)
    assert extent_of(huge).center == (0, 0, 0)
