"""The library as it is used: open sets, a search line, a list of rows."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QToolButton

from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.origin import FileInfo, FileOrigin, ReadSettings
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.panels import library
from embedviz.gui.panels.library import HITS, LibraryPanel
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT

LABELS = ["the", "king", "kind", "Kingdom", "queen", "kings", "tab\tand\nbreak", " "]


@pytest.fixture
def few():
    return VectorSet(np.random.default_rng(0).normal(size=(len(LABELS), 6)), LABELS, name="few")


@pytest.fixture
def panel(session, few, qtbot):
    panel = LibraryPanel(session)
    qtbot.addWidget(panel)
    panel.resize(260, 700)
    session.show(State().opened(few))
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.search.setFocus()
    return panel


@pytest.fixture
def search(panel, session, idle, qtbot):
    def type_text(text):
        qtbot.keyClicks(panel.search, text)
        idle(session)

    return type_text


def chosen(session):
    return session.state.active.labels[session.state.query]


def test_lists_rows_and_says_how_many(panel, texts):
    assert texts(panel.list) == [*LABELS[:6], "tab and break", "␣"]
    assert panel.found.text() == "8 rows"


def test_plain_text_finds_the_best_first(panel, search, texts):
    search("kin")
    assert texts(panel.list) == ["king", "kind", "Kingdom", "kings"]
    assert panel.found.text() == "4 found of 8"
    assert (panel.search.text(), panel.search.selectedText()) == ("king", "g")  # Completed.


def test_an_expression_finds(panel, search, texts):
    search("/^k.*g$/")
    assert texts(panel.list) == ["king"]
    assert panel.found.text() == "1 found of 8"


def test_an_invalid_expression_is_explained_while_it_is_typed(panel, search, texts):
    search("/(k")
    assert texts(panel.list) == []
    assert "/(k is not a regular expression: missing )" in panel.found.text()
    assert panel.message_bar.text == ""
    search(")")
    assert texts(panel.list) == ["king", "kind", "kings", "tab and break"]


def test_nothing_found(panel, search, session, texts, qtbot):
    search("zebra")
    assert texts(panel.list) == []
    assert panel.found.text() == "Nothing found"
    before = session.state
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)  # Nothing to walk through is not an error.
    assert session.state == before


def test_clearing_the_line_lists_all_again(panel, search, texts, qtbot):
    search("queen")
    panel.search.findChild(QToolButton).click()
    assert texts(panel.list)[:2] == ["the", "king"]
    assert panel.found.text() == "8 rows"


def test_return_chooses_the_label(panel, search, session, qtbot):
    search("queen")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert chosen(session) == "queen"
    assert session.state.selected == Selection([4])
    session.show(session.state.queried(0))
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)  # Also once more, after walking elsewhere.
    assert chosen(session) == "queen"


def test_return_takes_the_first_that_is_found(panel, search, session, qtbot):
    search("/gdom/")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert chosen(session) == "Kingdom"


def test_return_waits_for_the_search(panel, session, idle, qtbot):
    qtbot.keyClicks(panel.search, "/^quee/")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert chosen(session) == "king"  # Not the first of the rows listed before.
    idle(session)
    assert chosen(session) == "queen"


def test_return_in_an_empty_line_chooses_nothing(panel, session, qtbot):
    state = session.state
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClicks(panel.search, "  ")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert session.state == state


def test_typing_on_takes_return_back(panel, session, idle, qtbot):
    qtbot.keyClicks(panel.search, "/^que/")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClicks(panel.search, "x")
    idle(session)
    assert chosen(session) == "king"


def test_leaving_the_line_chooses_nothing(panel, search, session, qtbot):
    search("quee")
    panel.list.setFocus()
    assert chosen(session) == "king"


def test_a_click_chooses_and_ctrl_adds(panel, session, click_line):
    click_line(panel.list, 4)
    assert chosen(session) == "queen"
    assert session.state.selected == Selection([4])
    click_line(panel.list, 1, Qt.KeyboardModifier.ControlModifier)
    click_line(panel.list, 2, Qt.KeyboardModifier.ShiftModifier)
    assert session.state.selected == Selection([1, 2, 4])
    assert chosen(session) == "queen"
    click_line(panel.list, 4, Qt.KeyboardModifier.ControlModifier)
    assert session.state.selected == Selection([1, 2])


@pytest.mark.parametrize(
    ("key", "label"),
    [
        (Qt.Key.Key_Down, "kind"),
        (Qt.Key.Key_Up, "the"),
        (Qt.Key.Key_Home, "the"),
        (Qt.Key.Key_End, " "),
        (Qt.Key.Key_PageDown, " "),
    ],
)
def test_keys_walk_through_the_rows(panel, session, qtbot, key, label):
    assert panel.list.currentIndex().row() == 1  # The query, "king".
    panel.list.setFocus()
    qtbot.keyClick(panel.list, key)
    assert chosen(session) == label


def test_letters_do_not_search_through_all_rows(panel, session, qtbot):
    panel.list.setFocus()
    qtbot.keyClicks(panel.list, "q")
    assert chosen(session) == "king"
    assert panel.list.currentIndex().row() == 1


def test_the_query_is_marked_where_it_is_listed(panel, search, session, texts):
    session.show(session.state.queried(4))
    assert panel.list.currentIndex().data() == "queen"
    search("kin")
    assert not panel.list.currentIndex().isValid()
    session.show(session.state.queried(5))
    assert panel.list.currentIndex().data() == "kings"
    session.show(session.state.queried(None))
    assert not panel.list.currentIndex().isValid()


def test_sets_are_listed_and_shown_by_a_click(panel, session, few, toy, click_line, qtbot):
    session.show(session.state.opened(toy))
    assert [panel.sets.item(i).text() for i in range(2)] == ["few", "toy"]
    assert panel.found.text() == "50 rows"
    click_line(panel.sets, 0)
    assert session.state.active is few
    assert panel.found.text() == "8 rows"
    panel.sets.setFocus()
    qtbot.keyClick(panel.sets, Qt.Key.Key_Down)
    qtbot.keyClick(panel.sets, Qt.Key.Key_Return)
    assert session.state.active is toy


def test_another_set_empties_the_search(panel, search, session, toy, texts):
    search("kin")
    session.show(session.state.opened(toy))
    assert panel.search.text() == ""
    assert len(texts(panel.list)) == 50
    search("word4")
    assert texts(panel.list)[0] == "word4"


def test_a_search_that_ends_after_the_set_was_changed_shows_nothing(
    panel, session, idle, toy, texts, qtbot
):
    qtbot.keyClicks(panel.search, "kin")
    session.show(session.state.opened(toy))
    idle(session)
    assert len(texts(panel.list)) == 50


def test_derived_sets_are_indented_below_their_parents(panel, session, few, toy):
    white = Whitened().derive(few)
    session.show(session.state.opened(toy).derived(white).derived(Truncated(2).derive(white)))
    names = [panel.sets.item(i).text() for i in range(4)]
    assert names == ["few", "whitened", "first 2 dimensions", "toy"]
    assert "whitened, from few" in panel.sets.item(1).toolTip()
    assert panel.sets.currentItem().text() == "first 2 dimensions"

    def first_ink(place):
        area = panel.sets.visualItemRect(panel.sets.item(place))
        image = panel.sets.viewport().grab(area).toImage()
        middle = 1 + 11 + 3
        ground = image.pixelColor(3, middle)
        return next(x for x in range(3, 100) if image.pixelColor(x, middle) != ground)

    indents = [first_ink(place) for place in range(4)]
    assert indents[0] == indents[3] < indents[1] < indents[2]


def test_more_hits_than_are_listed(panel, session, search, texts):
    many = VectorSet(np.zeros((500, 2)), [f"word{i}" for i in range(500)], name="many")
    session.show(session.state.opened(many))
    search("word")
    assert len(texts(panel.list)) == HITS == 200
    assert panel.found.text() == "first 200 found of 500"


def test_lists_are_virtual(panel, session, monkeypatch):
    """Only labels in view are asked for, however many there are."""
    asked = []
    many = VectorSet(np.zeros((100_000, 1)), [str(i) for i in range(100_000)], name="many")
    data = panel.rows.data

    def counted(index, role=Qt.ItemDataRole.DisplayRole):
        asked.append(index.row())
        return data(index, role)

    monkeypatch.setattr(panel.rows, "data", counted)
    session.show(session.state.opened(many))
    panel.grab()
    assert 0 < len(set(asked)) < 100


def test_the_plus_opens_a_file(panel, qtbot):
    with qtbot.waitSignal(panel.action_wanted) as caught:
        qtbot.mouseClick(
            panel.tool_row.findChild(type(panel.tools.itemAt(1).widget())),
            Qt.MouseButton.LeftButton,
        )
    assert caught.args == ["file.open"]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_shown_set_has_the_accent(panel, session, toy, qapp, theme):
    session.show(session.state.opened(toy))
    apply_theme(qapp, theme)

    def has_accent(place):
        area = panel.sets.visualItemRect(panel.sets.item(place))
        image = panel.sets.viewport().grab(area).toImage()
        return theme.accent.lower() in {
            image.pixelColor(x, y).name() for x in range(20) for y in range(image.height())
        }

    assert (has_accent(0), has_accent(1)) == (False, True)


def test_a_list_is_no_tree(panel):
    index = panel.rows.index(0)
    assert panel.rows.rowCount(index) == 0
    assert panel.rows.data(index, Qt.ItemDataRole.DecorationRole) is None
    assert panel.rows.rowCount(QModelIndex()) == 8
    assert not panel.list.indexAt(QPoint(5, 600)).isValid()


def test_sets_of_one_name_say_where_they_are_from(panel, session):
    def words_of(folder):
        opened = FileOrigin(Path("/a", folder, "words.txt"), ReadSettings(), FileInfo(), 2)
        return VectorSet([[1.0, 2.0], [3.0, 4.0]], name="words", origin=opened)

    for folder in ("old", "new", "new"):
        session.show(session.state.opened(words_of(folder)))
    items = [panel.sets.item(place) for place in range(panel.sets.count())]
    assert [item.text() for item in items] == ["few", "words", "words", "words (2)"]
    sizes = [item.data(library.SIZE_ROLE) for item in items]
    assert sizes[1:] == ["old · 2 × 2", "new · 2 × 2", "new · 2 × 2"]
