"""The pages of the pane: tabs in the tool row, one page at a time."""

import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.breaks.settings import BreaksSettings
from embedviz.panes.analogies.pages import PAGES
from embedviz.panes.analogies.settings import AnalogySettings


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_chosen_by_its_tab(opened, session, idle, qtbot, words, name):
    pane = opened.pane
    few = VectorSet(words.vectors[:2000], words.labels[:2000], None, "few")
    session.show(session.state.opened(few))
    idle(session)
    tab = pane.pages.tabs.button(list(PAGES).index(name))
    qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[AnalogySettings].page == name
    assert pane.pages.chosen.name == name
    assert pane.pages.chosen.isVisible()
    assert opened.isVisible() == (name == "question")
    assert pane.facts(session.state)[0] == (
        "king − man + woman" if name == "question" else PAGES[name].title
    )


def test_tabs_and_controls_are_in_the_tool_row(opened, qtbot):
    pane = opened.pane
    for part in (pane.pages.tabs, opened.controls.line):
        assert pane.tool_row.isAncestorOf(part)
    pane.resize(1400, 640)
    qtbot.waitUntil(lambda: pane.tool_row.height() < 60)
    pane.resize(700, 640)
    qtbot.waitUntil(lambda: pane.tool_row.height() > 60)  # Below each other.
    assert pane.tool_row.height() >= pane.pages.head.sizeHint().height()


def test_a_low_window_is_enough(opened):
    pane = opened.pane
    assert pane.minimumSizeHint().height() <= 400


def test_a_line_elsewhere_may_ask(opened, session, idle):
    session.show(session.state.with_settings(AnalogySettings(page="benchmark")))
    idle(session)
    page = opened.pane.pages.chosen
    page.set(positive=("paris", "italy"), negative=("france",), page="question")
    idle(session)
    assert opened.pane.pages.chosen is opened
    assert opened.question.text() == "paris − france + italy ≈ florence"


def test_a_closed_set_is_let_go_of(opened, session, idle, words):
    session.show(State())
    idle(session)
    assert opened.picture.solved is None
    assert opened.controls.line._set is None


ROOM = 549
"""Pixels that are left for a pane between both panels of the least window, 900 wide."""


@pytest.mark.parametrize(
    ("page", "about"), [*((name, "relations") for name in PAGES), ("breaks", "question")]
)
def test_each_page_fits_between_both_panels_of_the_least_window(
    opened, session, idle, qtbot, words, page, about
):
    few = VectorSet(words.vectors[:2000], words.labels[:2000], None, "few")
    state = State().opened(few).with_settings(AnalogySettings(page=page))
    session.show(state.with_settings(BreaksSettings(about=about)))
    idle(session)
    opened.pane.setMinimumSize(1, 1)  # As in a dock, which makes it as narrow as there is room.
    opened.pane.resize(ROOM, 420)
    assert opened.pane.pages.chosen.name == page
    qtbot.waitUntil(lambda: opened.pane.minimumSizeHint().width() <= ROOM)
