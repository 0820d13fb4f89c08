"""The map as it is used: look, color, click, drag, undo."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from sklearn.decomposition import PCA

from embedviz.app.layouts import Layouts
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.query_vector import QueryVector
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.image_files import ImageFiles
from embedviz.gui.points.frame_cache import FrameCache
from embedviz.gui.points.legend.layout import Categories, ColorBar
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK
from embedviz.panes.map import ALWAYS_LABELED

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def spread():
    """Return rows that lie apart on the map, with metadata of several kinds."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(20, 6)) * [9, 6, 3, 0.3, 0.2, 0.1]
    metadata = {
        "kind": ["a"] * 12 + ["b"] * 8,
        "size": [float(i) for i in range(20)],
        "name": [f"name {i}" for i in range(20)],
    }
    return VectorSet(vectors, [f"row{i}" for i in range(20)], metadata, "spread")


@pytest.fixture
def opened(pane, session, idle, spread):
    session.show(State().opened(spread).queried(0))
    idle(session)
    pane.view.animator.is_enabled = False
    pane.view.render_now()
    return pane


@pytest.fixture
def hand(opened, pixel_of):
    """Return functions that press, move and release where rows are."""
    view = opened.view

    class Hand:
        def at(self, row):
            return pixel_of(view, view.scene.canvas.positions[[row]])

        def send(self, kind, place, keys=NONE, button=LEFT):
            button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
            event = QMouseEvent(
                kind, QPointF(place), QPointF(view.mapToGlobal(place)), button, LEFT, keys
            )
            QApplication.sendEvent(view, event)

        def click(self, place, keys=NONE):
            self.drag([place], keys)

        def drag(self, places, keys=NONE, button=LEFT):
            self.send(QEvent.Type.MouseButtonPress, places[0], keys, button)
            for place in places[1:]:
                self.send(QEvent.Type.MouseMove, place, keys, button)
            self.send(QEvent.Type.MouseButtonRelease, places[-1], keys, button)

        def wheel(self, place):
            event = QWheelEvent(
                QPointF(place),
                QPointF(view.mapToGlobal(place)),
                QPoint(),
                QPoint(0, 120),
                Qt.MouseButton.NoButton,
                NONE,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(view, event)

    return Hand()


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def positions(pane):
    return pane.view.scene.canvas.positions


def test_shows_the_principal_components(opened, spread):
    reference = PCA(n_components=3).fit(spread.vectors)
    expected = reference.transform(spread.vectors)
    shown = positions(opened)[:, :2]
    signs = np.sign((shown * expected[:, :2]).sum(axis=0))
    np.testing.assert_allclose(shown * signs, expected[:, :2], atol=1e-3)
    ratios = 100 * reference.explained_variance_ratio_
    assert opened.view.scene.titles == tuple(f"PC{i + 1} · {ratios[i]:.1f} %" for i in range(2))
    assert "spread · PCA of all 20 rows" in opened.view.scene.caption
    assert f"{ratios[:2].sum():.1f} %" in opened.view.scene.caption


def test_a_third_dimension(opened, session, qtbot, spread):
    qtbot.mouseClick(opened.controls.dimensions.button(1), LEFT)
    assert session.state.map.is_3d
    assert opened.view.camera.is_3d
    assert len(opened.view.scene.titles) == 3
    assert "of the variance on 3 axes" in opened.view.scene.caption
    assert np.ptp(positions(opened)[:, 2]) > 1
    session.undo()
    assert not opened.view.camera.is_3d
    assert opened.controls.dimensions.button(0).isChecked()


def test_moves_to_the_third_dimension_when_nobody_minds(opened, session, qtbot):
    opened.view.animator.is_enabled = True
    qtbot.mouseClick(opened.controls.dimensions.button(1), LEFT)
    assert opened.view.animator.is_animating
    qtbot.waitUntil(lambda: not opened.view.animator.is_animating)
    assert opened.view.camera.is_3d


def test_columns_that_can_color_are_offered(opened):
    offered = [opened.controls.color.itemText(i) for i in range(opened.controls.color.count())]
    assert offered == [
        f"Color: {name}" for name in ("none", "kind", "size", "name", "clusters found")
    ]


def test_colors_by_category_and_number_and_not_at_all(opened, session, hand):
    def color_of(row):
        return opened.view.grab().toImage().pixelColor(hand.at(row)).name()

    session.show(session.state.queried(None))
    choose(opened.controls.color, "Color: kind")
    legend = opened.view.scene.legend
    assert isinstance(legend, Categories)
    assert [(name, count) for name, _, count in legend.entries] == [("a", 12), ("b", 8)]
    first, second = color_of(2), color_of(15)
    assert first == color_of(5) != second == color_of(16)
    choose(opened.controls.color, "Color: size")
    legend = opened.view.scene.legend
    assert isinstance(legend, ColorBar)
    assert (legend.title, legend.least, legend.most) == ("size", 0, 19)
    assert len({color_of(row) for row in (1, 8, 17)}) == 3
    choose(opened.controls.color, "Color: none")
    assert opened.view.scene.legend is None
    assert len({color_of(row) for row in (1, 8, 17)}) == 1
    session.undo()
    assert opened.controls.color.currentText() == "Color: size"


def test_another_theme_repaints(opened, qapp):
    before = opened.grab().toImage()
    apply_theme(qapp, DARK)
    after = opened.grab().toImage()
    assert after.pixelColor(450, 590).name().upper() == DARK.ground
    assert before.pixelColor(450, 590) != after.pixelColor(450, 590)


def test_a_click_chooses_and_finds_neighbors(opened, session, idle, hand, spread):
    hand.click(hand.at(7))
    assert session.state.query == 7
    assert session.state.selected == Selection([7])
    idle(session)
    unit = spread.vectors / np.linalg.norm(spread.vectors, axis=1, keepdims=True)
    nearest = [row for row in np.argsort(-(unit @ unit[7])) if row != 7][:10]
    marks = opened.view.scene.canvas.highlights
    assert marks.query == 7
    assert sorted(marks.neighbors) == sorted(nearest)


def test_keys_add_and_remove(opened, session, hand):
    hand.click(hand.at(7))
    hand.click(hand.at(3), CTRL)
    hand.click(hand.at(4), SHIFT)
    assert session.state.selected == Selection([3, 4, 7])
    hand.click(hand.at(3), CTRL)
    hand.click(hand.at(4), ALT)
    assert session.state.selected == Selection([7])
    assert session.state.query == 7


def test_a_click_on_nothing_clears(opened, session, hand):
    hand.click(hand.at(7))
    hand.click(opened.view.viewport.area().topLeft().toPoint() + QPoint(2, 2))
    assert session.state.selected == Selection()


def test_a_box_selects_and_is_one_step(opened, session, hand, spread):
    before = session.state
    area = opened.view.viewport.area().toRect()
    hand.drag([area.topLeft(), area.center(), area.bottomRight()], SHIFT)
    assert session.state.selected == Selection(range(20))
    corner = hand.at(5) - QPoint(6, 6)
    hand.drag([corner, corner + QPoint(12, 12)], SHIFT)
    assert 5 in session.state.selected
    assert len(session.state.selected) < 20
    session.undo()
    session.undo()
    assert session.state == before


def test_a_lasso_selects(opened, session, hand, qtbot):
    qtbot.mouseClick(opened.controls.lasso, LEFT)
    middle = hand.at(5)
    around = [(-9, -9), (9, -9), (9, 9), (-9, 9), (-9, -8)]
    hand.drag([middle + QPoint(*offset) for offset in around])
    assert 5 in session.state.selected
    qtbot.mouseClick(opened.controls.lasso, LEFT)
    camera = opened.view.camera
    hand.drag([middle, middle + QPoint(40, 0)])
    assert opened.view.camera != camera  # A drag moves again.


def test_a_large_selection_dims_the_others(opened, session):
    for count in (ALWAYS_LABELED, ALWAYS_LABELED + 1):
        session.show(session.state.selecting(range(count)))
        assert opened.view.scene.canvas.highlights.dim_others == (count > ALWAYS_LABELED)


def test_a_drag_is_one_step_and_undone(opened, session, hand):
    fitted = opened.view.camera
    place = opened.view.viewport.area().center().toPoint()
    hand.drag([place + QPoint(10 * i, 3 * i) for i in range(8)])
    moved = opened.view.camera
    assert moved != fitted
    assert session.state.map.camera == moved
    session.undo()
    assert session.state.map.camera is None
    assert opened.view.camera == fitted
    session.redo()
    assert opened.view.camera == moved


def test_a_burst_of_the_wheel_is_one_step(opened, session, hand, qtbot):
    fitted = opened.view.camera
    for _ in range(4):
        hand.wheel(hand.at(5))
    assert session.state.map.camera is None  # Not at its end yet.
    qtbot.waitUntil(lambda: session.state.map.camera is not None)
    assert session.state.map.camera.scale == pytest.approx(fitted.scale / 1.2**4)
    session.undo()
    assert opened.view.camera == fitted


@pytest.mark.parametrize("way", ["button", "key"])
def test_fit_brings_all_points_into_view(opened, session, hand, qtbot, way):
    fitted = opened.view.camera
    place = opened.view.viewport.area().center().toPoint()
    hand.drag([place, place + QPoint(300, 200)])
    if way == "button":
        qtbot.mouseClick(opened.controls.fit, LEFT)
    else:
        opened.view.setFocus()
        qtbot.keyClick(opened.view, Qt.Key.Key_Home)
    assert opened.view.camera == fitted


def test_labels_are_a_choice(opened, session, qtbot):
    def labeled():
        opened.view.render_now()
        labels = opened.view.scene.labels
        return {*labels.places, *labels.chosen_places}

    session.show(session.state.mapped(session.state.map.colored_by(None)).queried(None))
    qtbot.waitUntil(lambda: len(labeled()) > 5)
    qtbot.mouseClick(opened.controls.labels, LEFT)
    assert not session.state.map.labels
    session.show(session.state.queried(0))
    qtbot.waitUntil(lambda: len(opened.view.scene.canvas.highlights.neighbors) > 0)
    marks = opened.view.scene.canvas.highlights
    named = {marks.query, *marks.neighbors.tolist()}
    qtbot.waitUntil(lambda: 0 in labeled() <= named)


def test_hover_tells_what_is_known(opened, hand, qtbot):
    card = opened.hover.card
    hand.send(QEvent.Type.MouseMove, hand.at(5))
    qtbot.waitUntil(card.isVisible)
    assert card.row == 5
    assert card.accessibleName() or card.accessibleDescription()
    assert not opened.view.mouse.names_hovered  # The card does.
    assert not card.geometry().contains(hand.at(5))
    hand.send(QEvent.Type.MouseMove, opened.view.viewport.area().topLeft().toPoint())
    qtbot.waitUntil(lambda: not card.isVisible())


def test_a_picture_that_arrives_is_drawn_once_however_often_pictures_were_switched(
    pane, session, idle, spread, qtbot, monkeypatch
):
    files = ImageFiles([None] * len(spread))
    session.show(State().opened(VectorSet(spread.vectors, thumbnails=files)))
    idle(session)
    pane.view.animator.is_enabled = False
    for is_on in (False, True) * 4:
        pane.choices.change(images=is_on)
    qtbot.waitUntil(lambda: not pane.view.viewport.is_moving)
    redraws, invalidate = [], FrameCache.invalidate

    def count(cache, **options):
        redraws.append(cache)
        invalidate(cache, **options)

    monkeypatch.setattr(FrameCache, "invalidate", count)
    with qtbot.waitSignal(pane.view.scene.thumbnails.arrived):
        files.arrived.emit()
    assert len(redraws) == 1


def test_a_vector_of_the_user_has_neighbors_and_a_marker(opened, session, idle, spread):
    mine = QueryVector("mine", spread.vectors[9])
    session.show(session.state.queried_with(mine))
    idle(session)
    marks = opened.view.scene.canvas.highlights
    assert marks.query is None
    assert 9 in marks.neighbors
    (marker,) = opened.view.scene.markers.shown
    assert marker.text == "mine"
    np.testing.assert_allclose(marker.position, opened.run.layout.positions[9, :2], atol=1e-5)


def test_without_a_query_nothing_is_ringed(opened, session, idle):
    session.show(session.state.queried(None))
    idle(session)
    marks = opened.view.scene.canvas.highlights
    assert marks.query is None
    assert len(marks.neighbors) == 0


@pytest.fixture
def held_layout(monkeypatch):
    """Hold the next layouts until they are let go."""
    go, find = threading.Event(), Layouts.find

    def wait(*asked):
        go.wait()
        return find(*asked)

    monkeypatch.setattr(Layouts, "find", wait)
    yield go
    go.set()


def test_hands_wait_for_the_map_of_another_set(opened, session, idle, hand, held_layout):
    """Until it is there, points of the old set must not choose rows of the new one."""
    place = hand.at(19)
    few = VectorSet(np.eye(4), list("abcd"), name="few")
    session.show(session.state.opened(few))
    state = session.state
    hand.click(place)
    hand.click(place, CTRL)
    area = opened.view.viewport.area().toRect()
    hand.drag([area.topLeft(), area.center(), area.bottomRight()], SHIFT)
    opened.view.row_hovered.emit(19)
    assert session.state == state
    held_layout.set()
    idle(session)
    hand.click(hand.at(3))
    assert session.state.current_query.name == "d"


def test_the_layout_is_computed_once(opened, session, idle, held_layout):
    session.show(session.state.queried(4).selecting([1, 2]))
    session.show(session.state.listing(metric="dot"))
    idle(session)  # Nothing waits for a layout.
    assert positions(opened).shape == (20, 3)


def test_a_derived_set_has_a_map_of_its_own(opened, session, idle, spread):
    session.show(session.state.derived(Truncated(2).derive(spread)))
    idle(session)
    assert session.state.active.name in opened.view.scene.caption
    assert "100.0 %" in opened.view.scene.caption


def test_undo_leads_back_to_another_set_and_its_camera(opened, session, idle, hand, toy):
    place = opened.view.viewport.area().center().toPoint()
    hand.drag([place, place + QPoint(60, 40)])
    moved = opened.view.camera
    session.show(session.state.opened(toy))
    idle(session)
    assert opened.view.camera != moved
    session.undo()
    idle(session)
    assert session.state.active.name == "spread"
    assert opened.view.camera == moved


def test_a_camera_is_kept_while_colors_change(opened, session, hand):
    place = opened.view.viewport.area().center().toPoint()
    hand.drag([place, place + QPoint(60, 40)])
    moved = opened.view.camera
    session.show(session.state.mapped(replace(session.state.map, color_by="size")))
    assert opened.view.camera == moved
