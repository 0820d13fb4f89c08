"""Colors and sizes as the raster takes them."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from embedviz.gui.points.point_colors import (
    faded_colors,
    packed_colors,
    packed_sizes,
    usual_opacity,
    usual_size,
)


@pytest.mark.parametrize(
    ("colors", "packed"),
    [
        (None, None),
        ("#123456", [0xFF123456]),
        (QColor(1, 2, 3, 4), [0x04010203]),
        ([[1.0, 0.5, 0.0], [0.0, 0.0, 1.0]], [0xFFFF8000, 0xFF0000FF]),
        ([[2.0, -1.0, 0.0, 0.5], [0, 0, 0, 0]], [0x80FF0000, 0]),
        (np.array([[1, 2, 3], [255, 0, 9]], np.uint8), [0xFF010203, 0xFFFF0009]),
        (np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.uint8), [0x04010203, 0x08050607]),
        (np.array([0x80FFFFFF, 7], np.uint32), [0x80FFFFFF, 7]),
    ],
)
def test_colors_are_packed(colors, packed):
    found = packed_colors(colors, 2)
    if packed is None:
        assert found is None
        return
    assert found.tolist() == packed
    assert found.dtype == np.uint32
    assert found.flags.c_contiguous


@pytest.mark.parametrize("colors", [np.zeros((3, 3)), np.zeros((2, 2)), np.zeros((2, 3, 1))])
def test_colors_of_another_shape_are_refused(colors):
    with pytest.raises(ValueError, match="colors of shape"):
        packed_colors(colors, 2)


def test_arrays_are_copied():
    given = np.array([1, 2], np.uint32)
    found = packed_colors(given, 2)
    given[0] = 9
    assert found.tolist() == [1, 2]


def test_sizes_are_one_or_one_per_point():
    assert packed_sizes(3, 2).tolist() == [3]
    assert packed_sizes([1, -2], 2).tolist() == [1, 0]
    assert packed_sizes(None, 100).tolist() == [usual_size(100)]
    for wrong in ([1, 2, 3], [[1, 2]], np.inf, [np.nan, 1]):
        with pytest.raises(ValueError, match="must be numbers"):
            packed_sizes(wrong, 2)


def test_crowds_are_smaller_and_fainter():
    for usual in (usual_size, usual_opacity):
        values = [usual(count) for count in (0, 1, 10_000, 100_000, 1_000_000, 10**8)]
        assert values == sorted(values, reverse=True)
        assert values[0] == values[2] > values[3] > values[4] > 0


def test_faded_colors_keep_their_hue():
    colors = np.array([0xFF123456, 0x80ABCDEF], np.uint32)
    assert faded_colors(colors, 1.0) is colors
    assert faded_colors(colors, 0.5).tolist() == [0x80123456, 0x40ABCDEF]
    assert faded_colors(colors, 0.5).dtype == np.uint32
