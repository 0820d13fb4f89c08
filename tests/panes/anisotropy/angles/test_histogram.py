"""The histogram of pairs: what is drawn where, and what the mouse reads."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF

from embedviz.gui.charts.drawn_widget import width_of
from embedviz.gui.figures import save_figure
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.anisotropy.angles.histogram import (
    Distribution,
    PairHistogram,
    Quantity,
    steps_within,
)

ANGLES = Quantity("Angle of two rows", "Angle", "°", 1)
EDGES = np.linspace(0, 180, 19)


@pytest.fixture
def chart(qtbot):
    chart = PairHistogram("x.chart", "Angles")
    qtbot.addWidget(chart)
    chart.resize(420, 150)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def shown():
    chance = Distribution("chance", "unrelated in 9", "unrelated", EDGES, np.full(18, 1 / 18))
    after = Distribution.of("after", "after", [85, 91, 92, 96], EDGES, 91.0)
    before = Distribution.of("before", "before", [41, 42, 43, 55], EDGES, 45.25)
    return [chance, after, before]


def test_the_key_names_each_with_its_mean_the_uppermost_first(chart):
    chart.resize(900, 150)
    chart.show_distributions(ANGLES, shown(), (0, 180))
    texts = [placed.text for placed in chart.key()]
    assert texts == [
        "Angle of two rows",
        "before, mean 45.2°",
        "after, mean 91.0°",
        "unrelated in 9",
    ]
    assert "before, mean 45.2°" in chart.accessibleDescription()
    chart.resize(420, 150)
    texts = [placed.text for placed in chart.key()]
    assert texts == ["Angle", "before 45.2°", "after 91.0°", "unrelated"]


def test_the_mouse_reads_a_bin(chart, qtbot):
    chart.show_distributions(ANGLES, shown(), (0, 180))
    frame = chart.frame()
    place = QPointF(float(frame.x_of(45.0)), frame.area.center().y()).toPoint()
    qtbot.mouseMove(chart, place)
    assert chart.heading == "40.0° to 50.0°"
    assert chart.readings == ["unrelated in 9 5.6 %", "after 0.0 %", "before 75.0 %"]
    qtbot.mouseMove(chart, QPoint(1, 1))
    assert chart.heading == "Angle of two rows"


@pytest.mark.parametrize("size", [(180, 70), (260, 90), (420, 150), (1200, 400)])
@pytest.mark.parametrize("scale", [1.0, 1.8])
def test_the_key_is_above_what_it_names_and_within_the_chart(chart, size, scale):
    chart.set_text_scale(scale)
    chart.resize(*size)
    chart.show_distributions(ANGLES, shown(), (0, 180))
    area = chart.frame().area
    for corner, text, pen in chart.key():
        assert corner.y() + chart.line_height() <= area.top()
        width = width_of(text, chart.small()) + (23 if pen else 0)
        if size[0] > 300 or scale == 1:
            assert corner.x() + width <= chart.width()
    assert area.width() > 0
    assert area.height() > 0


def colors_of(chart):
    image = chart.grab().toImage()
    wide, high = image.width(), image.height()
    return {image.pixelColor(x, y).name().upper() for x in range(wide) for y in range(high)}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_both_sides_are_drawn_in_their_colors(chart, qapp, theme):
    apply_theme(qapp, theme)
    chart.show_distributions(ANGLES, shown(), (0, 180), 60.0)
    assert {theme.before.upper(), theme.after.upper()} <= colors_of(chart)
    chart.clear("Nothing.")
    assert not {theme.before.upper(), theme.after.upper()} & colors_of(chart)
    assert chart.accessibleDescription() == "Nothing."


def test_the_top_of_the_highest_bin_is_within_the_area(chart):
    chart.show_distributions(ANGLES, shown(), (0, 180))
    frame = chart.frame()
    highest = max(each.heights.max() for each in shown())
    assert frame.area.top() < frame.y_of(highest) < frame.area.top() + 20
    assert frame.y_of(0.0) == pytest.approx(frame.area.bottom())


def test_a_figure_holds_it_as_lines_and_text(chart, tmp_path):
    chart.show_distributions(ANGLES, shown(), (0, 180))
    chart.resize(900, 150)
    save_figure(chart, tmp_path / "x.svg")
    text = (tmp_path / "x.svg").read_text("utf-8")
    assert "before, mean 45.2" in text
    assert "<image" not in text


def test_steps_are_as_high_as_their_bins_within_the_axis():
    shares = np.zeros(18)
    shares[4:8] = 0.1, 0.2, 0.2, 0.5
    shown = Distribution("before", "before", "before", EDGES, shares)
    across, up = steps_within(shown, 45.0, 120.0)
    # At most a bin more than what is seen, and no corner where the height stays.
    assert across[0] <= 45
    assert across[-1] >= 120
    assert np.all(np.diff(across) >= 0)
    assert np.count_nonzero(across == 60) == 0
    middles = np.arange(46.5, 120.0, 3)  # None at an edge.
    bins = np.searchsorted(EDGES, middles) - 1
    np.testing.assert_allclose(np.interp(middles, across, up), shown.heights[bins])


def test_steps_of_nothing_within_the_axis_are_level():
    empty = Distribution("before", "before", "before", EDGES, np.zeros(18))
    across, up = steps_within(empty, 45.0, 120.0)
    assert len(across) == 2
    assert not up.any()
