"""The dials that are turned while a run goes on: temperature, negatives, noise."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QWidget,
)

from embedviz.core.settings import fields_of
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    Segments,
    caption,
    double_spin_box,
    slider,
    spin_box,
)
from embedviz.panes.contrastive.settings import ContrastiveSettings

_NOTCHES = 400
_WIDE, _WIDE_ENOUGH_FOR_NAMES = 780, 640
"""Pixels from which on all controls are in one line, and dials have their names before them."""
_FIELDS = fields_of(ContrastiveSettings)
_COLDEST, _HOTTEST = 0.001, 10.0
_SIDES = _FIELDS["side"].about.choices


class DialRow(QFrame):
    """Sliders, each with the number beside it.

    Signals
    -------
    turned : (dict,)
        Settings that the user changed, by name.
    pressed, released : ()
        A slider is held, or no longer.
    """

    turned = Signal(dict)
    pressed = Signal()
    released = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("tools")
        self._most = 1
        self._row = QHBoxLayout()
        self._row.setSpacing(GRID)
        self._captions: list[QWidget] = []
        self.temperature, self.temperature_value = self._decimal(name, "temperature", 3)
        self.negatives = self._slider(name, "negatives")
        self.negatives_value = spin_box(f"{name}.negatives_value", "Negatives: as a number")
        self._row.addWidget(self.negatives_value)
        self.noise, self.noise_value = self._decimal(name, "noise", 2)
        self.temperature.valueChanged.connect(
            lambda notch: self._turn(temperature=_temperature_at(notch))
        )
        self.temperature_value.valueChanged.connect(lambda value: self._turn(temperature=value))
        self.negatives.valueChanged.connect(self._turn_negatives)
        self.negatives_value.valueChanged.connect(self._turn_negatives)
        self.noise.valueChanged.connect(lambda notch: self._turn(noise=notch / _NOTCHES))
        self.noise_value.valueChanged.connect(lambda value: self._turn(noise=value))
        self.side = Segments(f"{name}.side", "Beside the sphere", [words for words, _ in _SIDES])
        self.side.chosen.connect(lambda place: self._turn(side=_SIDES[place][1]))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.addLayout(self._row, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._is_wide: bool | None = None
        self._fit()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take a second line where there is no room for one."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for text in self._captions:  # The tooltips say it too.
            text.setVisible(self.width() >= _WIDE_ENOUGH_FOR_NAMES)
        is_wide = self.width() >= _WIDE
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        self._grid.removeWidget(self.side)
        place = (0, 1) if is_wide else (1, 0)
        self._grid.addWidget(self.side, *place, alignment=Qt.AlignmentFlag.AlignLeft)

    def _slider(self, name: str, field: str) -> QSlider:
        about = _FIELDS[field].about
        made = slider(f"{name}.{field}", f"{about.label}: {about.help}", _NOTCHES)
        made.setMinimumWidth(48)
        made.sliderPressed.connect(self.pressed)
        made.sliderReleased.connect(self.released)
        if self._row.count():
            self._row.addSpacing(GRID)
        text = caption(about.label)
        self._captions.append(text)
        self._row.addWidget(text)
        self._row.addWidget(made, 1)
        return made

    def _decimal(self, name: str, field: str, decimals: int) -> tuple[QSlider, QDoubleSpinBox]:
        about = _FIELDS[field].about
        made = self._slider(name, field)
        most = float(about.most or 1.0)
        box = double_spin_box(f"{name}.{field}_value", f"{about.label}: as a number", most, 0.05)
        box.setDecimals(decimals)
        box.setMinimum(float(about.least or 0.0))
        self._row.addWidget(box)
        return made, box

    def show_settings(self, settings: ContrastiveSettings, n_points: int) -> None:
        """Show other settings, silently; a batch has no more rows than there are points."""
        self.side.show_choice([value for _, value in _SIDES].index(settings.side))
        self._most = most = max(min(settings.batch_size, n_points) - 1, 1)
        wanted = most if settings.negatives is None else min(settings.negatives, most)
        controls = (self.temperature, self.temperature_value, self.negatives)
        blocked = [QSignalBlocker(each) for each in (*controls, self.negatives_value, self.noise)]
        blocked.append(QSignalBlocker(self.noise_value))
        self.temperature.setValue(_notch_of(settings.temperature))
        self.temperature_value.setValue(settings.temperature)
        self.negatives.setRange(0, most)
        self.negatives_value.setRange(0, most)
        self.negatives.setValue(wanted)
        self.negatives_value.setValue(wanted)
        self.noise.setRange(0, round(_NOTCHES * float(_FIELDS["noise"].about.most or 1)))
        self.noise.setValue(round(settings.noise * _NOTCHES))
        self.noise_value.setValue(settings.noise)
        del blocked

    def _turn_negatives(self, count: int) -> None:
        self._turn(negatives=None if count >= self._most else count)

    def _turn(self, **changes: object) -> None:
        self.turned.emit(changes)


def _temperature_at(notch: int) -> float:
    """Return the temperature at a place of the slider, with two digits that count."""
    share = notch / _NOTCHES
    value = _COLDEST * (_HOTTEST / _COLDEST) ** share
    return float(f"{value:.2g}")


def _notch_of(temperature: float) -> int:
    inside = min(max(temperature, _COLDEST), _HOTTEST)
    return round(_NOTCHES * math.log(inside / _COLDEST) / math.log(_HOTTEST / _COLDEST))
