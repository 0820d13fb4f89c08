"""The page of word similarity: correlations, points, selections, what is skipped, files."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from scipy.stats import pearsonr, spearmanr

from embedviz.app.judged_pairs import bundled_pairs
from embedviz.app.state import State
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.analogies.similarity.settings import SimilaritySettings

N = 30


@pytest.fixture
def made():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(2 * N, 6)).astype(np.float32)
    return VectorSet(vectors, [f"w{i}" for i in range(2 * N)], None, "made")


def cosines_of(vector_set):
    rows = np.asarray(vector_set.vectors, dtype=float)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.sum(rows[:N] * rows[N:], axis=1)


@pytest.fixture
def judged(made, tmp_path):
    """Return a file of pairs, and their scores; two of its words are in no set."""
    scores = cosines_of(made) + np.random.default_rng(1).normal(scale=0.3, size=N)
    lines = [f"W{i}\tw{N + i}\t{score:.6f}" for i, score in enumerate(scores)]
    path = tmp_path / "judged.tsv"
    path.write_text("\n".join([*lines, "tiger\tw1\t7.5"]) + "\n", "utf-8")
    return path, np.round(scores, 6)


@pytest.fixture
def show(pane, session, idle):
    def show(vector_set, pairs=None, **own):
        state = State().opened(vector_set, pairs)
        state = state.with_settings(AnalogySettings(page="similarity"))
        session.show(state.with_settings(SimilaritySettings(**own)))
        idle(session)
        return pane.pages.chosen

    return show


def test_correlations_are_those_of_scipy(show, made, judged):
    path, scores = judged
    page = show(made, path=str(path))
    cosines = cosines_of(made)
    spearman, pearson = spearmanr(cosines, scores).statistic, pearsonr(cosines, scores).statistic
    said = page.headline.text()
    assert said.startswith(f"Spearman {spearman:.3f} (95 % interval ")
    assert f"Pearson {pearson:.3f} (" in said
    assert "1 skipped, as a word is unknown (tiger · w1)" in page.about.text()
    assert page.scatter.n_drawn == N
    assert page.list.shown.rowCount() == N


def test_without_pairs_the_page_says_what_to_load(show, made):
    page = show(made)
    assert "WordSim-353" in page.about.text()
    assert not page.choose.isHidden()
    assert not page.scatter.isVisible()


def test_judged_pairs_of_the_set_are_taken(show):
    sentences = load_sample("sentences")
    pairs = bundled_pairs(sentences)
    page = show(sentences, pairs)
    assert page.headline.text().startswith("Spearman 0.435")
    assert page.scatter.n_drawn == len(pairs)


def test_a_click_and_a_lasso_select_rows_everywhere(show, made, judged, session, qtbot):
    page = show(made, path=str(judged[0]))
    place = page.scatter.point_of(3)
    which = page.scatter.pair_at(place)
    qtbot.mouseClick(page.scatter, Qt.MouseButton.LeftButton, pos=place.toPoint())
    rows = page.measured.report.rows[which]
    assert set(session.state.selected) == set(rows.tolist())
    assert np.flatnonzero(page.scatter._selected).tolist() == [which]
    corner = QPointF(page.scatter.width(), page.scatter.height())
    around = [QPointF(0, 0), QPointF(corner.x(), 0), corner, QPointF(0, corner.y())]
    page.scatter.pairs_chosen.emit(page.scatter.pairs_within(around), "replace")
    assert len(session.state.selected) == 2 * N
    page.scatter.pairs_chosen.emit([0], "remove")
    assert len(session.state.selected) == 2 * N - 2
    session.undo()
    assert len(session.state.selected) == 2 * N


def test_points_name_their_pairs(show, made, judged):
    page = show(made, path=str(judged[0]))
    assert page.scatter.named()
    tip = page.scatter.tip_at(page.scatter.point_of(5))
    assert ": judged " in tip
    assert ", cosine " in tip


def test_skipped_pairs_are_listed_and_select_nothing(show, made, judged, session):
    page = show(made, path=str(judged[0]), listed="skipped")
    assert page.list.shown.rowCount() == 1
    before = session.state
    page.list.clicked.emit(page.list.shown.index(0, 0))
    assert session.state is before


def test_a_missing_file_and_one_without_known_words_are_said(show, made, tmp_path):
    page = show(made, path=str(tmp_path / "gone.tsv"))
    assert "not there any more" in page.about.text()
    assert page.choose.isVisible()
    other = tmp_path / "other.tsv"
    other.write_text("cat\tdog\t3\n", "utf-8")
    page = show(made, path=str(other))
    assert "cat" in page.about.text()


@pytest.mark.parametrize("case", ["one pair", "equal", "zeros"])
def test_odd_pairs_have_an_answer(show, made, tmp_path, case):
    path = tmp_path / "odd.tsv"
    n = 1 if case == "one pair" else 5
    score = "1" if case == "equal" else "{}"
    path.write_text("".join(f"w{i}\tw{i}\t{score.format(i)}\n" for i in range(n)), "utf-8")
    vectors = np.zeros_like(made.vectors) if case == "zeros" else made.vectors
    page = show(VectorSet(vectors, made.labels, None, case), path=str(path))
    assert "no correlation" in page.headline.text()


def test_no_column_is_cut_on_a_narrow_page(show, made, judged, pane, qtbot):
    page = show(made, path=str(judged[0]))
    pane.setMinimumSize(1, 1)
    pane.resize(525, 500)
    table = page.list
    qtbot.waitUntil(lambda: page.width() < 530)

    def is_fitted():
        widths = [table.columnWidth(i) for i in range(table.shown.columnCount())]
        hidden = any(table.isColumnHidden(i) for i in (1, 2))
        return sum(widths) <= table.viewport().width() and not hidden

    qtbot.waitUntil(is_fitted)
