"""The light behind points: where it is, of which color, and how opaque."""

import numpy as np
import pytest

from embedviz.core.drawing.glow import draw_glow

RED, BLUE, FAINT = 0xFFFF0000, 0xFF0000FF, 0x30FF0000
SIDE = 120


def crowd(x, y, count=200, spread=3.0, seed=0):
    """Return positions of many points around a pixel, (n, 3)."""
    rng = np.random.default_rng(seed)
    places = rng.normal((x, y), spread, (count, 2))
    return np.column_stack([places, np.zeros(count)]).astype(np.float32)


def lit(positions, colors, strength=0.5, every=1, width=8.0):
    """Return alpha, red, green and blue, premultiplied (height, width, 4), 0 to 255."""
    image = np.zeros((SIDE, SIDE), dtype=np.uint32)
    matrix = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
    packed = np.array(colors, dtype=np.uint32).reshape(-1)
    draw_glow(image, positions, matrix, packed, width, strength, every=every)
    return np.stack([(image >> shift) & 0xFF for shift in (24, 16, 8, 0)], axis=-1).astype(int)


def test_it_is_where_points_are_and_as_opaque_as_was_asked_for():
    seen = lit(crowd(60, 60), RED, strength=0.5)
    alpha = seen[..., 0]
    high, wide = np.unravel_index(alpha.argmax(), alpha.shape)
    assert max(abs(high - 60), abs(wide - 60)) <= 8
    assert abs(alpha.max() - 0.5 * 255) <= 1
    assert alpha[60, 60] > alpha[60, 72] > alpha[60, 84] >= alpha[60, 100] == 0
    assert (seen[..., 1] <= alpha).all(), "premultiplied"
    assert not seen[..., 2:].any(), "of the color of the points alone"


def test_groups_have_the_light_of_their_own_colors():
    both = np.vstack([crowd(35, 60), crowd(85, 60, seed=1)])
    seen = lit(both, np.repeat([RED, BLUE], 200))
    assert seen[60, 35, 1] > 50 > 5 > seen[60, 35, 3]
    assert seen[60, 85, 3] > 50 > 5 > seen[60, 85, 1]


def test_faint_points_and_those_without_a_place_have_none():
    assert not lit(crowd(60, 60), FAINT).any()
    assert not lit(np.full((9, 3), np.nan, dtype=np.float32), RED).any()
    assert not lit(np.empty((0, 3), dtype=np.float32), RED).any()


def test_single_points_have_next_to_none_beside_a_crowd():
    stray = np.array([[100.0, 20.0, 0.0]], dtype=np.float32)
    alpha = lit(np.vstack([crowd(40, 70, 2000), stray]), RED)[..., 0]
    assert alpha[20, 100] <= 0.05 * alpha.max()


def test_it_fades_at_the_border_where_points_go_on_beyond():
    alpha = lit(crowd(60, 118, 2000, spread=6.0), RED)[..., 0]
    assert alpha[-1].max() < 0.2 * alpha.max()
    assert (np.abs(np.diff(alpha[100:, 60])) < 0.2 * alpha.max()).all(), "nowhere cut off"


@pytest.mark.parametrize("every", [3, 10])
def test_some_of_the_points_give_nearly_the_same_light(every):
    points = crowd(60, 60, 20_000, spread=15.0)
    all_of_them, some = lit(points, RED), lit(points, RED, every=every)
    assert np.abs(all_of_them - some).max() < 25


def test_the_same_points_give_the_same_picture():
    points = crowd(60, 60)
    np.testing.assert_array_equal(lit(points, RED), lit(points, RED))
