"""The page of the spectrum: components by a click, and rogue dimensions left out in place."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from embedviz.app.state import State
from embedviz.core.isotropy import mean_cosine, outlier_dimensions
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.pane import AnisotropyPane
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.anisotropy.spectrum.settings import SpectrumSettings

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 900)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def open_rows(session, idle, rows, **dial):
    state = State().opened(VectorSet(rows, name="rows"))
    session.show(state.with_settings(replace(state[AnisotropySettings], page="spectrum", **dial)))
    idle(session)


@pytest.fixture
def rows():
    rng = np.random.default_rng(1)
    table = rng.normal(size=(150, 30)) * np.geomspace(2, 0.1, 30) + 0.2
    table[:, 11] += 7
    return table.astype(np.float32)


@pytest.fixture
def page(pane, session, idle, rows):
    open_rows(session, idle, rows)
    return pane.pages.chosen


def click(chart, axis, qtbot):
    frame = chart.frame()
    place = QPointF(float(frame.x_of(axis)), frame.area.center().y()).toPoint()
    qtbot.mouseClick(chart, LEFT, pos=place)


def test_the_spectrum_follows_the_dial(page, session, idle):
    kept = page.spectrum.shares.after[:30]
    np.testing.assert_allclose(kept, 1 / 30, atol=1e-9)
    state = session.state
    session.show(state.with_settings(replace(state[AnisotropySettings], strength=0.0)))
    idle(session)
    np.testing.assert_allclose(page.spectrum.shares.after, page.spectrum.shares.before, atol=1e-9)


def test_a_click_keeps_so_many_axes(page, session, idle, qtbot):
    click(page.spectrum, 9, qtbot)
    idle(session)
    assert session.state[AnisotropySettings].components == 9
    assert page.spectrum.shares.last == 9
    click(page.spectrum, 30, qtbot)
    idle(session)
    assert session.state[AnisotropySettings].components is None


def test_a_click_takes_the_place_of_a_share_of_the_variance(page, session, idle, qtbot):
    state = session.state
    session.show(state.with_settings(replace(state[AnisotropySettings], variance_share=0.5)))
    idle(session)
    click(page.spectrum, 12, qtbot)
    idle(session)
    assert session.state[AnisotropySettings].variance_share is None
    assert page.spectrum.shares.last == 12


def test_one_drag_is_undone_as_one(page, session, idle, qtbot):
    frame = page.spectrum.frame()
    at = [QPointF(float(frame.x_of(x)), frame.area.center().y()).toPoint() for x in (6, 8, 10)]
    qtbot.mousePress(page.spectrum, LEFT, pos=at[0])
    for place in at[1:]:
        qtbot.mouseMove(page.spectrum, place)
    qtbot.mouseRelease(page.spectrum, LEFT, pos=at[-1])
    idle(session)
    assert session.state[AnisotropySettings].components is not None
    session.undo()
    idle(session)
    assert session.state[AnisotropySettings].components is None


def test_rogue_dimensions_are_named_and_left_out_in_place(page, pane, session, idle, rows, qtbot):
    dimensions, shares = outlier_dimensions(rows)
    assert dimensions.tolist() == [11]
    said = page.words.said.text()
    assert said.startswith(f"Dimension 11 makes {100 * shares.sum():.0f} % of the mean cosine")
    rest = np.delete(rows, 11, axis=1)
    assert f"the mean cosine is {mean_cosine(rest):.2f} instead of {mean_cosine(rows):.2f}" in said
    qtbot.mouseClick(page.leave_out, LEFT)
    idle(session)
    assert session.state[AnisotropySettings].leave_out
    assert pane.turned.transform.fit.left_out == (11,)
    assert page.words.said.text().endswith("It is left out of the map.")
    assert page.leave_out.isChecked()
    session.undo()
    idle(session)
    assert not page.leave_out.isChecked()
    assert pane.turned.transform.fit.left_out == ()


def test_where_none_is_rogue_there_is_nothing_to_leave_out(pane, session, idle):
    open_rows(session, idle, np.random.default_rng(0).normal(size=(99, 20)) + 1)
    page = pane.pages.chosen
    assert not page.leave_out.isEnabled()
    assert page.words.said.text().startswith("No dimension makes much more")


def test_means_instead_of_shares(page, session, idle, qtbot):
    qtbot.mouseClick(page.choice.button(1), LEFT)
    idle(session)
    assert session.state[SpectrumSettings].dimensions == "spread"
    assert page.dimensions.heading.startswith("Mean and standard deviation")


def test_another_set_is_measured_anew_and_the_closed_one_let_go(page, pane, session, idle):
    first = page.measured.vector_set
    other = VectorSet(np.random.default_rng(5).normal(size=(40, 9)), name="other")
    session.show(session.state.opened(other))
    idle(session)
    assert page.measured.vector_set is other
    session.show(session.state.activated(first))
    idle(session)
    assert page.measured.vector_set is first
    page.release()
    assert page.measured is None
    assert page.spectrum.shares is None


def test_a_stopped_measurement_says_so(page):
    page.on_failed(page._task)
    assert page.dimensions.message == "The dimensions were not measured."
    assert not page.leave_out.isEnabled()


def test_one_row_is_no_error(pane, session, idle):
    open_rows(session, idle, np.ones((1, 3)), centering=0.0, strength=0.0)
    page = pane.pages.chosen
    assert "no variance" in page.spectrum.message
    assert "Fewer than two rows" in page.dimensions.message
