"""Fields of a moving picture: what moves and how, how large and as what. They are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QWidget,
)

from embedviz.app.animation.easing import EASINGS
from embedviz.app.animation.kinds import BETWEEN, Animation
from embedviz.app.animation.timing import LOOPS, MOST_FPS, MOST_SECONDS, Timing
from embedviz.app.files.settings import change_settings, read_settings
from embedviz.core.errors import UserError
from embedviz.formats.moving import MOVING_FORMATS
from embedviz.gui.export.look import FigureLook
from embedviz.gui.export.side_form import new_form, show_form, size_row
from embedviz.gui.theme import FIGURE_THEMES
from embedviz.gui.widgets.controls import (
    combo_box,
    double_spin_box,
    spin_box,
    text_label,
    with_name,
)

_OWN = "own"
_SIZES: dict[str, tuple[str, tuple[int, int]]] = {
    "slide": ("Slide, 16:9", (1280, 720)),
    "half-slide": ("Half a slide", (640, 720)),
    "square": ("Square", (800, 800)),
    "upright": ("Upright, 9:16", (720, 1280)),
    _OWN: ("Own size", (1280, 720)),
}
_EASINGS = {
    "in-out": "Slow start and end",
    "in": "Slow start",
    "out": "Slow end",
    "linear": "Even",
}
_SHORTEST = 0.2
_USUAL = {"format": ".webp", "size": "slide", "scale": 1.0, "seconds": 4.0, "fps": 25}


class MovingForm(QScrollArea):
    """Fields of a moving picture.

    Parameters
    ----------
    kinds : sequence of Animation
        What can move.
    ends : QWidget
        Fields that are seen with the way from one state to another.

    Signals
    -------
    changed : ()
        Something else was chosen.
    """

    changed = Signal()

    def __init__(self, kinds: Sequence[Animation], ends: QWidget) -> None:
        super().__init__()
        self._kinds, self._ends = {each.key: each for each in kinds}, ends
        self._make_motion()
        self._make_picture()
        self._lay_out()
        self._show(read_settings().moving)
        self._on_kind()
        self._enable()
        self._connect()

    @property
    def animation(self) -> Animation:
        """What moves."""
        return self._kinds[str(self.kind_box.currentData())]

    @property
    def suffix(self) -> str:
        """What the name of the file ends in: a key of `MOVING_FORMATS`."""
        return str(self.format_box.currentData())

    @property
    def timing(self) -> Timing:
        """How it moves."""
        chosen = self.loop_box.currentIndex()
        return Timing(
            self.seconds_box.value(),
            self.fps_box.value(),
            str(self.easing_box.currentData()),
            self.hold_box.value(),
            LOOPS[max(chosen, 0)][1],
        )

    @property
    def look(self) -> FigureLook:
        """How it looks."""
        return FigureLook(
            self.width_box.value(),
            self.height_box.value(),
            scale=self.scale_box.value(),
            theme=str(self.theme_box.currentData()),
            text_scale=self.text_box.value() / 100,
            title=self.title_edit.text().strip(),
            has_recipe=False,
        )

    def remember(self) -> None:
        """Begin with these values the next time; kind and title belong to what is shown."""
        kept: dict[str, str | int | float | bool] = {
            name: box.value() if isinstance(box, QSpinBox | QDoubleSpinBox) else box.currentData()
            for name, box in self._remembered().items()
        }
        with suppress(UserError):  # Nobody misses it, next time.
            change_settings(lambda known: replace(known, moving=kept))

    def _remembered(self) -> dict[str, QComboBox | QSpinBox | QDoubleSpinBox]:
        return {
            "format": self.format_box,
            "seconds": self.seconds_box,
            "fps": self.fps_box,
            "hold": self.hold_box,
            "loop": self.loop_box,
            "size": self.size_box,
            "width": self.width_box,
            "height": self.height_box,
            "scale": self.scale_box,
            "theme": self.theme_box,
            "text": self.text_box,
        }

    def _make_motion(self) -> None:
        kinds = [(each.title, key) for key, each in self._kinds.items()]
        self.kind_box = combo_box("moving.kind", "What moves", kinds)
        self.help = text_label(kind="caption", wrap=True)
        self.seconds_box = double_spin_box(
            "moving.seconds", "Length in seconds, with the rests", MOST_SECONDS, 0.5
        )
        self.seconds_box.setMinimum(_SHORTEST)
        self.fps_box = spin_box("moving.fps", "Frames a second", 1, MOST_FPS)
        easings = [(words, key) for key, words in _EASINGS.items() if key in EASINGS]
        self.easing_box = combo_box("moving.easing", "How it starts and ends", easings)
        self.hold_box = double_spin_box(
            "moving.hold", "Seconds that the start and the end stand still", MOST_SECONDS, 0.25
        )
        self.loop_box = combo_box("moving.loop", "What comes after the end", LOOPS)

    def _make_picture(self) -> None:
        formats = [(each.title, suffix) for suffix, each in MOVING_FORMATS.items()]
        self.format_box = combo_box("moving.format", "What kind of file it is", formats)
        self.note = text_label(kind="caption", wrap=True)
        sizes = [(words, key) for key, (words, _) in _SIZES.items()]
        self.size_box = combo_box("moving.size", "Size of the picture, before scaling", sizes)
        self.width_box = spin_box("moving.width", "Width in CSS pixels", 100, 4000)
        self.height_box = spin_box("moving.height", "Height in CSS pixels", 100, 4000)
        self.scale_box = double_spin_box(
            "moving.scale", "Pixels of the file per pixel: 1.5 makes 1920 × 1080 of a slide", 4, 0.5
        )
        self.scale_box.setMinimum(0.25)
        themes = [("As the window", ""), *((name.capitalize(), name) for name in FIGURE_THEMES)]
        self.theme_box = combo_box("moving.theme", "Colors of the picture", themes)
        self.text_box = spin_box("moving.text", "Size of all text, in % of the usual", 50, 400)
        self.title_edit = with_name(QLineEdit(), "moving.title", "A line above the picture")

    def _lay_out(self) -> None:
        side = QWidget()
        form = new_form(side)
        size = size_row(self.width_box, self.height_box)
        form.addRow("What moves", self.kind_box)
        form.addRow(self.help)
        form.addRow(self._ends)
        for label, field in (
            ("Length, s", self.seconds_box),
            ("Frames a second", self.fps_box),
            ("Easing", self.easing_box),
            ("Rest at ends, s", self.hold_box),
            ("At the end", self.loop_box),
            ("Format", self.format_box),
            ("", self.note),
            ("Size", self.size_box),
            ("", size),
            ("Scale", self.scale_box),
            ("Theme", self.theme_box),
            ("Text, %", self.text_box),
            ("Title", self.title_edit),
        ):
            form.addRow(label, field)
        show_form(self, side)

    def _show(self, known: dict[str, str | int | float | bool]) -> None:
        self.text_box.setValue(100)
        for name, box in self._remembered().items():
            value = known.get(name, _USUAL.get(name))
            if isinstance(box, QComboBox):
                box.setCurrentIndex(max(box.findData(value), 0))
            elif not isinstance(value, int | float):
                continue
            elif isinstance(box, QSpinBox):
                box.setValue(int(value))
            else:
                box.setValue(value)
        self._fit_size()

    def _connect(self) -> None:
        self.kind_box.currentIndexChanged.connect(self._on_kind)
        self.size_box.currentIndexChanged.connect(self._fit_size)
        for choice in (self.format_box, self.easing_box, self.loop_box, self.size_box):
            choice.currentIndexChanged.connect(self._on_changed)
        for choice in (self.kind_box, self.theme_box):
            choice.currentIndexChanged.connect(self._on_changed)
        for box in (self.seconds_box, self.fps_box, self.hold_box, self.scale_box):
            box.valueChanged.connect(self._on_changed)
        for box in (self.width_box, self.height_box, self.text_box):
            box.valueChanged.connect(self._on_changed)
        self.title_edit.textChanged.connect(self._on_changed)

    def _on_kind(self) -> None:
        animation = self.animation
        self.help.setText(f"{animation.help[:1].upper()}{animation.help[1:]}.")
        self.easing_box.setCurrentIndex(self.easing_box.findData(animation.easing))

    def _fit_size(self) -> None:
        name = str(self.size_box.currentData())
        if name != _OWN:
            self.width_box.setValue(_SIZES[name][1][0])
            self.height_box.setValue(_SIZES[name][1][1])

    def _on_changed(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        kind = MOVING_FORMATS[self.suffix]
        self.note.setText(f"{kind.note[:1].upper()}{kind.note[1:]}.")
        self.fps_box.setMaximum(min(kind.most_fps, MOST_FPS))
        self._ends.setVisible(self.animation.key == BETWEEN)
        for box in (self.width_box, self.height_box):
            box.setEnabled(self.size_box.currentData() == _OWN)
