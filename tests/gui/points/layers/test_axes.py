"""Ticks are round, few, and written so that they can be read."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.extents import Extent
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.axes import left_margin, step_for, title_boxes_3d
from embedviz.gui.points.text import text_size
from embedviz.gui.theme import LIGHT


def framed(width, height, **camera):
    return Frame(QRectF(0, 0, width, height), Camera(**camera), LIGHT)


@given(st.floats(1e-9, 1e9))
def test_steps_are_the_next_of_one_two_five(least):
    step = tick_step(least)
    digit = Fraction(f"{step:.0e}".split("e")[0])
    assert digit in (1, 2, 5)
    assert least * (1 - 1e-6) <= step <= 2.5 * least * (1 + 1e-6)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_values_are_the_multiples_within(low, span):
    step = tick_step(span / 7)
    values = tick_values(low, low + span, step)
    assert 2 <= len(values) <= 8
    np.testing.assert_allclose(np.diff(values), step, rtol=1e-6)
    np.testing.assert_allclose(
        np.array(values) / step, np.round(np.array(values) / step), atol=1e-6
    )
    assert low - 1e-6 * step <= values[0] < low + step * (1 + 1e-6)


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (-2.0, 1.0, "\u22122"),
        (0.0, 0.5, "0"),
        (-1e-17, 0.5, "0"),
        (1.0, 0.5, "1.0"),
        (12_000.0, 2000.0, "12,000"),
        (0.25, 0.05, "0.25"),
        (2e-5, 1e-5, "2e\u221205"),
        (300_000.0, 100_000.0, "3e+05"),
    ],
)
def test_texts_have_the_digits_of_the_step(value, step, text):
    assert tick_text(value, step) == text


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (480, 320), (200, 600), (60, 40)])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 3.7e5])
def test_ticks_are_neither_crowded_nor_missing(qapp, width, height, scale):
    frame = framed(width, height, scale=scale)
    pixels = step_for(frame) * min(width, height) / 2 / scale
    assert pixels * (1 + 1e-9) >= 40
    assert pixels <= 80 * 2.5


def test_the_margin_holds_the_longest_text(qapp):
    usual = left_margin(framed(400, 300))
    assert left_margin(framed(400, 300, scale=3)) == usual
    deep = framed(400, 300, scale=1e-3, center=(0, -100, 0))
    assert left_margin(deep) > usual
    assert left_margin(deep) > text_size("\u2212100.0005", deep.small)[0]


def test_titles_of_axes_in_3d_are_inside_and_there_are_none_in_2d(qapp):
    extent = Extent((-1, -1, -1), (1, 1, 1))
    titles = ["PC1 · 12.3 %", "PC2 · 8.1 %", "PC3 · 5.2 %"]
    for azimuth in np.linspace(-3, 3, 12):
        camera = Camera(scale=1.4, is_3d=True, azimuth=azimuth)
        frame = Frame(QRectF(10, 20, 300, 200), camera, LIGHT, extent)
        boxes = title_boxes_3d(frame, titles)
        assert len(boxes) == 3
        assert all(frame.area.contains(QRectF(*box)) for box in boxes)
    inside = Frame(QRectF(0, 0, 300, 200), Camera(scale=0.1, is_3d=True), LIGHT, extent)
    assert len(title_boxes_3d(inside, titles)) < 3  # Some ends are behind the eye.
    assert title_boxes_3d(framed(300, 200), titles) == []
