"""Clusters that are called otherwise, counted and kept as a column."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from embedviz.app.files.session.steps import STEPS
from embedviz.app.state import State
from embedviz.core.derivation.group_column import GroupColumn
from embedviz.core.errors import UserError
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def blobs():
    """Return 90 rows in three groups, and two far from all."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(3), 30)
    vectors = rng.normal(size=(90, 4)) * 0.2 + 12 * np.eye(4)[groups]
    words = ("guitar", "sauce", "planet")
    labels = [f"the {words[g]} number {i}" for i, g in enumerate(groups)]
    metadata = {"kind": [f"kind {g}" for g in groups], "text": labels}
    return VectorSet(vectors, labels, metadata, "blobs")


@pytest.fixture
def opened(pane, session, idle, blobs):
    session.show(State().opened(blobs))
    pane.view.animator.is_enabled = False
    pane.choices.project(PCA())
    idle(session)
    pane.choices.change(clusters=True)
    idle(session)
    pane.view.render_now()
    return pane


def names_in_legend(pane):
    return [name for name, _, _ in pane.view.scene.legend.entries]


def box_of(pane, name):
    return pane.view.mouse.legend.box_of(name).center().toPoint()


def test_clusters_are_counted_and_the_color_box_says_what_colors(opened, session, idle):
    controls = opened.controls.look.clusters
    assert controls.count.text() == "3 clusters, 0 of 90 points in none"
    assert opened.controls.color.currentText() == "Color: clusters found"
    controls.size.setValue(40)
    assert controls.count.text().startswith("finding")
    idle(session)
    assert controls.count.text() == "0 clusters, 90 of 90 points in none"
    assert names_in_legend(opened) == ["no cluster"]
    assert not controls.save.isEnabled()


def test_the_color_box_turns_clusters_on_and_off(opened, session, idle):
    box = opened.controls.color
    for text, is_on in (("Color: kind", False), ("Color: clusters found", True)):
        box.setCurrentIndex(box.findText(text))
        box.activated.emit(box.currentIndex())
        idle(session)
        assert session.state.map.clusters is is_on
        assert session.state.map.color_by == "kind"
        assert box.currentText() == text


def test_a_double_click_in_the_legend_renames_and_hides_nothing(opened, session, qtbot):
    name = names_in_legend(opened)[0]
    place = box_of(opened, name)
    qtbot.mouseClick(opened.view, Qt.MouseButton.LeftButton, pos=place)
    assert session.state.map.hidden == {name}
    qtbot.mouseDClick(opened.view, Qt.MouseButton.LeftButton, pos=place)
    assert not session.state.map.hidden
    editor = opened.renaming.editor
    assert editor.isVisible()
    assert editor.text() == name
    qtbot.keyClicks(editor, "Strings & things")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert not editor.isVisible()
    assert names_in_legend(opened)[0] == "Strings & things"
    assert session.state.map.cluster_names == ((name, "Strings & things"),)
    session.undo()
    assert names_in_legend(opened)[0] == name
    session.redo()
    assert names_in_legend(opened)[0] == "Strings & things"


def test_keys_go_from_name_to_name(opened, session, qtbot):
    names = names_in_legend(opened)
    qtbot.mouseMove(opened.view, QPoint(300, 300))
    opened.view.mouse.legend.clear()
    qtbot.keyClick(opened.view, Qt.Key.Key_F2)
    editor = opened.renaming.editor
    assert editor.text() == names[0]
    qtbot.keyClicks(editor, "first")
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert editor.text() == names[1]
    qtbot.keyClicks(editor, "thrown away")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert names_in_legend(opened) == ["first", *names[1:]]
    assert not editor.isVisible()


def test_an_empty_name_is_the_one_that_was_found_and_equal_names_differ(opened, session):
    first, second, *_ = names_in_legend(opened)
    opened.renaming.rename(0, second)
    assert len(set(names_in_legend(opened))) == len(names_in_legend(opened))
    opened.renaming.rename(0, "  ")
    assert names_in_legend(opened)[:2] == [first, second]
    assert session.state.map.cluster_names == ()


def test_what_is_hidden_stays_hidden_under_its_new_name(opened, session):
    first = names_in_legend(opened)[0]
    opened.choices.change(hidden=frozenset({first}))
    opened.renaming.rename(0, "new")
    assert session.state.map.hidden == {"new"}
    assert len(opened.drawn_rows()) == 60


def test_clusters_of_one_set_hide_no_row_of_another(opened, session, idle, toy):
    opened.choices.change(hidden=frozenset({names_in_legend(opened)[0]}))
    assert len(opened.drawn_rows()) == 60
    session.show(session.state.opened(toy).queried(None))
    assert opened.drawn_rows() is None
    idle(session)
    assert opened.drawn_rows() is None


def test_the_list_behind_the_gear_renames(opened, session):
    names = opened.controls.look.clusters.names
    assert [names.item(k).text() for k in range(names.count())] == names_in_legend(opened)
    names.item(1).setText("from the list")
    assert names_in_legend(opened)[1] == "from the list"
    session.undo()
    assert names.item(1).text() == names_in_legend(opened)[1] != "from the list"


def test_clusters_become_a_column_that_colors(opened, session, idle):
    opened.renaming.rename(0, "mine")
    rows = opened.clusters.found.codes == 0
    opened.controls.look.clusters.save.click()
    idle(session)
    active = session.state.active
    values = active.metadata["cluster"].to_pylist()
    assert {value for value, is_in in zip(values, rows, strict=True) if is_in} == {"mine"}
    assert session.state.map.color_by == "cluster"
    assert not session.state.map.clusters
    assert "mine" in names_in_legend(opened)
    opened.choices.change(clusters=True)
    idle(session)
    opened.controls.look.clusters.save.click()
    idle(session)
    assert session.state.active.metadata.column_names[-1] == "cluster 2"


def test_f2_without_clusters_does_nothing(opened, session, qtbot):
    opened.choices.change(clusters=False)
    qtbot.keyClick(opened.view, Qt.Key.Key_F2)
    assert not opened.renaming.editor.isVisible()


def test_the_step_of_a_column_is_kept_and_refuses_other_rows(blobs, tmp_path):
    step = GroupColumn("cluster", ("a", "b"), np.tile([1, 2, 0], 30))
    made = step.derive(blobs)
    assert made.metadata["cluster"].to_pylist()[:3] == ["a", "b", None]
    assert GroupColumn in STEPS.values()
    other = VectorSet(np.eye(3), list("abc"), None, "other")
    with pytest.raises(UserError, match="90 rows"):
        step.derive(other)
    with pytest.raises(UserError, match="already"):
        step.derive(made)
