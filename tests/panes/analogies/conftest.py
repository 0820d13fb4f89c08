import pytest

from embedviz.app.state import State
from embedviz.app.texts.pinned import with_texts
from embedviz.panes.analogies.pane import AnalogiesPane
from embedviz.panes.analogies.settings import AnalogySettings


@pytest.fixture
def pane(session, qtbot):
    """Return the pane on the screen, with nothing open and nothing that moves by itself."""
    pane = AnalogiesPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 640)
    with qtbot.waitActive(pane):
        pane.show()
        pane.activateWindow()
    yield pane
    session.encoders.close()


@pytest.fixture
def page_of(pane, session, idle):
    """Return a function that opens a set, and returns the page of one analogy."""

    def open_set(vector_set, texts=(), **settings):
        state = State().opened(vector_set)
        if texts:
            state = with_texts(state, texts)
        if settings:
            state = state.with_settings(AnalogySettings(**settings))
        session.show(state)
        idle(session)
        page = pane.pages.pages["question"]
        page.view.animator.is_enabled = False
        page.picture.motion.stop()
        return page

    return open_set


@pytest.fixture
def opened(page_of, words):
    """Return the page of one analogy, with the bundled words."""
    return page_of(words)
