import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

from embedviz.gui.charts.drawn_widget import width_of
from embedviz.gui.runs.charts import WAITING
from embedviz.gui.runs.lines import parts_between_gaps, path_through
from embedviz.gui.runs.plots import names_beside
from embedviz.gui.runs.tracks import Columns, RunTable, changes, table_type, value_range
from embedviz.panes.contrastive.charts import NAMES, contrastive_charts, tracks_of

from .examples import measures_at

TABLE, TRACKS = table_type(NAMES), tracks_of(3)


@pytest.fixture
def charts(shown):
    return shown(contrastive_charts())


def test_before_a_run_a_sentence_says_what_will_be_here(charts):
    assert charts.message == WAITING == charts.accessibleDescription()
    assert charts.numbers == {}
    assert charts.step is None
    charts.show_run([measures_at(0)], TRACKS)
    assert not charts.message
    charts.clear()
    assert charts.message == WAITING


def test_numbers_are_those_of_the_last_step_until_another_is_shown(charts):
    run = [measures_at(step) for step in range(0, 50, 5)]
    charts.show_run(run, TRACKS)
    assert charts.step == 45
    assert charts.numbers == {
        "loss": "0.022",
        "alignment": "0.500",
        "uniformity": "−2.500",
        "mean_cosine": "0.010",
        "effective_rank": "2.88",
    }
    charts.show_step(12)  # The last one measured until then.
    assert charts.step == 10
    assert charts.numbers["loss"] == "0.100"
    charts.show_step(0)
    assert charts.numbers["loss"] == "–"
    charts.show_step(None)
    charts.show_run([*run, measures_at(50)], TRACKS)
    assert charts.step == 50


def test_a_table_gives_the_same_as_measures(charts):
    run = [measures_at(step) for step in range(20)]
    table = np.array([tuple(getattr(each, name) for name in TABLE.names) for each in run], TABLE)
    charts.show_run(table, TRACKS)
    of_table = charts.numbers, charts.grab().toImage()
    charts.show_run(run, TRACKS)
    assert (charts.numbers, charts.grab().toImage()) == of_table


def test_a_run_that_goes_on_or_begins_anew_is_read_right():
    table, run = RunTable(NAMES), [measures_at(step) for step in range(400)]

    def losses_after(measures):
        table.read(measures)
        assert len(table.drawn["loss"]) == len(measures)
        return table.rows["step"].tolist()

    assert losses_after(run[:1]) == [0]
    assert losses_after(run[:300]) == list(range(300))
    assert losses_after(list(run)) == list(range(400))
    # Gone back, and on with other dials.
    other = [*run[:100], *(measures_at(step, loss=9.0) for step in range(100, 150))]
    assert losses_after(other) == list(range(150))
    assert table.rows["loss"][120] == 9.0
    # As long as before, with another end.
    again = [*other[:149], measures_at(149, loss=5.0)]
    losses_after(again)
    assert table.rows["loss"][149] == 5.0
    assert losses_after([]) == []


def test_what_is_drawn_has_at_most_one_place_for_two_pixels():
    places, values = np.linspace(40, 240, 5000), np.sin(np.arange(5000))
    values[:100] = np.nan
    columns = Columns(places, 200)
    curve = columns.curve(values)
    assert len(curve.places) <= 101
    assert np.isnan(curve.middle[0])
    known = ~np.isnan(curve.low)
    assert curve.low[known].min() == np.nanmin(values)
    assert curve.high[known].max() == np.nanmax(values)
    assert (curve.low[known] <= curve.middle[known]).all()
    assert (curve.middle[known] <= curve.high[known]).all()
    few = Columns(places[:50], 200)
    assert not few.is_thinned
    np.testing.assert_array_equal(few.curve(values[:50]).middle, values[:50])


def test_paths_have_gaps():
    heights = np.array([np.nan, 1.0, 2.0, np.nan, 3.0, np.nan])
    path = path_through(np.arange(6.0), heights)
    elements = [path.elementAt(i) for i in range(path.elementCount())]
    assert [(e.isLineTo(), e.x, e.y) for e in elements] == [
        (False, 1, 1),
        (True, 2, 2),
        (False, 4, 3),
    ]
    assert parts_between_gaps(heights) == [slice(1, 3), slice(4, 5)]
    assert path_through(np.empty(0), np.empty(0)).isEmpty()


def test_a_dashed_line_keeps_its_corners():
    assert changes(np.array([1.0, 1, 1, 2, 2, 2])).tolist() == [0, 2, 3, 5]
    assert changes(np.array([1.0])).tolist() == [0]
    assert changes(np.array([1.0, 1.0])).tolist() == [0, 1]
    assert changes(np.array([np.nan, np.nan, 1.0, 1.0])).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("loss", {"loss": -19.5, "chance": 0.0, "floor": -20.0}, (-20.0, 0.0)),
        ("mean_cosine", {"mean_cosine": 0.4}, (0.0, 1.0)),
        ("mean_cosine", {"mean_cosine": -0.4}, (-1.0, 1.0)),
        ("effective_rank", {"effective_rank": math.nan}, (1.0, 3.0)),
        ("effective_rank", {"effective_rank": 4.5}, (1.0, 4.5)),
        ("alignment", {"alignment": 1.5}, (0.0, 1.5)),
        ("uniformity", {"uniformity": -1.0, "best_uniformity": math.nan}, (-1.0, 0.0)),
    ],
)
def test_axes_show_all_that_there_is(name, changed, expected):
    table = RunTable(NAMES)
    table.read([measures_at(1, **changed)])
    track = next(track for track in TRACKS if track.name == name)
    assert value_range(track, table.drawn) == expected


