"""Pages below the lists: chosen by tabs, made when first seen, drawn only while shown."""

import sys
from functools import partial
from types import ModuleType
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.state import State
from embedviz.core.samples import load_sample
from embedviz.core.settings import fields_of
from embedviz.gui.figures import draw_image, draw_pane
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pages.page import Page, WantedBy
from embedviz.gui.pages.table import PageEntry, PageTable
from embedviz.panes.matryoshka import MatryoshkaPane, pages
from embedviz.panes.matryoshka import pane as pane_module
from embedviz.panes.matryoshka.curves.settings import CurvesSettings
from embedviz.panes.matryoshka.nested.settings import NestedSettings
from embedviz.panes.matryoshka.pages import PAGES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.two_stage.settings import TwoStageSettings


class _Length:
    """A subject of a calculation that is wanted for one length."""

    def __init__(self, length):
        self.length = length

    def is_wanted(self, state):
        return state[MatryoshkaSettings].dimensions == self.length


class _Noted(Page):
    name = "two-stage"
    log: ClassVar = []

    def build(self):
        self.log.append("build")
        self._task = self.pane.calculations.new_task("something")
        self.button = QPushButton("Press")
        self.button.clicked.connect(lambda: self.set(shortlist=7))
        self.tools.row.addWidget(self.button)
        self.label = QLabel()
        self.body.addWidget(self.label)

    def draw(self, old, new):
        length = new[MatryoshkaSettings].dimensions
        self.log.append(("draw", old[MatryoshkaSettings].dimensions, length))
        work = partial(self._work, length)
        self.pane.calculations.run(self._task, work, self._show, _Length(length))

    @staticmethod
    def _work(length, report):
        if length == 3:
            raise ValueError("three")
        return length

    def _show(self, length):
        self.label.setText(f"{length} measured")

    def on_failed(self, task, *, failed=False):
        if task is self._task:
            self.log.append(("failed", failed))

    def release(self):
        self.log.append("release")

    def fit_text(self, scale):
        self.log.append(("scale", scale))


@pytest.fixture
def log(monkeypatch):
    monkeypatch.setattr(_Noted, "log", [])
    module = ModuleType("embedviz.panes.matryoshka.noted")
    module._Noted = _Noted
    monkeypatch.setitem(sys.modules, module.__name__, module)
    noted = {"curves": PAGES["curves"], "two-stage": PageEntry("Noted", "noted._Noted")}
    monkeypatch.setattr(pane_module, "PAGES", PageTable(pages.__name__, noted))
    return _Noted.log


@pytest.fixture
def noted(log, pane, session, idle, toy):
    session.show(State().opened(toy).queried(5).with_settings(MatryoshkaSettings(8)))
    idle(session)
    return pane


def test_each_page_has_its_name_and_its_words():
    assert fields_of(MatryoshkaSettings)["page"].about.choices == tuple(
        (each.title, name) for name, each in PAGES.items()
    )
    for name in PAGES:
        assert PAGES.page_class(name).name == name
        assert issubclass(PAGES.page_class(name), Page)
        assert PAGES.settings_class(name).name in ("", f"matryoshka.{name}")


def test_no_page_sets_what_the_pane_or_another_page_has():
    names = [name for kind in MatryoshkaSettings.classes_of_pane() for name in fields_of(kind)]
    assert len(names) == len(set(names))
    assert {CurvesSettings, NestedSettings, TwoStageSettings} <= set(
        MatryoshkaSettings.classes_of_pane()
    )


def test_what_a_page_sets_and_what_the_pane_sets_are_one_step(pane, session, idle, toy):
    session.show(State().opened(toy))
    idle(session)
    before = session.state
    pane.pages.chosen.set(measure="overlap1", dimensions=4)
    assert session.state[CurvesSettings].measure == "overlap1"
    assert session.state[MatryoshkaSettings].dimensions == 4
    with pytest.raises(TypeError, match="steps"):
        pane.pages.chosen.set(steps=4)
    session.undo()
    assert session.state == before


def test_what_is_set_in_pages_comes_back_with_a_session(tmp_path):
    words = load_sample("words")
    state = State().opened(words)
    for each in (
        MatryoshkaSettings(64, page="nested"),
        CurvesSettings("overlap1"),
        TwoStageSettings(0.5, 7, "1 EUR"),
        NestedSettings("rotation", "neighbors", "8 16", 40, 0.5, 3),
    ):
        state = state.with_settings(each)
    path = tmp_path / "pages.embedviz"
    save_session(path, state, {}, STEPS)
    plan = read_plan(path, STEPS)
    found = restore_state(
        plan.document, restore_sets(plan), panes=MatryoshkaSettings.classes_of_pane()
    )
    assert found.notes == []
    for kind in MatryoshkaSettings.classes_of_pane():
        assert found.state[kind] == state[kind]


