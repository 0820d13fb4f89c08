"""Room in the chart of accuracy by frequency."""

from itertools import pairwise

import pytest

from embedviz.panes.analogies.benchmark import band_chart as chart_module
from embedviz.panes.analogies.benchmark.band_chart import BandChart, BandColumn, BandShare


@pytest.fixture
def chart(qtbot):
    chart = BandChart("bands")
    qtbot.addWidget(chart)
    chart.resize(320, 220)
    return chart


def room_above(chart, high):
    """Return how far the end of an interval is below the top of the area, and that top."""
    chart.show_bands([BandColumn("1–100", "≤100", BandShare(1, 2, 0.1, high))], "this set")
    frame = chart.frame()
    return float(frame.y_of(high)), frame.area.top()


def test_the_number_of_a_full_bar_is_below_the_title(chart):
    usual, usual_top = room_above(chart, 0.5)
    full, full_top = room_above(chart, 1.0)
    assert full == pytest.approx(full_top)
    assert full_top - usual_top == pytest.approx(chart.line_height())
    # What is clear of the title anyway costs no room.
    assert room_above(chart, 0.8)[1] == usual_top
    assert usual > usual_top


def test_bars_keep_most_of_a_low_chart(chart):
    chart.resize(320, 96)
    usual = room_above(chart, 0.5)[1]
    full = room_above(chart, 1.0)[1]
    area = chart.frame().area
    assert full - usual <= area.height() / 3 + 1e-9


@pytest.mark.parametrize("width", [160, 200, 320, 700])
def test_names_and_counts_below_bars_do_not_touch(chart, width, monkeypatch):
    share = BandShare(5, 27_940, 0.1, 0.3)
    bands = [BandColumn(f"{n},001–{n + 1},000", f"≤{n}0k", share) for n in range(1, 7)]
    chart.resize(width, 220)
    chart.show_bands(bands, "this set")
    drawn = []

    class Recorder:
        def drawText(self, box, _, text):  # noqa: N802 - Qt's name
            wide = chart_module.width_of(text, chart.small())
            drawn.append((box.top(), box.center().x() - wide / 2, box.center().x() + wide / 2))

        def __getattr__(self, _):
            return lambda *_: None

    for place in range(len(bands)):
        chart._draw_band(Recorder(), chart.frame(), place)
    assert drawn
    for top in {each[0] for each in drawn}:
        line = sorted(each[1:] for each in drawn if each[0] == top)
        assert all(end <= start for (_, end), (start, _) in pairwise(line))
