"""Typing a label, as people do: fast, wrong, and with the backspace key."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.core.vector_set import VectorSet
from embedviz.gui.widgets.label_edit import SHOWN, LabelEdit

LABELS = ["the", "king", "kind", "Kingdom", "queen", "kings", "king"]


@pytest.fixture
def words_set():
    return VectorSet(np.zeros((len(LABELS), 2)), LABELS)


@pytest.fixture
def page(qtbot):
    """Return a page with a line for labels and a line to go on to."""
    page = QWidget()
    qtbot.addWidget(page)
    rows = QVBoxLayout(page)
    page.task = Task(page)
    page.edit, page.next = LabelEdit(page.task), QLineEdit()
    rows.addWidget(page.edit)
    rows.addWidget(page.next)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.edit.setFocus()
    return page


@pytest.fixture
def edit(page, words_set):
    page.edit.show_label(words_set, "")
    page.edit.heard = []
    page.edit.label_chosen.connect(page.edit.heard.append)
    return page.edit


@pytest.fixture
def type_and_wait(page, qtbot):
    def type_text(text):
        for letter in text:
            if letter == "\b":
                qtbot.keyClick(page.edit, Qt.Key.Key_Backspace)
            else:
                qtbot.keyClicks(page.edit, letter)
            qtbot.waitUntil(lambda: not page.task.is_busy)

    return type_text


def offered(edit):
    model = edit.completer().completionModel()
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def test_offers_what_fits_the_best_first(edit, type_and_wait):
    type_and_wait("king")
    assert offered(edit) == ["king", "Kingdom", "kings"]  # Each label once.
    assert edit.completer().popup().isVisible()
    edit.completer().popup().hide()


def test_offers_a_few_of_many(edit, type_and_wait):
    many = VectorSet(np.zeros((500, 1)), [f"word{i}" for i in range(500)])
    edit.show_label(many, "")
    type_and_wait("wor")
    assert len(offered(edit)) == SHOWN
    edit.completer().popup().hide()


def test_return_chooses_what_was_typed(edit, qtbot):
    qtbot.keyClicks(edit, "queen")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.heard == ["queen"]


def test_nothing_pops_up_after_the_choice(edit, page, qtbot):
    qtbot.keyClicks(edit, "king")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.task._at_work is None)
    assert not edit.completer().popup().isVisible()


def test_a_completion_is_chosen_by_keys(edit, type_and_wait, qtbot):
    type_and_wait("kin")
    popup = edit.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert edit.heard == ["kind"]
    assert edit.text() == "kind"
    assert not popup.isVisible()


def test_a_completion_is_chosen_by_a_click(edit, type_and_wait, click_line):
    type_and_wait("que")
    click_line(edit.completer().popup(), 0)
    assert edit.heard == ["queen"]
    assert edit.text() == "queen"


def test_leaving_with_another_label_chooses_it_and_leaving_again_does_not(edit, page, qtbot):
    qtbot.keyClicks(edit, "queen")
    page.next.setFocus()
    edit.setFocus()
    page.next.setFocus()
    assert edit.heard == ["queen"]


def test_the_label_that_is_shown_is_no_choice(edit, page, words_set, qtbot):
    edit.show_label(words_set, "king")
    assert edit.text() == "king"
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    page.next.setFocus()
    assert edit.heard == []


def test_an_empty_line_chooses_and_offers_nothing(edit, page, type_and_wait, qtbot):
    type_and_wait("k")
    qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    assert not page.task.is_busy
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.heard == []
    edit.completer().popup().hide()


def test_a_half_typed_expression_is_no_error(edit, type_and_wait):
    type_and_wait("/(")
    assert offered(edit) == []


def test_completes_inside_the_line(edit, type_and_wait):
    edit.complete_inline()
    type_and_wait("qu")
    assert (edit.text(), edit.selectedText()) == ("queen", "een")
    type_and_wait("e")
    assert (edit.text(), edit.selectedText()) == ("queen", "en")


def test_backspace_takes_back_what_was_completed(edit, type_and_wait):
    edit.complete_inline()
    type_and_wait("qu\b")
    assert (edit.text(), edit.selectedText()) == ("qu", "")
    type_and_wait("\b\b")
    assert edit.text() == ""


def test_nothing_is_offered_without_a_set(page, qtbot):
    qtbot.keyClicks(page.edit, "king")
    assert not page.task.is_busy
