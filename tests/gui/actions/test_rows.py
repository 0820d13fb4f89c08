"""What menus and keys do with the chosen rows."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog

from embedviz.app.state import State
from embedviz.core.origin import FileOrigin
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def opened_from(monkeypatch):
    """Answer the dialog that asks for a file."""

    def answer(path):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))

    return answer


def test_all_rows_that_are_drawn_are_selected(opened):
    session = opened.session
    opened.trigger("edit.select_all")
    assert session.state.selected == Selection(range(50))
    session.show(session.state.mapped(session.state.map.toggled("odd")))
    opened.trigger("edit.select_all")
    assert session.state.selected == Selection(range(0, 50, 2))
    session.show(session.state.selecting([0, 1, 2]))
    opened.trigger("edit.invert")
    assert session.state.selected == Selection(range(4, 50, 2))


def test_isolating_needs_a_selection_and_is_undone(opened):
    session = opened.session
    opened.trigger("edit.isolate")
    assert "Select rows first" in opened.message_bar.text
    session.show(session.state.selecting([1, 5, 9]))
    opened.trigger("edit.isolate")
    assert session.state.map.isolated == Selection([1, 5, 9])
    assert opened.panes[0].drawn_rows().tolist() == [1, 5, 9]
    opened.trigger("edit.show_all")
    assert session.state.map.isolated is None
    opened.trigger("edit.undo")
    assert session.state.map.isolated == Selection([1, 5, 9])
    opened.trigger("edit.undo")
    assert session.state.map.isolated is None


def test_what_is_in_view_is_selected_by_keys(opened, idle):
    session, view = opened.session, opened.panes[0].view
    opened.trigger("edit.select_view")
    assert session.state.selected == Selection(range(50))
    view.animator.is_enabled = False
    view.set_camera(view.camera.zoomed(3.0))
    opened.trigger("edit.select_view")
    area = view.viewport.area()
    inside = [row for row in range(50) if area.contains(view.viewport.place_of(row))]
    assert 0 < len(inside) < 50
    assert session.state.selected == Selection(inside)


def test_the_lasso_has_a_key(opened, qtbot):
    button = opened.panes[0].controls.lasso
    opened.trigger("edit.lasso")
    assert button.isChecked()
    assert opened.panes[0].view.cursor().shape() == Qt.CursorShape.CrossCursor
    opened.trigger("edit.lasso")
    assert not button.isChecked()


def test_flies_to_what_is_selected(opened, qtbot):
    session, view = opened.session, opened.panes[0].view
    fitted = view.camera
    opened.trigger("view.fly")  # Nothing is chosen, so nothing happens.
    assert view.camera == fitted
    session.show(session.state.queried(7))
    opened.trigger("view.fly")
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    assert view.camera.scale < fitted.scale
    place = view.viewport.place_of(7).toPoint()
    assert (place - view.viewport.area().center().toPoint()).manhattanLength() < 3
    qtbot.waitUntil(lambda: session.state.map.camera is not None)
    opened.trigger("edit.undo")
    assert session.state.map.camera is None


def test_selected_rows_become_a_set_of_their_own(opened, idle, toy):
    session = opened.session
    opened.trigger("edit.new_set")
    assert "Select rows first" in opened.message_bar.text
    session.show(session.state.selecting([4, 8, 30]))
    opened.trigger("edit.new_set")
    idle(session)
    active = session.state.active
    assert active is not toy
    assert active.labels == ("word4", "word8", "word30")
    np.testing.assert_array_equal(active.vectors, toy.vectors[[4, 8, 30]])
    assert session.state.selected == Selection([0, 1, 2])  # Carried by their labels.


def test_coordinates_are_added_to_the_set(opened, opened_from, idle, tmp_path, toy):
    places = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    np.save(tmp_path / "places.npy", places)
    opened_from(tmp_path / "places.npy")
    opened.session.show(opened.session.state.selecting([3]))
    opened.trigger("file.coordinates")
    idle(opened.session)
    state = opened.session.state
    assert state.active is not toy
    assert state.sets == (state.active,)
    assert state.selected == Selection([3])
    layout = opened.panes[0].run.layout
    assert isinstance(layout.projection, CoordinateColumns)
    np.testing.assert_allclose(layout.positions, places)
    np.save(tmp_path / "places.npy", places[:9])
    opened.trigger("file.coordinates")
    idle(opened.session)
    assert "50" in opened.message_bar.text


def test_pictures_come_from_one_image_or_from_files(
    opened, opened_from, idle, tmp_path, monkeypatch
):
    sheet = QImage(8 * 4, 7 * 4, QImage.Format.Format_RGB32)
    sheet.fill(QColor("red"))
    sheet.save(str(tmp_path / "sheet.png"))
    opened_from(tmp_path / "sheet.png")
    opened.trigger("file.sprites")
    idle(opened.session)
    thumbnails = opened.session.state.active.thumbnails
    assert thumbnails.image(49)[0, 0].tolist() == [255, 0, 0, 255]
    opened.trigger("file.images")
    assert "No column" in opened.message_bar.text
    names = [f"{i}.png" for i in range(3)]
    for name in names:
        sheet.copy(0, 0, 4, 4).save(str(tmp_path / name))
    rows = VectorSet(
        np.eye(3), None, {"file": names}, "photos", origin=FileOrigin(tmp_path / "x.npy")
    )
    opened.session.show(opened.session.state.opened(rows))
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_: ("file", True))
    opened.trigger("file.images")
    idle(opened.session)
    assert opened.session.state.active.thumbnails.image(1).shape == (4, 4, 4)


@pytest.mark.parametrize(
    "name", ["file.coordinates", "file.sprites", "view.add_map", "edit.isolate"]
)
def test_with_nothing_open_something_is_said(window, name):
    window.trigger(name)
    assert window.message_bar.text
    assert window.session.state == State()


def test_nothing_happens_with_nothing_open(window):
    for name in (
        "edit.select_all",
        "edit.select_view",
        "edit.invert",
        "edit.show_all",
        "view.fly",
        "view.close_map",
    ):
        window.trigger(name)
    assert window.session.state == State()


@pytest.mark.parametrize("action", ["file.sentences", "file.sentences_final"])
def test_sentences_open_colored_by_topic(window, idle, action):
    window.trigger(action)
    idle(window.session)
    state = window.session.state
    assert len(state.active) == 1266
    assert state.map.color_by == "topic"
    assert len(window.panes[0].view.scene.legend.entries) == 12


def test_digits_open_with_their_pictures(window, idle, qtbot):
    window.trigger("file.digits")
    idle(window.session)
    active = window.session.state.active
    assert len(active) == 1797
    assert active.thumbnails is not None
    view = window.panes[0].view
    view.row_hovered.emit(5)
    card = window.panes[0].hover.card
    qtbot.waitUntil(card.isVisible)
    assert not card.geometry().contains(QPoint(-1, -1))
    assert not card._image.isNull()
