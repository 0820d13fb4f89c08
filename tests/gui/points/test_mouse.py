"""Mouse and keys on a picture of points."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from embedviz.gui.points.camera_control import SETTLE_MILLISECONDS
from embedviz.gui.points.mouse import PICK_RADIUS

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NO_KEYS = Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
POINTS = [[-1.0, -1.0], [1, -1], [-1, 1], [1, 1], [0, 0]]


@pytest.fixture
def view(view):
    view.set_points(POINTS)
    view.render_now()
    return view


@pytest.fixture
def view_3d(view):
    view.set_points(np.column_stack([POINTS, [0.0, 0, 0, 0, 1]]))
    return view


def place_of(view, position):
    return view.viewport.frame().point(position)


def mouse(view, kind, place, button=LEFT, keys=NO_KEYS):
    types = {
        "press": QEvent.Type.MouseButtonPress,
        "move": QEvent.Type.MouseMove,
        "release": QEvent.Type.MouseButtonRelease,
        "double": QEvent.Type.MouseButtonDblClick,
    }
    where = QPointF(place)
    held = Qt.MouseButton.NoButton if kind == "release" else button
    button = Qt.MouseButton.NoButton if kind == "move" else button
    event = QMouseEvent(types[kind], where, view.mapToGlobal(where), button, held, keys)
    QApplication.sendEvent(view, event)


def drag(view, start, *places, button=LEFT, keys=NO_KEYS):
    mouse(view, "press", start, button, keys)
    for place in places:
        mouse(view, "move", place, button, keys)
    mouse(view, "release", places[-1], button, keys)


def turn_wheel(view, place, notches):
    where = QPointF(place)
    event = QWheelEvent(
        where,
        view.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def press_key(view, key, keys=NO_KEYS):
    event = QKeyEvent(QEvent.Type.KeyPress, key, keys)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def keeps_from_window(view, key):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NO_KEYS)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def heard(signal):
    """Return a list that fills with what a signal says."""
    found = []
    signal.connect(lambda *values: found.append(values))
    return found


@pytest.mark.parametrize("keys", [NO_KEYS, CONTROL, SHIFT, ALT])
def test_a_click_says_which_row_and_which_keys(view, keys):
    clicks, cameras = heard(view.row_clicked), heard(view.camera_settled)
    for row, position in enumerate(POINTS):
        place = place_of(view, position) + QPointF(2, 1)
        mouse(view, "press", place, keys=keys)
        mouse(view, "move", place + QPointF(1, 1), keys=keys)
        mouse(view, "release", place, keys=keys)
        assert clicks.pop() == (row, keys)
    assert not cameras


def test_a_click_on_nothing_says_so(view):
    clicks = heard(view.row_clicked)
    place = place_of(view, POINTS[4]) + QPointF(PICK_RADIUS + 2, 0)
    drag(view, place, place)
    assert clicks == [(-1, NO_KEYS)]
    drag(view, place, place, button=RIGHT)
    assert len(clicks) == 1


@pytest.mark.parametrize("button", [LEFT, RIGHT, MIDDLE])
def test_a_drag_in_2d_takes_the_points_along(view, button):
    changed, settled = heard(view.camera_changed), heard(view.camera_settled)
    start = place_of(view, (0, 0))
    drag(view, start, start + QPointF(10, 5), start + QPointF(40, -30), button=button)
    end = place_of(view, (0, 0))
    assert (end.x(), end.y()) == pytest.approx((start.x() + 40, start.y() - 30))
    assert len(changed) == 2
    assert settled == [(view.camera,)]
    assert changed[-1] == (view.camera,)


def test_a_drag_in_3d_orbits(view_3d):
    before, settled = view_3d.camera, heard(view_3d.camera_settled)
    center = view_3d.viewport.area().center()
    drag(view_3d, center, center + QPointF(30, 0))
    after = view_3d.camera
    assert after.center == before.center
    assert after.azimuth < before.azimuth  # What is in front goes with the hand.
    assert after.elevation == before.elevation
    drag(view_3d, center, center + QPointF(0, 30))
    assert view_3d.camera.elevation > after.elevation
    assert len(settled) == 2


def test_a_right_drag_in_3d_pans(view_3d):
    before = view_3d.camera
    start = place_of(view_3d, before.center)
    drag(view_3d, start, start + QPointF(25, 15), button=RIGHT)
    end = place_of(view_3d, before.center)
    assert (end.x(), end.y()) == pytest.approx((start.x() + 25, start.y() + 15), abs=0.5)
    assert view_3d.camera.azimuth == before.azimuth


@pytest.mark.parametrize("notches", [2, -3])
def test_the_wheel_zooms_at_the_cursor(view, notches):
    before = view.camera
    place = place_of(view, POINTS[3])
    turn_wheel(view, place, notches)
    assert (view.camera.scale < before.scale) == (notches > 0)
    after = place_of(view, POINTS[3])
    assert (after.x(), after.y()) == pytest.approx((place.x(), place.y()))


def test_a_burst_of_the_wheel_settles_once(view, qtbot):
    settled = heard(view.camera_settled)
    with qtbot.waitSignal(view.camera_settled):
        for _ in range(5):
            turn_wheel(view, view.viewport.area().center(), 1)
        assert not settled
    assert settled == [(view.camera,)]
    with qtbot.assertNotEmitted(view.camera_settled, wait=SETTLE_MILLISECONDS + 50):
        turn_wheel(view, view.viewport.area().center(), 0)


@pytest.mark.parametrize(
    ("keys", "mode"),
    [(SHIFT, "replace"), (SHIFT | CONTROL, "add"), (SHIFT | ALT, "remove")],
)
def test_a_shifted_drag_selects_a_box(view, keys, mode):
    selections, before = heard(view.rows_selected), view.camera
    start, end = place_of(view, (-1.2, 0.2)), place_of(view, (0.3, -1.2))
    mouse(view, "press", start, keys=keys)
    mouse(view, "move", end, keys=keys)
    assert len(view.selection_tool.corners) == 4
    view.repaint()
    mouse(view, "release", end, keys=keys)
    (selection,) = selections
    assert selection[0].tolist() == [0, 4]
    assert selection[1] == mode
    assert view.selection_tool.corners == []
    assert view.camera == before


@pytest.mark.parametrize(
    ("keys", "mode"), [(NO_KEYS, "replace"), (SHIFT, "add"), (CONTROL, "add"), (ALT, "remove")]
)
def test_the_lasso_selects_what_it_goes_around(view, keys, mode):
    view.mouse.set_tool("lasso")
    selections = heard(view.rows_selected)
    corners = [(-1.2, 1.2), (1.2, 1.2), (1.2, 0.5), (0.2, -0.5), (-0.3, 0.5), (-1.2, 0.5)]
    drag(view, *(place_of(view, corner) for corner in corners), keys=keys)
    (selection,) = selections
    assert selection[0].tolist() == [2, 3, 4]
    assert selection[1] == mode
    assert view.cursor().shape() == Qt.CursorShape.CrossCursor
    view.mouse.set_tool("navigate")
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_a_lasso_that_is_drawn_is_closed_by_dashes_and_counts(view, qtbot):
    view.mouse.set_tool("lasso")
    corners = [(-1.2, 1.2), (1.2, 1.2), (1.2, 0.5), (0.2, -0.5), (-0.3, 0.5), (-1.2, 0.5)]
    places = [place_of(view, corner) for corner in corners]
    plain = view.grab().toImage()
    mouse(view, "press", places[0], keys=ALT)
    for place in places[1:]:
        mouse(view, "move", place, keys=ALT)
    assert view.selection_tool.count is None
    drawn = view.grab().toImage()
    assert drawn != plain
    qtbot.waitUntil(lambda: view.selection_tool.count == 3)
    assert view.grab().toImage() != drawn
    mouse(view, "release", places[-1], keys=ALT)
    assert view.selection_tool.count is None
    assert not view.selection_tool._count_soon.isActive()
    assert view.grab().toImage() == plain


def test_escape_ends_a_lasso_then_the_tool_then_is_left_to_the_window(view):
    view.mouse.set_tool("lasso")
    selections, tools = heard(view.rows_selected), heard(view.tool_changed)
    assert keeps_from_window(view, Qt.Key.Key_Escape)
    mouse(view, "press", QPointF(50, 50))
    mouse(view, "move", QPointF(150, 50))
    assert press_key(view, Qt.Key.Key_Escape)
    assert view.selection_tool.corners == []
    assert not tools
    mouse(view, "move", QPointF(150, 150))
    mouse(view, "release", QPointF(150, 150))
    assert not selections
    assert press_key(view, Qt.Key.Key_Escape)
    assert tools == [("navigate",)]
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not keeps_from_window(view, Qt.Key.Key_Escape)
    assert not press_key(view, Qt.Key.Key_Escape)
    assert len(tools) == 1


def test_escape_ends_a_box_too(view):
    selections, tools = heard(view.rows_selected), heard(view.tool_changed)
    mouse(view, "press", QPointF(50, 50), keys=SHIFT)
    mouse(view, "move", QPointF(150, 150), keys=SHIFT)
    assert press_key(view, Qt.Key.Key_Escape)
    mouse(view, "release", QPointF(150, 150), keys=SHIFT)
    assert not selections
    assert not tools


def test_a_key_asks_for_a_flight(view):
    asked = heard(view.fly_wanted)
    assert press_key(view, Qt.Key.Key_F)
    assert not press_key(view, Qt.Key.Key_F, CONTROL)
    assert len(asked) == 1


def test_a_double_click_flies_to_a_point_after_its_click(view):
    clicks, settled = heard(view.row_clicked), heard(view.camera_settled)
    place = place_of(view, POINTS[3])
    for kind in ("press", "release", "double", "release"):
        mouse(view, kind, place)
    assert clicks == [(3, NO_KEYS)]
    assert view.camera.center == (1, 1, 0)
    view.camera_control.end_burst()
    assert settled == [(view.camera,)]


def test_other_double_clicks_are_presses(view):
    before, clicks = view.camera, heard(view.row_clicked)
    nothing = place_of(view, (0.5, 0.5))
    point = place_of(view, POINTS[3])
    for place, keys in ((nothing, NO_KEYS), (point, CONTROL)):
        mouse(view, "double", place, keys=keys)
        mouse(view, "release", place, keys=keys)
    mouse(view, "double", point, button=RIGHT)
    mouse(view, "release", point, button=RIGHT)
    view.mouse.set_tool("lasso")
    mouse(view, "double", point)
    mouse(view, "release", point)
    assert clicks == [(-1, NO_KEYS), (3, CONTROL), (3, NO_KEYS)]
    assert view.camera == before


def test_in_3d_only_what_is_in_front_can_be_selected(view):
    behind = np.column_stack([np.zeros(4), [0.0, 1, 2, 3], np.zeros(4)])  # One behind the other.
    view.set_points(np.vstack([behind, [[2, 1.5, 0], [-2, 1.5, 0]]]), sizes=12)
    view.set_camera(replace(view.camera, azimuth=-np.pi / 2, elevation=0.0))
    area = view.viewport.area()
    corners = np.array(
        [
            (area.left(), area.top()),
            (area.right(), area.top()),
            (area.right(), area.bottom()),
            (area.left(), area.bottom()),
        ]
    )
    assert view.selection_tool.rows_within(corners).tolist() == [0, 1, 2, 3, 4, 5]
    view.selection_tool.set_reach("front")
    assert view.selection_tool.rows_within(corners).tolist() == [0, 4, 5]
    view.set_points(POINTS)
    assert view.selection_tool.rows_within(corners).tolist() == [0, 1, 2, 3, 4]


def test_nothing_is_hovered_while_dragging(view, qtbot):
    hovers = heard(view.row_hovered)
    place = place_of(view, POINTS[4])
    with qtbot.waitSignal(view.row_hovered):
        mouse(view, "move", place)
    mouse(view, "press", place)
    assert hovers == [(4,)]
    mouse(view, "move", place + QPointF(20, 0))
    assert hovers == [(4,), (-1,)]
    with qtbot.waitSignal(view.row_hovered):  # It went along, and is under the mouse again.
        mouse(view, "release", place + QPointF(20, 0))
    assert view.mouse.hovered == 4


def test_a_row_may_be_hovered_without_its_label(view):
    view.scene.set_labels(["a", "b", "c", "d", "e"], order=[])
    view.mouse.hovered = 4
    assert view.mouse.names_hovered
    named = view.grab().toImage()
    view.mouse.names_hovered = False
    view.update()
    ringed = view.grab().toImage()
    view.mouse.hovered = -1
    view.update()
    assert len({bytes(image.constBits()) for image in (named, ringed, view.grab().toImage())}) == 3


def test_links_are_drawn_over_the_picture(view):
    plain, frames = view.grab().toImage(), view.scene.canvas.frames
    view.scene.set_links(4, [0, 1, 2, 99, -1])
    linked = view.grab().toImage()
    assert linked != plain
    middle = (place_of(view, POINTS[4]) + place_of(view, POINTS[0])) / 2
    other = (place_of(view, POINTS[4]) + place_of(view, POINTS[3])) / 2
    for place, is_crossed in ((middle, True), (other, False)):
        around = QRect(place.toPoint() - QPoint(3, 3), QSize(7, 7))
        assert (linked.copy(around) != plain.copy(around)) == is_crossed
    for row, rows in ((-1, ()), (99, [0]), (4, ())):
        view.scene.set_links(row, rows)
        assert view.grab().toImage() == plain
    assert view.scene.canvas.frames == frames


def test_links_to_hidden_rows_are_left_out(view):
    hidden = np.array(POINTS)
    hidden[0] = np.nan
    view.set_points(hidden)
    plain = view.grab().toImage()
    view.scene.set_links(0, [1, 2])
    assert view.grab().toImage() == plain
    view.scene.set_links(4, [0, 1])
    assert view.grab().toImage() != plain


def test_where_a_row_is(view):
    assert view.viewport.place_of(3) == place_of(view, POINTS[3])


def test_hovering_says_which_row_and_draws_no_points(view, qtbot):
    view.repaint()
    frames, hovers = view.scene.canvas.frames, heard(view.row_hovered)
    with qtbot.waitSignal(view.row_hovered):
        mouse(view, "move", place_of(view, POINTS[4]))
    view.repaint()
    with qtbot.waitSignal(view.row_hovered):
        mouse(view, "move", place_of(view, (0.5, 0.5)))
    with qtbot.waitSignal(view.row_hovered):
        mouse(view, "move", place_of(view, POINTS[2]))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert hovers == [(4,), (-1,), (2,), (-1,)]
    assert view.scene.canvas.frames == frames


def test_the_hovered_row_shows_its_label_beside_it(view):
    view.scene.set_labels(["a", "b", "c", "d", "e"], order=[])
    for row in range(5):
        view.mouse.hovered = row
        view.repaint()
    view.set_camera(view.camera.panned(9, 9))
    view.repaint()


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down])
def test_arrow_keys_pan_in_2d_and_orbit_in_3d(view, key):
    before = view.camera
    assert press_key(view, key)
    assert view.camera.center != before.center
    assert view.camera.scale == before.scale
    view.set_points(np.column_stack([POINTS, np.zeros(5)]))
    before = view.camera
    assert press_key(view, key)
    assert view.camera.center == before.center
    assert view.camera != before


def test_plus_and_minus_zoom_and_home_fits(view, qtbot):
    settled, before = heard(view.camera_settled), view.camera
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        assert press_key(view, key)
    assert view.camera.scale == pytest.approx(before.scale / 1.25**2)
    press_key(view, Qt.Key.Key_Minus)
    assert view.camera.scale == pytest.approx(before.scale / 1.25)
    with qtbot.waitSignal(view.camera_settled):
        changed = heard(view.camera_changed)
        assert press_key(view, Qt.Key.Key_Home)
        assert changed == [(before,)]
    assert settled == [(before,)]


def test_home_takes_linked_views_along_and_settles_at_its_end(view, qtbot):
    view.animator.is_enabled = True
    home = view.camera
    view.set_camera(home.zoomed(3))
    changed, settled = heard(view.camera_changed), heard(view.camera_settled)
    with qtbot.waitSignal(view.camera_settled):
        press_key(view, Qt.Key.Key_Home)
        assert view.animator.is_animating
        view.camera_control.end_burst()
        assert not settled
    assert changed[-1] == settled[0] == (home,)
    assert not view.camera_control.is_announced


def test_other_keys_are_left_to_the_window(view):
    assert not press_key(view, Qt.Key.Key_Escape)
    assert not press_key(view, Qt.Key.Key_A)


def test_other_buttons_do_nothing(view):
    before = view.camera
    center = view.viewport.area().center()
    drag(view, center, center + QPointF(30, 30), button=Qt.MouseButton.BackButton)
    mouse(view, "release", center)
    assert view.camera == before


def test_a_pinch_zooms(view, qtbot):
    before, where = view.camera, QPointF(view.viewport.area().center())

    def pinched(kind):
        return QNativeGestureEvent(
            kind,
            QPointingDevice.primaryPointingDevice(),
            2,
            where,
            where,
            view.mapToGlobal(where),
            0.5,
            QPointF(),
        )

    with qtbot.waitSignal(view.camera_settled):
        QApplication.sendEvent(view, pinched(Qt.NativeGestureType.ZoomNativeGesture))
    assert view.camera.scale == pytest.approx(before.scale / 1.5)
    QApplication.sendEvent(view, pinched(Qt.NativeGestureType.RotateNativeGesture))
    assert view.camera.scale == pytest.approx(before.scale / 1.5)


def test_focus_shows_when_it_came_by_keys(view):
    def focus(kind, reason):
        QApplication.sendEvent(view, QFocusEvent(kind, reason))
        view.repaint()

    plain = view.grab().toImage()
    focus(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason)
    assert view.grab().toImage() == plain
    focus(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
    assert view.grab().toImage() != plain
    focus(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason)
    assert view.grab().toImage() == plain
