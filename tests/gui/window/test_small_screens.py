"""On a small screen nothing is cut, and menus are opened by keys."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QMenu,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
)

from embedviz.app.state import State
from embedviz.gui.actions import ACTIONS
from embedviz.gui.widgets import controls
from embedviz.gui.widgets.controls import FRAME, keep_on_screen
from embedviz.gui.widgets.key_sheet import KeySheet
from embedviz.gui.window.main_window import LEAST_WIDTH

SMALL = [QSize(1366, 768), QSize(911, 512), QSize(960, 540), QSize(683, 384)]
"""A laptop's screen, at scales 1, 1.5 and 2, and a larger one at scale 2, in logical pixels."""


class Screen:
    """A screen of another size than the one of the tests."""

    def __init__(self, size):
        self.size = size

    def availableSize(self):  # noqa: N802 - Qt's name
        return self.size

    def availableGeometry(self):  # noqa: N802 - Qt's name
        return QRect(QPoint(0, 0), self.size)


@pytest.fixture(params=SMALL, ids=lambda size: f"{size.width()}x{size.height()}")
def screen(request, monkeypatch):
    made = Screen(request.param)
    for kind in (controls.Gear, KeySheet):
        monkeypatch.setattr(kind, "screen", lambda self: made)
    return made


def cut_labels(widget):
    """Return the texts that have less room than they need."""
    return [
        label.text()
        for label in widget.findChildren(QLabel)
        if label.isVisible()
        and not label.wordWrap()
        and not label.objectName().startswith(("library", "status.facts"))
        and label.width() + 1 < label.sizeHint().width()
    ]


@pytest.mark.parametrize("size", SMALL, ids=str)
def test_the_window_has_room_for_its_frame_and_its_bottom_line(window, monkeypatch, size):
    monkeypatch.setattr(type(window), "screen", lambda self: Screen(size))
    wanted = window.sizeHint()
    assert wanted.width() + FRAME.width() <= max(size.width(), LEAST_WIDTH)
    assert wanted.height() + FRAME.height() <= size.height()
    window.resize(max(wanted.width(), window.minimumWidth()), wanted.height())
    assert window.height() == wanted.height()  # All of it fits: nothing asks for more.
    bar = window.statusBar()
    assert bar.geometry().bottom() < window.height()
    assert bar.height() >= bar.sizeHint().height()


def test_the_window_can_be_as_narrow_as_said_with_every_pane(window, idle, front, toy, qtbot):
    """Also as low as a screen of 540 pixels; and no control has less room than it needs."""
    size = QSize(LEAST_WIDTH, 540 - FRAME.height())
    window.session.show(State().opened(toy))
    for pane in window.panes:
        front(window, pane.name)
        idle(window.session)

        def is_fitted():  # Lists give up their lines as the window gets lower.
            window.resize(size)
            return window.size() == size

        qtbot.waitUntil(is_fitted)
        idle(window.session)
        for control in pane.tool_row.findChildren(QAbstractButton):
            if control.isVisible():
                assert control.width() >= control.minimumSizeHint().width(), control.objectName()
        assert not cut_labels(pane.tool_row)
    assert window.minimumWidth() == min(LEAST_WIDTH, window.screen().availableSize().width())


def cut_controls(row):
    """Return the names of the buttons, and the labels, that have less room than they need."""
    buttons = [each for each in row.findChildren(QAbstractButton) if each.isVisible()]
    cut = [each for each in buttons if each.width() < each.minimumSizeHint().width()]
    return [each.objectName() for each in cut] + cut_labels(row)


def with_pages(state, pane):
    """Yield a state for each page of a pane; the state itself where it has none."""
    settings = state[pane.settings_class]
    pages = getattr(getattr(pane, "pages", None), "tabs", None)
    if pages is None:
        yield state
        return
    for name in pane.pages._names:
        yield state.with_settings(replace(settings, page=name))


def test_a_wide_window_can_get_narrow_again_on_every_page(window, idle, front, toy, qtbot):
    wide, narrow = QSize(1920, 1000), QSize(LEAST_WIDTH, 600)
    window.session.show(State().opened(toy))
    seen = []
    for pane in window.panes:
        front(window, pane.name)
        idle(window.session)
        for state in with_pages(window.session.state, pane):
            window.session.show(state)
            window.resize(wide)
            idle(window.session)
            assert pane.width() > 1000

            def is_narrow():  # As by a drag: lists give up their room as they are told.
                window.resize(narrow)
                return window.size() == narrow

            qtbot.waitUntil(is_narrow)
            idle(window.session)
            qtbot.waitUntil(lambda pane=pane: not cut_controls(pane.tool_row))
            seen.append(pane.name)
    assert len(seen) >= 12
    assert seen.count("analogies") == 5


def test_boxes_of_the_analogies_are_not_shortened(window, idle, front, toy, qtbot):
    window.session.show(State().opened(toy))
    pane = next(each for each in window.panes if each.name == "analogies")
    front(window, pane.name)
    idle(window.session)
    for state in with_pages(window.session.state, pane):
        window.session.show(state)
        for width in (1920, 1280, LEAST_WIDTH):
            window.resize(width, 700)
            idle(window.session)
            boxes = [each for each in pane.tool_row.findChildren(QComboBox) if each.isVisible()]
            qtbot.waitUntil(lambda boxes=boxes: not any(map(is_shortened, boxes)))


