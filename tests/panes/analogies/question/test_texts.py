"""Arithmetic of texts: terms that are not labels are encoded, drawn, and said to be."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.query_vector import QueryVector
from embedviz.panes.analogies.settings import AnalogySettings

POINT = "the point asked for"
SLEEPS, EATS, DOG = "the cat sleeps now", "the cat eats now", "the dog eats now"


@pytest.fixture
def ask(session, idle):
    def ask(a, b, c, **settings):
        wanted = AnalogySettings((a, c), (b,), **settings)
        session.show(session.state.with_settings(wanted))
        idle(session)

    return ask


@pytest.fixture
def opened(page_of, toy_texts):
    return page_of(toy_texts, positive=(SLEEPS, DOG), negative=(EATS,))


def answers(pane):
    return [(line.row, line.score) for line in pane.list.lines.lines]


def expected(vector_set, a, b, c, barred=()):
    """Return the rows by cosine to a − b + c, by NumPy."""
    rows = vector_set.vectors / np.linalg.norm(vector_set.vectors, axis=1, keepdims=True)
    a, b, c = (each / np.linalg.norm(each) for each in (a, b, c))
    wanted = a - b + c
    scores = rows @ wanted / np.linalg.norm(wanted)
    order = np.argsort(-scores, kind="stable")
    return [(row, scores[row]) for row in order.tolist() if row not in barred]


def assert_answers(pane, wanted):
    found = answers(pane)
    assert [row for row, _ in found] == [row for row, _ in wanted[: len(found)]]
    assert [score for _, score in found] == pytest.approx(
        [score for _, score in wanted[: len(found)]], abs=1e-5
    )


def test_labels_alone_ask_no_encoder(opened, toy_encoder, toy_texts):
    assert toy_encoder.asked == []
    assert answers(opened)[0][0] == toy_texts.row("the dog sleeps now")
    assert [each.text for each in opened.view.scene.markers.shown] == [POINT]
    assert "encoded" not in opened.caption.text()


def test_texts_and_labels_mixed(opened, ask, toy_encoder, toy_texts):
    ask("a bird sleeps", EATS, DOG)
    bird = toy_encoder.vector("a bird sleeps")
    rows = [toy_texts.row(EATS), toy_texts.row(DOG)]
    wanted = expected(toy_texts, bird, *toy_texts.vectors[rows], barred=rows)
    assert_answers(opened, wanted)
    assert opened.caption.text().startswith("“a bird sleeps” is not a label; encoded by Toy · ")
    assert opened.question.text().startswith("a bird sleeps − the cat eats now + the dog eats now")
    assert [each.text for each in opened.view.scene.markers.shown] == ["a bird sleeps", POINT]
    assert len(opened.view.scene.arrows) == 5


def test_texts_alone(opened, ask, toy_encoder, toy_texts, idle, session):
    ask("a bird", "a fish", "water")
    vectors = [toy_encoder.vector(text) for text in ("a bird", "a fish", "water")]
    assert_answers(opened, expected(toy_texts, *vectors))
    said = "“a bird”, “water” and “a fish” are not labels; encoded by Toy"
    assert opened.caption.text().startswith(said)


@pytest.mark.parametrize("is_3d", [False, True])
def test_arrows_begin_and_end_at_the_texts(opened, ask, is_3d):
    ask("a bird", EATS, "water", is_3d=is_3d)
    markers = opened.view.scene.markers
    bird, water = markers.places[:2, : 2 + is_3d]
    from_b, from_c = opened.view.scene.arrows[2:4]
    np.testing.assert_allclose(from_b.end, bird, atol=1e-6)
    np.testing.assert_allclose(from_c.start, water, atol=1e-6)


@pytest.mark.parametrize("method", ["3CosMul", "PairDirection"])
def test_other_methods_take_texts_too(opened, ask, method, toy_encoder):
    ask("a bird", EATS, "water", method=method)
    assert len(answers(opened)) == 20
    assert method in opened.caption.text()


def test_a_text_that_equals_a_label_is_that_row(opened, ask, toy_encoder):
    ask(SLEEPS, EATS, "a bird")
    found = answers(opened)
    ask(SLEEPS, EATS, "a  bird")  # The same words, as another text.
    assert [row for row, _ in answers(opened)] == [row for row, _ in found]


def test_in_a_derived_set(opened, session, idle, ask, toy_texts, toy_encoder):
    ask("a bird", "a fish", "water")
    short = Truncated(6).derive(toy_texts)
    session.show(session.state.derived(short))
    idle(session)
    vectors = [toy_encoder.vector(text)[:6] for text in ("a bird", "a fish", "water")]
    assert_answers(opened, expected(short, *vectors))


def test_a_text_in_which_the_model_knows_nothing(opened, ask):
    ask("zzz", EATS, DOG)
    assert opened.pane.message_bar.text.startswith("Toy knows nothing in “zzz”")
    assert answers(opened) == []
    ask(SLEEPS, EATS, DOG)
    assert opened.pane.message_bar.text == ""
    assert answers(opened)


def test_a_click_on_a_text_makes_it_the_query(opened, session, ask):
    ask("a bird", "a fish", "water")
    opened.view.scene.markers.clicked.emit(1, Qt.KeyboardModifier.NoModifier)
    assert session.state.query_vector.name == opened.view.scene.markers.shown[1].text


def test_nothing_leaves_the_machine_that_nobody_typed(
    page_of, session, idle, ask, toy_texts, toy_encoder, monkeypatch
):
    """The question of the set before is not sent to the host of the next one."""
    monkeypatch.setattr(toy_encoder, "is_local", False)
    page = page_of(toy_texts)
    assert toy_encoder.asked == []
    assert answers(page) == []
    assert "is not a label in this set" in page.view.scene.message
    ask("a bird", EATS, DOG)
    assert toy_encoder.asked == [(["a bird"], True)]
    assert answers(page)


def test_what_was_encoded_before_is_not_encoded_again(
    page_of, session, idle, toy_texts, toy_encoder, monkeypatch
):
    """As when a session is restored, without its encoder."""
    settings = toy_texts.origin.encoder
    texts = [
        QueryVector(name, np.float32(toy_encoder.vector(name)), settings)
        for name in ("king", "man", "woman")
    ]
    monkeypatch.setattr(toy_encoder, "is_local", False)
    page = page_of(toy_texts, texts=texts)
    assert toy_encoder.asked == []
    assert_answers(page, expected(toy_texts, *(each.vector for each in texts)))


def test_of_a_set_without_an_encoder_it_is_said_as_before(pane, session, idle, ask, toy):
    session.show(State().opened(toy))
    idle(session)
    ask("a bird", "word1", "word2")
    assert "No row is labeled 'a bird'" in pane.message_bar.text
