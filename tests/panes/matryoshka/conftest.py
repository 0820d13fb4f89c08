import pytest

from embedviz.panes.matryoshka import MatryoshkaPane


@pytest.fixture
def pane(session, qtbot):
    pane = MatryoshkaPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 760)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane
