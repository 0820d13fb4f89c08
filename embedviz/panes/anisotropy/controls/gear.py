"""What is behind the gear: the kind of map, what it keeps, and what it is fitted on."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt

from embedviz.app.state import State
from embedviz.core.anisotropy.fit_source import FitSource
from embedviz.core.settings import fields_of
from embedviz.gui.pages.page import set_of_pane
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.controls import Gear, combo_box, double_spin_box
from embedviz.gui.widgets.form import SettingControl
from embedviz.panes.anisotropy.controls.presets import PRESETS, preset_of
from embedviz.panes.anisotropy.controls.sources import offered_sources
from embedviz.panes.anisotropy.settings import AnisotropySettings

_MOST_WIDTH = 320


class TransformGear(Gear):
    """Gear of the map.

    Attributes
    ----------
    presets : QComboBox
    share : QDoubleSpinBox
        Percent of the variance that the kept directions hold.
    sources : QComboBox
    fields : dict of str to SettingControl
        The other settings, by name.
    """

    def __init__(self, pane: Pane) -> None:
        super().__init__(
            f"{pane.name}.settings",
            "Settings: presets, share of variance, method, what the map is fitted on",
        )
        self._pane, self._rank, self._sources = pane, 1, list[tuple[str, FitSource]]()
        self.fields: dict[str, SettingControl] = {}
        self._add_presets()
        self._add_share()
        self._add_field("remove_top", "shrinkage", "leave_out", "method")
        self.sources = combo_box(
            f"{pane.name}.fit_on",
            "Fit on: the rows that mean and spread are taken from; the map then applies to all "
            "rows. Fit on one set and apply to another to see what holds for new rows",
        )
        self.sources.setMaximumWidth(_MOST_WIDTH)
        self.sources.activated.connect(
            lambda place: set_of_pane(pane, fit_on=self._sources[place][1])
        )
        self.add("Fit on", self.sources)

    def _add_presets(self) -> None:
        self.presets = combo_box(
            f"{self._pane.name}.presets",
            "Preset: a well-known map",
            [(each.name, each) for each in PRESETS],
        )
        for place, each in enumerate(PRESETS):
            self.presets.setItemData(place, each.about, Qt.ItemDataRole.ToolTipRole)
        self.presets.setPlaceholderText("Your own")
        self.presets.activated.connect(self._on_preset)
        self.add("Preset", self.presets)

    def _add_share(self) -> None:
        about = fields_of(AnisotropySettings)["variance_share"].about
        self.share = double_spin_box(
            f"{self._pane.name}.variance_share", f"{about.label}: {about.help}", 100.0, 1.0
        )
        self.share.setSuffix(" %")
        self.share.setDecimals(1)
        self.share.setMinimum(1.0)
        self.share.valueChanged.connect(
            lambda value: set_of_pane(self._pane, variance_share=value / 100, components=None)
        )
        self.add(about.label, self.share)

    def _add_field(self, *names: str) -> None:
        for name in names:
            field = fields_of(AnisotropySettings)[name]
            control = SettingControl(f"{self._pane.name}.{name}", field, with_text=False)
            control.changed.connect(
                lambda name=name, control=control: set_of_pane(self._pane, **{name: control.value})
            )
            self.add("" if field.kind == "flag" else field.about.label, control)
            self.fields[name] = control

    def show_state(self, state: State, rank: int, share: float) -> None:
        """Show what is set.

        Parameters
        ----------
        state : State
        rank : int
            How many directions there are.
        share : float
            Of the variance that is kept, 0 to 1; nan where it is not known.
        """
        settings, self._rank = state[AnisotropySettings], rank
        for name, control in self.fields.items():
            control.show_value(getattr(settings, name))
        self.fields["remove_top"].limit(max(rank - 1, 0))
        self.presets.setCurrentIndex(preset_of(settings, rank))
        with QSignalBlocker(self.share):
            shown = settings.variance_share or share
            self.share.setValue(100.0 if math.isnan(shown) else 100 * shown)
        self._offer(state)

    def _offer(self, state: State) -> None:
        offered, chosen = offered_sources(state), state[AnisotropySettings].fit_on
        if chosen not in [source for _, source in offered]:
            offered.insert(1, (f"Fitted: {chosen}", chosen))
        if offered != self._sources:
            self._sources = offered
            self.sources.clear()
            self.sources.addItems([words for words, _ in offered])
        self.sources.setCurrentIndex([source for _, source in offered].index(chosen))

    def _on_preset(self, place: int) -> None:
        state = self._pane.session.state
        settings = PRESETS[place].apply(state[AnisotropySettings], self._rank)
        self._pane.edit(state.with_settings(settings))
