"""The dialog that exports a figure: how it looks, with a live preview, to a file or the clipboard.

It is not modal, and remembers what was chosen last.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.files.settings import read_settings
from embedviz.gui.export.form import LookForm
from embedviz.gui.export.head import size_of
from embedviz.gui.export.preview import FigurePreview, MakesFigures
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    hairline,
    keep_on_screen,
    text_label,
    with_name,
)

VISION_NAMES = (
    ("usual color vision", ""),
    ("no green cones: deuteranopia", "deuteranopia"),
    ("no red cones: protanopia", "protanopia"),
    ("no blue cones: tritanopia", "tritanopia"),
    ("no colors: gray, as copied", "gray"),
)
VISION_HELP = (
    "Color vision with which the preview is seen: simulated as by Machado, Oliveira and Fernandes "
    "(2009), in full. It is a check; the file keeps its colors."
)


class ExportDialog(DialogInReadingOrder):
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
    maker : FigureMaker
        Of the picture; it belongs to the dialog from now on.
    parent : QWidget
    """

    written = Signal(object)
    copied = Signal()

    def __init__(self, picture: QWidget, name: str, maker: MakesFigures, parent: QWidget) -> None:
        super().__init__(parent)
        with_name(self, "figure", "Export a figure")
        self.setToolTip("")
        self.setWindowTitle("Export figure")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._picture, self._name = picture, name
        self.maker = maker
        maker.setParent(self)
        self.maker.written.connect(self._on_written)
        self.maker.copied.connect(self._on_copied)
        self.maker.failed.connect(self._on_failed)
        picture.destroyed.connect(self.close)
        parent.installEventFilter(self)
        self.preview = FigurePreview(picture, maker.preview)
        self.preview.told.connect(self._tell)
        self.vision_box = combo_box("figure.vision", VISION_HELP, VISION_NAMES)
        self.vision_box.currentIndexChanged.connect(self._on_vision)
        self.form = LookForm(picture)
        self.form.changed.connect(self._on_changed)
        self._make_buttons()
        self._lay_out()
        self.resize(QSize(1000, 640).boundedTo(self.screen().availableSize() * 0.95))
        keep_on_screen(self)
        self._on_changed()

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
        self.said = text_label(kind="caption", wrap=True)
        self.said.setObjectName("caption")
        self.said.setAccessibleName("Size of the figure, or why there is none")
        parts = QHBoxLayout()
        parts.setSpacing(0)
        parts.addLayout(self._looked_at(), 1)
        parts.addWidget(self.form)
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

    def _looked_at(self) -> QVBoxLayout:
        """Return the preview, and below it whose eyes look at it."""
        seen = QHBoxLayout()
        seen.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        seen.setSpacing(GRID)
        label = caption("Preview as seen with")
        label.setBuddy(self.vision_box)
        seen.addStretch(1)
        seen.addWidget(label)
        seen.addWidget(self.vision_box)
        seen.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.preview, 1)
        column.addLayout(seen)
        return column

    def _on_vision(self) -> None:
        self.preview.show_as_seen(str(self.vision_box.currentData()))

    def _on_changed(self) -> None:
        self.preview.show_look(self.form.look)
        self._tell("")

    def _tell(self, problem: str) -> None:
        look = self.form.look
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
        """Write the figure to a file."""
        self._begin()
        self.maker.write(path, self.form.look)

    def copy(self) -> None:
        """Put the figure on the clipboard, as an image and as SVG."""
        self._begin()
        self.maker.copy(self.form.look)

    def _begin(self) -> None:
        self.form.remember()
        self.said.setText("Drawing …")

    def _on_written(self, path: Path) -> None:
        self.said.setText(f"Written to {path}")
        self.written.emit(path)

    def _on_copied(self) -> None:
        self.said.setText("On the clipboard, as PNG and SVG")
        self.copied.emit()

    def _on_failed(self, problem: str) -> None:
        self._tell(problem)
        self.preview.stop()  # Or it would say that all is well.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Close with the window."""
        if event.type() == QEvent.Type.Close:
            self.close()
        return False

    def done(self, result: int) -> None:
        """Close; nothing is drawn any more."""
        self.preview.stop()
        self.maker.task.cancel()
        super().done(result)
