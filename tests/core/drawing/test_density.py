"""Densities against plain, slow counting of the same points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.drawing import density
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.density import Tones, draw_density

WIDTH, HEIGHT = 60, 40
RED, BLUE = 0xFFFF0000, 0xFF0000FF
TONES = Tones(deep=0xFF000000, depth=0.4, faintest=0.2, ramp=(0x40808080, 0xFF0000FF, 0xFF000040))
SCENES = st.tuples(st.integers(0, 2**32 - 1), st.integers(2, 300), st.booleans())


def blank(scale=1):
    return np.zeros((HEIGHT * scale, WIDTH * scale), dtype=np.uint32)


def one(color):
    return np.array([color], dtype=np.uint32)


def at(*pixels):
    """Return positions and matrix that put points at these pixels."""
    positions = np.array([[x, y, 0] for x, y in pixels], dtype=np.float32).reshape(-1, 3)
    return positions, np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])


def scene(drawn):
    """Return positions, matrix and colors of a random cloud, partly out of view or nowhere."""
    seed, count, is_3d = drawn
    rng = np.random.default_rng(seed)
    positions = (rng.normal(size=(count, 3)) * (1, 1, is_3d)).astype(np.float32)
    positions[rng.random(count) < 0.1] = np.nan
    matrix = Camera(scale=1.2, is_3d=is_3d).matrix(WIDTH, HEIGHT)
    return positions, matrix, rng.integers(0, 2**32, count, dtype=np.uint32)


def channels(image):
    """Return alpha, red, green and blue (height, width, 4), 0 to 255."""
    return np.stack([(image >> shift) & 0xFF for shift in (24, 16, 8, 0)], axis=-1).astype(int)


def light_of(value):
    value = np.asarray(value) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def blurred_sums(positions, matrix, colors):
    """Return opacity and light per pixel, blurred by NumPy alone (height, width, 4)."""
    margin = 8
    sums = np.zeros((HEIGHT + 2 * margin, WIDTH + 2 * margin, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        u, v, w = matrix @ np.column_stack([positions.astype(float), np.ones(len(positions))]).T
        x, y = u / w + margin, v / w + margin
        seen = (w > 0.02) & (x >= 0) & (y >= 0) & (x < sums.shape[1]) & (y < sums.shape[0])
    given = channels(np.broadcast_to(colors, len(positions)))[seen]
    alpha = given[:, :1] / 255
    np.add.at(
        sums,
        (y[seen].astype(int), x[seen].astype(int)),
        np.hstack([alpha, alpha * light_of(given[:, 1:])]),
    )
    weights = density.blur_weights(density._BLUR)
    reach = len(weights) // 2
    for axis in (0, 1):
        shifts = zip(range(-reach, reach + 1), weights, strict=True)
        sums = sum(w * np.roll(sums, k, axis) for k, w in shifts)
    return sums[margin:-margin, margin:-margin]


@settings(deadline=None, max_examples=30)
@given(SCENES)
def test_colors_are_mixed_by_their_light(drawn):
    positions, matrix, colors = scene(drawn)
    image = blank()
    draw_density(image, positions, matrix, colors, Tones(depth=0.0))
    alpha, *shown = np.moveaxis(channels(image), -1, 0)
    sums = blurred_sums(positions, matrix, colors)
    clear = alpha > 100  # Premultiplied colors of faint pixels are coarse.
    mean = sums[clear, 1:] / sums[clear, :1]
    for channel in range(3):
        straight = shown[channel][clear] * 255 / alpha[clear]
        np.testing.assert_allclose(light_of(straight), mean[:, channel], atol=0.03)
    assert (alpha >= np.max(shown, axis=0)).all()


@settings(deadline=None, max_examples=30)
@given(SCENES)
def test_denser_is_never_fainter(drawn):
    positions, matrix, colors = scene(drawn)
    for given_colors in (colors, one(0x80FF0000)):
        image = blank()
        draw_density(image, positions, matrix, given_colors, TONES)
        alpha = channels(image)[..., 0].ravel()
        counted = given_colors if len(given_colors) > 1 else one(0xFF000000)
        sums = blurred_sums(positions, matrix, counted)[..., 0].ravel()
        order = np.argsort(sums, kind="stable")
        assert (np.diff(alpha[order]) >= -4).all()  # Densities are told apart in steps.
        assert not alpha[sums == 0].any()


def test_the_scale_is_logarithmic_between_one_point_and_the_densest():
    # Four places: 1, 10, 100 and 1000 points.
    pixels = [(10 * k + 10.5, 20.5) for k in range(4) for _ in range(10**k)]
    positions, matrix = at(*pixels)
    image = blank()
    opaque = Tones(ramp=(0xFF000000, 0xFFFFFFFF), faintest=0.1)
    draw_density(image, positions, matrix, one(RED), opaque)
    shades = channels(image)[20, [10, 20, 30, 40], 1]
    assert shades[0] > 0
    steps = np.diff(shades)
    assert (steps > 50).all()
    assert steps[2] == pytest.approx(steps[1], abs=5)


def test_one_crowded_place_does_not_make_the_others_pale():
    rng = np.random.default_rng(0)
    spread = rng.uniform((0, 0), (WIDTH, HEIGHT), (20_000, 2))
    usual, crowded = blank(), blank()
    positions, matrix = at(*spread)
    draw_density(usual, positions, matrix, one(RED), TONES)
    positions, _ = at(*spread, *np.full((50_000, 2), 20.5))
    draw_density(crowded, positions, matrix, one(RED), TONES)
    alpha = channels(usual)[..., 0].mean(), channels(crowded)[..., 0].mean()
    assert alpha[1] > 0.8 * alpha[0]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0, 3.0])
def test_on_fine_screens_it_is_the_same_but_finer(scale):
    positions, matrix, colors = scene((3, 300, False))
    usual = blank()
    draw_density(usual, positions, matrix, colors, TONES)
    finer = np.zeros((int(HEIGHT * scale), int(WIDTH * scale)), dtype=np.uint32)
    matrix[:2] *= scale
    draw_density(finer, positions, matrix, colors, TONES, scale=scale)
    means = channels(usual).mean(axis=(0, 1)), channels(finer).mean(axis=(0, 1))
    np.testing.assert_allclose(*means, rtol=0.25 if scale == 1.5 else 0.06)
    if scale == 2:
        halved = channels(finer).reshape(HEIGHT, 2, WIDTH, 2, 4).mean(axis=(1, 3))
        assert np.abs(halved - channels(usual)).mean() < 5


def test_a_point_is_in_the_middle_of_its_smooth_disc():
    positions, matrix = at((30.5, 20.5))
    for scale in (1, 2, 3):
        image = blank(scale)
        scaled = matrix.copy()
        scaled[:2] *= scale
        draw_density(image, positions, scaled, one(RED), TONES, scale=scale)
        alpha = channels(image)[..., 0].astype(float)
        rows, columns = np.indices(alpha.shape) + 0.5
        middle = (columns * alpha).sum() / alpha.sum(), (rows * alpha).sum() / alpha.sum()
        np.testing.assert_allclose(middle, (30.5 * scale, 20.5 * scale), atol=0.1 * scale)


def test_points_beyond_the_border_reach_into_the_picture():
    positions, matrix = at((-0.5, 20.5), (30.5, HEIGHT + 0.5))
    image = blank()
    draw_density(image, positions, matrix, one(RED), TONES)
    alpha = channels(image)[..., 0]
    assert alpha[20, 0] > 0
    assert alpha[HEIGHT - 1, 30] > 0


def test_only_the_rows_given_over_what_is_there():
    positions, matrix = at((10.5, 20.5), (40.5, 20.5))
    colors = np.array([RED, BLUE], dtype=np.uint32)
    image = np.full((HEIGHT, WIDTH), 0xFF00FF00, dtype=np.uint32)
    draw_density(image, positions, matrix, colors, TONES, np.array([1]))
    left, right = channels(image)[20, [10, 40]]
    assert left.tolist() == [255, 0, 255, 0]
    assert right[3] > 0
    assert right[0] == pytest.approx(255, abs=2)


@pytest.mark.parametrize("count", [1, 2, 5, 100, 10_000])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_what_is_opaque_stays_so_under_a_thin_crowd(count, scale):
    positions, matrix = at(*[(30.5, 20.5)] * count, *[(10.5, 20.5)] * 20_000)
    image = np.full((HEIGHT, WIDTH), 0xFF808080, dtype=np.uint32)
    draw_density(image, positions, matrix, one(RED), TONES, scale=scale)
    assert channels(image)[..., 0].min() >= 253


@pytest.mark.parametrize("is_mixed", [False, True])
def test_one_in_some_counts_for_all_of_them(is_mixed):
    rng = np.random.default_rng(0)
    places = rng.normal((30, 20), 9, size=(40_000, 2))
    positions, matrix = at(*places)
    colors = np.full(len(positions), RED, dtype=np.uint32) if is_mixed else one(RED)
    whole, some = blank(), blank()
    draw_density(whole, positions, matrix, colors, TONES)
    draw_density(some, positions, matrix, colors, TONES, every=4)
    difference = channels(whole)[..., 0] - channels(some)[..., 0]
    # Of 255; where there are few points, the blur, twice as wide, fills the gaps between them.
    assert np.abs(difference).mean() < 12
    assert np.abs(difference[channels(whole)[..., 0] >= 200]).mean() < 4
    assert difference.any()


def test_one_in_some_of_the_rows_given():
    positions, matrix = at((10.5, 20.5), (30.5, 20.5), (50.5, 20.5))
    image = blank()
    draw_density(image, positions, matrix, one(RED), TONES, np.array([1, 2]), every=2)
    alpha = channels(image)[20, :, 0]
    assert alpha[30] > 0
    assert alpha[10] == alpha[50] == 0


@pytest.mark.parametrize("count", [0, 1, 5])
def test_nothing_to_be_seen_draws_nothing(count):
    positions = np.full((count, 3), np.nan, dtype=np.float32)
    _, matrix = at()
    for colors in (one(RED), np.full(count, RED, dtype=np.uint32)):
        image = blank()
        draw_density(image, positions, matrix, colors, TONES)
        assert not image.any()


def test_each_kernel_is_compiled_once():
    density.compile_all()
    for is_3d in (False, True):
        positions, matrix, colors = scene((0, 20, is_3d))
        for given_colors in (colors, one(RED)):
            draw_density(blank(), positions, matrix, given_colors, TONES, np.arange(7))
    for kernel in (
        density._gather,
        density._count_densities,
        density._tone_by_ramp,
        density._tone_by_mixture,
        density.draw_enlarged,
    ):
        assert len(kernel.signatures) == 1
