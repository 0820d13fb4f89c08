"""A form in the tool row of a pane that has no controls of its own."""

from __future__ import annotations

from collections.abc import Callable

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.settings import Settings
from embedviz.gui.widgets.form import Form, shown_fields


class SettingsForm(Form):
    """Shows the settings of a pane as they are in the state, and edits them.

    Parameters
    ----------
    name : str
        Prefix of the object names of the controls.
    kind : class of settings
    session : Session
    edit : callable
        Takes the state that the user asked for.
    """

    def __init__(
        self, name: str, kind: type[Settings], session: Session, edit: Callable[[State], None]
    ) -> None:
        super().__init__(name, session.state[kind])
        self._kind = kind
        self.changed.connect(lambda settings: edit(session.state.with_settings(settings)))

    def show_state(self, state: State) -> None:
        """Show what is set in a state."""
        self.show_settings(state[self._kind])


def settings_form(
    name: str, kind: type[Settings], session: Session, edit: Callable[[State], None]
) -> SettingsForm | None:
    """Return a form for the settings of a pane; None where there is nothing to show."""
    return SettingsForm(name, kind, session, edit) if shown_fields(kind) else None
