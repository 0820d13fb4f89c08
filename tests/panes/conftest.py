"""What the tests of the map share; tests of other panes have a pane of their own."""

import pytest

from embedviz.panes.map import MapPane


@pytest.fixture
def pane(session, qtbot):
    """Return a map on the screen, with nothing open."""
    pane = MapPane(session)
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane
