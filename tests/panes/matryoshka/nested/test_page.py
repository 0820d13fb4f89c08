"""The page that makes a set nested, as a user would use it."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.rotated import Rotated
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka import MatryoshkaPane
from embedviz.panes.matryoshka.nested.asked import lengths_in
from embedviz.panes.matryoshka.nested.settings import NestedSettings

STEPS = 6


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.normal(size=(120, 24)).astype(np.float32) + 0.3


@pytest.fixture
def judged(rows):
    second = np.arange(60, 120)
    vector_set = VectorSet(rows, [f"row {i}" for i in range(120)], name="toy")
    return vector_set, Pairs(np.arange(60), second, np.linspace(0, 5, 60), name="pairs")


@pytest.fixture
def page(session, qtbot, idle, judged, with_settings):
    vector_set, pairs = judged
    pane = MatryoshkaPane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 820)
    with qtbot.waitExposed(pane):
        pane.show()
    state = State().opened(vector_set, pairs)
    session.show(with_settings(state, page="nested", steps=STEPS))
    idle(session)
    return pane.pages.chosen


def settings_of(page):
    return page.pane.session.state[NestedSettings]


def names_of(page):
    return [curve.ordering for curve in page.chart.curves]


def choose(page, place):
    """Choose a method, and return its place."""
    page.controls.methods.setCurrentIndex(place)
    return place


def offered(page):
    """Return what is offered to learn from; nothing stands for the rotation."""
    box = page.controls.methods
    return [box.itemData(i)[1] for i in range(box.count())]


def test_before_a_training_the_set_is_compared_with_its_rotation(page):
    assert names_of(page) == ["prefix", "svd"]
    assert not page.controls.use.isEnabled()
    assert "SVD is" in page.verdict.text()


def test_a_training_is_started_shown_and_used_in_all_panes(page, session, idle, judged):
    page.controls.start.click()
    assert page.controls.start.text() == "Stop"
    idle(session)
    assert page.controls.start.text() == "Start"
    assert names_of(page) == ["nested", "prefix", "svd"]
    assert "Learned from two views" in page.caption.text()
    assert page.charts.step is not None
    page.controls.use.click()
    idle(session)
    active = session.state.active
    assert active.derivation.parent is judged[0]
    assert isinstance(active.derivation.recipe, Adapted)
    assert active.vectors.shape == judged[0].vectors.shape
    session.show(session.state.activated(judged[0]))
    idle(session)
    assert names_of(page) == ["nested", "prefix", "svd"]


def test_a_training_is_stopped_and_what_it_learned_is_kept(page, session, idle, qtbot):
    page.set(steps=100_000)
    page.controls.start.click()
    qtbot.waitUntil(lambda: "nested" in names_of(page))
    page.controls.start.click()
    idle(session)
    assert not page.is_training
    assert "stopped" in page.caption.text()
    assert page.controls.use.isEnabled()


def test_stop_in_the_status_bar_ends_it_too(page, session, idle, qtbot):
    page.set(steps=100_000)
    page.controls.start.click()
    qtbot.waitUntil(lambda: "nested" in names_of(page))
    session.board.stop()
    idle(session)
    assert not page.is_training
    assert page.controls.start.text() == "Start"
    assert page.controls.use.isEnabled()


def test_another_set_ends_the_training(page, session, idle, qtbot):
    page.set(steps=100_000)
    page.controls.start.click()
    qtbot.waitUntil(lambda: "nested" in names_of(page))
    other = VectorSet(np.eye(30, 12), name="other")
    session.show(session.state.opened(other))
    idle(session)
    assert not page.is_training
    assert names_of(page) == ["prefix", "svd"]


def test_closing_the_set_ends_the_training(page, session, idle, judged, qtbot):
    page.set(steps=100_000)
    page.controls.start.click()
    qtbot.waitUntil(lambda: "nested" in names_of(page))
    session.show(session.state.closed(judged[0]))
    idle(session)
    assert not page.is_training


def test_the_rotation_is_used_without_training(page, session, idle, judged):
    page.controls.methods.activated.emit(choose(page, 0))
    assert settings_of(page).method == "rotation"
    assert not page.controls.start.isVisible()
    assert page.controls.use.isEnabled()
    page.controls.use.click()
    idle(session)
    assert session.state.active.derivation.recipe == Rotated()
    made, before = (np.asarray(each.vectors) for each in (session.state.active, judged[0]))
    before = before / np.linalg.norm(before, axis=1, keepdims=True)
    np.testing.assert_allclose(made @ made.T, before @ before.T, atol=1e-5)


def test_only_what_the_set_has_is_offered(page, session, idle, rows):
    assert offered(page) == ["", "views", "neighbors", "pairs"]
    session.show(session.state.opened(VectorSet(rows[:30] + 1, name="no pairs")))
    idle(session)
    assert offered(page) == ["", "views", "neighbors"]


def test_what_is_missing_is_said(page, session, idle):
    page.set(together="category")
    page.controls.start.click()
    idle(session)
    assert "no column of categories" in page.pane.message_bar.text
    assert not page.is_training
    page.set(together="views", prefixes="eight")
    page.controls.start.click()
    assert "must be lengths" in page.pane.message_bar.text


@pytest.mark.parametrize("shape", [(3, 20), (50, 1), (1, 4)])
def test_small_sets_say_what_they_lack(page, session, idle, shape):
    rows = np.random.default_rng(0).normal(size=shape)
    session.show(session.state.opened(VectorSet(rows, name="small")))
    idle(session)
    page.controls.start.click()
    idle(session)
    assert page.verdict.text() or page.caption.text() or page.pane.message_bar.text
    assert not page.is_training


def test_constant_rows_have_nothing_to_learn(page, session, idle):
    session.show(session.state.opened(VectorSet(np.ones((40, 6)), name="constant")))
    idle(session)
    page.controls.start.click()
    idle(session)
    assert "All rows are equal" in page.pane.message_bar.text


def test_lengths_are_read_from_text():
    assert lengths_in(" 8, 16;32  64") == (8, 16, 32, 64)
    assert lengths_in("") == ()
    with pytest.raises(UserError, match="such as 8 32 128"):
        lengths_in("8 0")
