"""The page of where analogies break, as a user meets it."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from embedviz.app.state import State
from embedviz.core.analogies import evaluate, relation_questions
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.breaks.settings import BreaksSettings
from embedviz.panes.analogies.pane import AnalogiesPane
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.settings import AnalogySettings

PLANTED, RANDOM = "singular → plural", "country → capital"


@pytest.fixture
def pane(session, qtbot):
    pane = AnalogiesPane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def state_of(vector_set, *others, about="relations", **asked):
    state = State()
    for each in (*others, vector_set):
        state = state.opened(each)
    return state.with_settings(AnalogySettings(page="breaks", **asked)).with_settings(
        BreaksSettings(about=about)
    )


@pytest.fixture(scope="module")
def few_words(words):
    """Return the most frequent of the bundled words, whose relations are asked in a moment."""
    return VectorSet(words.vectors[:1500], words.labels[:1500], name="1,500 words")


@pytest.fixture
def show(pane, session, idle):
    def shown(*args, **more):
        session.show(state_of(*args, **more))
        idle(session)
        return pane.pages.chosen

    return shown


def click_line(qtbot, table, place):
    spot = table.visualRect(table.model().index(place, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def said_by(widget):
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def test_the_words_have_the_numbers_of_the_set(show, related):
    page = show(related)
    shares = page.measured.shares
    said = said_by(page.overview).replace("\N{NO-BREAK SPACE}", " ")
    assert f"{100 * shares.of('offset'):.0f} % of the analogies come out right" in said
    assert f"of {shares.n_questions} questions" in said
    assert f"fails: {RANDOM}" not in said
    assert f"{RANDOM} (" in said
    assert page.overview.ways.bars[0].share == shares.of("offset")
    assert [line.name for line in page.overview.relations.shown.lines] == [RANDOM, PLANTED]


def test_nothing_is_said_of_the_order_of_rows_where_it_is_not_known(show, related):
    assert "is not known here" in said_by(show(related).overview)


def test_a_click_on_a_relation_lists_its_wrong_answers(show, qtbot, session, idle, related):
    page = show(related)
    overview = page.overview
    assert overview.wrong_head.text().startswith(RANDOM)
    click_line(qtbot, overview.relations, 1)
    idle(session)
    assert session.state[BreaksSettings].failing == PLANTED
    assert overview.wrong_head.text().startswith(PLANTED)
    n_wrong = len(page.measured.relation(PLANTED).wrong)
    assert overview.wrong.shown.rowCount() == n_wrong


def test_a_click_on_a_wrong_answer_asks_and_explains_it(show, qtbot, session, idle, related):
    page = show(related)
    first = page.measured.couples.rows[page.measured.relation(RANDOM).wrong[0]]
    click_line(qtbot, page.overview.wrong, 0)
    idle(session)
    a, b, c, expected = (related.labels[row] for row in first)
    asked = session.state[AnalogySettings]
    assert (asked.positive, asked.negative) == ((b, c), (a,))
    assert page.question.isVisible()
    assert not page.overview.isVisible()
    assert page.question.title.text().endswith(f"not {expected}")
    shown = page.question.chart
    assert shown.lines[shown.reference].name == expected
    qtbot.mouseClick(page.arrows, Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[AnalogySettings].page == "question"
    session.undo()
    session.undo()
    idle(session)
    assert page.overview.isVisible()


def test_a_button_opens_the_relation_on_its_own_page(show, qtbot, session, idle, related):
    page = show(related)
    qtbot.mouseClick(page.overview.open, Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state[AnalogySettings].page == "relation"
    assert session.state[RelationSettings].relation == RANDOM


def test_versions_of_the_set_are_compared(show, related):
    shorter = Truncated(5).derive(related)
    page = show(related, shorter)
    lines = page.overview.sets.shown.lines
    assert [line.name for line in lines] == [related.name, shorter.name]
    assert page.overview.sets.isVisible()
    assert "may only have better neighbors" in said_by(page.overview)


def test_without_versions_it_is_said_how_to_have_one(show, related):
    page = show(related)
    assert not page.overview.sets.isVisible()
    assert "Use in all panes" in said_by(page.overview)


def test_a_set_without_relations_gets_words_and_no_numbers(show):
    page = show(VectorSet(np.eye(5), list("abcde")))
    assert not page.overview.isVisible()
    assert page.said.text().startswith("No relation is in this set")


def test_a_question_that_cannot_be_explained_is_worded(show):
    page = show(VectorSet(np.eye(5), list("abcde")), about="question")
    assert "is not a label in this set" in page.question.chart.message
    assert page.question.title.text() == ""


def test_an_expected_answer_is_for_its_question_alone(show, qtbot, session, idle, related):
    page = show(related)
    click_line(qtbot, page.overview.wrong, 0)
    idle(session)
    asked = session.state[AnalogySettings]
    other = AnalogySettings(page="breaks", positive=("other 1", "other 2"), negative=("other 3",))
    assert asked != other
    session.show(session.state.with_settings(other))
    idle(session)
    assert page.question.explained.expected == -1
    session.show(session.state.with_settings(asked))
    idle(session)
    assert page.question.explained.expected >= 0


def test_another_set_is_measured_anew(show, session, idle, related, make_related):
    page = show(related)
    before = page.measured
    other = make_related(seed=1)
    session.show(session.state.opened(other))
    idle(session)
    assert page.measured.wanted.vector_set is other
    assert page.measured.shares != before.shares


def test_stopping_says_so_and_offers_to_go_on(pane, session, idle, related, qtbot):
    session.show(state_of(related))
    session.board.stop()
    idle(session)
    page = pane.pages.chosen
    if page.measured is None:
        assert "not measured" in page.said.text()
        assert pane.message_bar.text.startswith("Stopped")


def test_closing_the_set_lets_go_of_it(show, session, idle, related):
    page = show(related)
    session.show(session.state.closed(related))
    idle(session)
    assert page.measured is None
    assert page.question.explained is None


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("about", ["relations", "question"])
def test_it_is_drawn_in_both_themes(show, pane, qapp, artefacts, few_words, theme, about):
    apply_theme(qapp, theme)
    page = show(few_words, about=about)
    pane.grab().save(str(artefacts / f"breaks-{about}-{theme.name}.png"))
    view = page.overview.ways if about == "relations" else page.question.chart
    image = view.grab().toImage()
    colors = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(image.height())}
    assert len(colors) > 20
    if about == "relations":
        return
    assert page.question.title.text() == "man is to woman as king is to … queen, as expected"


def test_text_of_a_talk_fits(show, pane, few_words):
    page = show(few_words)
    pane.set_text_scale(1.8)
    pane.resize(1280, 800)
    assert page.overview.ways.height() >= page.overview.ways.minimumSizeHint().height()


def test_on_a_narrow_page_what_is_less_scrolls_with_the_words(show, pane, few_words):
    page = show(few_words)
    pane.setMinimumSize(1, 1)
    for width, is_narrow in ((549, True), (1000, False), (549, True)):
        pane.resize(width, 440)
        page.overview.resize(width, 340)
        for part in (page.overview.sets, page.overview.sets_said, page.overview.caption):
            assert page.overview.words.isAncestorOf(part) == is_narrow, (width, part.objectName())
        assert page.overview.sets_said.isVisibleTo(page.overview)
        assert page.overview.words.height() >= 80


def test_the_questions_are_those_of_the_benchmark(show, session, idle, related, tmp_path):
    page = show(related)
    assert page.files.box.currentText() == "Bundled relations"
    a, b, c, d = related.labels[:4]
    path = tmp_path / "mine.txt"
    path.write_text(f": mine\n{a} {b} {c} {d}\nnothing of this known\n")
    page.files.file_chosen.emit(str(path))
    idle(session)
    assert session.state[BenchmarkSettings].path == str(path)
    assert page.files.box.currentText() == "mine.txt"
    assert [line.name for line in page.overview.relations.shown.lines] == ["mine"]
    assert "1 question of mine.txt, 1 skipped" in page.overview.caption.text()
    assert not page.overview.open.isEnabled()
    path.write_text(": mine\nnothing of this known\n")
    page.files.offer_chosen.emit("")
    idle(session)
    assert page.measured.wanted.path == ""
    page.files.file_chosen.emit(str(path))
    idle(session)
    assert page.overview.isHidden()
    assert "None of the questions of this file" in page.said.text()


@pytest.mark.parametrize("is_ordered", [True, False])
def test_bands_are_of_frequency_only_where_that_is_the_order(show, words, is_ordered):
    origin = words.origin if is_ordered else None
    few = VectorSet(words.vectors[:600], words.labels[:600], name="few", origin=origin)
    page = show(few)
    assert ("by frequency" in page.overview.bands.accessibleName()) == is_ordered
    assert ("order in the file" in page.overview.bands.accessibleName()) != is_ordered
    said = said_by(page.overview)
    assert ("rarest word of a question" in said) == is_ordered
    report = evaluate(few, relation_questions(load_relations()), restrict_vocab=None)
    assert report.is_by_frequency == is_ordered
