"""Pairs are added from a file, listed, and removed, as a person does it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFileDialog, QMenu

from embedviz.app.judged_pairs import pairs_of
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.selection import Selection


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
