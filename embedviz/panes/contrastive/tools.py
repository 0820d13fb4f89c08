"""The controls at the top: what a run learns from, and what becomes of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.errors import UserError
from embedviz.core.settings import fields_of
from embedviz.formats.writing.heads import write_head
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, combo_box, tool_button
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.contrastive.player import Player
from embedviz.panes.contrastive.presets import place_of, presets_of
from embedviz.panes.contrastive.settings import ContrastiveSettings, Source
from embedviz.panes.contrastive.words import describe_positives

_FIELDS = fields_of(ContrastiveSettings)
_SOURCES = _FIELDS["source"].about.choices
_LEAST_BOX = 72
_OF_TOY = ("groups", "per_group")
_BEHIND_GEAR = (
    "learning_rate",
    "batch_size",
    "outputs",
    "hardness",
    "is_nested",
    *_OF_TOY,
    "seed",
    "pace",
)
_KINDS = "NumPy arrays (*.npz);;safetensors (*.safetensors);;Python with NumPy (*.py)"


class ContrastiveTools(QWidget):
    """Row of controls.

    Parameters
    ----------
    pane : Pane
    player : Player
        The head of what it shows is used and saved.

    Signals
    -------
    changed : (dict,)
        Settings that the user changed, by name.
    """

    changed = Signal(dict)

    def __init__(self, pane: Pane, player: Player) -> None:
        super().__init__()
        self._pane, self._player = pane, player
        name = pane.name
        self.source = Segments(
            f"{name}.source", "Source: what moves", [words for words, _ in _SOURCES]
        )
        self.source.chosen.connect(self._use_source)
        about = _FIELDS["together"].about
        self.together = combo_box(f"{name}.together", f"Together: {about.help}", about.choices)
        self.together.activated.connect(
            lambda _: self.changed.emit({"together": self.together.currentData()})
        )
        self.column = combo_box(f"{name}.column", f"Column: {_FIELDS['column'].about.help}")
        self.column.activated.connect(
            lambda _: self.changed.emit({"column": self.column.currentData()})
        )
        self.presets = combo_box(f"{name}.presets", "Presets: what there is to see")
        self._offer_presets("set")
        self.presets.setPlaceholderText("Presets")
        self.presets.setCurrentIndex(-1)
        self.presets.activated.connect(self._use_preset)
        self.more = SettingsGear(
            name,
            "learning rate, batch, outputs, seed and others",
            ContrastiveSettings,
            _BEHIND_GEAR,
            lambda field, value: self.changed.emit({field: value}),
        )
        self.more.set_decimals("learning_rate", 4)
        self.save = tool_button(
            f"{name}.save", "Save Head…", "Save Head: the trained matrix, for use elsewhere"
        )
        self.save.clicked.connect(self._save)
        self.use = DeriveButton(
            pane,
            "Use in all panes: add the set that the head gives to the library and show it",
            "applying the head to all rows",
            self._recipe,
        )
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for part in (self.source, self.together, self.column, self.presets):
            row.addWidget(part)
        for box in (self.together, self.column, self.presets):
            box.setMinimumWidth(_LEAST_BOX)
        self.presets.setMaximumWidth(200)
        row.addStretch(1)
        for button in (self.more, self.use):
            row.addWidget(button)
        self.more.add("Head", self.save)

    def show_state(self, state: State) -> None:
        """Show what is set, and what can be done with the run."""
        assert state.active is not None
        settings = state[ContrastiveSettings]
        is_toy = settings.source == "toy"
        self.source.show_choice([value for _, value in _SOURCES].index(settings.source))
        self._show_together(settings)
        names = state.active.metadata.column_names
        self.column.setVisible(not is_toy and settings.together == "column" and bool(names))
        if [self.column.itemData(i) for i in range(self.column.count())] != names:
            self.column.clear()
            for each in names:
                self.column.addItem(each, each)
        run = self._player.run
        chosen = settings.column or (run.material.settings.column if run else "")
        with QSignalBlocker(self.column):
            self.column.setCurrentIndex(self.column.findData(chosen))
        with QSignalBlocker(self.presets):
            self._offer_presets(settings.source)
            self.presets.setCurrentIndex(place_of(settings))
        self.more.show_settings(settings)
        self.more.apply_to(_OF_TOY, applies=is_toy)
        can_use = not is_toy and self._player.seen is not None
        for button in (self.save, self.use):
            button.setEnabled(can_use)
            button.setVisible(not is_toy)

    def _show_together(self, settings: ContrastiveSettings) -> None:
        """Offer what can belong together: free points have groups, but no pairs or columns."""
        offered = _FIELDS["together"].about.choices
        if settings.source == "toy":
            offered = (("two views of a point", "views"), ("points of a group", "column"))
        shown = [
            (self.together.itemText(i), self.together.itemData(i))
            for i in range(self.together.count())
        ]
        if shown != list(offered):
            self.together.clear()
            for words, value in offered:
                self.together.addItem(words, value)
        wanted = settings.together
        if settings.source == "toy" and wanted == "pairs":
            wanted = "column"
        self.together.setCurrentIndex(self.together.findData(wanted))

    def _offer_presets(self, source: Source) -> None:
        """Offer the presets of a source, each with what there is to look at."""
        offered = presets_of(source)
        if [self.presets.itemData(i) for i in range(self.presets.count())] == [*offered]:
            return
        self.presets.clear()
        for place, preset in enumerate(offered):
            self.presets.addItem(preset.name, preset)
            self.presets.setItemData(place, preset.watch, Qt.ItemDataRole.ToolTipRole)

    def _use_preset(self, place: int) -> None:
        settings = self._settings
        self._change_to(settings.with_preset(presets_of(settings.source)[place]))

    def _use_source(self, place: int) -> None:
        self._change_to(self._settings.with_source(_SOURCES[place][1]))

    @property
    def _settings(self) -> ContrastiveSettings:
        return self._pane.session.state[ContrastiveSettings]

    def _change_to(self, wanted: ContrastiveSettings) -> None:
        names = [each.name for each in dataclasses.fields(wanted)]
        self.changed.emit({name: getattr(wanted, name) for name in names})

    def _recipe(self, state: State) -> Recipe:
        """Return the head as it was at the step that is seen."""
        run, seen = self._player.run, self._player.seen
        assert run is not None
        assert seen is not None
        frame = seen.frame
        return Adapted(
            run.head_of(frame),
            describe_positives(run),
            frame.dials.temperature,
            frame.measures.step,
        )

    def _save(self) -> None:
        run, seen = self._player.run, self._player.seen
        if run is None or seen is None:
            return
        path, kind = QFileDialog.getSaveFileName(self, "Save Head", "head.npz", _KINDS)
        if not path:
            return
        if not Path(path).suffix:
            path += kind[kind.index("*") + 1 : kind.index(")")]
        try:
            write_head(path, run.head_of(seen.frame))
        except UserError as error:
            self._pane.message_bar.show_message(str(error))
