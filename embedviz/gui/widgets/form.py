"""A row of controls made from a frozen dataclass of settings.

The settings themselves know no words for the screen. What their fields are called, and which
values make sense, is in a table beside them: one entry per field that is to be shown. A value
stays as it is until the user changes it, also one that the control cannot show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSpinBox,
    QWidget,
)

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, combo_box, double_spin_box, spin_box
from embedviz.gui.widgets.flow_layout import Flow

_MOST_PLACES = 99_999


@dataclass(frozen=True)
class IntField:
    """A field with a whole number.

    Attributes
    ----------
    text : str
        What stands before the control.
    description : str
        The tooltip; its beginning, up to a colon, is read to those who do not see.
    least, most, step : int
    unit : str
        What stands behind the number, within the control.
    """

    text: str
    description: str
    least: int
    most: int
    step: int = 1
    unit: str = ""

    def control(self, name: str) -> QSpinBox:
        """Return the control."""
        box = spin_box(name, self.description, self.least, self.most)
        box.setSingleStep(self.step)
        box.setGroupSeparatorShown(self.most > 9999)
        box.setSuffix(self.unit)
        return box


@dataclass(frozen=True)
class FloatField:
    """A field with a number that has decimals; see `IntField`."""

    text: str
    description: str
    least: float
    most: float
    step: float

    def control(self, name: str) -> QDoubleSpinBox:
        """Return the control."""
        box = double_spin_box(name, self.description, self.most, self.step)
        box.setMinimum(self.least)
        return box


@dataclass(frozen=True)
class ChoiceField:
    """A field with one of a few values; see `IntField`.

    Attributes
    ----------
    items : tuple of (words, value)
    """

    text: str
    description: str
    items: tuple[tuple[str, object], ...]

    def control(self, name: str) -> QComboBox:
        """Return the control."""
        return combo_box(name, self.description, self.items)


@dataclass(frozen=True)
class IndicesField:
    """A field with several different whole numbers from 0, shown from 1; see `IntField`.

    Attributes
    ----------
    names : tuple of str
        What stands before each of the controls.
    prefix : str
        What stands before the number, within the control.
    """

    text: str
    description: str
    names: tuple[str, ...]
    prefix: str = ""


Field = IntField | FloatField | ChoiceField | IndicesField


class Form(Flow):
    """Shows settings, and lets the user change them.

    Parameters
    ----------
    name : str
        Object names of the controls are this, a point, and the name of the field.
    settings : frozen dataclass
    fields : mapping of str to Field
        By the names of the fields, for those that are shown; they are in the order of the
        dataclass.

    Signals
    -------
    changed : (settings,)
        The user changed something.
    """

    changed = Signal(object)

    def __init__(self, name: str, settings: Any, fields: Mapping[str, Field]) -> None:
        super().__init__(3 * GRID // 2, GRID // 2)
        self._settings = settings
        self._entries: dict[str, _Entry | _Entries] = {}
        for field in type(settings).__dataclass_fields__:
            if field in fields:
                self._entries[field] = self._add(f"{name}.{field}", fields[field])
        self.show_settings(settings)

    def _add(self, name: str, field: Field) -> _Entry | _Entries:
        made = _Entries(name, field) if isinstance(field, IndicesField) else _Entry(name, field)
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


class _Entry(QWidget):
    """A control with its text before it."""

    changed = Signal()

    def __init__(self, name: str, field: IntField | FloatField | ChoiceField) -> None:
        super().__init__()
        self._field = field
        self._value: Any = None
        self.control = field.control(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID // 4)
        text = caption(field.text)
        text.setBuddy(self.control)
        row.addWidget(text)
        row.addWidget(self.control)
        if isinstance(self.control, QComboBox):
            self.control.activated.connect(self._take)
        else:
            self.control.valueChanged.connect(self._take)

    @property
    def value(self) -> Any:
        if not isinstance(self.control, QComboBox):
            self.control.interpretText()
        return self._value

    def show_value(self, value: Any) -> None:
        self._value = value
        with QSignalBlocker(self.control):
            if isinstance(self.control, QComboBox):
                self.control.setCurrentIndex(self.control.findData(value))
            else:
                self.control.setValue(value)

    def limit(self, most: int) -> None:
        if isinstance(self._field, IntField):
            with QSignalBlocker(self.control):
                assert isinstance(self.control, QSpinBox)
                self.control.setMaximum(max(min(most, self._field.most), self._field.least))

    def _take(self) -> None:
        if isinstance(self.control, QComboBox):
            self._value = self.control.currentData()
        else:
            self._value = self.control.value()
        self.changed.emit()


class _Entries(QWidget):
    """Several numbers, no two of them the same: one that is taken changes places."""

    changed = Signal()

    def __init__(self, name: str, field: IndicesField) -> None:
        super().__init__()
        self._values: list[int] = []
        self._boxes: list[QSpinBox] = []
        self._texts: list[QWidget] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID // 4)
        if field.text:
            row.addWidget(caption(field.text))
        for place, each in enumerate(field.names):
            description = f"{field.text} {each}: {field.description}".strip()
            box = spin_box(f"{name}.{each}", description, 1, _MOST_PLACES)
            box.setPrefix(field.prefix)
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
