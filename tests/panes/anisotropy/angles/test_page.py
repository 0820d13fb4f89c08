"""The page of angles: its numbers at each position of the dial, and its controls."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.core.isotropy import mean_cosine
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.angles.settings import AnglesSettings
from embedviz.panes.anisotropy.pane import AnisotropyPane
from embedviz.panes.anisotropy.settings import AnisotropySettings

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 800)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def open_rows(session, idle, rows, **dial):
    state = State().opened(VectorSet(rows, name="rows"))
    session.show(state.with_settings(replace(state[AnisotropySettings], page="angles", **dial)))
    idle(session)


@pytest.fixture
def page(pane, session, idle):
    rng = np.random.default_rng(3)
    open_rows(session, idle, rng.normal(size=(90, 20)) * np.linspace(2, 0.2, 20) + 1.5)
    return pane.pages.chosen


def turn(session, idle, **dial):
    state = session.state
    session.show(state.with_settings(replace(state[AnisotropySettings], **dial)))
    idle(session)


def shown(page, kind="cosines"):
    return {each.role: each for each in page.histograms[kind].distributions}


def mapped(session, pane):
    return pane.turned.transform.map().apply(np.asarray(session.state.active.vectors, np.float64))


@pytest.mark.parametrize(
    "dial",
    [
        {"centering": 0.0, "strength": 0.0},
        {"centering": 0.5, "strength": 0.0, "components": 7},
        {"strength": 0.0},
        {"strength": 0.6},
        {"strength": 1.0, "components": 5},
    ],
)
def test_histograms_are_of_the_mapped_rows_at_each_position(page, pane, session, idle, dial):
    turn(session, idle, **dial)
    rows = mapped(session, pane)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    first, second = np.triu_indices(len(rows), 1)  # All pairs are in the sample.
    cosines = (rows[first] * rows[second]).sum(axis=1)
    assert shown(page)["after"].mean == pytest.approx(cosines.mean(), abs=1e-5)
    for kind, values in (("cosines", cosines), ("angles", np.degrees(np.arccos(cosines)))):
        after = shown(page, kind)["after"]
        counts, _ = np.histogram(values, after.edges)
        np.testing.assert_allclose(after.shares, counts / len(values), atol=6 / len(values))
    before = shown(page)["before"]
    assert before.mean == pytest.approx(mean_cosine(session.state.active.vectors), abs=1e-6)


def test_chance_is_that_of_the_dimensions_that_are_kept(page, session, idle):
    assert shown(page)["chance"].words == "unrelated in 20 dimensions"
    turn(session, idle, components=6)
    assert shown(page)["chance"].words == "unrelated in 6 dimensions"
    turn(session, idle, centering=0.5, strength=0.0)  # The others are still there.
    assert shown(page)["chance"].words == "unrelated in 20 dimensions"


def test_words_say_the_angles_the_share_and_the_sample(page, session, idle):
    said, caption = page.words.said.text(), page.words.caption.text()
    assert said.startswith("Two rows before: ")
    assert "unrelated directions: 90° ± 13°" in said
    assert "Cosine above 0.60: " in said
    assert caption == "All 4,005 pairs of rows."
    assert page.words.said.toolTip() == caption


def test_the_limit_is_set_in_place(page, session, idle, qtbot):
    page.limit.setValue(0.3)
    idle(session)
    assert session.state[AnglesSettings].limit == 0.3
    assert "Cosine above 0.30: " in page.words.said.text()
    assert page.histograms["cosines"]._limit == 0.3


def test_one_histogram_has_all_the_room_if_asked(page, session, idle, qtbot):
    assert page.histograms["angles"].isVisible()
    assert page.histograms["cosines"].isVisible()
    qtbot.mouseClick(page.choice.button(2), LEFT)
    idle(session)
    assert session.state[AnglesSettings].chart == "cosines"
    assert not page.histograms["angles"].isVisible()
    assert page.histograms["cosines"].isVisible()


def test_the_axis_stays_while_the_dial_turns(page, session, idle):
    turn(session, idle, centering=0.0, strength=0.0)
    wide = page.histograms["cosines"].span
    for dial in ({"centering": 0.4}, {"centering": 1.0}, {"strength": 0.5}, {"strength": 1.0}):
        turn(session, idle, **dial)
        span = page.histograms["cosines"].span
        assert span[0] <= wide[0]
        assert span[1] >= wide[1]
        wide = span


def test_rows_without_a_direction_are_left_out(pane, session, idle):
    rows = np.random.default_rng(0).normal(size=(12, 4)) + 2
    rows[:2] = 0
    open_rows(session, idle, rows, centering=0.0, strength=0.0)
    page = pane.pages.chosen
    assert page.words.caption.text() == (
        "45 random pairs; mean cosines are of all pairs; 21 pairs with a row that has no "
        "direction left out."
    ) or page.words.caption.text().startswith("All 66 pairs of rows; 21 pairs")
    assert shown(page)["before"].shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("rows", [np.ones((1, 3)), np.zeros((4, 3))])
def test_too_few_directions_are_said(pane, session, idle, rows):
    open_rows(session, idle, rows, centering=0.0, strength=0.0)
    page = pane.pages.chosen
    assert "No two rows have a direction" in page.histograms["angles"].message
    assert not page.words.said.isVisible()


def test_the_caption_gives_way_where_the_page_is_low(page, pane, qtbot):
    pane.resize(1100, 1400)
    assert page.words.caption.isVisible()
    page.words.fit_height(150)
    assert not page.words.caption.isVisible()
    assert page.words.said.isVisible()


def test_bundled_sentences_of_layer_5_look_alike_and_no_longer_do(pane, session, idle):
    state = State().opened(load_sample("sentences"))
    session.show(state)
    idle(session)
    page = pane.pages.chosen
    assert shown(page)["before"].mean > 0.5
    assert abs(shown(page)["after"].mean) < 0.01
    assert "20,000 random pairs; mean cosines are of all pairs." in page.words.caption.text()
    assert "90° ± 2.9°" in page.words.said.text()
