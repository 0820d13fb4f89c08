"""Questions of labels, typed, chosen and clicked, against gensim."""

import threading

import numpy as np
import pytest
from gensim.models import KeyedVectors
from PySide6.QtCore import QPoint, Qt

from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.analogies.question import page as analogies
from embedviz.panes.analogies.question.solving import SHOWN
from embedviz.panes.analogies.settings import AnalogySettings


@pytest.fixture(scope="module")
def reference(words):
    keyed = KeyedVectors(words.dimensions)
    keyed.add_vectors(list(words.labels), np.array(words.vectors))
    return keyed


def type_question(page, qtbot, line):
    edit = page.controls.line
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, line)
    edit.popup.hide()
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
    assert opened.controls.line.text() == "king − man + woman"
    assert answers(opened)[0][0] == "queen"
    expected = reference.most_similar(["king", "woman"], ["man"], topn=SHOWN)
    assert_same(answers(opened), expected)


def test_a_typed_question_is_answered_as_by_gensim(opened, session, idle, reference, qtbot):
    type_question(opened, qtbot, "paris - france + italy")
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
    choose(opened.controls.method, "3CosMul")
    idle(session)
    expected = reference.most_similar_cosmul(["king", "woman"], ["man"], topn=SHOWN)
    assert_same(answers(opened), expected)
    choose(opened.controls.method, "PairDirection")
    idle(session)
    assert session.state[AnalogySettings].method == "PairDirection"
    assert "PairDirection over" in opened.caption.text()
    session.undo()
    session.undo()
    idle(session)
    assert opened.controls.method.currentText() == "3CosAdd"
    assert answers(opened)[0][0] == "queen"


def test_inputs_may_be_shown(opened, session, idle, qtbot):
    opened.controls.inputs.click()
    idle(session)
    assert not session.state[AnalogySettings].exclude_inputs
    assert answers(opened)[0][0] == "king"
    opened.controls.inputs.click()
    idle(session)
    assert answers(opened)[0][0] == "queen"


def test_the_settings_are_behind_the_gear(opened):
    assert not opened.controls.method.isVisible()
    opened.controls.gear.menu().popup(opened.controls.gear.mapToGlobal(QPoint(0, 30)))
    assert opened.controls.method.isVisible()
    assert opened.controls.picture.isVisible()
    opened.controls.gear.menu().close()


def test_a_missing_label_is_told_with_near_ones(opened, session, idle, qtbot):
    type_question(opened, qtbot, "king - mannn + woman")
    idle(session)
    assert "No row is labeled 'mannn'" in opened.pane.message_bar.text
    assert "Did you mean man" in opened.pane.message_bar.text
    assert answers(opened) == []
    assert opened.view.scene.arrows == ()
    assert opened.caption.text() == ""
    type_question(opened, qtbot, "king - man + woman")
    idle(session)
    assert opened.pane.message_bar.text == ""
    assert answers(opened)[0][0] == "queen"


def test_an_incomplete_question_is_not_asked(opened, session, qtbot):
    before = session.state
    type_question(opened, qtbot, "queen - ")
    assert session.state == before
    assert opened.pane.message_bar.text.startswith("A term is missing beside a sign")
    assert opened.controls.line.text() == "queen - "  # What was typed is not lost.


def test_examples_are_asked_by_a_click(opened, session, idle):
    assert opened.controls.examples.isVisible()
    assert opened.controls.examples.currentIndex() == -1
    relations = [
        opened.controls.examples.itemText(i) for i in range(opened.controls.examples.count())
    ]
    assert len(relations) >= 12
    place = relations.index("country → capital")
    (b, a), (c, d), *_ = opened.controls.examples.itemData(place)
    choose(opened.controls.examples, relations[place])
    idle(session)
    assert session.state[AnalogySettings] == AnalogySettings((a, c), (b,))
    assert answers(opened)[0][0] == d