def test_a_page_is_made_when_it_is_first_seen(noted, session, idle, log, qtbot):
    assert noted.pages.tabs.isVisible()
    assert not log
    qtbot.mouseClick(noted.pages.tabs.button(1), Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[MatryoshkaSettings].page == "two-stage"
    assert log == ["build", ("draw", None, 8)]
    assert noted.pages.chosen.label.text() == "8 measured"
    assert noted.pages.chosen.isVisible()


def test_only_the_chosen_page_is_drawn_and_catches_up_in_one_step(noted, session, idle, log):
    settings = MatryoshkaSettings(8, page="two-stage")
    session.show(session.state.with_settings(settings))
    del log[:]
    for length in (7, 6, 5):
        session.show(session.state.with_settings(MatryoshkaSettings(length)))
    assert log == []
    session.show(session.state.with_settings(MatryoshkaSettings(5, page="two-stage")))
    assert log == [("draw", 8, 5)]
    idle(session)
    assert noted.pages.chosen.label.text() == "5 measured"


def test_a_subject_says_itself_whether_its_result_is_wanted(noted, session, idle):
    session.show(session.state.with_settings(MatryoshkaSettings(6, page="two-stage")))
    idle(session)
    page = noted.pages.chosen
    assert isinstance(_Length(2), WantedBy)
    noted.calculations.run(page._task, partial(page._work, 2), page._show, _Length(2))
    idle(session)
    assert page.label.text() == "6 measured"


def test_what_a_page_changes_is_a_step_to_undo(noted, session, idle, qtbot):
    session.show(session.state.with_settings(MatryoshkaSettings(6, page="two-stage")))
    idle(session)
    before = session.state
    qtbot.mouseClick(noted.pages.chosen.button, Qt.MouseButton.LeftButton)
    assert session.state[MatryoshkaSettings].shortlist == 7
    session.undo()
    assert session.state == before


def test_a_page_hears_of_failures_of_closing_and_of_text_on_a_stage(
    noted, session, idle, log, toy, qtbot
):
    session.show(session.state.with_settings(MatryoshkaSettings(6, page="two-stage")))
    idle(session)
    del log[:]
    with qtbot.captureExceptions() as raised:
        session.show(session.state.with_settings(MatryoshkaSettings(3, page="two-stage")))
        idle(session)
    assert str(raised[0][1]) == "three"
    assert log == [("draw", 6, 3), ("failed", True)]
    noted.set_text_scale(1.8)
    assert log[-1] == ("scale", 1.8)
    session.show(session.state.closed(toy))
    assert log[-1] == "release"


def test_a_page_that_is_not_there_is_the_first(noted, session, idle):
    session.show(session.state.with_settings(MatryoshkaSettings(6, page="nested")))
    idle(session)
    assert noted.pages.chosen.name == "curves"
    assert noted.pages.tabs.button(0).isChecked()


def test_another_set_keeps_the_page_but_not_the_length(toy):
    settings = MatryoshkaSettings(6, shortlist=30, layer_norm=True, page="two-stage")
    state = State().opened(toy).with_settings(settings).opened(toy)
    assert state[MatryoshkaSettings].of_another_set(toy) == MatryoshkaSettings(
        shortlist=30, layer_norm=True, page="two-stage"
    )


def test_figures_leave_out_controls(log, session, toy, qtbot):
    settings = MatryoshkaSettings(6, page="two-stage")
    session.show(State().opened(toy).queried(5).with_settings(settings))
    with draw_pane(MatryoshkaPane, session, 1000, 700) as picture:
        controls = picture.findChildren(Controls)
        draw_image(picture, 1.0)
        assert controls
        for each in controls:
            each.is_in_figure = True
            assert not any(part.isVisibleTo(each) for part in each.findChildren(QPushButton))
            each.is_in_figure = False
        buttons = [part for each in controls for part in each.findChildren(QPushButton)]
        assert any(button.isVisibleTo(picture) for button in buttons)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("height", "scale"), [(760, 1.0), (480, 1.0), (980, 1.6)])
def test_a_page_never_makes_the_window_higher(pane, session, idle, toy, page, height, scale):
    pane.set_text_scale(scale)
    pane.resize(800, height)
    session.show(State().opened(toy).queried(5).with_settings(MatryoshkaSettings(8, page=page)))
    idle(session)
    assert pane.height() == height
    assert pane.minimumSizeHint().height() <= scale * 480
    chosen = pane.pages.chosen
    assert chosen.height() >= chosen.minimumHeight()
    lists = pane.lists
    assert lists.geometry().bottom() < pane.pages.geometry().top()
    assert lists.full.geometry().bottom() < lists.legend.geometry().top()


def test_the_pane_can_be_made_lower_at_once(pane, session, idle, toy):
    session.show(State().opened(toy).queried(5).with_settings(MatryoshkaSettings(8)))
    idle(session)
    shown = pane.lists.full.height()
    pane.resize(800, 480)
    idle(session)
    assert pane.height() == 480
    assert pane.lists.full.height() < shown
    assert pane.lists.geometry().bottom() < pane.pages.geometry().top()