def is_shortened(box):
    """Return whether the text of a box ends in … ."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    kind, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(kind, option, part, box).width()
    shown = box.currentText() if box.currentIndex() >= 0 else box.placeholderText()
    return box.fontMetrics().horizontalAdvance(shown) > room


def test_the_sheet_of_keys_fits_and_all_of_it_can_be_reached(window, screen, qtbot):
    window.trigger("help.keys")
    sheet = window.findChild(KeySheet, "keys")
    area = screen.availableGeometry()
    assert sheet.width() + FRAME.width() <= area.width()
    assert sheet.height() + FRAME.height() <= area.height()
    assert area.contains(sheet.geometry())
    scroll = sheet.findChild(QScrollArea)
    if sheet.sizeHint().width() + FRAME.width() <= area.width():
        assert scroll.horizontalScrollBar().maximum() == 0  # Where there is room, it is taken.
    for label in sheet.findChildren(QLabel):
        scroll.ensureWidgetVisible(label, 0, 0)
        corner = label.mapTo(scroll.viewport(), QPoint(0, label.height() - 1))
        assert scroll.viewport().rect().contains(corner)
    assert not cut_labels(sheet)
    sheet.close()


def test_keys_and_what_they_do_stand_on_one_line(window):
    window.trigger("help.keys")
    sheet = window.findChild(KeySheet, "keys")
    labels = sheet.findChildren(QLabel)
    for keys, text in zip(labels[::2], labels[1::2], strict=True):
        tops = [each.mapTo(sheet, QPoint(0, 0)).y() for each in (keys, text)]
        ascents = [each.fontMetrics().ascent() for each in (keys, text)]
        assert tops[0] + ascents[0] == tops[1] + ascents[1]
    sheet.close()


def test_a_window_is_moved_onto_its_screen(qtbot, window, screen):
    sheet = KeySheet(window, [("A", "b")] * 90)
    qtbot.addWidget(sheet)
    sheet.move(5000, 5000)
    keep_on_screen(sheet)
    assert screen.availableGeometry().contains(sheet.geometry())


def gear_of(window, idle, toy):
    window.session.show(State().opened(toy))
    idle(window.session)
    return window.panes[0].findChild(controls.Gear, "map.gear")


def opened(gear, qtbot):
    gear.menu().popup(gear.mapToGlobal(gear.rect().bottomLeft()))
    qtbot.waitUntil(gear.menu().isVisible)
    return gear.menu()


def test_the_gear_of_the_map_shows_what_applies(window, idle, toy, qtbot):
    gear = gear_of(window, idle, toy)
    menu = opened(gear, qtbot)
    shown = [each for each in menu.findChildren(object) if each.objectName().startswith("map.")]
    assert shown
    for control in shown:
        if control.isWidgetType() and control.parent() is not None and control.isVisible():
            assert control.isEnabled(), control.objectName()
    names = {each.objectName() for each in shown if each.isWidgetType() and each.isVisible()}
    assert "map.label_scale" in names
    assert not names & {"map.ramp", "map.low", "map.high", "map.through", "map.images"}
    menu.close()
    window.panes[0].findChild(object, "map.dimensions.1").click()
    idle(window.session)
    menu = opened(gear, qtbot)
    assert menu.findChild(object, "map.through").isVisible()
    menu.close()


def test_the_gear_is_no_higher_than_the_screen(window, idle, toy, qtbot, screen):
    gear = gear_of(window, idle, toy)
    for _ in range(3):
        for place in range(9):
            gear.add(f"Setting {place}", controls.spin_box(f"x.{place}", "A setting"))
    menu = opened(gear, qtbot)
    assert menu.height() <= screen.availableSize().height()
    area = menu.findChild(QScrollArea)
    last = menu.findChildren(object, "x.8")[-1]
    area.ensureWidgetVisible(last)
    assert last.visibleRegion().boundingRect().height() == last.height()
    assert last.visibleRegion().boundingRect().width() == last.width()
    menu.close()


def test_menus_have_letters_of_their_own(window):
    titles = [menu.title() for menu in window.menus.by_name.values()]
    letters = [title[title.index("&") + 1] for title in titles]
    assert len(set(letters)) == len(letters)
    assert set(window.menus.by_name) == {action.menu for action in ACTIONS}


@pytest.mark.parametrize("name", ["File", "Edit", "View", "Help"])
def test_alt_and_a_letter_open_a_menu(window, qtbot, name):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, name[0], Qt.KeyboardModifier.AltModifier)
    menu = window.menus.by_name[name]
    qtbot.waitUntil(menu.isVisible)
    menu.close()


def test_f10_opens_the_first_menu_and_arrows_go_on(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_F10)
    first, second = list(window.menus.by_name.values())[:2]
    qtbot.waitUntil(first.isVisible)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    qtbot.waitUntil(second.isVisible)
    assert isinstance(second, QMenu)
    second.close()


def test_menus_fit_on_a_laptop(window):
    menus = (*window.menus.by_name.values(), *window.menus.within.values())
    tall = {menu.title(): menu.sizeHint().height() for menu in menus}
    assert max(tall.values()) <= 700, tall
