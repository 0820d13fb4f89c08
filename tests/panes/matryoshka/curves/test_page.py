"""The page of curves: what is measured, by whom, and what is said of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.matryoshka import measure_overlaps, measure_quality, prefix_lengths
from embedviz.core.pairs import Pairs
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka.curves import measuring
from embedviz.panes.matryoshka.curves.settings import CurvesSettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@pytest.fixture
def show(pane, session, idle, with_settings):
    def show(vector_set, pairs=None, **settings):
        state = State().opened(vector_set) if pairs is None else State().opened(vector_set, pairs)
        session.show(with_settings(state.queried(0), **settings))
        idle(session)
        return pane.pages.chosen

    return show


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def ordered_rows(n, d, seed=0):
    return random_rows(n, d, seed) * (0.8 ** np.arange(d)).astype(np.float32)


def offered(page):
    return [page.choice.itemText(i) for i in range(page.choice.count())]


def test_without_judges_the_overlap_is_that_of_python(show):
    vectors = random_rows(300, 32)
    page = show(VectorSet(vectors))
    expected = measure_overlaps(vectors, prefix_lengths(32), (1, 10, 100), 300)
    assert page.chart.key()[0].text == "Mean overlap@10 at 32 of 32 dimensions"
    for curve in page.chart.curves:
        overlap = expected[curve.ordering][10]
        np.testing.assert_allclose(curve.values, overlap.curve)
        np.testing.assert_allclose(curve.spread, overlap.spread)
    assert "can hide what training does" in page.caption.text()
    assert offered(page) == ["Overlap@1", "Overlap@10", "Overlap@100"]


@pytest.mark.parametrize("has_scores", [True, False])
def test_pairs_judge_as_in_python(show, has_scores):
    vectors = random_rows(200, 32)
    scores = np.arange(100) if has_scores else None
    pairs = Pairs(np.arange(100), np.arange(100, 200), scores, name="mine")
    page = show(VectorSet(vectors), pairs)
    expected = measure_quality(vectors, prefix_lengths(32), pairs)
    for curve in page.chart.curves:
        np.testing.assert_allclose(curve.values, expected[curve.ordering].curve)
    assert page.choice.currentText() == f"{'Spearman' if has_scores else 'Top-1'} · mine"
    assert "hide" not in page.caption.text()
    assert page.caption.text().endswith("100 pairs.")


def test_a_category_judges_where_there_are_no_pairs(show, toy):
    page = show(toy)
    expected = measure_quality(toy.vectors, prefix_lengths(32), category=toy.metadata["group"])
    for curve in page.chart.curves:
        np.testing.assert_allclose(curve.values, expected[curve.ordering].curve)
    assert offered(page)[0] == "k-NN accuracy · group"
    assert page.chart.key()[0].text.startswith("10-NN accuracy of group at")


def test_the_column_that_colors_the_map_judges_first(show, session, idle):
    columns = {"kind": ["a", "b"] * 30, "code": [0, 1, 2] * 20}
    page = show(VectorSet(random_rows(60, 8), metadata=columns))
    assert offered(page)[0] == "k-NN accuracy · kind"
    session.show(session.state.with_settings(MapSettings().colored_by("code")))
    idle(session)
    assert offered(page)[:2] == ["k-NN accuracy · code", "k-NN accuracy · kind"]
    assert page.measured.wanted.judgment.name == "code"


def test_choosing_is_a_setting(show, session, idle, toy):
    page = show(toy)
    page.choice.setCurrentIndex(3)
    page.choice.activated.emit(3)
    idle(session)
    assert session.state[CurvesSettings].measure == "overlap100"
    assert page.chart.key()[0].text.startswith("Mean overlap@24 at")  # Of 49 others.
    page.choice.activated.emit(0)
    idle(session)
    assert session.state[MatryoshkaSettings] == MatryoshkaSettings()
    assert session.state[CurvesSettings] == CurvesSettings()
    assert page.measured.quality


def test_a_judge_that_was_asked_for_by_name(show, toy):
    page = show(toy, Pairs.halves(50, "mine"), judge="group")
    assert page.measured.wanted.judgment.name == "group"
    page = show(toy, Pairs.halves(50, "mine"), judge="nobody")
    assert page.measured.wanted.judgment.name == "mine"
    page = show(toy, judge="number")
    assert "No two rows are in one group" in page.caption.text()
    assert not page.chart.curves


def test_the_verdict_has_the_numbers(show):
    page = show(VectorSet(ordered_rows(200, 32)))
    assert page.verdict.text().startswith("Clearly Matryoshka-ordered: mean overlap@10 is 0.")
    assert "10 random orders ±0." in page.verdict.text()
    assert "95 % of it is kept from about" in page.caption.text()
    page = show(VectorSet(random_rows(200, 32)))
    assert page.verdict.text().startswith("Not distinguishable from random dimensions")
    page = show(VectorSet(ordered_rows(200, 32)[:, ::-1]))
    assert page.verdict.text().startswith("Worse than random dimensions")


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (20, "20 rows span at most 20 directions: from 20 of 32 dimensions on"),
        (31, "31 rows span at most 31 directions: from 31 of 32 dimensions on"),
        (32, ""),
        (200, ""),
    ],
)
def test_where_svd_keeps_all_by_construction_it_is_said(show, n, said):
    page = show(VectorSet(random_rows(n, 32)))
    assert (said or "by construction") in page.caption.text() or not said
    assert ("by construction" in page.caption.text()) == bool(said)


def test_dead_dimensions_make_fewer_directions(show):
    vectors = random_rows(200, 32)
    vectors[:, 20:] = 0
    assert "The rows lie in 20 directions" in show(VectorSet(vectors)).caption.text()


def test_it_is_measured_once_and_kept_while_the_length_changes(show, session, idle, toy):
    page = show(toy)
    measured = page.measured
    for length in (16, 8, 3):
        page.pane.slider.setValue(length)
        idle(session)
        assert page.measured is measured
        assert f"at {length} of 32 dimensions" in page.chart.key()[0].text
    assert page.chart.readings[0] == "first dimensions –"  # Shorter than any that was measured.
    session.show(session.state.with_settings(CurvesSettings("overlap1")))
    idle(session)
    session.show(session.state.with_settings(CurvesSettings()))
    idle(session)
    assert page.measured is measured


def test_curves_are_drawn_as_they_come(pane, session, idle, monkeypatch):
    seen = []
    session.show(State().opened(VectorSet(random_rows(300, 32))))
    page = pane.pages.chosen
    draw = page.chart.show_curves
    monkeypatch.setattr(
        page.chart,
        "show_curves",
        lambda title, lengths, curves, *more: (
            seen.append(len(curves)),
            draw(title, lengths, curves, *more),
        ),
    )
    idle(session)
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_a_large_set_is_measured_with_a_sample_that_is_named(show, monkeypatch):
    monkeypatch.setattr(measuring, "QUERIES", 20)
    page = show(VectorSet(random_rows(60, 16)))
    assert "20 of 60 rows are asked, drawn at random." in page.caption.text()


def test_a_gigantic_set_gets_fewer_queries(show, monkeypatch):
    monkeypatch.setattr(measuring, "WORK", 100)
    page = show(VectorSet(random_rows(60, 16)))
    assert "30 of 60 rows are asked" in page.caption.text()


def test_rows_with_nan_have_the_curves_that_there_are(show):
    vectors = random_rows(60, 16)
    vectors[5] = np.nan
    page = show(VectorSet(vectors))
    assert [curve.ordering for curve in page.chart.curves] == ["prefix", "random", "variance"]
    assert page.verdict.text()


def test_pressing_in_the_chart_chooses_a_length(show, session, qtbot, idle, toy):
    page = show(toy)
    frame = page.chart.frame()
    place = QPoint(round(frame.x_of(16)), round(frame.area.center().y()))
    qtbot.mousePress(page.chart, Qt.MouseButton.LeftButton, pos=place)
    idle(session)
    assert session.state[MatryoshkaSettings].dimensions == 16


def test_what_was_closed_is_let_go(show, session, idle, toy):
    page = show(toy)
    session.show(State())
    idle(session)
    assert not page._known
    assert page.measured is None


def test_bundled_sentences_are_judged_by_their_pairs(show):
    from embedviz.app.judged_pairs import bundled_pairs

    sentences = load_sample("sentences-final")
    page = show(sentences, bundled_pairs(sentences))
    assert page.choice.currentText() == "Spearman · sentence-pairs.tsv"
    assert page.verdict.text().startswith("Not distinguishable from random dimensions")
    assert "of the 0.479 at full length" in page.caption.text()
