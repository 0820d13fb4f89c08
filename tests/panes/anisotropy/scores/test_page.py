"""The page of scores: what follows the hand, what waits for it to rest, and what is copied."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from embedviz.app.state import State
from embedviz.core.anisotropy import scores as core_scores
from embedviz.core.anisotropy.scores import SCORES, measure
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.pane import AnisotropyPane
from embedviz.panes.anisotropy.scores import measuring
from embedviz.panes.anisotropy.settings import AnisotropySettings

NAMES = [each.name for each in SCORES]
QUICK = [each.name for each in SCORES if each.is_quick]
COSTLY = [each.name for each in SCORES if not each.is_quick and each.name != "dead_dimensions"]


@pytest.fixture(scope="module")
def narrow():
    """Return rows in a cone that is wider in some directions, two of them without a direction."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(80, 12)) * np.geomspace(5, 0.1, 12) + 2
    rows[:2] = 0
    return VectorSet(rows, [f"row{i}" for i in range(80)], name="narrow")


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1200, 800)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def page(pane, session, idle, narrow):
    session.show(with_dial(State().opened(narrow), page="scores"))
    idle(session)
    return pane.pages.chosen


def with_dial(state, **changes):
    return state.with_settings(replace(state[AnisotropySettings], **changes))


def turn(session, **changes):
    session.show(with_dial(session.state, **changes))


def expected(narrow, **settings):
    transform = Transform(fit_rows(narrow.vectors), TransformSettings(**settings))
    return measure(narrow.vectors, transform.map()).values


def shown(page, role):
    return {name: page.table.text(role, name) for name in NAMES}


def texts(values):
    return {each.name: each.text(values[each.name].value) for each in SCORES}


def test_all_scores_before_and_after(page, narrow):
    assert shown(page, "before") == texts(measure(narrow.vectors).values)
    assert shown(page, "after") == texts(expected(narrow))
    assert not any(page.table.is_stale(name) for name in NAMES)
    assert page.table.text("change", "iso_score").endswith("▲")
    assert "left out of what is about angles: 2 before." in page.said.text()


def test_tooltips_have_all_digits_and_the_source(page, narrow):
    value = measure(narrow.vectors).values["hubness"].value
    assert f"{value:.10g}" in page.table.cells["before", "hubness"].toolTip()
    about = page.table.widget().layout().itemAtPosition(3, 5).widget()
    assert "Rudman et al. 2022" in about.text()
    assert "Measuring the Uniformity" in about.toolTip()


def test_scores_follow_the_dial(page, session, idle, narrow):
    for settings in ({"strength": 0.4}, {"strength": 0.0}, {"centering": 0.5, "strength": 0.0}):
        turn(session, **{"centering": 1.0, **settings})
        idle(session)
        assert shown(page, "after") == texts(expected(narrow, **settings))


def test_centering_alone_is_where_two_scores_disagree(page, session, idle):
    turn(session, strength=0.0)
    idle(session)
    assert page.said.text().startswith("After, the mean cosine says isotropic")
    assert "IsoScore does not" in page.said.text()


def test_costly_scores_are_dimmed_until_they_are_known(
    page, session, idle, narrow, monkeypatch, qtbot
):
    monkeypatch.setattr(measuring, "measure", refuse)
    before = shown(page, "after")
    turn(session, strength=0.2)
    qtbot.waitUntil(lambda: page.table.is_stale("hubness"))
    idle(session)
    now, wanted = shown(page, "after"), texts(expected(narrow, strength=0.2))
    for name in QUICK:
        assert now[name] == wanted[name]
        assert not page.table.is_stale(name)
    for name in COSTLY:
        assert now[name] == before[name]
        assert page.table.is_stale(name)
        assert "earlier position" in page.table.cells["after", name].toolTip()
    assert page.said.text() == "The scores were not measured."


def refuse(*args, **kwargs):
    from embedviz.core.errors import UserError

    raise UserError("Not now. Try later.")


def test_a_position_is_measured_once(page, session, idle, narrow, monkeypatch):
    turn(session, strength=0.2)
    idle(session)
    calls = []
    monkeypatch.setattr(
        measuring, "measure", lambda *args, **more: calls.append(args) or measure(*args, **more)
    )
    turn(session, strength=1.0)
    idle(session)
    turn(session, strength=0.2)
    idle(session)
    assert calls == []
    assert shown(page, "after") == texts(expected(narrow, strength=0.2))
    assert not page.table.is_stale("hubness")


def test_another_set_begins_anew(page, session, idle, narrow):
    other = VectorSet(np.random.default_rng(2).normal(size=(50, 8)), name="other")
    session.show(with_dial(session.state.opened(other), page="scores"))
    idle(session)
    assert shown(page, "before") == texts(measure(other.vectors).values)
    assert "left out" not in page.said.text()


def test_scores_are_copied_with_all_digits(page, narrow, qtbot):
    qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    data = QGuiApplication.clipboard().mimeData()
    wanted = measure(narrow.vectors).values
    for text, separator in ((data.text(), "\t"), (bytes(data.data("text/csv")).decode(), ",")):
        lines = list(csv.DictReader(io.StringIO(text), delimiter=separator))
        assert [line["score"] for line in lines] == [each.title for each in SCORES]
        assert [float(line["before"]) for line in lines] == pytest.approx(
            [wanted[name].value for name in NAMES]
        )
        assert all(line["how after"] == "exact" for line in lines)


def test_explanations_go_where_there_is_no_room(page, pane, qtbot):
    about = page.table.widget().layout().itemAtPosition(1, 5).widget()
    assert about.isVisible()
    pane.resize(560, 600)
    qtbot.waitUntil(lambda: not about.isVisible())
    pane.resize(1300, 800)
    qtbot.waitUntil(about.isVisible)


def test_a_low_page_scrolls(page, pane, qtbot):
    pane.resize(1000, 420)
    qtbot.waitUntil(lambda: page.table.verticalScrollBar().maximum() > 0)


def test_the_list_of_scores_is_the_table(page):
    assert core_scores.SCORES is SCORES
    assert {name for _, name in page.table.cells} == set(NAMES)