def test_each_chart_says_what_it_means(charts):
    charts.show_run([measures_at(step) for step in range(20)], TRACKS)
    plots = charts._plots()
    assert [plot.track for plot in plots] == list(TRACKS)
    tips = [charts.tip_at(plot.area.center()) for plot in plots]
    assert "partner" in tips[0]
    assert "chance 5.545, floor 0.250" in tips[0]
    assert "best −3.500" in tips[2]
    assert len(set(tips)) == len(TRACKS)
    assert charts.titles["effective_rank"] == "Effective rank, of 3 outputs"


def test_pressing_and_dragging_choose_steps(charts, qtbot):
    charts.show_run([measures_at(step) for step in range(0, 101, 10)], TRACKS)
    area, chosen = charts._plots()[0].area, []
    charts.step_chosen.connect(chosen.append)
    left, middle = area.bottomLeft().toPoint(), area.center().toPoint()
    qtbot.mousePress(charts, Qt.MouseButton.LeftButton, pos=left - QPoint(30, 0))
    qtbot.mouseRelease(charts, Qt.MouseButton.LeftButton, pos=left)
    qtbot.mouseClick(charts, Qt.MouseButton.LeftButton, pos=middle)
    assert chosen == [0, 50]


def test_the_marker_is_at_the_shown_step(charts, has_ink):
    charts.show_run([measures_at(step) for step in range(101)], TRACKS)
    area = charts._plots()[3].area
    place = QPointF(area.left() + 0.25 * area.width() + 0.5, area.top() + 0.3 * area.height())
    charts.show_step(60)
    assert not has_ink(charts, place, reach=1)
    charts.show_step(25)
    assert has_ink(charts, place, reach=1)


RUNS = {
    "one": [measures_at(0)],
    "first": [measures_at(0), measures_at(1)],
    "long": [measures_at(step, chance=math.log(2 + step % 7)) for step in range(5000)],
    "collapse": [
        measures_at(step, loss=-20 + 1 / (step + 1), chance=0.0, floor=-20.0, mean_cosine=0.99)
        for step in range(300)
    ],
    "nothing known": [
        measures_at(step, **dict.fromkeys(set(TABLE.names) - {"step"}, math.nan))
        for step in range(9)
    ],
    "immense": [
        measures_at(step, loss=(-1) ** step * 1e308, uniformity=-math.inf, alignment=1e-300)
        for step in range(2000)
    ],
    "equal": [measures_at(step, loss=2.0, chance=2.0, floor=2.0) for step in range(1, 9)],
}


@pytest.mark.parametrize("name", RUNS)
def test_any_run_is_drawn_in_any_size(name, in_every_look):
    charts = contrastive_charts()
    charts.show_run(RUNS[name], tracks_of(1 if name == "one" else 384))
    in_every_look(charts, f"contrastive-charts-{name.replace(' ', '-')}")


@pytest.mark.parametrize("loss", [-1000.0, -0.001, 1e6])
def test_numbers_at_the_axis_have_the_room_that_they_need(charts, loss):
    charts.show_run([measures_at(1, loss=loss, floor=loss, chance=0.0)], TRACKS)
    plots = charts._plots()
    assert len({plot.area.left() for plot in plots}) == 1
    for plot in plots:
        for _, text in plot.ticks:
            assert width_of(text, plot.small) < plot.area.left()


def test_a_file_has_lines_and_text(charts, texts_in_svg):
    charts.show_run([measures_at(step) for step in range(1, 3000)], TRACKS)
    texts = texts_in_svg(charts)
    assert {"Loss", "chance", "floor", "best", "−2.500", "step 2,999"} <= set(texts)


def test_charts_are_as_large_as_their_text(charts):
    usual = charts.minimumSizeHint().height()
    charts.set_text_scale(1.8)
    assert charts.minimumSizeHint().height() == round(1.8 * usual)
    assert charts.sizeHint().height() >= charts.minimumSizeHint().height()


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=4),
    st.floats(-50, 50),
    st.floats(0, 200),
    st.floats(8, 40),
)
def test_names_beside_a_chart_touch_nothing(wanted, top, height, line):
    bottom = top + height
    found = names_beside(wanted, top, bottom, line)
    assert len(found) == min(len(wanted), 1 + int((bottom - top) / line))
    assert all(top - 1e-6 <= y <= bottom + 1e-6 for y in found)
    kept = wanted[: len(found)]
    for i, y in enumerate(found):
        for j in range(i):
            assert abs(y - found[j]) >= line - 1e-6
            assert kept[i] == kept[j] or (y < found[j]) == (kept[i] < kept[j])


def test_names_stay_where_they_have_room():
    assert names_beside([20.0, 60.0], 10, 80, 13) == [20.0, 60.0]
    assert names_beside([79.0, 80.0], 10, 80, 13) == [67.0, 80.0]


@pytest.mark.parametrize("scale", [1, 1.4, 1.8])
@pytest.mark.parametrize("size", [(250, 240), (280, 300), (346, 450)])
@pytest.mark.parametrize("floor", [-20.0, 0.0, 2.0])
def test_no_number_of_an_axis_is_in_a_title(charts, size, scale, floor):
    run = [
        measures_at(step, loss=floor + 5 / (step + 1), floor=floor, chance=floor + 0.2)
        for step in range(60)
    ]
    charts.show_run(run, TRACKS)
    charts.set_text_scale(scale)
    charts.resize(round(scale * size[0]), round(scale * size[1]))
    plots = charts._plots()
    assert len(plots) == len(TRACKS)
    line = plots[0].line
    for plot in plots:
        ys = [float(plot.height_of(value)) for value, _ in plot.ticks]
        assert ys, plot.track.name
        assert min(ys) - line / 2 >= plot.box.top() + line - 1
        assert max(ys) + line / 2 <= plot.box.bottom() + 1
        assert plot.area.height() >= line
