"""Questions of three labels, typed, chosen and clicked, against gensim."""

import threading

import numpy as np
import pytest
from embedviz.panes.analogies.solving import SHOWN, write
from gensim.models import KeyedVectors
from PySide6.QtCore import QPoint, Qt

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.analogies import pane as analogies
from embedviz.panes.analogies.pane import AnalogiesPane
from embedviz.panes.analogies.settings import AnalogySettings


@pytest.fixture
def pane(session, qtbot):
    pane = AnalogiesPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 640)
    with qtbot.waitActive(pane):
        pane.show()
        pane.activateWindow()
    return pane


@pytest.fixture
def opened(pane, session, idle, words):
    session.show(State().opened(words))
    idle(session)
    pane.view.animator.is_enabled = False
    return pane


@pytest.fixture(scope="module")
def reference(words):
    keyed = KeyedVectors(words.dimensions)
    keyed.add_vectors(list(words.labels), np.array(words.vectors))
    return keyed


def type_question(pane, qtbot, *labels):
    for edit, label in zip(pane.edits, labels, strict=True):
        edit.setFocus()
        edit.selectAll()
        qtbot.keyClicks(edit, label)
        qtbot.keyClick(edit, Qt.Key.Key_Return)


def answers(pane):
    return [(line.label, line.score) for line in pane.list.lines.lines]


def assert_same(found, expected):
    assert [label for label, _ in found] == [label for label, _ in expected]
    assert [score for _, score in found] == pytest.approx([s for _, s in expected], abs=1e-4)


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_the_question_everyone_asks_is_there_at_once(opened, reference):
    assert opened.question.text().startswith("king − man + woman ≈")
    assert [edit.text() for edit in opened.edits] == ["king", "man", "woman"]
    assert answers(opened)[0][0] == "queen"
    expected = reference.most_similar(["king", "woman"], ["man"], topn=SHOWN)
    assert_same(answers(opened), expected)


def test_a_typed_question_is_answered_as_by_gensim(opened, session, idle, reference, qtbot):
    type_question(opened, qtbot, "paris", "france", "italy")
    idle(session)
    assert session.state[AnalogySettings] == AnalogySettings(("paris", "italy"), ("france",))
    assert opened.question.text().startswith("paris − france + italy ≈")
    expected = reference.most_similar(["paris", "italy"], ["france"], topn=SHOWN)
    assert_same(answers(opened), expected)
    assert "PCA" not in opened.caption.text()
    assert "3CosAdd over 10,000 rows" in opened.caption.text()
    assert "these 4 unit vectors" in opened.caption.text()


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")
def test_methods_as_gensim_has_them(opened, session, idle, reference):
    choose(opened.method, "3CosMul")
    idle(session)
    expected = reference.most_similar_cosmul(["king", "woman"], ["man"], topn=SHOWN)
    assert_same(answers(opened), expected)
    choose(opened.method, "PairDirection")
    idle(session)
    assert session.state[AnalogySettings].method == "PairDirection"
    assert "PairDirection over" in opened.caption.text()
    session.undo()
    session.undo()
    idle(session)
    assert opened.method.currentText() == "3CosAdd"
    assert answers(opened)[0][0] == "queen"


def test_inputs_may_be_shown(opened, session, idle, qtbot):
    opened.inputs.click()
    idle(session)
    assert not session.state[AnalogySettings].exclude_inputs
    assert answers(opened)[0][0] == "king"
    opened.inputs.click()
    idle(session)
    assert answers(opened)[0][0] == "queen"


def test_the_settings_are_behind_the_gear(opened):
    assert not opened.method.isVisible()
    gear = opened.method.window().parent()
    gear.menu().popup(gear.mapToGlobal(QPoint(0, 30)))
    assert opened.method.isVisible()
    assert opened.inputs.isVisible()
    gear.menu().close()


def test_a_missing_label_is_told_with_near_ones(opened, session, idle, qtbot):
    type_question(opened, qtbot, "king", "mannn", "woman")
    assert "No row is labeled 'mannn'" in opened.message_bar.text
    assert "Did you mean man" in opened.message_bar.text
    assert answers(opened) == []
    assert opened.view.scene.arrows == ()
    assert opened.caption.text() == ""
    type_question(opened, qtbot, "king", "man", "woman")
    idle(session)
    assert opened.message_bar.text == ""
    assert answers(opened)[0][0] == "queen"


def test_completions_are_offered(opened, session, idle, qtbot, click_line):
    edit = opened.edits[0]
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "quee")
    idle(session)
    popup = edit.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    click_line(popup, 0)
    idle(session)
    assert session.state[AnalogySettings].positive[0] == "queen"
    assert opened.question.text().startswith("queen − man + woman ≈")


def test_an_incomplete_question_is_not_asked(opened, session, qtbot):
    before = session.state
    opened.edits[1].clear()
    opened.edits[0].setFocus()
    opened.edits[0].selectAll()
    qtbot.keyClicks(opened.edits[0], "queen")
    qtbot.keyClick(opened.edits[0], Qt.Key.Key_Return)
    assert session.state == before


def test_examples_are_asked_by_a_click(opened, session, idle):
    assert opened.examples.isVisible()
    assert opened.examples.currentIndex() == -1
    relations = [opened.examples.itemText(i) for i in range(opened.examples.count())]
    assert len(relations) >= 12
    place = relations.index("country → capital")
    (b, a), (c, d), *_ = opened.examples.itemData(place)
    choose(opened.examples, relations[place])
    idle(session)
    assert session.state[AnalogySettings] == AnalogySettings((a, c), (b,))
    assert answers(opened)[0][0] == d


