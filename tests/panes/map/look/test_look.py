"""What is around and behind the points of a map: set behind its gear, undone, drawn, stopped."""

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from embedviz.app.state import State
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet
from embedviz.panes.map.look import clusters as cluster_search


@pytest.fixture
def opened(pane, session, idle):
    """Return a map of 90 rows in three groups, with weights."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(3), 30)
    vectors = rng.normal(size=(90, 4)) * 0.2 + 12 * np.eye(4)[groups]
    metadata = {
        "kind": [f"kind {g}" for g in groups],
        "weight": (10.0 ** (2 - groups)).tolist(),
        "text": [f"all about {('guitars', 'sauces', 'planets')[g]}" for g in groups],
    }
    labels = [f"row {i}" for i in range(90)]
    session.show(State().opened(VectorSet(vectors, labels, metadata, "blobs")))
    pane.view.animator.is_enabled = False
    pane.choices.project(PCA())
    pane.choices.change(color_by="kind")
    idle(session)
    pane.view.render_now()
    return pane


def picture(pane):
    pane.view.render_now()
    return pane.view.grab().toImage()


@pytest.mark.parametrize("setting", ["names_around", "glow", "legend"])
def test_each_box_changes_the_picture_and_is_undone(opened, session, setting):
    before, box = picture(opened), opened.controls.look.toggles[setting]
    was_on = box.isChecked()
    box.click()
    assert getattr(session.state.map, setting) is not was_on
    assert picture(opened) != before
    session.undo()
    assert box.isChecked() is was_on
    assert picture(opened) == before


@pytest.mark.parametrize("setting", ["heading", "subtitle"])
def test_what_is_typed_is_written_over_the_picture(opened, session, setting):
    before, field = picture(opened), opened.controls.look.fields[setting]
    QTest.keyClicks(field, "Three groups")
    assert picture(opened) == before
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert getattr(session.state.map, setting) == "Three groups"
    assert picture(opened) != before
    session.undo()
    assert not field.text()
    assert picture(opened) == before


def test_colors_go_by_place(opened, session):
    box = opened.controls.look.palette
    before = opened.view.scene.canvas.colors.copy()
    box.setCurrentIndex(box.findData("place"))
    box.activated.emit(box.currentIndex())
    assert session.state.map.palette == "place"
    assert (opened.view.scene.canvas.colors != before).any()


def test_a_column_says_how_important_names_are(opened, session):
    def sizes():
        names = opened.view.scene.clusters
        return {each.text: size for each, size in zip(names._clusters, names._factors, strict=True)}

    assert len(set(sizes().values())) == 1
    box = opened.controls.look.importance
    box.setCurrentIndex(box.findData("weight"))
    box.activated.emit(box.currentIndex())
    assert session.state.map.name_size_by == "weight"
    assert sizes()["kind 0"] > sizes()["kind 1"] >= sizes()["kind 2"]


def test_words_of_another_column_name_the_clusters(opened, session, idle):
    controls = opened.controls.look.clusters
    assert not controls.texts.isEnabled()
    controls.on.click()
    idle(session)
    assert controls.texts.isEnabled()
    controls.texts.setCurrentIndex(controls.texts.findData("text"))
    controls.texts.activated.emit(controls.texts.currentIndex())
    idle(session)
    names = [name for name, _, _ in opened.view.scene.legend.entries]
    assert sorted(name.split(",")[0] for name in names) == ["guitars", "planets", "sauces"]


def test_after_stop_the_column_colors_and_nothing_is_tried_again(
    opened, session, qtbot, idle, monkeypatch
):
    started = []

    def find(request, report):
        started.append(request)
        while True:
            report(0.3, "finding")
            time.sleep(0.005)

    controls = opened.controls.look.clusters
    with monkeypatch.context() as patched:
        patched.setattr(cluster_search, "find_named_clusters", find)
        controls.on.click()
        qtbot.waitUntil(lambda: session.board.current is not None)
        assert controls.count.text().startswith("finding")
        session.board.stop()
        idle(session)
    assert controls.count.text().startswith("stopped")
    assert not controls.save.isEnabled()
    assert opened.view.scene.legend.title == "kind"
    opened.choices.change(glow=True)
    idle(session)
    assert len(started) == 1
    assert controls.count.text().startswith("stopped")
    controls.size.setValue(7)
    idle(session)
    assert controls.count.text().startswith("3 clusters")
    assert controls.save.isEnabled()
