"""Sets of which little or nothing is left, and what is shown while nothing is known."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.settings import AnisotropySettings


def show(session, idle, rows, **settings):
    vector_set = VectorSet(np.asarray(rows, np.float32), name="odd")
    session.show(State().opened(vector_set).with_settings(AnisotropySettings(**settings)))
    idle(session)


@pytest.mark.parametrize("rows", [np.ones((5, 3)), np.ones((1, 4)), np.zeros((3, 2))])
def test_where_nothing_is_left_that_is_said_and_raw_is_still_shown(pane, session, idle, rows):
    show(session, idle, rows)
    assert "nothing to whiten" in pane.message_bar.text
    assert pane.spheres.titles["after"].text() == "After · nothing to show"
    assert len(pane.spheres.after.scene.canvas.positions) == 0
    assert not pane.pages.chosen.isVisible()
    pane.message_bar.clear()
    session.show(session.state.selecting([0]))
    idle(session)
    assert pane.message_bar.text == ""  # It is not tried again and again.
    pane.controls.dial.slider.setValue(0)
    idle(session)
    assert pane.spheres.titles["after"].text() == "After · raw, as before"
    assert len(pane.spheres.after.scene.canvas.positions) == len(rows)
    assert pane.pages.chosen.isVisible()


def test_two_rows_and_one_dimension(pane, session, idle):
    show(session, idle, [[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    assert "too few rows" in pane.spheres.titles["after"].text()
    assert pane.warning.isVisible()
    show(session, idle, np.arange(9.0)[:, np.newaxis] - 3)
    assert "1 of 1 direction" in pane.spheres.titles["after"].text()
    assert not pane.warning.isVisible()


def test_as_many_dimensions_as_rows_is_no_result_only_where_the_spread_is_evened(
    pane, session, idle
):
    rows = np.random.default_rng(0).normal(size=(12, 12))
    show(session, idle, rows)
    assert pane.warning.text().startswith("Not a result: 12 rows span only 11 directions")
    pane.controls.dial.slider.setValue(100)
    idle(session)
    assert not pane.warning.isVisible()
    assert "too few" not in pane.spheres.titles["after"].text()


def test_nothing_of_another_set_is_seen_while_one_is_measured(pane, session, idle, narrow):
    session.show(State().opened(narrow))
    idle(session)
    other = VectorSet(np.random.default_rng(0).normal(size=(30, 5)), name="other")
    session.show(session.state.opened(other))
    assert pane.spheres.titles["before"].text() == "Before · other: measuring the cone …"
    assert len(pane.spheres.before.scene.canvas.positions) == 0
    assert not pane.controls.use.isEnabled()
    assert not pane.pages.chosen.isVisible()
    idle(session)
    assert pane.pages.chosen.isVisible()
    assert pane.spheres.titles["before"].text() == "Before · other"
