"""Fields for the look of a figure, which are remembered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, fields, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from embedviz.app.files.settings import change_settings, read_settings
from embedviz.core.errors import UserError
from embedviz.gui.export.head import size_of
from embedviz.gui.export.look import LEGENDS, PRESETS, FigureLook
from embedviz.gui.export.side_form import new_form, show_form, size_row
from embedviz.gui.theme import FIGURE_THEMES
from embedviz.gui.widgets.controls import (
    combo_box,
    double_spin_box,
    spin_box,
    with_name,
)

_OF_PICTURE = ("title", "subtitle")
_OF_PANES = ("width", "height", "text_scale")
"""What a figure of the whole window has as it is on screen."""
_OWN = "own"
_SIZE_NAMES = {
    "": "As on screen",
    "slide": "Slide, 16:9",
    "half-slide": "Half a slide",
    "one-column": "One column, 89 mm",
    "two-columns": "Two columns, 183 mm",
    "square": "Square",
    _OWN: "Own size",
}


class LookForm(QScrollArea):
    """Fields for the look of a figure, which begin as they were left the last time.

    Signals
    -------
    changed : ()
        Something else was chosen.

    Parameters
    ----------
    picture : QWidget
        Whose size is offered.
    """

    changed = Signal()

    def __init__(self, picture: QWidget) -> None:
        super().__init__()
        self._picture, self._is_window = picture, picture.isWindow()
        self._make_sizes()
        self._make_texts()
        self._lay_out()
        self._show(remembered_look())
        self._connect()
        self._enable()

    @property
    def look(self) -> FigureLook:
        """What is chosen."""
        width, height, text_scale = 0, 0, 1.0
        if self.size_box.currentData() and not self._is_window:
            width, height = self.width_box.value(), self.height_box.value()
        if not self._is_window:
            text_scale = self.text_box.value() / 100
        return FigureLook(
            width,
            height,
            scale=self.scale_box.value(),
            theme=str(self.theme_box.currentData()),
            is_transparent=self.transparent_box.isChecked(),
            text_scale=text_scale,
            label_scale=self.label_box.value() / 100,
            title=self.title_edit.text().strip(),
            subtitle=self.subtitle_edit.text().strip(),
            has_caption=self.caption_box.isChecked(),
            legend=str(self.legend_box.currentData()),
            dpi=float(self.dpi_box.value()),
            has_recipe=self.recipe_box.isChecked(),
            has_paths=self.paths_box.isChecked(),
        )

    def remember(self) -> None:
        """Begin with this look the next time; its title belongs to its picture."""
        left = (*_OF_PICTURE, *_OF_PANES) if self._is_window else _OF_PICTURE
        kept = {name: value for name, value in asdict(self.look).items() if name not in left}
        with suppress(UserError):  # Nobody misses it, next time.
            change_settings(lambda known: replace(known, figure={**known.figure, **kept}))

    def _make_sizes(self) -> None:
        sizes = [(words, name) for name, words in _SIZE_NAMES.items()]
        self.size_box = combo_box("figure.size", "How large the figure is", sizes)
        self.width_box = spin_box("figure.width", "Width in CSS pixels, of 1/96 inch", 100, 8000)
        self.height_box = spin_box("figure.height", "Height in CSS pixels", 100, 8000)
        self.scale_box = double_spin_box("figure.scale", "Pixels of a PNG per pixel", 8.0, 0.5)
        self.scale_box.setMinimum(0.5)
        self.dpi_box = spin_box("figure.dpi", "The resolution that a PNG names", 0, 2400)
        self.dpi_box.setSpecialValueText("as the scale")
        themes = [("As the window", ""), *((name.capitalize(), name) for name in FIGURE_THEMES)]
        self.theme_box = combo_box("figure.theme", "Colors of the figure", themes)
        self.transparent_box = _check("figure.transparent", "Transparent ground", "No ground")
        self.text_box = spin_box("figure.text", "Size of all text, in % of the usual", 50, 400)
        self.label_box = spin_box("figure.labels", "Size of labels, in % of the shown", 50, 250)

    def _make_texts(self) -> None:
        self.title_edit = with_name(QLineEdit(), "figure.title", "A line above the picture")
        self.subtitle_edit = with_name(QLineEdit(), "figure.subtitle", "A line below the title")
        self.caption_box = _check("figure.caption", "Caption", "The line that says what is shown")
        places = [(each.replace("-", " ").capitalize(), each) for each in LEGENDS]
        self.legend_box = combo_box("figure.legend", "Where the legend is", places)
        self.recipe_box = _check(
            "figure.recipe",
            "What it shows, in the file",
            "So that dropping the file on the window shows it again",
        )
        self.paths_box = _check(
            "figure.paths",
            "with the paths of the files",
            "Else files are named without their folders, with their sizes and fingerprints",
        )

    def _lay_out(self) -> None:
        side = QWidget()
        form = new_form(side)
        size = size_row(self.width_box, self.height_box)
        for label, field in (
            ("Size", self.size_box),
            ("", size),
            ("Scale of PNG", self.scale_box),
            ("Resolution, dpi", self.dpi_box),
            ("Theme", self.theme_box),
            ("", self.transparent_box),
            ("Text, %", self.text_box),
            ("Labels, %", self.label_box),
            ("Title", self.title_edit),
            ("Subtitle", self.subtitle_edit),
            ("Legend", self.legend_box),
            ("", self.caption_box),
            ("", self.recipe_box),
            ("", self.paths_box),
        ):
            form.addRow(label, field)
        if self._is_window:
            for row in (self.size_box, size, self.text_box):
                form.setRowVisible(row, False)
        show_form(self, side)

    def _show(self, look: FigureLook) -> None:
        size = look.width, look.height
        names = {each: name for name, each in PRESETS.items()}
        name = names.get(size, _OWN) if look.width else ""
        self.size_box.setCurrentIndex(max(self.size_box.findData(name), 0))
        shown = size_of(self._picture, replace(look, title="", subtitle=""))
        self.width_box.setValue(shown.width())
        self.height_box.setValue(shown.height())
        self.scale_box.setValue(look.scale)
        self.dpi_box.setValue(round(look.dpi))
        self.theme_box.setCurrentIndex(max(self.theme_box.findData(look.theme), 0))
        self.transparent_box.setChecked(look.is_transparent)
        self.text_box.setValue(round(100 * look.text_scale))
        self.label_box.setValue(round(100 * look.label_scale))
        self.caption_box.setChecked(look.has_caption)
        self.legend_box.setCurrentIndex(max(self.legend_box.findData(look.legend), 0))
        self.recipe_box.setChecked(look.has_recipe)
        self.paths_box.setChecked(look.has_paths)

    def _connect(self) -> None:
        self.size_box.currentIndexChanged.connect(self._on_size)
        for box in (self.width_box, self.height_box, self.text_box, self.label_box, self.dpi_box):
            box.valueChanged.connect(self._on_changed)
        self.scale_box.valueChanged.connect(self._on_changed)
        for choice in (self.theme_box, self.legend_box):
            choice.currentIndexChanged.connect(self._on_changed)
        for edit in (self.title_edit, self.subtitle_edit):
            edit.textChanged.connect(self._on_changed)
        for check in (self.transparent_box, self.caption_box, self.recipe_box, self.paths_box):
            check.toggled.connect(self._on_changed)

    def _on_size(self) -> None:
        if (size := PRESETS.get(str(self.size_box.currentData()))) is not None:
            self.width_box.setValue(size[0])
            self.height_box.setValue(size[1])
        self._on_changed()

    def _on_changed(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        is_own = self.size_box.currentData() == _OWN
        self.width_box.setEnabled(is_own)
        self.height_box.setEnabled(is_own)
        self.paths_box.setEnabled(self.recipe_box.isChecked())


def remembered_look() -> FigureLook:
    """Return the look that was chosen last, without its title."""
    known = read_settings().figure
    kinds = {each.name: type(each.default) for each in fields(FigureLook)}
    given = {
        name: value
        for name, value in known.items()
        if kinds.get(name) is type(value) and name not in _OF_PICTURE
    }
    return FigureLook(**given)


def _check(name: str, text: str, description: str) -> QCheckBox:
    return with_name(QCheckBox(text), name, description)
