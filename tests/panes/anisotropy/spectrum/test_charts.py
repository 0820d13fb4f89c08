"""The charts of the spectrum and of the dimensions, by the mouse and by what they draw."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.isotropy.dimensions import profile_dimensions
from embedviz.gui.charts.numbers import percent
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.anisotropy.spectrum.dimension_chart import DimensionChart, describe_dimension
from embedviz.panes.anisotropy.spectrum.shares import SpectrumShares
from embedviz.panes.anisotropy.spectrum.spectrum_chart import SpectrumChart

LEFT = Qt.MouseButton.LeftButton


def shown(chart, qtbot):
    qtbot.addWidget(chart)
    chart.resize(460, 170)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def rows(lean=9.0):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 40)) * np.geomspace(3, 0.05, 40) + 0.2 * rng.normal(size=40)
    table[:, 17] += lean
    table[:, 30] = 2.5
    return table


def shares_at(**settings):
    return SpectrumShares.of(Transform(fit_rows(rows()), TransformSettings(**settings)))


@pytest.fixture
def spectrum(qtbot):
    return shown(SpectrumChart("x.axes"), qtbot)


@pytest.fixture
def dimensions(qtbot):
    return shown(DimensionChart("x.dimensions"), qtbot)


def place_of(chart, value):
    frame = chart.frame()
    return QPointF(float(frame.x_of(value)), frame.area.center().y()).toPoint()


def test_the_mouse_reads_an_axis_and_what_is_held_so_far(spectrum, qtbot):
    shares = shares_at(n_components=20)
    spectrum.show_shares(shares)
    assert "90 % in the first" in spectrum.heading
    assert spectrum.readings[1] == "after, 20 of 40 kept"
    qtbot.mouseMove(spectrum, place_of(spectrum, 12))
    expected = f"{percent(shares.before[11])} of the variance, {percent(shares.so_far[11])} so far"
    assert spectrum.heading == f"Axis 12 of 40: {expected}"
    assert spectrum.readings[1] == f"after {percent(1 / 20)}"
    qtbot.mouseMove(spectrum, place_of(spectrum, 30))
    assert spectrum.heading.startswith("Axis 30 of 40, removed:")


def test_a_press_keeps_the_axes_up_to_there_and_a_drag_goes_on(spectrum, qtbot):
    spectrum.show_shares(shares_at())
    chosen, ends = [], []
    spectrum.count_chosen.connect(chosen.append)
    spectrum.pressed.connect(lambda: ends.append("pressed"))
    spectrum.released.connect(lambda: ends.append("released"))
    qtbot.mousePress(spectrum, LEFT, pos=place_of(spectrum, 7))
    qtbot.mouseMove(spectrum, place_of(spectrum, 9))
    qtbot.mouseRelease(spectrum, LEFT, pos=place_of(spectrum, 9))
    assert chosen[0] == 7
    assert set(chosen) <= {7, 9}
    assert ends == ["pressed", "released"]


def test_removed_top_axes_do_not_count_as_components(spectrum, qtbot):
    spectrum.show_shares(shares_at(remove_top=3))
    chosen = []
    spectrum.count_chosen.connect(chosen.append)
    qtbot.mouseClick(spectrum, LEFT, pos=place_of(spectrum, 8))
    assert chosen == [5]
    qtbot.mouseClick(spectrum, LEFT, pos=place_of(spectrum, 2))
    assert chosen == [5, 1]


def test_a_cloud_without_variance_is_said(spectrum):
    transform = Transform(fit_rows(np.ones((4, 3))), TransformSettings(0.0, 0.0))
    spectrum.show_shares(SpectrumShares.of(transform))
    assert "no variance" in spectrum.message


def test_the_mouse_reads_a_dimension(dimensions, qtbot):
    profile = profile_dimensions(rows())
    dimensions.show_profile(profile, "share", left_out=False)
    assert "even: 2.5 % each" in dimensions.heading
    qtbot.mouseMove(dimensions, place_of(dimensions, 17))
    assert dimensions.heading.startswith("Dimension 17: mean ")
    assert dimensions.heading.endswith(f"makes {percent(profile.shares[17])} of the mean cosine")
    qtbot.mouseMove(dimensions, place_of(dimensions, 30))
    assert dimensions.heading.startswith("Dimension 30: always 2.500,")


def test_a_dimension_that_takes_away_is_said():
    table = np.array([[3.0, 1], [3, -1], [3, 1], [3, -1]])
    assert "takes" in describe_dimension(profile_dimensions(table), 1)


def test_rogue_dimensions_are_named_in_the_key_only_where_there_are_some(dimensions):
    dimensions.resize(900, 170)
    dimensions.show_profile(profile_dimensions(rows()), "share", left_out=False)
    assert [each.text for each in dimensions.key()][1:] == ["rogue dimensions"]
    dimensions.show_profile(profile_dimensions(rows()), "share", left_out=True)
    assert [each.text for each in dimensions.key()][1:] == ["rogue dimensions, left out"]
    even = np.random.default_rng(0).normal(size=(90, 40)) + 1
    dimensions.show_profile(profile_dimensions(even), "spread", left_out=False)
    assert len(dimensions.key()) == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (np.ones((1, 4)), "Fewer than two rows have a direction"),
        (np.array([[1.0, 0], [-1, 0]]), "The mean cosine is not above 0"),
    ],
)
def test_where_there_is_no_share_it_is_said_and_the_spread_is_still_shown(dimensions, table, said):
    profile = profile_dimensions(table)
    dimensions.show_profile(profile, "share", left_out=False)
    assert said in dimensions.message
    dimensions.show_profile(profile, "spread", left_out=False)
    assert not dimensions.message
    assert not dimensions.grab().isNull()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("size", [(200, 70), (460, 170), (1200, 400)])
def test_keys_are_above_what_they_name(spectrum, dimensions, qapp, theme, size):
    apply_theme(qapp, theme)
    spectrum.show_shares(shares_at(n_components=7))
    dimensions.show_profile(profile_dimensions(rows()), "share", left_out=False)
    for chart in (spectrum, dimensions):
        chart.resize(*size)
        assert not chart.grab().isNull()
        area = chart.frame().area
        assert chart.key()[-1].corner.y() + chart.line_height() <= area.top()
        assert area.height() > 0
        assert area.left() > 0
        assert area.right() <= chart.width()


@pytest.mark.parametrize("dimension_count", [1, 2, 3])
def test_a_set_of_very_few_dimensions_is_drawn(spectrum, dimensions, dimension_count):
    table = np.random.default_rng(0).normal(size=(30, dimension_count)) + 1
    spectrum.show_shares(SpectrumShares.of(Transform(fit_rows(table), TransformSettings())))
    assert not spectrum.grab().isNull()
    for measure in ("share", "spread"):
        dimensions.show_profile(profile_dimensions(table), measure, left_out=False)
        assert not dimensions.grab().isNull()
