"""The controls of the colors of numbers: which colors, and between which numbers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from embedviz.app.map_settings import MapSettings
from embedviz.gui.coloring.point_style import RAMPS
from embedviz.gui.points.legend.layout import ColorBar
from embedviz.gui.widgets.controls import combo_box, double_spin_box, toggle, tool_button


class ColorRangeControls(QObject):
    """Controls that do by keys what a drag in the color bar does.

    Parameters
    ----------
    name : str
        Prefix of the object names of the controls.
    usual_range : callable
        Returns the range without the outermost numbers; None where nothing is colored by numbers.

    Signals
    -------
    changed : (dict,)
        Settings of the map that the user changed, by name.
    """

    changed = Signal(dict)

    def __init__(self, name: str, usual_range: Callable[[], tuple[float, float] | None]) -> None:
        super().__init__()
        self._usual_range = usual_range
        ramps = [(words, key) for key, words in RAMPS.items()]
        self.ramp = combo_box(f"{name}.ramp", "Ramp: the colors of numbers", ramps)
        self.ramp.activated.connect(lambda _: self._tell(ramp=self.ramp.currentData()))
        self.inverted = toggle(
            f"{name}.inverted", "Inverted", "Inverted: numbers the other way round"
        )
        self.inverted.clicked.connect(lambda on: self._tell(inverted=on))
        self.low, self.high = (
            double_spin_box(
                f"{name}.{end}", f"{end.title()}: the number where the colors end", 0.0, 0.1
            )
            for end in ("low", "high")
        )
        self.usual = tool_button(
            f"{name}.usual_range",
            "Middle 98 %",
            "Middle 98 %: leave the outermost out of the range",
        )
        self.usual.clicked.connect(self._tell_usual_range)
        for box in (self.low, self.high):
            box.valueChanged.connect(lambda _: self._tell_range())

    @property
    def rows(self) -> tuple[tuple[str, QWidget], ...]:
        """The controls with what stands before them, in their order."""
        return (
            ("Colors of numbers", self.ramp),
            ("from", self.low),
            ("to", self.high),
            ("", self.usual),
            ("", self.inverted),
        )

    def show_bar(self, bar: ColorBar | None) -> None:
        """Show the range of a color bar; None: nothing is colored by numbers."""
        for _, control in self.rows:
            control.setEnabled(bar is not None)
        if bar is None:
            return
        low = bar.least if bar.low is None else bar.low
        high = bar.most if bar.high is None else bar.high
        for box, value in ((self.low, low), (self.high, high)):
            with QSignalBlocker(box):
                box.setRange(bar.least, bar.most)
                box.setSingleStep((bar.most - bar.least) / 20)
                box.setValue(value)

    def show_settings(self, settings: MapSettings) -> None:
        """Show what is set."""
        self.ramp.setCurrentIndex(max(self.ramp.findData(settings.ramp), 0))
        self.inverted.setChecked(settings.inverted)

    def _tell(self, **settings: object) -> None:
        self.changed.emit(settings)

    def _tell_range(self) -> None:
        low, high = sorted((self.low.value(), self.high.value()))
        self._tell(color_range=(low, high))

    def _tell_usual_range(self) -> None:
        usual = self._usual_range()
        if usual is not None:
            self._tell(color_range=usual)
