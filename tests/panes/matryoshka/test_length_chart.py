"""The chart of curves over the prefix length, by the mouse and by what it draws."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.gui.charts.drawn_widget import width_of
from embedviz.gui.figures import save_figure
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.matryoshka.length_chart import STYLES, LengthChart, LengthCurve

LENGTHS = (8, 16, 32, 64, 100)
VALUES = np.array([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.fixture
def chart(qtbot):
    chart = LengthChart("x.chart")
    qtbot.addWidget(chart)
    chart.resize(700, 240)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def curves():
    spread = np.array([0.05, 0.05, 0.04, 0.02, 0.0])
    return [
        LengthCurve("prefix", VALUES, np.zeros(5)),
        LengthCurve("random", VALUES - spread, spread),
        LengthCurve("variance", VALUES**0.9, np.zeros(5)),
        LengthCurve("svd", VALUES**0.5, np.zeros(5)),
    ]


def colors_of(chart):
    image = chart.grab().toImage()
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }


def test_values_are_read_at_the_slider(chart):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    for length, value in zip(LENGTHS, VALUES, strict=True):
        chart.show_marker(length)
        assert chart.readings[0] == f"first dimensions {value:.3f}"
    chart.show_marker(16)
    assert chart.readings[1] == "random 0.350 ± 0.050"
    chart.show_marker(23)
    expected = np.interp(np.log(23), np.log([16, 32]), [0.4, 0.6])
    assert chart.readings[0] == f"first dimensions {expected:.3f}"
    chart.show_marker(5)  # Shorter than any that was measured.
    assert chart.readings[:2] == ["first dimensions –", "random –"]
    assert "at 5 of 100 dimensions" in chart.accessibleDescription()


def test_values_are_read_at_the_mouse_while_it_is_there(chart, qtbot):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    chart.show_marker(64)
    frame = chart.frame()
    qtbot.mouseMove(chart, QPoint(round(frame.x_of(17)), round(frame.area.center().y())))
    assert chart.read_at == 16
    qtbot.mouseMove(chart, QPoint(5, 5))
    assert chart.read_at == 64


def test_pressing_chooses_a_measured_length(chart, qtbot):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    chosen = []
    chart.length_chosen.connect(chosen.append)
    frame = chart.frame()
    for x, button in ((frame.x_of(30), Qt.MouseButton.LeftButton), (5, Qt.MouseButton.LeftButton)):
        qtbot.mousePress(chart, button, pos=QPoint(round(x), round(frame.area.center().y())))
    place = QPoint(round(frame.x_of(64)), round(frame.area.center().y()))
    qtbot.mousePress(chart, Qt.MouseButton.RightButton, pos=place)
    assert chosen == [32]


@pytest.mark.parametrize("width", [260, 420, 700, 1400])
@pytest.mark.parametrize("scale", [1.0, 1.8])
def test_the_key_lies_over_no_part_of_the_curves(chart, width, scale):
    chart.set_text_scale(scale)
    chart.resize(width, 300)
    chart.show_curves("Mean overlap@10", LENGTHS, curves())
    line = chart.line_height()
    boxes = [
        QRectF(corner.x(), corner.y(), width_of(text, chart.small()) + (31 if curve else 0), line)
        for corner, text, curve in chart.key()
    ]
    for place, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:place])
        assert box.bottom() <= chart.frame().area.top()
        assert box.right() <= width or box.left() <= 2
    assert chart.frame().area.height() >= 10


def test_all_values_and_spreads_are_within_the_chart(chart):
    chart.show_curves("Spearman", LENGTHS, curves())
    frame = chart.frame()
    for curve in curves():
        for sign in (-1, 1):
            for value in curve.values + sign * curve.spread:
                assert frame.area.top() <= frame.y_of(value) <= frame.area.bottom()
    assert frame.x_of(8) == pytest.approx(frame.area.left())
    assert frame.x_of(100) == pytest.approx(frame.area.right())


def test_curves_differ_without_colors(chart):
    assert len({style.dashes for style in STYLES.values()}) == len(STYLES)


def test_it_follows_the_theme(chart, qapp):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        assert {theme.after, theme.ground} <= colors_of(chart)


@pytest.mark.parametrize("lengths", [(1,), (1, 2), (8, 9)])
def test_few_lengths_and_gaps(chart, lengths):
    values = np.full(len(lengths), np.nan)
    values[-1] = 0.5
    chart.show_curves("Spearman", lengths, [LengthCurve("prefix", values, np.zeros(len(values)))])
    chart.show_marker(lengths[-1])
    chart.grab()
    assert chart.readings == ["first dimensions 0.500"]


def test_without_curves_it_says_why(chart):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    chart.clear("There is nothing.")
    assert (chart.message, chart.curves) == ("There is nothing.", ())
    chart.grab()


def test_curves_are_drawn_once_while_the_slider_moves(chart, monkeypatch):
    drawn = []
    draw = LengthChart._draw_axes
    monkeypatch.setattr(
        LengthChart, "_draw_axes", lambda *given: (drawn.append(1), draw(*given))[1]
    )
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    images = []
    for length in (16, 32, 64):
        chart.show_marker(length)
        images.append(chart.grab().toImage())
    assert len(drawn) == 1
    assert images[0] != images[1] != images[2]
    chart.show_curves("Overlap", LENGTHS, curves()[:2], (0, 1))
    chart.grab()
    assert len(drawn) == 2
    chart.resize(500, 240)
    chart.grab()
    assert len(drawn) == 3


def test_a_figure_is_drawn_without_the_image_that_is_kept(chart, tmp_path):
    chart.show_curves("Overlap", LENGTHS, curves(), (0, 1))
    chart.grab()
    picture = QWidget()
    QVBoxLayout(picture).addWidget(chart)
    picture.resize(chart.size())
    save_figure(picture, tmp_path / "chart.svg")
    said = (tmp_path / "chart.svg").read_text()
    assert "<image" not in said
    assert "<polyline" in said or "<path" in said
    chart.setParent(None)
