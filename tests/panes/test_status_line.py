"""The line at the bottom is about the pane that one sees."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.gui.window.main_window import MainWindow
from embedviz.panes import PANES
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

SAYS = {
    "map": "PCA",
    "analogies": "king − man + woman",
    "anisotropy": "whitening, strength 1.00 · 32 of 32 directions",
    "matryoshka": "cosine · the first 32 of 32 dimensions",
    "contrastive": "temperature 0.05 · 3 outputs",
    "training": "no corpus",
}


@pytest.fixture
def window(session, qtbot, toy, idle):
    window = MainWindow(session, PANES)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    session.show(State().opened(toy))
    idle(session)
    return window


def line(window):
    return window.statusBar().facts.text()


@pytest.mark.parametrize("name", SAYS)
def test_each_pane_says_its_own_and_nothing_of_others(window, session, idle, qtbot, name):
    window.bring_to_front(name)
    qtbot.waitUntil(lambda: window.active_pane.name == name)
    idle(session)
    qtbot.waitUntil(lambda: SAYS[name] in line(window))
    if window.active_pane.needs_set:
        assert line(window).startswith("toy · 50 × 32")
    for other, says in SAYS.items():
        assert other == name or says.split(" · ")[-1] not in line(window)


def test_settings_of_the_pane_in_front_are_followed(window, session, idle, qtbot):
    window.bring_to_front("matryoshka")
    session.show(session.state.with_settings(MatryoshkaSettings(5)))
    qtbot.waitUntil(lambda: "the first 5 of 32 dimensions" in line(window))
    window.bring_to_front("anisotropy")
    session.show(session.state.with_settings(AnisotropySettings(0.25, 7)))
    idle(session)
    qtbot.waitUntil(lambda: "strength 0.25 · 7 of 32 directions" in line(window))
    window.bring_to_front("map")
    qtbot.waitUntil(lambda: "PCA" in line(window))


def test_the_rank_is_that_of_the_set(window, session, idle, qtbot):
    vectors = np.random.default_rng(0).normal(size=(20, 64))
    session.show(session.state.opened(VectorSet(vectors, name="few")))
    window.bring_to_front("anisotropy")
    idle(session)
    qtbot.waitUntil(lambda: "19 of 19 directions" in line(window))


def test_a_second_map_says_what_is_in_it(window, session, idle, qtbot):
    other = VectorSet(np.random.default_rng(0).normal(size=(30, 8)), name="other")
    session.show(session.state.opened(other))
    window.trigger("view.add_map")
    idle(session)
    qtbot.waitUntil(lambda: line(window).startswith("other · 30 × 8 · cosine · PCA"))


@pytest.mark.parametrize("make", PANES)
def test_every_pane_says_something_before_it_is_drawn(make, session, toy, qtbot):
    pane = make(session)
    qtbot.addWidget(pane)
    facts = pane.facts(State().opened(toy))
    assert all(isinstance(fact, str) for fact in facts)
    assert any(facts)
