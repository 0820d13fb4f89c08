"""The controls of the page about nesting: the method, what is learned from, Start and Stop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.settings import fields_of
from embedviz.gui.pages.judgments import judgments_of
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import combo_box, tool_button
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.matryoshka.nested.settings import NestedSettings

_FIELDS = fields_of(NestedSettings)
_TOGETHER = _FIELDS["together"].about
_BEHIND_GEAR = ("prefixes", "steps", "temperature", "seed")
_LEAST_BOX = 110


class NestedControls(QWidget):
    """Row of controls.

    Parameters
    ----------
    pane : Pane
    recipe_of : callable
        Takes a state, and returns what makes the version that is shown.

    Signals
    -------
    changed : (dict,)
        Settings that the user changed, by name.
    start_clicked : ()
        The user wants to start a training, or to stop it.
    """

    changed = Signal(dict)
    start_clicked = Signal()

    def __init__(self, pane: Pane, recipe_of: Callable[[State], Recipe]) -> None:
        super().__init__()
        name = f"{pane.name}.nested"
        self.methods = combo_box(
            f"{name}.methods", "Nested by: the SVD rotation, or a training on what belongs together"
        )
        self.methods.setMinimumWidth(_LEAST_BOX)
        self.methods.activated.connect(lambda _: self._choose(*self.methods.currentData()))
        self.start = tool_button(
            f"{name}.start", "Start", "Start: train from the seed; while it trains, stop it"
        )
        self.start.clicked.connect(self.start_clicked)
        self.more = SettingsGear(
            name,
            "prefixes, steps, temperature, seed",
            NestedSettings,
            _BEHIND_GEAR,
            lambda field, value: self.changed.emit({field: value}),
        )
        self.use = DeriveButton(
            pane,
            "Use in all panes: add the nested version to the library and show it",
            "applying it to all rows",
            recipe_of,
        )
        self.use.setText("Use nested")
        self.use.setObjectName(f"{name}.use")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        for control in (self.methods, self.start, self.more, self.use):
            row.addWidget(control)

    def show_state(self, state: State) -> None:
        """Show what is set, and offer what the set has."""
        settings = state[NestedSettings]
        places = self._offer(state)
        wanted = (settings.method, settings.together if settings.method == "training" else "")
        self.methods.setCurrentIndex(places.index(wanted))
        self.more.show_settings(settings)
        self.start.setVisible(settings.method == "training")

    def show_running(self, *, is_training: bool, can_use: bool) -> None:
        """Show whether a training goes on, and whether there is a version to use."""
        self.start.setText("Stop" if is_training else "Start")
        self.use.setEnabled(can_use)

    def _choose(self, method: str, together: str) -> None:
        self.changed.emit({"method": method} | ({"together": together} if together else {}))

    def _offer(self, state: State) -> list[tuple[str, str]]:
        """Offer the methods, and to learn from pairs and categories only where there are some."""
        judges = judgments_of(state)
        has = {
            "pairs": any(each.pairs is not None for each in judges),
            "category": any(each.pairs is None for each in judges),
        }
        wanted = state[NestedSettings].together
        choices = [("SVD rotation", ("rotation", ""))]
        choices += [
            (f"Train on {words}", ("training", value))
            for words, value in _TOGETHER.choices
            if has.get(value, True) or value == wanted
        ]
        box = self.methods
        if [box.itemText(i) for i in range(box.count())] != [words for words, _ in choices]:
            box.clear()
            for words, value in choices:
                box.addItem(words, value)
        return [value for _, value in choices]
