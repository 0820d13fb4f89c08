"""The raster against plain, slow drawings of the same points."""

from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.drawing import raster
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.picking import rows_back_to_front
from embedviz.core.drawing.raster import Edge, Fog, draw_discs, draw_dots, fade

WIDTH, HEIGHT = 40, 30
RED, GREEN = 0xFFFF0000, 0xFF00FF00
SCENES = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 12), st.booleans())


def one(color):
    return np.array([color], dtype=np.uint32)


def size(pixels):
    return np.array([pixels], dtype=np.float32)


def blank():
    return np.zeros((HEIGHT, WIDTH), dtype=np.uint32)


def at(*pixels):
    """Return positions and matrix that put points at these pixels."""
    positions = np.array([[x, y, 0] for x, y in pixels], dtype=np.float32)
    matrix = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
    return positions, matrix


def scene(drawn):
    """Return positions, matrix, colors and sizes of a random cloud, partly out of view."""
    seed, count, is_3d = drawn
    rng = np.random.default_rng(seed)
    positions = rng.normal(size=(count, 3)).astype(np.float32) * (1, 1, is_3d)
    positions[rng.random(count) < 0.1] = np.nan
    matrix = Camera(scale=1.2, is_3d=is_3d).matrix(WIDTH, HEIGHT)
    colors = rng.integers(0, 2**32, count, dtype=np.uint32)
    sizes = rng.uniform(0.2, 9, count).astype(np.float32)
    return positions.astype(np.float32), matrix, colors, sizes


def channels(image):
    """Return alpha, red, green and blue (height, width, 4), 0 to 255."""
    return np.stack([(image >> shift) & 0xFF for shift in (24, 16, 8, 0)], axis=-1).astype(int)


def located(positions, matrix):
    """Yield row, x, y, w of the points that are in front of the eye."""
    for row, position in enumerate(positions.astype(np.float64)):
        u, v, w = matrix @ [*position, 1]
        if w > 0.02:
            yield row, u / w, v / w, w


def blend(canvas, row, column, color, alpha):
    """Draw premultiplied channels (alpha, red, green, blue) from 0 to 1 over a pixel."""
    rgb = [(color >> shift & 0xFF) / 255 for shift in (16, 8, 0)]
    canvas[row, column] = canvas[row, column] * (1 - alpha) + alpha * np.array([1, *rgb])


def disc_by_hand(canvas, x, y, diameter, color):
    radius, alpha = diameter / 2, (color >> 24) / 255
    if radius < 0.5:
        alpha, radius = alpha * 4 * radius**2, 0.5
    for row in range(HEIGHT):
        for column in range(WIDTH):
            distance = np.hypot(column + 0.5 - x, row + 0.5 - y)
            covered = np.clip(radius + 0.5 - distance, 0, 1)
            blend(canvas, row, column, color, alpha * covered)


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_discs_are_drawn_as_by_hand(drawn):
    positions, matrix, colors, sizes = scene(drawn)
    image, canvas = blank(), np.zeros((HEIGHT, WIDTH, 4))
    order = rows_back_to_front(positions, matrix)
    draw_discs(image, positions, matrix, colors, sizes, order)
    by_row = {row: (x, y, w) for row, x, y, w in located(positions, matrix)}
    assert sorted(order) == sorted(by_row)
    for row in order.tolist() if len(order) else []:
        x, y, w = by_row[row]
        disc_by_hand(canvas, x, y, float(sizes[row]) / w, int(colors[row]))
    if len(order):
        np.testing.assert_allclose(channels(image), canvas * 255, atol=4)


@settings(deadline=None, max_examples=50)
@given(SCENES)
def test_dots_are_drawn_as_by_hand(drawn):
    positions, matrix, colors, sizes = scene(drawn)
    is_3d, image = drawn[2], blank()
    draw_dots(image, positions, matrix, colors, sizes, Fog(ground=0xFF000000))
    canvas, nearest = np.zeros((HEIGHT, WIDTH, 4)), np.full((HEIGHT, WIDTH), np.inf)
    for row, x, y, w in located(positions, matrix):
        side = max(1, int(sizes[row] / w * 0.9 + 0.5))
        left, top = floor(x - side / 2 + 0.5), floor(y - side / 2 + 0.5)
        alpha = (int(colors[row]) >> 24) / 255
        for down in range(side):
            for across in range(side):
                pixel = top + down, left + across
                is_corner = side > 2 and {down, across} <= {0, side - 1}
                if is_corner or not (0 <= pixel[0] < HEIGHT and 0 <= pixel[1] < WIDTH):
                    continue
                if not is_3d:
                    blend(canvas, *pixel, int(colors[row]), alpha)
                elif w < nearest[pixel]:
                    # Opaque, translucent colors being mixed with the black ground.
                    nearest[pixel], canvas[pixel] = w, (1, 0, 0, 0)
                    blend(canvas, *pixel, int(colors[row]), alpha)
    np.testing.assert_allclose(channels(image), canvas * 255, atol=4)


@settings(deadline=None, max_examples=50)
@given(SCENES, st.sampled_from([draw_dots, draw_discs]))
def test_no_channel_exceeds_alpha(drawn, draw):
    image = blank()
    draw(image, *scene(drawn))
    seen = channels(image)
    # A color channel may be rounded up once where alpha is rounded down.
    assert (seen[..., 1:] <= seen[..., :1] + 1).all()


@pytest.mark.parametrize("draw", [draw_dots, draw_discs])
@pytest.mark.parametrize("place", [np.nan, np.inf, -np.inf, 3e38])
def test_what_is_nowhere_is_not_drawn(draw, place):
    for is_3d in (False, True):
        for axis in range(2 + is_3d):
            positions = np.zeros((1, 3), dtype=np.float32)
            positions[0, axis] = place
            image = blank()
            draw(image, positions, Camera(is_3d=is_3d).matrix(WIDTH, HEIGHT), one(RED), size(5))
            assert not image.any()


@pytest.mark.parametrize("draw", [draw_dots, draw_discs])
def test_what_is_behind_the_eye_is_not_drawn(draw):
    camera = Camera(is_3d=True)
    behind = (10 * camera.axes[2:]).astype(np.float32)
    image = blank()
    draw(image, behind, camera.matrix(WIDTH, HEIGHT), one(RED), size(5))
    assert not image.any()
    draw(image, -behind, camera.matrix(WIDTH, HEIGHT), one(RED), size(9))
    assert image.any()


@pytest.mark.parametrize("draw", [draw_dots, draw_discs])
@pytest.mark.parametrize("place", [(-2, 10), (WIDTH + 2, 10), (10, -2), (10, HEIGHT + 2)])
def test_points_at_the_border_are_cut_not_dropped(draw, place):
    image = blank()
    draw(image, *at(place), one(RED), size(8))
    assert image.any()
    beyond = tuple(place[k] + 8 * np.sign(place[k] - (20, 15)[k]) for k in range(2))
    image = blank()
    draw(image, *at(beyond), one(RED), size(8))
    assert not image.any()


