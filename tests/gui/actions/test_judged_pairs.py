"""Pairs are added from a file, listed, and removed, as a person does it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.judged_pairs import pairs_of
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.samples import load_sample
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def add(opened, idle, monkeypatch, tmp_path):
    """Return a function that adds pairs from a file with this text."""

    def answer(text, name="judged.tsv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        opened.trigger("file.pairs")
        idle(opened.session)
        return pairs_of(opened.session.state.pairs, opened.session.state.active)

    return answer


def lines_of(window):
    sets = window.library.sets
    return [sets.item(place).text() for place in range(sets.count())]


def two_pairs(toy):
    return f"{toy.labels[0]}\t{toy.labels[1]}\t4\n{toy.labels[2]}\t{toy.labels[3]}\t0.5\n"


def test_pairs_of_a_file_are_listed_below_the_set(opened, toy, add):
    (pairs,) = add(two_pairs(toy))
    assert pairs.scores.tolist() == [4, 0.5]
    assert lines_of(opened) == [toy.name, "2 judged pairs · judged.tsv"]
    assert opened.message_bar.text == ""
    assert "2 judged pairs from judged.tsv" in opened.statusBar().currentMessage()
    opened.session.undo()
    assert lines_of(opened) == [toy.name]
    opened.session.redo()
    assert len(lines_of(opened)) == 2


def test_what_does_not_match_is_counted_and_named(opened, toy, add):
    add(two_pairs(toy) + f"nowhere\t{toy.labels[0]}\t1\n")
    assert lines_of(opened)[1] == "2 judged pairs, 1 unmatched · judged.tsv"
    for said in ("judged.tsv", "1 pair names what is no row", "'nowhere'"):
        assert said in opened.message_bar.text
    assert "'nowhere'" in opened.library.sets.item(1).toolTip()


def test_pairs_of_another_set_are_refused(opened, toy, add):
    before = opened.session.state
    assert add("here\tthere\nup\tdown\n") == ()
    assert "no pair is of" in opened.message_bar.text
    assert opened.session.state == before
    assert add("", "empty.tsv") == ()
    assert "is empty" in opened.message_bar.text


def test_pairs_need_a_set(window):
    window.trigger("file.pairs")
    assert "Open a file of vectors first" in window.message_bar.text


def test_pairs_added_to_a_derived_set_are_those_of_its_rows(opened, toy, add):
    session = opened.session
    session.show(session.state.derived(Truncated(2).derive(toy)))
    assert len(add(two_pairs(toy))) == 1
    assert pairs_of(session.state.pairs, toy) == pairs_of(session.state.pairs, session.state.active)
    assert "judged.tsv" in lines_of(opened)[1]  # Below the set that was opened, once.
    assert len(lines_of(opened)) == 3


def test_the_same_file_is_read_again(opened, toy, add):
    add(two_pairs(toy))
    (pairs,) = add(two_pairs(toy).splitlines()[0])
    assert len(pairs) == 1
    assert len(add(two_pairs(toy), "more.tsv")) == 2
    assert len(lines_of(opened)) == 3


def shown(opened, qtbot):
    with qtbot.waitExposed(opened):
        opened.show()
    return opened.library.sets


@pytest.mark.parametrize("way", ["key", "cross", "menu"])
def test_pairs_are_removed_and_come_back_with_undo(opened, toy, add, qtbot, way):
    add(two_pairs(toy))
    opened.session.show(opened.session.state.selecting([1, 2]))
    sets = shown(opened, qtbot)
    rect = sets.visualItemRect(sets.item(1))
    if way == "key":
        sets.setCurrentRow(1)
        qtbot.keyClick(sets, Qt.Key.Key_Delete)
    elif way == "cross":
        place = QPoint(rect.right() - 10, rect.center().y())
        qtbot.mouseClick(sets.viewport(), Qt.MouseButton.LeftButton, pos=place)
    else:
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, rect.center(), sets.mapToGlobal(rect.center())
        )
        sets.contextMenuEvent(event)
        menu = sets.findChild(QMenu)
        menu.actions()[0].trigger()
        menu.close()
    assert lines_of(opened) == [toy.name]
    assert opened.session.state.selected == Selection([1, 2])
    opened.session.undo()
    assert len(lines_of(opened)) == 2


def test_delete_and_a_right_click_leave_sets_alone(opened, toy, add, qtbot):
    add(two_pairs(toy))
    sets = shown(opened, qtbot)
    sets.setCurrentRow(0)
    qtbot.keyClick(sets, Qt.Key.Key_Delete)
    assert len(lines_of(opened)) == 2
    assert len(opened.session.state.sets) == 1


def test_a_click_on_pairs_shows_their_set(opened, toy, add, qtbot):
    add(two_pairs(toy))
    session = opened.session
    session.show(session.state.derived(Truncated(2).derive(toy)))
    sets = shown(opened, qtbot)
    qtbot.mouseClick(
        sets.viewport(),
        Qt.MouseButton.LeftButton,
        pos=sets.visualItemRect(sets.item(1)).center(),
    )
    assert session.state.active is toy
    assert len(session.state.pairs) == 1


def test_the_bundled_sentences_come_with_their_pairs(window, idle):
    window.trigger("file.sentences")
    idle(window.session)
    assert lines_of(window)[1] == "605 judged pairs · sentence-pairs.tsv"


def test_a_dropped_file_of_pairs_is_added_to_the_shown_set(opened, toy, drop, tmp_path):
    path = tmp_path / "judged.tsv"
    path.write_text("one\ttwo\tscore\n" + two_pairs(toy), "utf-8")
    state = drop([path])
    assert [len(each) for each in pairs_of(state.pairs, toy)] == [2]
    assert state.sets == (toy,)


def test_vectors_that_are_dropped_are_opened_as_before(opened, toy, drop, tmp_path):
    path = tmp_path / "vectors.tsv"
    lines = [f"{label}\t{i}\t{i + 0.5}\n" for i, label in enumerate(toy.labels)]
    path.write_text("".join(lines), "utf-8")
    state = drop([path])
    assert [each.name for each in state.sets] == [toy.name, "vectors"]
    assert state.pairs == ()


# Pairs without a file.


@pytest.fixture
def pair(opened, idle, monkeypatch):
    """Return a function that adds pairs of rows with the same value in a column."""

    def answer(column, vector_set=None):
        if vector_set is not None:
            opened.session.show(State().opened(vector_set))
        monkeypatch.setattr(QInputDialog, "getItem", lambda *_: (column, column is not None))
        opened.trigger("file.column_pairs")
        idle(opened.session)
        return pairs_of(opened.session.state.pairs, opened.session.state.active)

    return answer


def test_rows_with_the_same_value_are_pairs(opened, toy, pair):
    (pairs,) = pair("group")
    groups = toy.metadata.column("group").to_pylist()
    assert [groups[row] for row in pairs.first] == [groups[row] for row in pairs.second]
    assert sorted(pairs.first) == sorted(pairs.second) == list(range(50))
    assert lines_of(opened) == [toy.name, "50 pairs · same group"]
    assert "50 pairs of rows with the same group" in opened.statusBar().currentMessage()
    assert opened.message_bar.text == ""
    assert pair("group") == (pairs,)  # The same again takes its place.
    opened.session.undo()
    assert lines_of(opened) == [toy.name]
    opened.session.redo()
    assert len(lines_of(opened)) == 2


def test_the_columns_are_offered_the_one_that_colors_first(opened, toy, monkeypatch):
    offered = []
    monkeypatch.setattr(QInputDialog, "getItem", lambda *given: (offered.append(given), (0, 0))[1])
    lists = [[i] for i in range(4)]
    metadata = {"x": [1, 1, 2, 2], "lists": lists, "kind": ["a", "b", "a", "b"]}
    opened.session.show(State().opened(VectorSet(range_of(4), metadata=metadata)))
    opened.trigger("file.column_pairs")
    ((_, _, _, columns, chosen, is_editable),) = offered
    assert (columns, columns[chosen], is_editable) == (["x", "kind"], "kind", False)
    assert opened.session.state.pairs == ()


def range_of(n_rows):
    return [[i, 1.0] for i in range(n_rows)]


def test_rows_without_a_partner_are_said(opened, pair):
    values = ["a", "a", "b", None, "", "c", "c"]
    (pairs,) = pair("kind", VectorSet(range_of(7), metadata={"kind": values}))
    assert len(pairs) == 2
    said = "3 rows have a kind that no other row has, or none, and are in no pair."
    assert said in opened.message_bar.text
    assert said in opened.library.sets.item(1).toolTip()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 3], "No two rows of few have the same mark"),
        ([None, None, None], "No two rows of few have the same mark"),
        (["a", "a", "a"], "All rows of few have the same mark"),
    ],
)
def test_a_column_that_tells_nothing_is_refused(opened, pair, values, words):
    assert pair("mark", VectorSet(range_of(3), metadata={"mark": values}, name="few")) == ()
    assert words in opened.message_bar.text


def test_a_set_without_columns_is_told(opened, pair):
    assert pair("kind", VectorSet(range_of(3), name="bare")) == ()
    assert "bare has no column whose values rows could share" in opened.message_bar.text


def test_two_halves_are_pairs(opened, toy):
    opened.trigger("file.half_pairs")
    (pairs,) = pairs_of(opened.session.state.pairs, toy)
    assert (pairs.first.tolist(), pairs.second.tolist()) == ([*range(25)], [*range(25, 50)])
    assert lines_of(opened) == [toy.name, "25 pairs · two halves"]
    assert "25 pairs of the two halves" in opened.statusBar().currentMessage()
    opened.session.undo()
    assert lines_of(opened) == [toy.name]


def test_an_odd_number_of_rows_has_no_halves(opened):
    opened.session.show(State().opened(VectorSet(range_of(3))))
    opened.trigger("file.half_pairs")
    assert "3 rows cannot be two halves" in opened.message_bar.text
    assert opened.session.state.pairs == ()


@pytest.mark.parametrize("name", ["file.column_pairs", "file.half_pairs"])
def test_these_need_a_set_too(window, name):
    window.trigger(name)
    assert "Open a file of vectors" in window.message_bar.text


def test_pairs_without_a_file_are_kept_by_sessions(opened, pair, tmp_path):
    sentences = load_sample("sentences")
    pair("topic", sentences)
    opened.trigger("file.half_pairs")
    state = opened.session.state
    assert [each.pairs.name for each in state.pairs] == ["same topic", "two halves"]
    path = tmp_path / "x.embedviz"
    save_session(path, state, {}, STEPS)
    plan = read_plan(path, STEPS)
    restored = restore_state(plan.document, restore_sets(plan))
    assert restored.notes == []
    assert [each.pairs for each in restored.state.pairs] == [each.pairs for each in state.pairs]
