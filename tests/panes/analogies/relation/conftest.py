from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.pane import AnalogiesPane
from embedviz.panes.analogies.relation.settings import RelationSettings, kept_pairs
from embedviz.panes.analogies.settings import AnalogySettings

N_PAIRS = 12


@pytest.fixture(scope="session")
def cities():
    """Return 12 countries, their cities along one offset, and 60 other words."""
    rng = np.random.default_rng(1)
    countries = rng.normal(size=(N_PAIRS, 24))
    offset = 2.0 * rng.normal(size=24)
    capitals = countries + offset + 0.3 * rng.normal(size=(N_PAIRS, 24))
    others = rng.normal(size=(60, 24))
    labels = [f"{kind}{i}" for kind in ("country", "city") for i in range(N_PAIRS)]
    labels += [f"word{i}" for i in range(60)]
    metadata = {
        "land": [f"country{i % N_PAIRS}" for i in range(84)],
        "seat": [f"city{i % N_PAIRS}" if i < 40 else None for i in range(84)],
    }
    vectors = np.concatenate([countries, capitals, others]).astype(np.float32)
    return VectorSet(vectors, labels, metadata, "cities")


@pytest.fixture
def capitals():
    """Return the pairs of the set that have an offset in common."""
    return kept_pairs("country → city", [(f"country{i}", (f"city{i}",)) for i in range(N_PAIRS)])


@pytest.fixture
def accidents():
    """Return pairs of the set that have nothing in common."""
    return kept_pairs("accidents", [(f"word{i}", (f"word{i + 30}",)) for i in range(N_PAIRS)])


@pytest.fixture
def pane(session, qtbot):
    pane = AnalogiesPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def with_settings():
    """Return a function that changes settings of the pane, or of the page, by name."""

    def change(state, **changes):
        for kind in (RelationSettings, AnalogySettings):
            own = {name: changes.pop(name) for name in changes.copy() if hasattr(kind(), name)}
            state = state.with_settings(replace(state[kind], **own))
        assert not changes
        return state

    return change


@pytest.fixture
def shown(pane, session, idle, with_settings):
    """Return a function that shows relations of a set on their page, the first one in view."""

    def show(vector_set, *added, **settings):
        state = State().opened(vector_set)
        relation = settings.pop("relation", added[0].name if added else None)
        session.show(
            with_settings(state, page="relation", added=added, relation=relation, **settings)
        )
        idle(session)
        page = pane.pages.chosen
        page.parts.picture.view.animator.is_enabled = False
        return page

    return show


@pytest.fixture
def change(session, idle):
    """Return a function that changes what is set, as a control does."""

    def do(page, **settings):
        page.set(**settings)
        idle(session)

    return do
