"""The controls of the page about nesting: the way, what is learned from, Start and Stop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.settings import fields_of
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, combo_box, tool_button
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.matryoshka.curves.judgments import judgments_of
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

_FIELDS = fields_of(MatryoshkaSettings)
_WAYS = _FIELDS["way"].about.choices
_TOGETHER = _FIELDS["together"].about
_BEHIND_GEAR = ("prefixes", "steps", "temperature", "seed")
_LEAST_BOX = 72


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
        self.way = Segments(f"{name}.way", "Nested by", [words for words, _ in _WAYS])
        self.way.chosen.connect(lambda place: self.changed.emit({"way": _WAYS[place][1]}))
        self.together = combo_box(
            f"{name}.together", f"Learn from: {_TOGETHER.help}", _TOGETHER.choices
        )
        self.together.setMinimumWidth(_LEAST_BOX)
        self.together.activated.connect(
            lambda _: self.changed.emit({"together": self.together.currentData()})
        )
        self.start = tool_button(
            f"{name}.start", "Start", "Start: train from the seed; while it trains, stop it"
        )
        self.start.clicked.connect(self.start_clicked)
        self.more = SettingsGear(
            name,
            "prefixes, steps, temperature, seed",
            MatryoshkaSettings,
            _BEHIND_GEAR,
            lambda field, value: self.changed.emit({field: value}),
        )
        self.use = DeriveButton(
            pane,
            "Use in all panes: add the nested version to the library and show it",
            "applying it to all rows",
            recipe_of,
        )
        self.use.setText("Use nested version")
        self.use.setObjectName(f"{name}.use")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        for control in (self.way, self.together, self.start, self.more, self.use):
            row.addWidget(control)

    def show_state(self, state: State) -> None:
        """Show what is set, and offer what the set has."""
        settings = state[MatryoshkaSettings]
        self._offer(state)
        self.together.setCurrentIndex(self.together.findData(settings.together))
        self.way.show_choice([value for _, value in _WAYS].index(settings.way))
        self.more.show_settings(settings)
        for control in (self.together, self.start):
            control.setVisible(settings.way == "training")

    def show_running(self, *, is_training: bool, can_use: bool) -> None:
        """Show whether a training goes on, and whether there is a version to use."""
        self.start.setText("Stop" if is_training else "Start")
        self.use.setEnabled(can_use)

    def _offer(self, state: State) -> None:
        """Offer to learn from pairs and categories only where there are some."""
        judges = judgments_of(state)
        has = {
            "pairs": any(each.pairs is not None for each in judges),
            "category": any(each.pairs is None for each in judges),
        }
        wanted = state[MatryoshkaSettings].together
        choices = [
            (words, value)
            for words, value in _TOGETHER.choices
            if has.get(value, True) or value == wanted
        ]
        box = self.together
        if [(box.itemText(i), box.itemData(i)) for i in range(box.count())] != choices:
            box.clear()
            for words, value in choices:
                box.addItem(words, value)
