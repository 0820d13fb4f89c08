"""The dialog that exports a figure: how it looks, with a live preview, to a file or the clipboard.

It is not modal, and remembers what was chosen last.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.files.settings import change_settings, read_settings
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.export.dressing import size_of
from embedviz.gui.export.figure import FigureDrawing, kind_of, write_figure
from embedviz.gui.export.look import LEGENDS, PRESETS, FigureLook, Kind
from embedviz.gui.export.preview import FigurePreview
from embedviz.gui.theme import FIGURE_THEMES, GRID
from embedviz.gui.widgets.controls import (
    combo_box,
    double_spin_box,
    hairline,
    keep_on_screen,
    spin_box,
    text_label,
    with_name,
)

_OF_PICTURE = ("title", "subtitle")
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
RecipeMaker = Callable[[bool], str]
"""Returns the recipe of what is shown, with the paths of files or without; in any thread."""


class ExportDialog(QDialog):
    """How a figure of a picture is to look, and where it goes.

    Signals
    -------
    written : (Path,)
    copied : ()

    Parameters
    ----------
    picture : QWidget
    name : str
        What a file is called.
    recipe : callable
        See `RecipeMaker`.
    parent : QWidget
    """

    written = Signal(object)
    copied = Signal()

    def __init__(self, picture: QWidget, name: str, recipe: RecipeMaker, parent: QWidget) -> None:
        super().__init__(parent)
        with_name(self, "figure", "Export a figure")
        self.setToolTip("")
        self.setWindowTitle("Export figure")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._picture, self._name, self._recipe = picture, name, recipe
        self.task = Task(self)
        self.task.failed.connect(self._on_failed)
        picture.destroyed.connect(self.close)
        self.preview = FigurePreview(picture)
        self.preview.told.connect(self._tell)
        self._make_fields()
        self._make_buttons()
        self._lay_out()
        self._show(remembered_look())
        self._connect()
        self.resize(QSize(1000, 640).boundedTo(self.screen().availableSize() * 0.95))
        keep_on_screen(self)
        self._on_changed()

    @property
    def look(self) -> FigureLook:
        """What is chosen."""
        width, height = 0, 0
        if self.size_box.currentData():
            width, height = self.width_box.value(), self.height_box.value()
        return FigureLook(
            width,
            height,
            scale=self.scale_box.value(),
            theme=str(self.theme_box.currentData()),
            is_transparent=self.transparent_box.isChecked(),
            text_scale=self.text_box.value() / 100,
            label_scale=self.label_box.value() / 100,
            title=self.title_edit.text().strip(),
            subtitle=self.subtitle_edit.text().strip(),
            has_caption=self.caption_box.isChecked(),
            legend=str(self.legend_box.currentData()),
            dpi=float(self.dpi_box.value()),
            has_recipe=self.recipe_box.isChecked(),
            has_paths=self.paths_box.isChecked(),
        )

    def _make_fields(self) -> None:
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
            "Else only their names and fingerprints are in it",
        )

    def _make_buttons(self) -> None:
        self.copy_button = with_name(
            QPushButton("Copy"), "figure.copy", "Put it on the clipboard, as PNG and SVG"
        )
        self.cancel_button = with_name(QPushButton("Close"), "figure.close", "Export nothing more")
        self.export_button = with_name(
            QPushButton("Export…"), "figure.export", "Write it as PNG, SVG or PDF"
        )
        self.export_button.setProperty("primary", True)
        self.export_button.setDefault(True)
        for button in (self.copy_button, self.cancel_button):
            button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self.ask)

    def _lay_out(self) -> None:
        form_side = QWidget()
        form = QFormLayout(form_side)
        form.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setHorizontalSpacing(2 * GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        size = QHBoxLayout()
        size.setSpacing(GRID)
        for part in (self.width_box, text_label("×"), self.height_box):
            size.addWidget(part, int(part is not None))
        for label, field in (
            ("Size", self.size_box),
            ("", size),
            ("Scale of PNG", self.scale_box),
            ("dpi", self.dpi_box),
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
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(form_side)
        scroll.setFixedWidth(form_side.sizeHint().width() + 2 * GRID)
        self.said = text_label(kind="caption", wrap=True)
        self.said.setObjectName("caption")
        self.said.setAccessibleName("Size of the figure, or why there is none")
        parts = QHBoxLayout()
        parts.setSpacing(0)
        parts.addWidget(self.preview, 1)
        parts.addWidget(scroll)
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        foot.setSpacing(GRID)
        foot.addWidget(self.said, 1)
        for button in (self.copy_button, self.cancel_button, self.export_button):
            foot.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(parts, 1)
        rows.addWidget(hairline())
        rows.addLayout(foot)

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
        is_own = self.size_box.currentData() == _OWN
        self.width_box.setEnabled(is_own)
        self.height_box.setEnabled(is_own)
        self.paths_box.setEnabled(self.recipe_box.isChecked())
        self.preview.show_look(self.look)
        self._tell("")

    def _tell(self, problem: str) -> None:
        look = self.look
        size = size_of(self._picture, look)
        wide, high = size.width(), size.height()
        self.said.setText(
            problem
            or f"{wide / 96:.2f} × {high / 96:.2f} in · {wide * 0.75:g} × {high * 0.75:g} pt · PNG "
            f"of {round(wide * look.scale):,} × {round(high * look.scale):,} pixels"
        )
        for button in (self.export_button, self.copy_button):
            button.setEnabled(not problem)

    # What the user does.

    def ask(self) -> None:
        """Ask where to, and write the figure."""
        folder = read_settings().folder
        path, chosen = QFileDialog.getSaveFileName(
            self,
            "Export figure",
            str(Path(folder) / f"{self._name}.png"),
            "PNG image (*.png);;SVG drawing (*.svg);;PDF page (*.pdf)",
        )
        if not path:
            return
        if not Path(path).suffix:
            path += {"SVG": ".svg", "PDF": ".pdf"}.get(chosen[:3], ".png")
        self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the figure to a file; what takes long runs in another thread."""
        try:
            kind = kind_of(path)
        except UserError as error:
            self._tell(str(error))
            return

        def write(content: bytes, report: Report) -> None:
            write_figure(path, content)

        def tell() -> None:
            self.said.setText(f"Written to {path}")
            self.written.emit(path)

        self._draw(kind, lambda content: self.task.run(partial(write, content), lambda _: tell()))

    def copy(self) -> None:
        """Put the figure on the clipboard, as an image and as SVG."""

        def put(png: bytes, svg: bytes) -> None:
            data = QMimeData()
            data.setImageData(QImage.fromData(QByteArray(png)))
            data.setData("image/png", QByteArray(png))
            data.setData("image/svg+xml", QByteArray(svg))
            QGuiApplication.clipboard().setMimeData(data)
            self.said.setText("On the clipboard, as PNG and SVG")
            self.copied.emit()

        self._draw("png", lambda png: self._draw("svg", lambda svg: put(png, svg)))

    def _draw(self, kind: Kind, then: Callable[[bytes], None]) -> None:
        look = self.look
        remember_look(look)
        self.said.setText("Drawing …")
        drawing = FigureDrawing(self._picture, look, kind, partial(self._recipe, look.has_paths))

        def finish(_: object) -> None:
            drawing.paint()
            self.task.run(drawing.finish, then)

        try:
            drawing.begin()
        except UserError as error:
            self._tell(str(error))
            return
        self.task.run(drawing.draw_points, finish)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._tell(str(error))

    def done(self, result: int) -> None:
        """Close; nothing is drawn any more."""
        self.preview.stop()
        self.task.cancel()
        super().done(result)


def remembered_look() -> FigureLook:
    """Return the look that was chosen last, without its title."""
    known = read_settings().figure
    kinds = {each.name: type(each.default) for each in fields(FigureLook)}
    given = {
        name: value
        for name, value in known.items()
        if kinds.get(name) is type(value) and name not in _OF_PICTURE
    }
    return FigureLook(**given)  # type: ignore[arg-type]


def remember_look(look: FigureLook) -> None:
    """Begin with this look the next time; its title belongs to its picture."""
    kept = {name: value for name, value in asdict(look).items() if name not in _OF_PICTURE}
    with suppress(UserError):  # Nobody misses it, next time.
        change_settings(lambda known: replace(known, figure=kept))


def _check(name: str, text: str, description: str) -> QCheckBox:
    return with_name(QCheckBox(text), name, description)
