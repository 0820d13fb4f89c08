"""The settings behind the gear: those that are chosen once, not turned while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDoubleSpinBox

from embedviz.core.settings import fields_of
from embedviz.gui.widgets.controls import Gear
from embedviz.gui.widgets.form import SettingControl
from embedviz.panes.contrastive.settings import ContrastiveSettings

_SHOWN = (
    "learning_rate",
    "batch_size",
    "outputs",
    "hardness",
    "is_nested",
    "groups",
    "per_group",
    "seed",
    "pace",
)
_RATE_DECIMALS = 4
_OF_TOY = ("groups", "per_group")


class MoreSettings(Gear):
    """Gear with a control for each of these settings.

    Parameters
    ----------
    name : str
        Prefix of their object names.
    on_change : callable
        Takes the name of a field, and the value that the user gave it.
    """

    def __init__(self, name: str, on_change: Callable[[str, Any], None]) -> None:
        super().__init__(
            f"{name}.settings", "Settings: learning rate, batch, outputs, seed and others"
        )
        self._controls: dict[str, SettingControl] = {}
        for field, about in fields_of(ContrastiveSettings).items():
            if field in _SHOWN:
                control = SettingControl(f"{name}.{field}", about, with_text=False)
                control.changed.connect(
                    lambda field=field, control=control: on_change(field, control.value)
                )
                self.add(about.about.label if about.kind != "flag" else "", control)
                self._controls[field] = control
        rate = self._controls["learning_rate"].control
        if isinstance(rate, QDoubleSpinBox):
            rate.setDecimals(_RATE_DECIMALS)

    def show_settings(self, settings: ContrastiveSettings) -> None:
        """Show other settings; those of the toy only where it is shown."""
        for field, control in self._controls.items():
            control.show_value(getattr(settings, field))
            control.setEnabled(field not in _OF_TOY or settings.source == "toy")
