"""Related pairs and others: who says so, their cosines, and how the page shows them."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from PySide6.QtCore import Qt

from embedviz.app.judged_pairs import with_pairs
from embedviz.app.state import State
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.angles.page import NO_JUDGE
from embedviz.panes.anisotropy.angles.related import share_nearer
from embedviz.panes.anisotropy.angles.settings import AnglesSettings
from embedviz.panes.anisotropy.pane import AnisotropyPane
from embedviz.panes.anisotropy.settings import AnisotropySettings

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1200, 800)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture(scope="module")
def rows():
    """Return 40 couples of near rows, in a cone."""
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(40, 12))
    return np.concatenate([middles + 0.4 * rng.normal(size=(40, 12)) for _ in range(2)]) + 2


def show(session, idle, vector_set, pairs=None, **dial):
    state = State().opened(vector_set)
    state = state.with_settings(replace(state[AnisotropySettings], page="angles", **dial))
    if pairs is not None:
        state = replace(state, pairs=with_pairs(state.pairs, vector_set, pairs))
    session.show(state.with_settings(AnglesSettings(chart="related")))
    idle(session)


def cosines(rows, pairs):
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return (units[pairs[:, 0]] * units[pairs[:, 1]]).sum(axis=1)


def shown(page, role):
    chart = page.histograms["angles" if role == "before" else "cosines"]
    return {each.words: each for each in chart.distributions}


@pytest.mark.parametrize("dial", [{"strength": 0.5}, {"centering": 0.0}, {"components": 4}])
def test_scores_say_which_pairs_are_related(pane, session, idle, rows, dial):
    couples = np.stack([np.arange(40), np.arange(40, 80)], axis=1)
    strangers = np.stack([np.arange(40), np.roll(np.arange(40, 80), 7)], axis=1)
    doubtful = np.stack([np.arange(40), np.roll(np.arange(40, 80), 3)], axis=1)
    table = np.concatenate([couples, strangers, doubtful])
    scores = np.repeat([5.0, 0.0, 2.5], 40)
    dial = {"strength": 0.0} | dial
    show(
        session, idle, VectorSet(rows, name="rows"), Pairs(*table.T, scores, name="judged"), **dial
    )
    page = pane.pages.chosen
    vectors = np.asarray(session.state.active.vectors, np.float64)
    mapped = pane.turned.transform.map().apply(vectors)
    for role, found in (("before", vectors), ("after", mapped)):
        side = shown(page, role)
        assert side["related"].mean == pytest.approx(cosines(found, couples).mean(), abs=1e-6)
        assert side["others"].mean == pytest.approx(cosines(found, strangers).mean(), abs=1e-6)
        assert side["others"].is_dashed
    mean = f"{side['related'].mean:.3f}".replace("-", "−")
    assert page.histograms["cosines"].key()[1].text.endswith(mean)
    assert "°" not in page.histograms["angles"].key()[1].text
    said = page.words.said.text()
    assert said.startswith("Pairs judged 4.0 to 5.0: cosine ")
    assert "; pairs judged 0.0 to 1.0: " in said
    nearer = share_nearer(cosines(vectors, couples), cosines(vectors, strangers))
    assert f"A related pair is nearer than another in {100 * nearer:.1f} % before" in said
    assert page.words.caption.text() == "40 related pairs, 40 others."


def test_pairs_without_scores_are_related_and_random_ones_are_not(pane, session, idle, rows):
    pairs = Pairs(np.arange(40), np.arange(40, 80), name="couples")
    show(session, idle, VectorSet(rows, name="rows"), pairs)
    said = pane.pages.chosen.words.said.text()
    assert said.startswith("Pairs that belong together: cosine ")
    assert "random pairs: " in said


def test_a_category_says_it_too(pane, session, idle, rows):
    kinds = pa.table({"kind": ["a", "b", "c", "d"] * 20})
    show(session, idle, VectorSet(rows, metadata=kinds, name="rows"))
    page = pane.pages.chosen
    assert page.words.said.text().startswith("Pairs with the same kind: cosine ")
    same = 4 * (20 * 19 // 2)
    assert page.words.caption.text().startswith(f"{same:,} related pairs, ")


def test_where_nobody_judges_it_is_said(pane, session, idle, rows):
    show(session, idle, VectorSet(rows, name="rows"))
    page = pane.pages.chosen
    assert page.histograms["angles"].message == NO_JUDGE
    assert page.histograms["cosines"].message == NO_JUDGE
    assert not page.words.said.isVisible()


def test_it_follows_the_dial_and_the_choice(pane, session, idle, rows, qtbot):
    pairs = Pairs(np.arange(40), np.arange(40, 80), name="couples")
    show(session, idle, VectorSet(rows, name="rows"), pairs, strength=0.0)
    page = pane.pages.chosen
    centered = shown(page, "after")["related"].mean
    state = session.state
    session.show(state.with_settings(replace(state[AnisotropySettings], strength=1.0)))
    idle(session)
    assert shown(page, "after")["related"].mean != pytest.approx(centered, abs=1e-4)
    qtbot.mouseClick(page.choice.button(0), LEFT)
    idle(session)
    assert session.state[AnglesSettings].chart == "both"
    assert "related" not in shown(page, "after")
    assert page.words.said.text().startswith("Two rows before: ")
    qtbot.mouseClick(page.choice.button(3), LEFT)
    idle(session)
    assert "related" in shown(page, "after")


def test_a_stopped_comparison_says_so(pane, session, idle, rows):
    show(session, idle, VectorSet(rows, name="rows"))
    page = pane.pages.chosen
    page.on_failed(page._task)
    assert page.histograms["cosines"].message == "Related pairs were not compared."


def test_the_share_that_is_nearer_is_by_all_couples_of_pairs():
    rng = np.random.default_rng(0)
    related, others = rng.integers(0, 6, 20) / 5, rng.integers(0, 4, 30) / 5
    above = (related[:, None] > others).mean() + 0.5 * (related[:, None] == others).mean()
    assert share_nearer(related, others) == pytest.approx(above)
