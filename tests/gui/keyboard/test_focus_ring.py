"""A ring around what keys go to, for those who use them."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from embedviz.gui.keyboard.focus_ring import FocusRing
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder


@pytest.fixture
def ring(qapp):
    return qapp.findChild(FocusRing)


@pytest.fixture
def dialog(qtbot):
    made = DialogInReadingOrder()
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.first, made.second = QPushButton("a", made), QPushButton("b", made)
    made.first.move(20, 20)
    made.second.move(20, 80)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    # As after a click: other tests may have left it with keys.
    qtbot.mousePress(made.first, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(made.first, Qt.MouseButton.LeftButton)
    made.second.setFocus()
    qtbot.mouseClick(made.first, Qt.MouseButton.LeftButton)
    return made


def test_there_is_one_ring(qapp):
    assert len(qapp.findChildren(FocusRing)) == 1


def test_tab_shows_it_around_the_control(ring, dialog, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    focus = dialog.focusWidget()
    assert ring.frame.isVisible()
    assert ring.frame.geometry() == focus.geometry().adjusted(-2, -2, 2, 2)
    assert ring.frame.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    before = ring.frame
    qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert ring.frame is not before
    assert ring.frame.geometry().contains(dialog.focusWidget().geometry())
    assert not before.isVisible()


def test_it_follows_what_moves_and_goes_with_what_is_hidden(ring, dialog, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    focus = dialog.focusWidget()
    focus.setGeometry(100, 100, 60, 30)
    assert ring.frame.geometry() == QRect(98, 98, 64, 34)
    focus.resize(0, 0)
    assert not ring.frame.isVisible()
    focus.resize(60, 30)
    assert ring.frame.isVisible()
    focus.hide()
    assert ring.frame is None or not ring.frame.isVisible() or dialog.focusWidget() is not focus


def test_it_stays_within_what_scrolls(ring, dialog, qtbot):
    page, scroll = QWidget(), QScrollArea(dialog)
    page.setFixedSize(80, 600)
    inside = QPushButton("c", page)
    inside.setGeometry(0, 0, 60, 30)
    scroll.setWidget(page)
    scroll.setGeometry(150, 20, 100, 100)
    scroll.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    inside.setFocus()
    assert ring.frame.isVisible()
    scroll.verticalScrollBar().setValue(20)
    corner = inside.mapTo(dialog, QPoint(0, 0))
    assert ring.frame.geometry().top() > corner.y()
    scroll.verticalScrollBar().setValue(300)
    assert not ring.frame.isVisible()


def test_what_is_deleted_in_focus_is_no_trouble(ring, dialog, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    dialog.focusWidget().deleteLater()
    qtbot.wait(1)
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is not None
