"""Legends under the mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from embedviz.app.preparation import preparation
from embedviz.gui.points.legend.layout import Categories, ColorBar, Part
from embedviz.gui.points.painting import boxes_without_labels, corner_box
from embedviz.gui.points.view import PointView

LEFT = Qt.MouseButton.LeftButton
NO_KEYS, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
POINTS = np.random.default_rng(0).normal(size=(200, 2))
BAR = ColorBar("rank", 0.0, 100.0, ["#000000", "#ffffff"], 20.0, 80.0)


def categories(count, hidden=()):
    entries = [(f"kind {i}", "#009E73", 10 * i) for i in range(count)]
    return Categories("Kind", entries, frozenset(hidden))


@pytest.fixture
def view(qtbot):
    made = PointView()
    qtbot.addWidget(made)
    made.animator.is_enabled = False
    made.resize(500, 400)
    made.show()
    qtbot.waitUntil(lambda: preparation.is_ready, timeout=60_000)
    made.set_points(POINTS)
    made.render_now()
    return made


def layout(view):
    return view.scene.placed_legend.layout(view.viewport.frame(), view.width())


def entry(view, place):
    return layout(view).entries[place][1].center()


def send(view, kind, place, keys=NO_KEYS, button=LEFT):
    where = QPointF(place)
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    QApplication.sendEvent(
        view, QMouseEvent(kind, where, view.mapToGlobal(where), button, held, keys)
    )


def press(view, place, keys=NO_KEYS):
    send(view, QEvent.Type.MouseButtonPress, place, keys)


def move(view, place):
    send(view, QEvent.Type.MouseMove, place, button=Qt.MouseButton.NoButton)


def release(view, place, keys=NO_KEYS):
    send(view, QEvent.Type.MouseButtonRelease, place, keys)


def drag(view, *places):
    press(view, places[0])
    for place in places[1:]:
        move(view, place)
    release(view, places[-1])


def double_click(view, place):
    press(view, place)
    release(view, place)
    send(view, QEvent.Type.MouseButtonDblClick, place)
    release(view, place)


def turn_wheel(view, place, notches):
    where = QPointF(place)
    event = QWheelEvent(
        where,
        view.mapToGlobal(where),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def hover(view, place):
    view.mouse.hover(QPointF(place))


def heard(signal):
    found = []
    signal.connect(lambda *values: found.append(values))
    return found


@pytest.mark.parametrize("place", [None, (0.0, 0.0), (0.7, 1.0)])
@pytest.mark.parametrize("keys", [NO_KEYS, CONTROL])
def test_a_click_on_a_category_says_which(view, place, keys):
    view.scene.set_legend(categories(4))
    view.set_legend_place(place)
    clicked, rows, cameras = (
        heard(signal) for signal in (view.category_clicked, view.row_clicked, view.camera_settled)
    )
    where = entry(view, 2)
    press(view, where, keys)
    release(view, where, keys)
    assert clicked == [("kind 2", keys)]
    assert not rows
    assert not cameras


def test_a_double_click_means_only_this_one(view):
    view.scene.set_legend(categories(4))
    clicked = heard(view.category_clicked)
    double_click(view, entry(view, 1))
    assert clicked == [("kind 1", NO_KEYS), ("kind 1", CONTROL)]


def test_what_is_under_the_mouse_is_highlighted_with_a_hand(view):
    view.scene.set_legend(categories(4))
    plain = view.grab().toImage()
    hover(view, entry(view, 1))
    assert view.mouse.legend.hovered == Part("entry", "kind 1")
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert view.grab().toImage() != plain
    hover(view, layout(view).title.center())
    assert view.cursor().shape() == Qt.CursorShape.OpenHandCursor
    hover(view, view.viewport.area().topLeft())
    assert view.mouse.legend.hovered is None
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert view.grab().toImage() == plain
    hover(view, entry(view, 1))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.mouse.legend.hovered is None


def test_points_under_a_legend_are_not_hovered(view):
    view.scene.set_legend(categories(4))
    view.set_legend_place((0.5, 0.5))
    hovered = heard(view.row_hovered)
    hover(view, entry(view, 1))
    assert view.mouse.hovered == -1
    assert not hovered


@pytest.mark.parametrize(
    ("legend", "where", "words"),
    [
        (categories(3), lambda shown: shown.entries[1][1].center(), "Click: hide"),
        (categories(3, ["kind 1"]), lambda shown: shown.entries[1][1].center(), "Click: show"),
        (categories(3), lambda shown: shown.title.center(), "elsewhere"),
        (BAR, lambda shown: QPointF(shown.bar.center().x(), shown.height_of(20)), "lower"),
        (BAR, lambda shown: QPointF(shown.bar.center().x(), shown.height_of(80)), "higher"),
        (BAR, lambda shown: shown.bar.center(), "clip"),
        (BAR, lambda shown: shown.invert.center(), "Invert"),
    ],
)
def test_a_tooltip_says_what_a_click_does(view, legend, where, words, monkeypatch):
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: said.append(text))
    view.scene.set_legend(legend)

    def ask(place):
        event = QHelpEvent(QEvent.Type.ToolTip, place.toPoint(), QPoint())
        QApplication.sendEvent(view, event)

    ask(where(layout(view)))
    assert words in said[0]
    ask(view.viewport.area().center())
    assert len(said) == 1


@pytest.mark.parametrize("name", ["x" * 300, "<b>bold</b> & <img src='x'>", "plain\u202eturned"])
def test_a_tooltip_says_the_whole_name_and_no_markup_works(view, name, monkeypatch):
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: said.append(text))
    view.scene.set_legend(Categories("Kind", [(name, "#009E73", 3), ("b", "#000", 2)]))
    event = QHelpEvent(QEvent.Type.ToolTip, entry(view, 0).toPoint(), QPoint())
    QApplication.sendEvent(view, event)
    shown = QTextDocument()
    (shown.setHtml if "<" in said[0] else shown.setPlainText)(said[0])
    assert shown.toPlainText().startswith(name.replace("\u202e", "[U+202E]"))
    assert "Click: hide" in shown.toPlainText()


def test_where_groups_are_missing_a_tooltip_says_how_many(view, monkeypatch):
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: said.append(text))
    entries = [*categories(60).entries, ("240 others", "#38000000", 720)]
    view.scene.set_legend(Categories("Kind", entries, n_last=1, n_others=240))
    shown = layout(view)
    for place in (shown.rest.center(), shown.entries[-1][1].center()):
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, place.toPoint(), QPoint()))
    assert said[0].startswith(f"{len(shown.entries) - 1} of 300 groups are listed")
    assert said[1].startswith("240 others\nClick: hide")


def test_the_wheel_scrolls_what_has_no_room_and_zooms_elsewhere(view):
    view.scene.set_legend(categories(60))
    before, place = view.camera, entry(view, 3)
    assert layout(view).rest_text().startswith("+ ")
    turn_wheel(view, place, -1)
    assert layout(view).first == 3
    assert layout(view).rest_text().startswith("3 above, ")
    turn_wheel(view, place, -0.25)
    assert layout(view).first == 3
    turn_wheel(view, place, -0.25)
    assert layout(view).first == 4
    for _ in range(40):
        turn_wheel(view, place, -1)
    shown = layout(view)
    assert shown.entries[-1][0] == 59
    assert shown.rest_text() == f"{shown.first} above"
    clicked = heard(view.category_clicked)
    press(view, entry(view, 0))
    release(view, entry(view, 0))
    assert clicked[0][0] == f"kind {shown.first}"
    for _ in range(40):
        turn_wheel(view, place, 1)
    assert layout(view).first == 0
    assert view.camera == before
    turn_wheel(view, view.viewport.area().center(), 1)
    assert view.camera != before
    view.scene.set_legend(categories(3))
    before = view.camera
    turn_wheel(view, entry(view, 1), 1)
    assert view.camera != before


def test_another_legend_is_shown_from_its_start(view):
    view.scene.set_legend(categories(60))
    turn_wheel(view, entry(view, 3), -1)
    view.scene.set_legend(categories(60, ["kind 4"]))
    assert layout(view).first == 3
    view.scene.set_legend(categories(50))
    assert layout(view).first == 0


@pytest.mark.parametrize("place", [None, (0.2, 0.3)])
def test_the_ends_of_a_color_bar_are_dragged(view, place):
    view.scene.set_legend(BAR)
    view.set_legend_place(place)
    ranges, moved = heard(view.color_range_changed), heard(view.legend_moved)
    shown = layout(view)
    x = shown.bar.center().x()
    hover(view, QPointF(x, shown.height_of(80)))
    assert view.cursor().shape() == Qt.CursorShape.SizeVerCursor
    start = QPointF(x, shown.height_of(80) + 1)
    drag(view, start, start + QPointF(0, 10), start + QPointF(30, 25))
    assert len(ranges) == 2
    low, high = ranges[-1]
    assert low == 20
    assert high == pytest.approx(shown.value_at(shown.height_of(80) + 25))
    assert view.scene.legend.clipped == (low, high)
    start = QPointF(x, shown.height_of(20))
    drag(view, start, start + QPointF(0, 500))
    assert ranges[-1] == (0, high)
    drag(view, QPointF(x, shown.height_of(0)), QPointF(x, -500))
    assert ranges[-1] == (high, high)
    assert not moved


def test_ends_that_meet_come_apart_again(view):
    view.scene.set_legend(ColorBar("rank", 0.0, 100.0, ["#000000", "#ffffff"], 50.0, 50.0))
    ranges, shown = heard(view.color_range_changed), layout(view)
    middle = QPointF(shown.bar.center().x(), shown.height_of(50))
    drag(view, middle + QPointF(0, 3), middle + QPointF(0, 30))
    assert ranges[-1][0] < 45
    view.scene.set_legend(ColorBar("rank", 0.0, 100.0, ["#000000", "#ffffff"], 50.0, 50.0))
    drag(view, middle - QPointF(0, 3), middle - QPointF(0, 30))
    assert ranges[-1][1] > 55


def test_a_double_click_resets_the_ends(view):
    view.scene.set_legend(BAR)
    ranges, inverted = heard(view.color_range_changed), heard(view.colors_inverted)
    double_click(view, layout(view).bar.center())
    assert ranges == [(0, 100)]
    double_click(view, layout(view).title.center())
    assert len(ranges) == 1
    assert not inverted


def test_colors_are_inverted_by_a_click(view):
    view.scene.set_legend(BAR)
    inverted = heard(view.colors_inverted)
    place = layout(view).invert.center()
    hover(view, place)
    assert view.grab().toImage()
    press(view, place)
    release(view, place)
    assert len(inverted) == 1
    send(view, QEvent.Type.MouseButtonDblClick, place)
    assert len(inverted) == 2


def test_a_legend_is_carried_onto_the_points_and_back(view):
    view.scene.set_legend(categories(4))
    moved, area = heard(view.legend_moved), view.viewport.area()
    grip = layout(view).title.center()
    press(view, grip)
    move(view, grip - QPointF(100, 0))
    assert view.viewport.area() == area
    held = view.grab().toImage()
    move(view, QPointF(120, 200))
    assert view.grab().toImage() != held
    release(view, QPointF(120, 200))
    ((place,),) = moved
    assert 0 < place[0] < 1
    assert 0 < place[1] < 1
    assert view.viewport.area().width() > area.width()
    assert layout(view).is_panel
    assert layout(view).box.contains(QPointF(120, 200))
    grip = layout(view).title.center()
    drag(view, grip, QPointF(0, 0))
    assert moved[-1][0] == (0, 0)
    assert layout(view).box.topLeft() == view.viewport.area().topLeft()
    grip = layout(view).title.center()
    drag(view, grip, QPointF(480, 100))
    assert moved[-1] == (None,)
    assert view.viewport.area() == area


@pytest.mark.parametrize("animations", [False, True])
def test_points_stay_where_they_are_when_the_legend_leaves_the_margin(view, qtbot, animations):
    view.animator.is_enabled = animations
    view.scene.set_legend(categories(4))
    before = view.viewport.frame().project(POINTS)[0]
    view.set_legend_place((0.5, 0.5))
    if animations:
        np.testing.assert_allclose(view.viewport.frame().project(POINTS)[0], before, atol=0.01)
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    assert view.viewport.frame().project(POINTS)[0][:, 0].max() > before[:, 0].max()


def test_labels_keep_clear_of_a_legend_and_of_the_corner(view, qtbot):
    view.scene.set_labels([f"label {i}" for i in range(200)])
    view.scene.set_legend(categories(6))
    view.set_legend_place((0.5, 0.6))
    view.scene.set_corner("trust: 0.62")
    panels = [layout(view).box, corner_box(view.scene, view.viewport.frame())]
    boxes = boxes_without_labels(view.scene, view.viewport.frame())
    for panel in panels:
        assert any(np.allclose(box, panel.getRect()) for box in boxes)


def test_the_corner_gives_way_to_the_legend(view):
    view.scene.set_legend(categories(6))
    view.scene.set_corner("trust: 0.62 of true neighbors kept · all 10,000 rows of the set")
    for place in ((0.0, 0.0), (1.0, 0.0), (0.6, 0.0)):
        view.set_legend_place(place)
        corner = corner_box(view.scene, view.viewport.frame())
        assert view.viewport.area().contains(corner)
        assert not corner.intersects(layout(view).box)


def test_escape_leaves_a_legend_where_it_was(view):
    view.scene.set_legend(categories(4))
    moved, plain = heard(view.legend_moved), view.grab().toImage()
    press(view, layout(view).title.center())
    move(view, QPointF(100, 100))
    QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, NO_KEYS))
    release(view, QPointF(100, 100))
    assert not moved
    assert layout(view).box.left() > view.viewport.area().right()
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.grab().toImage() == plain


def test_a_legend_that_vanishes_while_it_is_held(view):
    view.scene.set_legend(categories(4))
    grip = layout(view).title.center()
    press(view, grip)
    move(view, QPointF(100, 100))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not view.scene.placed_legend.is_held
    view.scene.set_legend(None)
    release(view, QPointF(100, 100))
    view.grab()
    assert view.scene.placed_legend.place is None
