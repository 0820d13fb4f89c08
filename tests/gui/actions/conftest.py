"""A window with a small set in it."""

import pytest

from embedviz.app.state import State


@pytest.fixture
def opened(window, idle, toy):
    window.session.show(State().opened(toy).queried(None))
    idle(window.session)
    return window
