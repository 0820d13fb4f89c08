"""Figures made while the window goes on, and put where they are wanted: a file, the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.export.figure import FigureDrawing, kind_of, write_figure
from embedviz.gui.export.look import FigureLook, Kind
from embedviz.gui.widgets.clipboard import copy_forms

RecipeMaker = Callable[[bool], str]
"""Returns the recipe of what is shown, with the paths of files or without; in any thread."""


class FigureMaker(QObject):
    """Maker of figures of one picture; what takes long runs in another thread.

    Parameters
    ----------
    picture : QWidget
    recipe : callable
        See `RecipeMaker`.
    parent : QObject

    Signals
    -------
    written : (Path,)
    copied : ()
    failed : (str,)
        Why there is no figure, in words.

    Attributes
    ----------
    task : Task
    """

    written = Signal(object)
    copied = Signal()
    failed = Signal(str)

    def __init__(self, picture: QWidget, recipe: RecipeMaker, parent: QObject) -> None:
        super().__init__(parent)
        self._picture, self._recipe = picture, recipe
        self.task = Task(self)
        self.task.failed.connect(self._on_failed)
        picture.destroyed.connect(self.task.cancel)

    def write(self, path: Path, look: FigureLook) -> None:
        """Write the figure to a file, which is untouched where that fails."""
        try:
            kind = kind_of(path)
        except UserError as error:
            self.failed.emit(str(error))
            return

        def write(content: bytes, report: Report) -> None:
            write_figure(path, content)

        def tell(_: object) -> None:
            self.written.emit(path)

        self._draw(kind, look, lambda content: self.task.run(partial(write, content), tell))

    def copy(self, look: FigureLook) -> None:
        """Put the figure on the clipboard, as an image and as SVG."""

        def put(png: bytes, svg: bytes) -> None:
            forms = {"image/png": png, "image/svg+xml": svg}
            copy_forms(forms, image=QImage.fromData(QByteArray(png)))
            self.copied.emit()

        self._draw("png", look, lambda png: self._draw("svg", look, partial(put, png)))

    def _draw(self, kind: Kind, look: FigureLook, then: Callable[[bytes], None]) -> None:
        drawing = FigureDrawing(self._picture, look, kind, partial(self._recipe, look.has_paths))

        def finish(_: object) -> None:
            try:
                drawing.paint()
            except UserError as error:  # It may have changed, and not fit any more.
                self.failed.emit(str(error))
            else:
                self.task.run(drawing.finish, then)

        try:
            drawing.begin()
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.task.run(drawing.draw_points, finish)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(str(error))
