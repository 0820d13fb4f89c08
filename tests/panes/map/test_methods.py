"""How a map gets another layout: settings, Run, Stop, Cancel, a process that dies, and undo."""

import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QWidget

from embedviz.app.layouts import Layout, Layouts, cache, spare_process
from embedviz.app.linked_maps import add_map
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def blobs():
    """Return 60 rows in three groups that any method keeps apart."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(3), 20)
    vectors = rng.normal(size=(60, 8)) + 12 * np.eye(8)[groups]
    metadata = {"group": [f"group {g}" for g in groups], "x": groups * 1.0, "y": np.arange(60.0)}
    return VectorSet(vectors, [f"row{i}" for i in range(60)], metadata, "blobs")


@pytest.fixture
def opened(pane, session, idle, blobs):
    session.show(State().opened(blobs))
    session.show(session.state.mapped(session.state.map.projected_by(PCA())))
    idle(session)
    pane.view.animator.is_enabled = False
    pane.view.render_now()
    return pane


@pytest.fixture
def at_work(monkeypatch):
    """Let every layout by neighbors move some points, and then wait for ever."""
    moved = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)

    def lay_out(self, vector_set, projection, n_components, report, on_layout):
        part = 0.0
        while True:
            part = min(part + 0.01, 0.4)
            report(part, "moving")
            on_layout(moved[:, :n_components] + np.float32(part))
            time.sleep(0.005)

    monkeypatch.setattr(Layouts, "_computed", lay_out)
    return moved


def positions(pane):
    return pane.view.scene.canvas.positions


def choose(pane, name):
    box = pane.controls.method
    box.setCurrentIndex(box.findText(name))
    box.activated.emit(box.currentIndex())


def moving(pane, qtbot):
    qtbot.waitUntil(lambda: pane.run.streamed is not None and pane.run.progress > 0.1)


def test_settings_come_first_and_nothing_moves_before_run(opened, session, qtbot, idle):
    before = positions(opened).copy()
    assert opened.row.isHidden()
    choose(opened, "UMAP")
    idle(session)
    assert opened.row.isVisible()
    assert isinstance(opened.row.settings, UMAP)
    assert isinstance(session.state.map.projection, PCA)
    np.testing.assert_array_equal(positions(opened), before)


@pytest.mark.parametrize("projection", [UMAP(n_neighbors=8, seed=5), TSNE(perplexity=8, seed=5)])
def test_points_are_seen_moving_and_the_same_seed_gives_the_same_picture(
    opened, session, idle, projection, blobs
):
    seen = []
    opened.run.moved.connect(lambda where, is_first: seen.append(where))
    opened.row.run_wanted.emit(projection)
    idle(session, timeout=120_000)
    layout = opened.run.layout
    assert seen  # The start at least: so few rows are laid out in a moment.
    assert not np.array_equal(seen[0], layout.positions)
    assert layout.projection == projection
    assert layout.words.startswith(str(projection))
    assert str(projection) in opened.view.scene.caption
    assert str(projection) in session.description
    np.testing.assert_array_equal(positions(opened)[:, :2], layout.positions)
    np.testing.assert_allclose(
        layout.positions, projection.fit_transform(blobs.vectors, 2), atol=1e-4
    )
    session.undo()
    assert isinstance(session.state.map.projection, PCA)
    session.redo()
    np.testing.assert_array_equal(positions(opened)[:, :2], layout.positions)


def test_what_was_computed_is_found_again(opened, session, idle, blobs, monkeypatch):
    projection = UMAP(n_neighbors=7, min_dist=0.3)
    kept = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    cache.keep(blobs, projection, 2, kept)
    monkeypatch.setattr(Layouts, "_computed", lambda *_: pytest.fail("computed again"))
    opened.row.run_wanted.emit(projection)
    idle(session)
    np.testing.assert_array_equal(positions(opened)[:, :2], kept)
    session.show(session.state.mapped(session.state.map.projected_by(PCA())))
    cache.keep(blobs, UMAP(), 2, -kept)
    opened.row.show_method("UMAP", UMAP(), blobs)
    choose(opened, "UMAP")
    idle(session)  # What needs no waiting needs no Run.
    assert session.state.map.projection == UMAP()
    np.testing.assert_array_equal(positions(opened)[:, :2], -kept)


def test_stop_keeps_the_layout_as_it_is(opened, session, qtbot, at_work):
    opened.row.run_wanted.emit(UMAP(seed=8))
    moving(opened, qtbot)
    opened.row.stop_wanted.emit()
    shown = positions(opened)[:, :2].copy()
    stopped = opened.run.layout
    assert isinstance(stopped, Layout)
    assert 0.1 < stopped.stopped_at <= 0.4
    np.testing.assert_array_equal(shown, stopped.positions)
    assert "stopped at" in opened.view.scene.caption
    assert opened.message_bar.text == "Stopped."
    assert session.state.map.projection == UMAP(seed=8)
    qtbot.waitUntil(lambda: session.board.current is None)
    session.undo()
    assert "PCA" in opened.view.scene.caption
    session.redo()
    np.testing.assert_array_equal(positions(opened)[:, :2], shown)


def test_what_was_stopped_can_be_run_again(opened, session, qtbot, at_work):
    opened.row.run_wanted.emit(UMAP(seed=9))
    moving(opened, qtbot)
    session.board.stop()  # As the button in the status line does.
    assert opened.run.layout.stopped_at is not None
    qtbot.waitUntil(lambda: not opened.run.task.is_busy and session.board.current is None)
    opened.message_bar.offer.click()
    moving(opened, qtbot)
    session.show(session.state.queried(3))  # Something else is done meanwhile.
    qtbot.waitUntil(lambda: opened.run.progress > 0.2)
    opened.row.cancel_wanted.emit()
    qtbot.waitUntil(lambda: session.board.current is None)
    opened.row.run_wanted.emit(UMAP(seed=9))
    moving(opened, qtbot)
    opened.row.cancel_wanted.emit()
    qtbot.waitUntil(lambda: session.board.current is None)
    assert "stopped" in opened.view.scene.caption


def test_cancel_goes_back_to_the_picture_before(opened, session, qtbot, at_work):
    before, state = positions(opened).copy(), session.state
    opened.row.run_wanted.emit(TSNE(seed=8))
    moving(opened, qtbot)
    assert opened.row.is_running
    assert not np.array_equal(positions(opened), before)
    opened.row.cancel_wanted.emit()
    np.testing.assert_array_equal(positions(opened), before)
    assert session.state == state
    assert not opened.row.is_running
    assert "PCA" in opened.view.scene.caption
    qtbot.waitUntil(lambda: session.board.current is None)
    np.testing.assert_array_equal(positions(opened), before)


def test_undo_while_points_move_goes_back_too(opened, session, qtbot, at_work):
    before = positions(opened).copy()
    opened.row.run_wanted.emit(TSNE(seed=8))
    moving(opened, qtbot)
    session.undo()
    np.testing.assert_array_equal(positions(opened), before)
    qtbot.waitUntil(lambda: session.board.current is None)
    assert not opened.row.is_running


def test_a_third_dimension_is_laid_out_too(opened, session, qtbot, at_work):
    opened.row.run_wanted.emit(UMAP(seed=8))
    moving(opened, qtbot)
    opened.row.stop_wanted.emit()
    opened.controls.dimensions.button(1).click()
    moving(opened, qtbot)
    assert opened.run.streamed.shape == (60, 3)
    assert opened.view.camera.is_3d
    opened.row.cancel_wanted.emit()
    assert not session.state.map.is_3d
    assert not opened.view.camera.is_3d
    qtbot.waitUntil(lambda: session.board.current is None)


def test_another_set_ends_what_is_at_work(opened, session, qtbot, idle, at_work, toy):
    opened.row.run_wanted.emit(UMAP(seed=8))
    moving(opened, qtbot)
    session.show(session.state.opened(toy))
    idle(session)
    assert positions(opened).shape == (50, 3)
    assert not opened.row.is_running
    assert "toy" in opened.view.scene.caption


def test_settings_that_do_not_fit_are_told(opened, session, idle):
    before = positions(opened).copy()
    opened.row.run_wanted.emit(TSNE(perplexity=80))
    idle(session)
    assert "perplexity" in opened.message_bar.text
    np.testing.assert_array_equal(positions(opened), before)
    assert isinstance(session.state.map.projection, PCA)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_process_that_is_killed_is_a_message(opened, session, words, qtbot, idle, monkeypatch):
    taken = []
    take = spare_process.spare.take
    monkeypatch.setattr(spare_process.spare, "take", lambda: taken.append(take()) or taken[-1])
    session.show(session.state.opened(words).mapped(session.state.map.projected_by(PCA())))
    idle(session)
    before = positions(opened).copy()
    opened.row.run_wanted.emit(TSNE(seed=123))
    qtbot.waitUntil(lambda: opened.run.streamed is not None and bool(taken), timeout=60_000)
    os.kill(taken[0].pid, signal.SIGKILL)
    idle(session)
    assert "ended" in opened.message_bar.text or "killed" in opened.message_bar.text
    np.testing.assert_array_equal(positions(opened), before)
    assert not taken[0].is_alive
    opened.controls.dimensions.button(1).click()  # The window goes on.
    assert opened.view.camera.is_3d


def test_components_apply_at_once(opened, session, idle, blobs):
    opened.row.run_wanted.emit(PCA((2, 0, 1)))
    idle(session)
    expected = PCA((2, 0)).fit_transform(blobs.vectors, 2)
    np.testing.assert_allclose(positions(opened)[:, :2], expected, atol=1e-4)
    assert opened.view.scene.titles[0].startswith("PC3")


def test_axes_between_labels(opened, session, idle, blobs):
    from embedviz.core.projections.chosen_axes import read_axis

    axes = ChosenAxes((read_axis(blobs, "row0, row1 → row20"),))
    opened.row.run_wanted.emit(axes)
    idle(session)
    assert opened.view.scene.titles[0] == "row0, row1 → row20"
    expected = axes.fit_transform(blobs.vectors, 2)
    np.testing.assert_allclose(positions(opened)[:, :2], expected, atol=1e-5)


def test_places_that_came_with_the_file_are_used_as_they_are(pane, session, idle, blobs):
    session.show(State().opened(blobs))
    idle(session)
    assert pane.run.layout.projection == CoordinateColumns(("x", "y"))
    x, y = (blobs.metadata[name].to_pylist() for name in "xy")
    np.testing.assert_allclose(positions(pane)[:, 0], x)
    np.testing.assert_allclose(positions(pane)[:, 1], y)
    assert pane.view.scene.titles == ("x", "y")


def test_more_rows_than_fit_are_sampled_and_the_sample_is_named(monkeypatch, blobs):
    monkeypatch.setattr("embedviz.core.projections.neighbor_embedding.MOST_ROWS", 50)
    monkeypatch.setattr(Layouts, "_computed", lambda *_: np.zeros((60, 2), dtype=np.float32))
    monkeypatch.setattr(cache, "find", lambda *_: None)
    monkeypatch.setattr(cache, "keep", lambda *_: None)
    layouts = Layouts()
    from embedviz.app.layouts import LayoutRequest

    found = layouts.find(LayoutRequest(blobs, UMAP(sample=40), 2), lambda *_: None, lambda _: None)
    assert "of 40 of 60 rows, the others placed among them" in found.words


def test_one_neighbor_graph_serves_all(blobs, monkeypatch):
    from embedviz.app import layouts as module

    made = []
    real = module.neighbor_graph

    def count(*args):
        made.append(args[1])
        return real(*args)

    monkeypatch.setattr(module, "neighbor_graph", count)
    layouts = Layouts()
    for wanted in (20, 10, 20, 200, 59):
        graph = layouts.graph(blobs, "cosine", wanted, lambda *_: None)
        assert graph.count >= min(wanted, 59)
    assert made == [20, 59]
    layouts.keep_only([])
    layouts.graph(blobs, "cosine", 3, lambda *_: None)
    assert made == [20, 59, 3]


def test_an_error_in_the_settings_is_a_user_error(blobs):
    with pytest.raises(UserError, match="neighbors"):
        replace(UMAP(), n_neighbors=100).fit_transform(blobs.vectors)


def test_undo_leads_back_to_what_was_shown_at_first(pane, session, idle, blobs):
    session.show(State().opened(blobs))
    idle(session)
    first = positions(pane).copy()
    for projection in (PCA(), PCA((1, 0, 2))):
        pane.row.run_wanted.emit(projection)
        idle(session)
        assert isinstance(pane.run.layout.projection, PCA)
    session.undo()
    session.undo()
    idle(session)
    assert session.state.map.projection is None
    assert isinstance(pane.run.layout.projection, CoordinateColumns)
    pane.view.animator.finish()
    np.testing.assert_array_equal(positions(pane), first)


@pytest.fixture
def two_rows(pane, session, idle):
    session.show(State().opened(VectorSet(np.eye(2, 3), ["a", "b"], name="two")))
    idle(session)
    return pane


def test_what_is_refused_goes_back_in_the_box_and_in_the_row(two_rows, session, idle):
    pane = two_rows
    choose(pane, "UMAP")
    idle(session)
    assert pane.controls.method.currentText() == "UMAP"  # It waits for Run.
    pane.row.run.click()
    idle(session)
    assert "UMAP needs" in pane.message_bar.text
    assert pane.controls.method.currentText() == "PCA"
    assert isinstance(pane.row.settings, PCA)
    choose(pane, "PCA")
    idle(session)
    assert pane.message_bar.text == ""


def test_the_settings_follow_what_is_undone_and_redone(opened, session, idle):
    choose(opened, "coordinates")
    idle(session)
    assert session.state.map.projection == CoordinateColumns(("x", "y"))
    assert opened.row.isVisible()
    session.undo()
    idle(session)
    assert opened.controls.method.currentText() == "PCA"
    assert opened.row.settings == PCA()
    session.redo()
    idle(session)
    assert opened.controls.method.currentText() == "coordinates"
    assert opened.row.settings == CoordinateColumns(("x", "y"))


def test_a_method_that_waits_for_run_stays_until_its_settings_are_folded(opened, session, idle):
    choose(opened, "t-SNE")
    idle(session)
    opened.choices.change(labels=False)
    opened.choices.change(is_3d=True)
    idle(session)
    assert opened.controls.method.currentText() == "t-SNE"
    assert isinstance(opened.row.settings, TSNE)
    opened.controls.row.setChecked(False)
    assert opened.controls.method.currentText() == "PCA"
    opened.controls.row.setChecked(True)
    assert opened.row.settings == PCA()


def test_columns_that_say_nothing_move_no_point_before_both_are_chosen(pane, session, idle):
    metadata = {"rank": np.arange(20), "score": np.arange(20) / 7}
    session.show(State().opened(VectorSet(np.eye(20), metadata=metadata)))
    idle(session)
    choose(pane, "coordinates")
    idle(session)
    assert session.state.map.projection is None
    assert pane.row.isVisible()
    assert pane.controls.method.currentText() == "coordinates"
    for axis, column in (("x", "rank"), ("y", "score")):
        box = pane.row.findChild(QComboBox, f"map.coordinates.{axis}")
        box.setCurrentIndex(box.findData(column))
        box.activated.emit(box.currentIndex())
    idle(session)
    assert session.state.map.projection == CoordinateColumns(("rank", "score"))


def test_pictures_are_off_where_there_are_none(opened):
    assert not opened.controls.images.isEnabled()
    assert not opened.controls.images.isChecked()


def test_one_row_is_said_to_be_one(pane, session, idle):
    session.show(State().opened(VectorSet(np.eye(1, 3))))
    idle(session)
    assert "of the 1 row" in session.description


@pytest.mark.parametrize("width", [300, 340, 460, 736, 1200])
def test_no_control_is_squeezed(opened, session, idle, qtbot, width):
    session.show(add_map(session.state))
    opened.window().resize(width, 400)
    idle(session)
    qtbot.waitUntil(lambda: opened.width() == width)
    controls = opened.controls
    assert opened.minimumSizeHint().width() <= 300
    for each in opened.tool_row.findChildren(QWidget):
        if each.parent() is opened.tool_row and each.isVisible():
            least = 70 if each in (controls.sets, controls.method) else each.minimumSizeHint()
            assert each.width() >= (least if isinstance(least, int) else least.width())
    is_in_row = controls.dimensions.parent() is opened.tool_row
    assert is_in_row == (width > 460)
    assert (controls.trust.parent() is opened.tool_row) == (width > 736)


def test_at_the_usual_width_names_and_truth_are_at_hand(opened, qtbot):
    opened.window().resize(736, 500)
    qtbot.waitUntil(lambda: opened.width() == 736)
    row = opened.tool_row
    assert opened.controls.labels.parent() is row
    assert opened.controls.trust.parent() is row
    assert opened.controls.density.parent() is row


def test_points_walk_to_where_the_method_starts(opened, session, qtbot, at_work):
    """They are set once, on their way, and not a second time at once where they are to be."""
    opened.view.animator.is_enabled = True
    walking = []
    opened.run.moved.connect(
        lambda _, first: first and walking.append(opened.view.animator.is_animating)
    )
    opened.row.run_wanted.emit(UMAP(seed=8))
    moving(opened, qtbot)
    assert walking == [True]
    opened.row.cancel_wanted.emit()
    qtbot.waitUntil(lambda: session.board.current is None and not opened.view.animator.is_animating)
