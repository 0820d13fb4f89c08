"""Files that are no vectors, dropped on the window or opened: they go where they belong."""

import pytest

from embedviz.core.samples import load_sample
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.analogies.similarity.settings import SimilaritySettings

QUESTIONS = ": capitals\nparis france rome italy\nrome italy paris france\n"
SIMILARITY = "Word 1\tWord 2\tHuman (mean)\nqwertyx\tcatx\t7.35\nplanx\tcarx\t5.77\n"
PAIRS = "france\tparis\nitaly\trome\n"


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def opened(window, idle):
    window.session.show(window.session.state.opened(load_sample("words")))
    idle(window.session)
    return window


def page_of(window):
    return window.session.state[AnalogySettings].page


def test_questions_are_asked(opened, drop, tmp_path):
    path = written(tmp_path, "q.txt", QUESTIONS)
    state = drop([path])
    assert len(state.sets) == 1
    assert page_of(opened) == "benchmark"
    assert state[BenchmarkSettings].path == str(path)
    assert opened.active_pane.name == "analogies"
    report = opened.active_pane.pages.chosen.report
    assert report is not None
    assert len(report.questions) == 2


def test_the_menu_takes_the_same_route(opened, idle, tmp_path):
    path = written(tmp_path, "q.txt", QUESTIONS)
    opened.open_paths([path], asks=True)
    idle(opened.session)
    assert opened.session.state[BenchmarkSettings].path == str(path)
    assert len(opened.session.state.sets) == 1


def test_a_second_drop_reads_again(opened, drop, tmp_path):
    path = written(tmp_path, "q.txt", QUESTIONS)
    drop([path])
    path.write_text(QUESTIONS + "paris italy rome france\n")
    drop([path])
    assert len(opened.active_pane.pages.chosen.report.questions) == 3


def test_word_similarity_of_other_words_is_shown_by_its_page(opened, drop, tmp_path):
    path = written(tmp_path, "ws.tsv", SIMILARITY)
    state = drop([path])
    assert page_of(opened) == "similarity"
    assert state[SimilaritySettings].path == str(path)
    assert opened.active_pane.pages.chosen.headline.text() == "The pairs cannot be measured."


def test_pairs_go_to_the_page_in_view(opened, drop, idle, tmp_path):
    path = written(tmp_path, "seats.txt", PAIRS)
    state = drop([path])
    assert state.pairs
    assert state[RelationSettings].added == ()
    opened.bring_to_front("analogies")
    pane = next(each for each in opened.panes if each.name == "analogies")
    pages = pane.session.state
    pane.edit(pages.with_settings(AnalogySettings(page="relation")))
    idle(opened.session)
    state = drop([path])
    assert [each.name for each in state[RelationSettings].added] == ["seats"]


def test_without_a_set_it_is_said_what_takes_them(window, drop, tmp_path):
    state = drop([written(tmp_path, "q.txt", QUESTIONS)])
    assert not state.sets
    assert "q.txt holds analogy questions. Open a file of vectors first" in window.message_bar.text
    drop([written(tmp_path, "ws.tsv", SIMILARITY)])
    assert "ws.tsv holds judged pairs of words" in window.message_bar.text


def test_vectors_beside_questions_are_opened(opened, drop, tmp_path):
    vectors = written(tmp_path, "v.txt", "north 1 0\nsouth 0 1\n")
    state = drop([written(tmp_path, "q.txt", QUESTIONS), vectors])
    assert {len(each) for each in state.sets} == {10_000, 2}
    assert state[BenchmarkSettings].path.endswith("q.txt")