def test_more_points_than_one_block():
    count = 2 * raster._BLOCK + 7
    positions, matrix = at(*[(i % WIDTH + 0.5, i // WIDTH % HEIGHT + 0.5) for i in range(count)])
    image = blank()
    draw_dots(image, positions, matrix, one(RED), size(1))
    assert (image == RED).all()


def test_nearer_dots_hide_farther_ones_whatever_their_order():
    camera = Camera(is_3d=True)
    points = np.array([0.5 * camera.axes[2], -0.5 * camera.axes[2]], dtype=np.float32)
    matrix = camera.matrix(WIDTH, HEIGHT)
    colors = np.array([RED, GREEN], dtype=np.uint32)
    for order in ([0, 1], [1, 0]):
        image = blank()
        draw_dots(image, points[order], matrix, colors[order], size(3))
        assert image[HEIGHT // 2, WIDTH // 2] == RED


def test_the_later_disc_is_on_top():
    positions, matrix = at((10, 10), (10, 10))
    colors = np.array([RED, GREEN], dtype=np.uint32)
    for rows, color in (([0, 1], GREEN), ([1, 0], RED)):
        image = blank()
        draw_discs(image, positions, matrix, colors, size(6), np.array(rows))
        assert image[10, 10] == color


def test_edge_is_within_the_diameter():
    image = blank()
    draw_discs(image, *at((15, 15)), one(RED), size(12), edge=Edge(GREEN, 3))
    assert image[15, 15] == image[15, 16] == RED
    assert image[15, 19] == GREEN
    assert image[15, 22] == 0


def test_opacity_scales_alpha():
    image = blank()
    draw_discs(image, *at((15, 15)), one(0x80FFFFFF), size(12), opacity=0.5)
    assert channels(image)[15, 15, 0] == pytest.approx(64, abs=1)


def test_fog_takes_color_toward_the_ground():
    fog = Fog(near=1.0, far=2.0, strength=0.5, ground=0xFF0000FF)
    for w, expected in ((0.5, 0), (1.0, 0), (1.5, 0.25), (2.0, 0.5), (9.0, 0.5)):
        assert fog.part_at(w) == expected
        positions, matrix = at((15, 15))
        matrix = matrix * w  # The same pixel, at another distance.
        for draw in (draw_dots, draw_discs):
            image = blank()
            matrix[2, 0] = 1e-12  # Makes it 3-D.
            draw(image, positions, matrix, one(RED), size(8 * w), fog=fog)
            _, red, _, blue = channels(image)[15, 15]
            assert red == pytest.approx(255 * (1 - expected), abs=2)
            assert blue == pytest.approx(255 * expected, abs=2)
    assert Fog().part_at(5.0) == 0


def test_specks_keep_their_light():
    light = []
    for diameter in (0.25, 0.5):
        image = blank()
        draw_discs(image, *at((15, 15)), one(0xFFFFFFFF), size(diameter))
        light.append(channels(image)[..., 0].sum())
    assert light[1] == pytest.approx(4 * light[0], rel=0.15)


def test_each_kernel_is_compiled_once():
    raster.compile_all()
    for is_3d in (False, True):
        positions, matrix, colors, sizes = scene((0, 5, is_3d))
        for given_colors, given_sizes in ((colors, sizes), (one(RED), size(2))):
            draw_dots(blank(), positions, matrix, given_colors, given_sizes, Fog(1, 2, 0.5))
            draw_discs(
                blank(), positions, matrix, given_colors, given_sizes, edge=Edge(RED, 1), opacity=1
            )
    assert len(raster._draw_dots.signatures) == 1
    assert len(raster._draw_discs.signatures) == 1


def test_sprites_are_centered():
    image = blank()
    draw_discs(image, *at((20, 15)), one(0xFFFFFFFF), size(7))
    alpha = channels(image)[..., 0]
    rows, columns = np.indices(alpha.shape)
    assert (alpha * (columns + 0.5)).sum() / alpha.sum() == pytest.approx(20, abs=0.01)
    assert (alpha * (rows + 0.5)).sum() / alpha.sum() == pytest.approx(15, abs=0.01)
    assert alpha.sum() / 255 == pytest.approx(np.pi * 3.5**2, rel=0.05)
    assert ceil(alpha.max()) == 255


@pytest.mark.parametrize("opacity", [0.0, 0.22, 1.0])
def test_fading_leaves_hues_and_takes_opacity(opacity):
    image = blank()
    draw_discs(image, *at((20, 15)), one(0xFF804020), size(12))
    before = channels(image)
    fade(image, opacity)
    np.testing.assert_allclose(channels(image), before * opacity, atol=1.1)
