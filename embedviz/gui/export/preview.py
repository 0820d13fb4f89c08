"""Live preview of a figure: small, and drawn with its points in another thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.coloring.vision import image_as_seen_with
from embedviz.gui.export.head import size_of
from embedviz.gui.export.look import FigureLook
from embedviz.gui.theme import GRID, theme_manager, with_alpha

_PATIENCE_MILLISECONDS = 80
_SQUARE = 8


class DrawnInSteps(Protocol):
    """A drawing of a figure, of which the slow step may be done in any thread."""

    def begin(self) -> None:
        """Collect what draws the points."""

    def draw_points(self, report: Report) -> None:
        """Draw the points."""

    def paint(self) -> QImage | bytes:
        """Return the figure."""


class MakesFigures(Protocol):
    """Maker of figures of one picture: to look at, for a file, for the clipboard."""

    written: Any
    copied: Any
    failed: Any
    task: Task

    def setParent(self, parent: QObject) -> None:  # noqa: N802 - Qt's name
        """Belong to another object."""

    def preview(self, look: FigureLook) -> DrawnInSteps:
        """Return the drawing of a figure that is only looked at."""

    def write(self, path: Path, look: FigureLook) -> None:
        """Write the figure to a file."""

    def copy(self, look: FigureLook) -> None:
        """Put the figure on the clipboard."""


class FigurePreview(QWidget):
    """Picture of what a figure will be.

    Signals
    -------
    told : (str,)
        Why there is no picture; empty where there is one.
    """

    told = Signal(str)

    def __init__(self, picture: QWidget, drawing_of: Callable[[FigureLook], DrawnInSteps]) -> None:
        super().__init__()
        self._picture, self._look = picture, FigureLook()
        self._drawing_of = drawing_of
        self._drawn, self._shown, self._vision = QImage(), QPixmap(), ""
        self._task = Task(self)
        self._task.failed.connect(self._on_failed)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._draw)
        self.setObjectName("figure.preview")
        self.setAccessibleName("Preview of the figure")
        self.setMinimumSize(240, 180)

    def show_look(self, look: FigureLook) -> None:
        """Draw the figure with another look, soon."""
        self._look = look
        self._patience.start()

    def show_as_seen(self, vision: str) -> None:
        """Show the figure as it is seen with a deficiency of color vision; it stays as it is.

        Parameters
        ----------
        vision : str
            One of `SIMULATIONS`; empty: the usual vision.
        """
        self._vision = vision
        self._show()

    def stop(self) -> None:
        """Draw nothing more."""
        self._patience.stop()
        self._task.cancel()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size that is wanted."""
        return QSize(560, 400)

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Draw it as large as there is room."""
        self._patience.start()

    def _draw(self) -> None:
        size = size_of(self._picture, self._look)
        room = self.size() - QSize(2 * GRID, 2 * GRID)
        share = min(room.width() / size.width(), room.height() / size.height(), 2.0)
        scale = max(share, 0.05) * self.devicePixelRatioF()
        look = replace(self._look, scale=scale, has_recipe=False)
        drawing = self._drawing_of(look)
        try:
            drawing.begin()
        except UserError as error:
            self._on_failed(error)
            return
        self._task.run(partial(_draw_points, drawing), lambda _: self._paint(drawing))

    def _paint(self, drawing: DrawnInSteps) -> None:
        try:
            image = drawing.paint()
        except UserError as error:
            self._on_failed(error)
            return
        assert isinstance(image, QImage)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self._drawn = image
        self._show()
        self.told.emit("")

    def _show(self) -> None:
        is_seen_otherwise = self._vision and not self._drawn.isNull()
        seen = image_as_seen_with(self._vision, self._drawn) if is_seen_otherwise else self._drawn
        self._shown = QPixmap.fromImage(seen)
        self.update()

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._drawn = QImage()
        self._show()
        self.told.emit(str(error))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Show the figure in the middle, on squares where it is transparent."""
        if self._shown.isNull():
            return
        size = self._shown.deviceIndependentSize().toSize()
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        with QPainter(self) as painter:
            if self._look.is_transparent:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(with_alpha(theme_manager.theme.muted, 0.25))
                for y in range(0, size.height(), _SQUARE):
                    for x in range((y // _SQUARE % 2) * _SQUARE, size.width(), 2 * _SQUARE):
                        painter.drawRect(left + x, top + y, _SQUARE, _SQUARE)
            painter.drawPixmap(left, top, self._shown)
            painter.setPen(with_alpha(theme_manager.theme.muted, 0.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(left, top, size.width() - 1, size.height() - 1)


def _draw_points(drawing: DrawnInSteps, report: Report) -> None:
    drawing.draw_points(report)
