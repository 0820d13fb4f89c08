import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.pane import AnisotropyPane


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture(scope="module")
def narrow():
    """Return rows in a cone that is wider in some directions."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(80, 12)) * np.linspace(3, 0.3, 12) + 2
    return VectorSet(rows, [f"row{i}" for i in range(80)], name="narrow")


@pytest.fixture
def opened(pane, session, idle, narrow):
    session.show(State().opened(narrow))
    idle(session)
    return pane
