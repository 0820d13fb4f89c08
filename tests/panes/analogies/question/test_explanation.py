"""What is said of answers: sums, gaps, ranks, and what leaving the inputs out changes."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.question.settings import QuestionSettings

SMALL = VectorSet(
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [0, 0, 0], [2, 0, 1], [1, 0, 0]],
    ["a", "b", "c", "d", "zero", "e", "a"],
    name="small",
)


def unit(words, *labels):
    rows = words.vectors[[words.row(label) for label in labels]].astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def said(page):
    return f"{page.why.text()} {page.left_out.text()} {page.caption.text()}"


def test_the_score_is_the_sum_of_what_is_owed(opened, words):
    king, man, woman, queen = unit(words, "king", "man", "woman", "queen")
    best = opened.list.lines.lines[0]
    np.testing.assert_allclose(best.parts, [queen @ king, -queen @ man, queen @ woman], atol=1e-6)
    length = np.linalg.norm(king - man + woman)
    assert sum(best.parts) / length == pytest.approx(best.score, abs=1e-6)
    one, two, three = (f"{part:.3f}".removeprefix("-") for part in best.parts)
    wanted = f"queen: {best.score:.3f} = ({one} − {two} + {three}) / {length:.3f}."
    assert opened.why.text().startswith(wanted)


def test_the_gap_is_measured_in_all_dimensions(opened, words):
    king, man, woman, queen = unit(words, "king", "man", "woman", "queen")
    target = king - man + woman
    gap = np.linalg.norm(queen - target)
    angle = np.degrees(np.arccos(queen @ target / np.linalg.norm(target)))
    assert f"{gap:.2f} and {angle:.1f}° from the point asked for" in opened.why.text()
    assert opened.view.scene.arrows[-1].text == f"{gap:.2f} · {angle:.1f}°"


def test_the_rank_by_frequency_where_the_order_is_known(opened, words, page_of):
    row = words.row("queen") + 1
    assert f"Row {row:,} of 10,000, by frequency." in opened.why.text()
    assert opened.list.lines.lines[0].note == f"{row:,}"
    page = page_of(SMALL, positive=("a", "c"), negative=("b",))
    assert "Row 6 of 7." in page.why.text()


def test_what_leaving_the_inputs_out_changes(opened, session, idle):
    assert opened.left_out.text() == "Inputs are left out; else king 1st (0.88)."
    opened.controls.inputs.click()
    idle(session)
    assert opened.left_out.text() == "Inputs are shown: king 1st (0.88)."
    first = opened.list.lines.lines[0]
    assert (first.label, first.fate) == ("king", "input")
    assert [line.fate for line in opened.list.lines.lines[1:]] == [""] * 19


def test_all_rows_with_the_label_of_an_input_are_inputs(page_of):
    page = page_of(SMALL, positive=("a", "e"), negative=("b",))
    assert "a" not in [line.label for line in page.list.lines.lines]
    assert page.left_out.text().count("a ") >= 2


def test_hovering_an_answer_says_why_it_is_one(opened, words):
    row = opened.list.lines.lines[4].row
    opened.list.row_hovered.emit(row)
    assert opened.why.text().startswith(f"{words.labels[row]}: ")
    end = opened.view.scene.arrows[-1].end
    np.testing.assert_array_equal(end, opened.picture.solved.places.positions[row])
    opened.list.row_hovered.emit(-1)
    assert opened.why.text().startswith("queen: ")
    opened.view.row_hovered.emit(row)
    assert opened.list.lines.hovered == row
    assert opened.why.text().startswith(f"{words.labels[row]}: ")


def test_an_answer_that_is_chosen_stays_explained(opened, session, idle, click_line, words):
    row = opened.list.lines.lines[2].row
    click_line(opened.list, 2)
    opened.list.row_hovered.emit(-1)
    assert opened.why.text().startswith(f"{words.labels[row]}: ")
    opened.set(positive=("paris", "italy"), negative=("france",))
    idle(session)
    assert opened.why.text().startswith("florence: ")


@pytest.mark.parametrize(
    ("positive", "negative", "words"),
    [
        (("a", "b"), ("a",), "“a” is added and subtracted, which cancels out"),
        (("a", "a", "b"), (), "“a” is there more than once, and counts as often"),
        (("a",), ("b",), "a 1st"),
        (("a", "zero"), ("b",), "small"),
    ],
)
def test_odd_questions_are_answered_and_said_to_be(page_of, positive, negative, words):
    page = page_of(SMALL, positive=positive, negative=negative)
    assert words in said(page)
    assert page.list.lines.lines
    assert page.pane.message_bar.text == ""


@pytest.mark.parametrize(
    ("positive", "negative", "words"),
    [
        (("a",), ("a",), "The terms cancel out"),
        (("a", "b"), ("b", "a"), "The terms cancel out"),
        (("zero",), (), "holds only zeros"),
    ],
)
def test_a_question_of_which_nothing_is_left(page_of, positive, negative, words):
    page = page_of(SMALL, positive=positive, negative=negative)
    assert words in page.pane.message_bar.text
    assert not page.list.lines.lines
    assert page.view.scene.arrows == ()


@pytest.mark.parametrize("method", ["3CosAdd", "3CosMul", "PairDirection"])
@pytest.mark.parametrize("is_3d", [False, True])
def test_one_dimension_and_hardly_any_rows(page_of, method, is_3d):
    tiny = VectorSet([[1.0], [-1.0], [2.0]], ["a", "b", "c"], name="tiny")
    page = page_of(tiny, positive=("a", "c"), negative=("b",), method=method, is_3d=is_3d)
    assert page.pane.message_bar.text == ""
    assert page.list.lines.lines == ()
    page.controls.inputs.click()


def test_pair_direction_asks_for_three_terms(page_of):
    page = page_of(SMALL, positive=("a", "c", "d"), negative=("b",), method="PairDirection")
    assert "PairDirection asks what is to c as b is to a" in page.pane.message_bar.text


@pytest.mark.parametrize("method", ["3CosMul", "PairDirection"])
def test_the_sums_of_other_methods(opened, session, idle, method):
    opened.set(method=method)
    idle(session)
    best = opened.list.lines.lines[0]
    assert opened.why.text().startswith(f"{best.label}: {best.score:.3f} ")
    king, man, woman = (abs(part) for part in best.parts)
    if method == "3CosMul":
        product = (1 + king) / 2 * (1 + woman) / 2 / ((1 + man) / 2)
        assert best.score == pytest.approx(product, abs=1e-4)


def test_on_the_layout_of_the_map(opened, session, idle, words):
    opened.controls.picture.setCurrentIndex(1)
    opened.controls.picture.activated.emit(1)
    idle(session)
    assert session.state[QuestionSettings].picture == "map"
    solved = opened.picture.solved
    layout = session.layouts.known(solved.wanted.request)
    np.testing.assert_array_equal(solved.places.positions, layout.positions)
    assert "on the map, UMAP" in opened.caption.text()
    assert "0.60 and 32.6° from the point asked for" in opened.why.text()  # As in the plane.
    low, high = layout.positions.min(axis=0), layout.positions.max(axis=0)
    assert ((low <= solved.places.target) & (solved.places.target <= high)).all()
    session.undo()
    idle(session)
    assert "on the map" not in opened.caption.text()


def test_the_point_that_is_asked_for_may_be_the_query(opened, session):
    (marker,) = opened.view.scene.markers.shown
    assert marker.text == "king − man + woman"
    opened.view.scene.markers.clicked.emit(0, Qt.KeyboardModifier.NoModifier)
    assert session.state.query_vector.name == marker.text
    np.testing.assert_allclose(
        session.state.query_vector.vector, opened.picture.solved.explanation.target, atol=1e-6
    )