def test_the_parallelogram_is_drawn(opened, session, idle, words):
    view, solved = opened.view, opened.picture.solved
    known, carried, gap = view.scene.arrows[2:]
    a, c, b, answer = (solved.places.positions[row] for row in solved.corners)
    np.testing.assert_allclose([known.start, known.end], [b, a], atol=1e-6)
    np.testing.assert_allclose([carried.start, carried.end], [c, c + (a - b)], atol=1e-6)
    np.testing.assert_allclose([gap.start, gap.end], [carried.end, answer], atol=1e-6)
    assert (a - b)[0] >= 0  # Mirrored so that it is read from left to right, and upward.
    assert (c - b)[1] >= 0
    rows = [words.row(label) for label in ("king", "woman", "man", "queen")]
    assert list(solved.corners) == rows
    assert view.scene.canvas.highlights.query == rows[3]
    assert sorted(view.scene.canvas.highlights.selected) == sorted(rows[:3])


def test_three_corners_lie_exactly_in_the_plane(opened, words):
    """Angles and lengths among the words of the question are those of all dimensions."""
    solved = opened.picture.solved
    unit = words.vectors[list(solved.corners)]
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    flat = solved.places.positions[list(solved.corners)]
    spread = ((unit - unit.mean(axis=0)) ** 2).sum()
    shown = ((flat - flat.mean(axis=0)) ** 2).sum()
    assert solved.places.share == pytest.approx(shown / spread, abs=1e-3)
    assert f"{100 * solved.places.share:.0f} % of their spread" in opened.caption.text()


def test_a_space_holds_all_four(opened, session, idle, qtbot):
    qtbot.mouseClick(opened.controls.dimensions.button(1), Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[AnalogySettings].is_3d
    assert opened.view.camera.is_3d
    assert opened.picture.solved.places.share == pytest.approx(1.0, abs=1e-3)
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
    place = pixel_of(opened.view, opened.picture.solved.places.positions[[words.row("queen")]])
    qtbot.mouseClick(opened.view, Qt.MouseButton.LeftButton, pos=place)
    assert session.state.current_query.name == "queen"
    qtbot.mouseClick(opened.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert session.state.current_query.name == "queen"  # As on the map: only nothing is selected.
    assert len(session.state.selected) == 0


def test_a_set_without_these_labels_says_so_quietly(opened, session, idle, toy, qtbot):
    type_question(opened, qtbot, "king - mannn + woman")
    session.show(session.state.opened(toy))
    assert opened.pane.message_bar.text == ""  # What was said of the other set is over.
    assert "“king” is not a label in this set" in opened.view.scene.message
    assert answers(opened) == []
    assert not opened.controls.examples.isVisible()
    type_question(opened, qtbot, "word1 - word2 + word3")
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
    (gap,) = opened.view.scene.arrows
    assert not opened.controls.carry.isEnabled()
    assert gap.text == "0.77 · 38.0°"
    assert opened.question.text().startswith("king − man − boy + woman + girl ≈")


def test_another_theme_repaints(opened, qapp):
    accents = []
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        accents.append(opened.view.scene.arrows[-2].color)
    assert accents == [LIGHT.accent, DARK.accent]
    assert opened.pane.grab().toImage().pixelColor(500, 630).name().upper() == DARK.ground


def test_written_as_people_do():
    assert AnalogySettings(("a", "c"), ("b",)).written == "a − b + c"
    assert AnalogySettings(("a",), ()).written == "a"
    assert AnalogySettings((), ("b",)).written == "− b"


def test_the_answers_that_are_known_for_glove(page_of, session, idle, data_folder, qtbot):
    page = page_of(load(data_folder / "glove50" / "glove_noheader.txt"))

    def best(count):
        return [(label, round(score, 4)) for label, score in answers(page)[:count]]

    assert best(5) == [
        ("queen", 0.8524),
        ("prince", 0.7592),
        ("daughter", 0.7474),
        ("elizabeth", 0.7460),
        ("princess", 0.7425),
    ]
    choose(page.controls.method, "3CosMul")
    idle(session)
    assert best(3) == [("queen", 0.9289), ("elizabeth", 0.8790), ("princess", 0.8768)]
    choose(page.controls.method, "3CosAdd")
    type_question(page, qtbot, "paris - france + italy")
    idle(session)
    assert best(4) == [
        ("rome", 0.8466),
        ("milan", 0.7766),
        ("madrid", 0.7566),
        ("italian", 0.7514),
    ]
