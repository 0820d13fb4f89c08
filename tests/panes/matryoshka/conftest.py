from dataclasses import replace

import pytest

from embedviz.core.settings import fields_of
from embedviz.panes.matryoshka import MatryoshkaPane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@pytest.fixture
def pane(session, qtbot):
    pane = MatryoshkaPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 760)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def with_settings():
    """Return a function that changes settings of the pane, or of a page, by name."""

    def change(state, **changes):
        for kind in MatryoshkaSettings.classes_of_pane():
            own = {name: changes.pop(name) for name in fields_of(kind) if name in changes}
            state = state.with_settings(replace(state[kind], **own))
        assert not changes
        return state

    return change
