"""Choosing axes: by typing labels, and from the selected rows."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from embedviz.app.tasks import Task
from embedviz.core.projections.chosen_axes import ChosenAxes, ChosenAxis, axis_between
from embedviz.core.vector_set import VectorSet
from embedviz.gui.projection.axes_editor import MOST_IN_GROUP, AxesEdit

LABELS = ["man", "woman", "king", "queen", "Paris, Texas", "Paris"]


@pytest.fixture
def people():
    return VectorSet(np.eye(len(LABELS), dtype=np.float32), LABELS)


@pytest.fixture
def edit(qtbot, people):
    task = Task(None)
    edit = AxesEdit("map.axes", task)
    edit.task = task
    qtbot.addWidget(edit)
    edit.heard, edit.why = [], []
    edit.changed.connect(edit.heard.append)
    edit.refused.connect(edit.why.append)
    with qtbot.waitActive(edit):
        edit.show()
        edit.activateWindow()
    edit.show_settings(None, people)
    edit.show_first(3)
    return edit


def line(edit, name):
    return edit.findChild(QLineEdit, f"map.axes.{name}")


@pytest.fixture
def fill(qtbot):
    def type_text(edit, name, text):
        box = line(edit, name)
        box.setFocus()
        box.selectAll()
        if text:
            qtbot.keyClicks(box, text)
        else:
            qtbot.keyClick(box, Qt.Key.Key_Delete)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        box.completer().popup().hide()

    return type_text


def use(edit, text):
    actions = {action.text(): action for action in edit.from_selected.menu().actions()}
    assert actions[text].isEnabled()
    actions[text].trigger()


def test_an_axis_runs_from_label_to_label(edit, fill, people):
    assert edit.settings is None
    fill(edit, "x.from", "man")
    assert edit.heard == []
    assert "both ends of x" in edit.why[-1]
    fill(edit, "x.to", "woman")
    assert edit.heard == [ChosenAxes((ChosenAxis((0,), (1,), "man", "woman"),))]
    assert edit.why[-1] == ""
    fill(edit, "y.from", "man, king")
    fill(edit, "y.to", "queen,woman")
    axes = edit.heard[-1].axes
    assert (axes[1].start, axes[1].end) == ((0, 2), (3, 1))
    assert axes[1].title == "man, king → queen, woman"
    assert line(edit, "y.to").text() == "queen, woman"


def test_labels_may_have_commas(edit, fill):
    fill(edit, "x.from", "Paris, Texas, man")
    fill(edit, "x.to", "Paris")
    assert edit.settings.axes[0].start == (4, 0)
    assert edit.settings.axes[0].end == (5,)


def test_what_is_no_label_is_refused(edit, fill):
    fill(edit, "x.from", "man")
    fill(edit, "x.to", "womann")
    assert "womann" in edit.why[-1]
    assert "woman" in edit.why[-1].partition("Did you mean")[2]
    assert edit.settings is None
    fill(edit, "x.to", "woman")
    assert edit.why[-1] == ""
    assert len(edit.heard) == 1


def test_an_axis_is_taken_away_by_emptying_a_line(edit, fill):
    for name, text in (("x.from", "man"), ("x.to", "woman"), ("y.from", "king"), ("y.to", "queen")):
        fill(edit, name, text)
    assert len(edit.settings.axes) == 2
    fill(edit, "y.to", "")
    assert len(edit.settings.axes) == len(edit.heard[-1].axes) == 1
    fill(edit, "x.to", "")
    assert edit.settings is None
    assert "both ends of x" in edit.why[-1]


def test_the_last_of_several_labels_is_completed(edit, qtbot):
    box = line(edit, "x.from")
    box.setFocus()
    qtbot.keyClicks(box, "man, que")
    qtbot.waitUntil(lambda: not edit.task.is_busy)
    model = box.completer().completionModel()
    assert [model.index(i, 0).data() for i in range(model.rowCount())] == ["man, queen"]
    popup = box.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert box.text() == "man, queen"


def test_axes_are_shown(edit, people):
    axes = ChosenAxes((axis_between(people, [0], [1]), axis_between(people, [2, 0, 3, 1], [3])))
    edit.show_settings(axes, people)
    texts = [line(edit, f"{axis}.{end}").text() for axis in "xyz" for end in ("from", "to")]
    assert texts == ["man", "woman", "4 rows", "queen", "", ""]
    assert edit.settings == axes
    assert edit.heard == []
    edit.show_settings(None, people)
    assert edit.settings == axes  # Those of a set stay,
    edit.show_settings(None, VectorSet(np.eye(2)))
    assert edit.settings is None  # and are not taken over to another.


def test_a_group_that_was_not_typed_stays_when_its_line_is_left(edit, people):
    axes = ChosenAxes((axis_between(people, range(5), [5]),))
    edit.show_settings(axes, people)
    line(edit, "x.from").setFocus()
    line(edit, "x.to").setFocus()
    assert edit.settings == axes
    assert edit.heard == []


def test_two_selected_rows_are_an_axis(edit):
    assert not edit.from_selected.isEnabled()
    edit.show_selected(np.array([1, 3]))
    assert edit.from_selected.isEnabled()
    use(edit, "x: from the one to the other of two")
    assert edit.heard == [ChosenAxes((ChosenAxis((1,), (3,), "woman", "queen"),))]
    assert line(edit, "x.from").text() == "woman"


def test_the_mean_of_selected_rows_is_an_end(edit):
    edit.show_selected(np.array([0, 1, 2, 3]))
    pairs = [a for a in edit.from_selected.menu().actions() if "of two" in a.text()]
    assert not any(pair.isEnabled() for pair in pairs)
    use(edit, "x: from the mean of them")
    edit.show_selected(np.array([5]))
    use(edit, "x: to the mean of them")
    axis = edit.heard[-1].axes[0]
    assert (axis.start, axis.end, axis.title) == ((0, 1, 2, 3), (5,), "4 rows → Paris")


@pytest.mark.parametrize("rows", [[], [6], range(MOST_IN_GROUP + 1)], ids=["none", "gone", "most"])
def test_some_selections_cannot_be_ends(edit, rows):
    edit.show_selected(np.array(rows, dtype=np.intp))
    assert not edit.from_selected.isEnabled()


def test_there_are_lines_for_the_axes_of_the_picture(edit):
    edit.show_first(2)
    assert line(edit, "y.from").isVisible()
    assert not line(edit, "z.from").isVisible()
    shown = [a.text()[0] for a in edit.from_selected.menu().actions() if a.isVisible() and a.text()]
    assert set(shown) == {"x", "y"}


def test_a_closed_set_is_let_go(edit, fill, people):
    fill(edit, "x.from", "man")
    edit.release()
    assert edit.settings is None
    fill(edit, "x.from", "king")
    assert edit.settings is None
    assert edit.heard == []
    edit.show_settings(None, people)
    assert line(edit, "x.from").text() == ""