def test_the_parallelogram_is_drawn(opened, session, idle, words):
    view, solved = opened.view, opened._solved
    known, carried = view.scene.arrows[2:]
    a, c, b, answer = (solved.positions[row] for row in solved.corners)
    np.testing.assert_array_equal([known.start, known.end], [b, a])
    np.testing.assert_array_equal([carried.start, carried.end], [c, answer])
    assert (a - b)[0] >= 0  # Mirrored so that it is read from left to right, and upward.
    assert (c - b)[1] >= 0
    rows = [words.row(label) for label in ("king", "woman", "man", "queen")]
    assert list(solved.corners) == rows
    assert view.scene.canvas.highlights.query == rows[3]
    assert sorted(view.scene.canvas.highlights.selected) == sorted(rows[:3])


def test_three_corners_lie_exactly_in_the_plane(opened, words):
    """Angles and lengths among the words of the question are those of all dimensions."""
    solved = opened._solved
    unit = words.vectors[list(solved.corners)]
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    flat = solved.positions[list(solved.corners)]
    spread = ((unit - unit.mean(axis=0)) ** 2).sum()
    shown = ((flat - flat.mean(axis=0)) ** 2).sum()
    assert solved.share == pytest.approx(shown / spread, abs=1e-3)
    assert f"{100 * solved.share:.0f} % of their spread" in opened.caption.text()


def test_a_space_holds_all_four(opened, session, idle, qtbot):
    qtbot.mouseClick(opened.dimensions.button(1), Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[AnalogySettings].is_3d
    assert opened.view.camera.is_3d
    assert opened._solved.share == pytest.approx(1.0, abs=1e-3)
    assert "space in which these 4 unit vectors lie best" in opened.caption.text()
    session.undo()
    idle(session)
    assert not opened.view.camera.is_3d


def test_an_answer_is_chosen_by_a_click(opened, session, idle, click_line, words):
    label = answers(opened)[2][0]
    click_line(opened.list, 2)
    assert session.state.current_query.name == label


def test_a_point_is_chosen_by_a_click(opened, session, qtbot, pixel_of, words):
    opened.view.grab()
    place = pixel_of(opened.view, opened._solved.positions[[words.row("queen")]])
    qtbot.mouseClick(opened.view, Qt.MouseButton.LeftButton, pos=place)
    assert session.state.current_query.name == "queen"
    state = session.state
    qtbot.mouseClick(opened.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert session.state == state


def test_a_set_without_these_labels_says_so_quietly(opened, session, idle, toy, qtbot):
    type_question(opened, qtbot, "king", "mannn", "woman")
    session.show(session.state.opened(toy))
    assert opened.message_bar.text == ""  # What was said of the other set is over.
    assert "“king” is not a label in this set" in opened.view.scene.message
    assert answers(opened) == []
    assert not opened.examples.isVisible()
    type_question(opened, qtbot, "word1", "word2", "word3")
    idle(session)
    assert len(answers(opened)) == SHOWN


def test_rows_of_the_set_before_cannot_be_chosen(opened, session, idle, monkeypatch, words, toy):
    go, solve = threading.Event(), analogies.solve

    def wait(*given):
        go.wait()
        return solve(*given)

    monkeypatch.setattr(analogies, "solve", wait)
    small = VectorSet(np.eye(3, 4), ["king", "man", "woman"], name="small")
    session.show(session.state.opened(small))
    state = session.state
    opened.view.row_clicked.emit(9000, Qt.KeyboardModifier.NoModifier)
    assert answers(opened) == []
    assert session.state == state
    go.set()
    idle(session)
    assert answers(opened) == []  # There is no fourth label to answer with.


def test_longer_questions_have_no_parallelogram(opened, session, idle):
    session.show(
        session.state.with_settings(AnalogySettings(("king", "woman", "girl"), ("man", "boy")))
    )
    idle(session)
    assert len(answers(opened)) == SHOWN
    assert opened.view.scene.arrows == ()
    assert opened.question.text().startswith("king − man − boy + woman + girl ≈")


def test_another_theme_repaints(opened, qapp):
    accents = []
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        accents.append(opened.view.scene.arrows[-1].color)
    assert accents == [LIGHT.accent, DARK.accent]
    assert opened.grab().toImage().pixelColor(500, 630).name().upper() == DARK.ground


def test_written_as_people_do():
    assert write(AnalogySettings(("a", "c"), ("b",))) == "a − b + c"
    assert write(AnalogySettings(("a",), ())) == "a"
    assert write(AnalogySettings((), ("b",))) == "− b"


def test_the_answers_that_are_known_for_glove(pane, session, idle, data_folder, qtbot):
    session.show(State().opened(load(data_folder / "glove50" / "glove_noheader.txt")))
    idle(session)

    def best(count):
        return [(label, round(score, 4)) for label, score in answers(pane)[:count]]

    assert best(5) == [
        ("queen", 0.8524),
        ("prince", 0.7592),
        ("daughter", 0.7474),
        ("elizabeth", 0.7460),
        ("princess", 0.7425),
    ]
    choose(pane.method, "3CosMul")
    idle(session)
    assert best(3) == [("queen", 0.9289), ("elizabeth", 0.8790), ("princess", 0.8768)]
    choose(pane.method, "3CosAdd")
    type_question(pane, qtbot, "paris", "france", "italy")
    idle(session)
    assert best(4) == [
        ("rome", 0.8466),
        ("milan", 0.7766),
        ("madrid", 0.7566),
        ("italian", 0.7514),
    ]
