"""The settings behind a gear: those that are chosen once, not turned while something runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QDoubleSpinBox

from embedviz.core.settings import fields_of
from embedviz.gui.widgets.controls import Gear
from embedviz.gui.widgets.form import SettingControl


class SettingsGear(Gear):
    """Gear with a control for each of some settings.

    Parameters
    ----------
    name : str
        Prefix of the object names.
    description : str
        What is behind it, in a few words.
    kind : class of settings
    shown : sequence of str
        The fields that have a control, in any order.
    on_change : callable
        Takes the name of a field, and the value that the user gave it.
    """

    def __init__(
        self,
        name: str,
        description: str,
        kind: type,
        shown: Sequence[str],
        on_change: Callable[[str, Any], None],
    ) -> None:
        super().__init__(f"{name}.settings", f"Settings: {description}")
        self._controls: dict[str, SettingControl] = {}
        for field, about in fields_of(kind).items():
            if field in shown:
                control = SettingControl(f"{name}.{field}", about, with_text=False)
                control.changed.connect(
                    lambda field=field, control=control: on_change(field, control.value)
                )
                self.add(about.about.label if about.kind != "flag" else "", control)
                self._controls[field] = control

    def set_decimals(self, field: str, decimals: int) -> None:
        """Show so many decimals of a number."""
        control = self._controls[field].control
        if isinstance(control, QDoubleSpinBox):
            control.setDecimals(decimals)

    def apply_to(self, fields: Sequence[str], *, applies: bool) -> None:
        """Offer settings only where they apply."""
        for field in fields:
            self._controls[field].setEnabled(applies)

    def show_settings(self, settings: Any) -> None:
        """Show other settings."""
        for field, control in self._controls.items():
            control.show_value(getattr(settings, field))
