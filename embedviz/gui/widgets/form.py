"""A row of controls made from a frozen dataclass of settings.

The fields say themselves what they are called and which values make sense (`core.settings`); there
is nothing to add here for a new one. A value stays as it is until the user changes it, also one
that the control cannot show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from embedviz.core.settings import SettingField, fields_of
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    double_spin_box,
    spin_box,
    toggle,
    with_name,
)
from embedviz.gui.widgets.flow_layout import Flow

_MOST_PLACES = 99_999
_MOST_NUMBER = 1_000_000_000

Control = QSpinBox | QDoubleSpinBox | QComboBox | QToolButton | QLineEdit


def shown_fields(kind: type) -> list[SettingField]:
    """Return the fields of a class of settings that a form shows, in their order."""
    simple = ("flag", "int", "float", "choice", "text", "labels", "indices")
    return [each for each in fields_of(kind).values() if each.about.in_form and each.kind in simple]


class Form(Flow):
    """Form of settings that the user can change.

    Parameters
    ----------
    name : str
        Object names of the controls are this, a point, and the name of the field.
    settings : frozen dataclass
        With fields made by `core.settings.setting`.

    Signals
    -------
    changed : (settings,)
        The user changed something.
    """

    changed = Signal(object)

    def __init__(self, name: str, settings: Any) -> None:
        super().__init__(3 * GRID // 2, GRID // 2)
        self._settings = settings
        self._entries: dict[str, SettingControl | _Entries] = {}
        for field in shown_fields(type(settings)):
            self._entries[field.name] = self._add(f"{name}.{field.name}", field)
        self.show_settings(settings)

    def _add(self, name: str, field: SettingField) -> SettingControl | _Entries:
        made = _Entries(name, field) if field.kind == "indices" else SettingControl(name, field)
        made.changed.connect(lambda: self.changed.emit(self.settings))
        self.add(made)
        return made

    @property
    def settings(self) -> Any:
        """The settings as they are shown, what has just been typed included."""
        values = {field: entry.value for field, entry in self._entries.items()}
        return replace(self._settings, **values)

    def show_settings(self, settings: Any) -> None:
        """Show other settings of the same kind."""
        self._settings = settings
        for field, entry in self._entries.items():
            entry.show_value(getattr(settings, field))

    def limit(self, field: str, most: int) -> None:
        """Let a number be no larger than this, nor than it may be anyway."""
        entry = self._entries.get(field)
        if entry is not None:
            entry.limit(most)

    def limit_all(self, limits: Mapping[str, int | None]) -> None:
        """Let numbers be no larger than they can be for a set; a field of None is not shown."""
        for field, most in limits.items():
            self.show_field(field, most is not None)
            if most is not None:
                self.limit(field, most)

    def show_field(self, field: str, shown: bool) -> None:
        """Show a field, or leave it as it is, out of sight."""
        entry = self._entries.get(field)
        if entry is not None:
            entry.setVisible(shown)

    def show_first(self, field: str, count: int) -> None:
        """Show only the first controls of a field that has several."""
        entry = self._entries.get(field)
        if isinstance(entry, _Entries):
            entry.show_first(count)


class SettingControl(QWidget):
    """Control of one field, with its text before it or without.

    Signals
    -------
    changed : ()
        The user changed `value`.
    """

    changed = Signal()

    def __init__(self, name: str, field: SettingField, *, with_text: bool = True) -> None:
        super().__init__()
        self._field = field
        self._value: Any = None
        self.control = _control(name, field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID // 4)
        if with_text and not isinstance(self.control, QToolButton):  # Which has its text on itself.
            text = caption(field.about.label)
            text.setBuddy(self.control)
            row.addWidget(text)
        row.addWidget(self.control)
        _connect(self.control, self._take)

    @property
    def value(self) -> Any:
        """What is shown, with what has just been typed."""
        if isinstance(self.control, (QSpinBox, QDoubleSpinBox)):
            self.control.interpretText()
        return self._value

    def show_value(self, value: Any) -> None:
        """Show another value, silently."""
        self._value = value
        control = self.control
        with QSignalBlocker(control):
            if isinstance(control, QComboBox):
                control.setCurrentIndex(control.findData(value))
            elif isinstance(control, QToolButton):
                control.setChecked(bool(value))
            elif isinstance(control, QLineEdit):
                control.setText(", ".join(value) if isinstance(value, tuple) else value or "")
            else:
                shown: Any = control.minimum() if value is None else value
                control.setValue(shown)

    def limit(self, most: int) -> None:
        """Let a whole number be no larger than this."""
        if isinstance(self.control, QSpinBox):
            highest = self._field.about.most
            with QSignalBlocker(self.control):
                most = most if highest is None else min(most, int(highest))
                self.control.setMaximum(max(most, self.control.minimum()))

    def _take(self) -> None:
        self._value = _value_in(self.control, self._field)
        self.changed.emit()


def _control(name: str, field: SettingField) -> Control:
    """Return the control of a field, with the range of its values."""
    about, kind = field.about, field.kind
    description = f"{about.label}: {about.help}"
    if kind == "choice":
        return combo_box(name, description, about.choices)
    if kind == "flag":
        return toggle(name, about.label, description)
    if kind in ("text", "labels"):
        return with_name(QLineEdit(), name, description)
    if kind == "float":
        most = float(_MOST_NUMBER) if about.most is None else about.most
        decimal = double_spin_box(name, description, most, about.step or 0.05)
        decimal.setMinimum(-_MOST_NUMBER if about.least is None else about.least)
        decimal.setSuffix(about.unit)
        return decimal
    least = -_MOST_NUMBER if about.least is None else int(about.least)
    most = _MOST_NUMBER if about.most is None else int(about.most)
    box = spin_box(name, description, least - field.is_optional, int(most))
    box.setSingleStep(int(about.step or 1))
    box.setGroupSeparatorShown(9999 < most < _MOST_NUMBER)
    box.setSuffix(about.unit)
    if field.is_optional:  # One below the least number stands for None.
        box.setSpecialValueText(about.unset)
    return box


def _connect(control: Control, take: Callable[[], None]) -> None:
    if isinstance(control, QComboBox):
        control.activated.connect(take)
    elif isinstance(control, QToolButton):
        control.clicked.connect(take)
    elif isinstance(control, QLineEdit):
        control.editingFinished.connect(take)
    else:
        control.valueChanged.connect(take)


def _value_in(control: Control, field: SettingField) -> Any:
    """Return what a control shows, as a value of its field."""
    if isinstance(control, QComboBox):
        return control.currentData()
    if isinstance(control, QToolButton):
        return control.isChecked()
    if isinstance(control, QLineEdit):
        text = control.text().strip()
        if field.kind == "labels":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text or (None if field.is_optional else "")
    value = control.value()
    return None if field.is_optional and value == control.minimum() else value


class _Entries(QWidget):
    """Several numbers, no two of them the same: one that is taken changes places."""

    changed = Signal()

    def __init__(self, name: str, field: SettingField) -> None:
        super().__init__()
        self._values: list[int] = []
        self._boxes: list[QSpinBox] = []
        self._texts: list[QWidget] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID // 4)
        if field.about.label:
            row.addWidget(caption(field.about.label))
        for place, each in enumerate(field.about.places):
            description = f"{field.about.label} {each}: {field.about.help}".strip()
            box = spin_box(f"{name}.{each}", description, 1, _MOST_PLACES)
            box.setPrefix(field.about.prefix)
            box.valueChanged.connect(lambda _, place=place: self._take(place))
            text = caption(each)
            text.setBuddy(box)
            row.addWidget(text)
            row.addWidget(box)
            self._boxes.append(box)
            self._texts.append(text)

    @property
    def value(self) -> tuple[int, ...]:
        for box in self._boxes:
            box.interpretText()
        return tuple(self._values)

    def show_value(self, values: tuple[int, ...]) -> None:
        self._values = list(values)
        self.show_first(len(self._values))
        for box, value in zip(self._boxes, values, strict=False):
            with QSignalBlocker(box):
                box.setValue(value + 1)

    def show_first(self, count: int) -> None:
        for place, (box, text) in enumerate(zip(self._boxes, self._texts, strict=True)):
            box.setVisible(place < min(count, len(self._values)))
            text.setVisible(place < min(count, len(self._values)))

    def limit(self, most: int) -> None:
        for box in self._boxes:
            with QSignalBlocker(box):
                box.setMaximum(max(most, 1))

    def _take(self, place: int) -> None:
        before, now = self._values[place], self._boxes[place].value() - 1
        if now in self._values:
            other = self._values.index(now)
            self._values[other] = before
            with QSignalBlocker(self._boxes[other]):
                self._boxes[other].setValue(before + 1)
        self._values[place] = now
        self.changed.emit()
