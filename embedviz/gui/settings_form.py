"""A form in the tool row of a pane that has no controls of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from embedviz.app.state import State
from embedviz.core.settings import Settings
from embedviz.gui.widgets.form import Form, shown_fields


class HasState(Protocol):
    """A session, as far as a form needs it."""

    @property
    def state(self) -> State:
        """What is shown now."""


def settings_form(
    name: str, kind: type[Settings], session: HasState, edit: Callable[[State], None]
) -> Form | None:
    """Return a form that edits the settings of a pane; None where there is nothing to show.

    Parameters
    ----------
    name : str
        Prefix of the object names of the controls.
    kind : class of settings
    session : HasState
    edit : callable
        Takes the state that the user asked for.
    """
    if not shown_fields(kind):
        return None
    form = Form(name, session.state[kind])
    form.changed.connect(lambda settings: edit(session.state.with_settings(settings)))
    return form
