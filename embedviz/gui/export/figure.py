"""Figures made of a picture and its look: in steps, of which the long ones run in any thread.

1. `begin` collects what draws the images of points. 2. `draw_points` draws them, in any thread.
3. `paint` paints the rest over and under them, in the UI thread. 4. `finish` makes the bytes of a
file of it, in any thread. `content_of` does all at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.app.files.recipes.carriers import with_png_recipe
from embedviz.app.files.recipes.names import MOST_CHARACTERS
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.formats.writing.atomic_write import replaced_files
from embedviz.gui.export.dressing import dressed, pane_of
from embedviz.gui.export.head import size_of
from embedviz.gui.export.look import KINDS, FigureLook, Kind
from embedviz.gui.export.painting import Job, paint_figure, point_jobs
from embedviz.gui.export.pdf import finished_pdf, paint_pdf
from embedviz.gui.export.pdf_points import with_points
from embedviz.gui.export.point_layer import FigurePoints
from embedviz.gui.export.room import require_room
from embedviz.gui.export.svg import finished_svg, paint_svg
from embedviz.gui.widgets.clipboard import copy_forms


class FigureDrawing:
    """Drawing of one figure.

    Parameters
    ----------
    picture : QWidget
        What it shows.
    look : FigureLook
    kind : {"png", "svg", "pdf"}
    recipe : callable
        Returns the recipe; called in any thread, once.
    """

    def __init__(
        self, picture: QWidget, look: FigureLook, kind: Kind, recipe: Callable[[], str]
    ) -> None:
        self._picture, self._look, self._kind = picture, look, kind
        self._recipe, self._text = recipe, ""
        self._points = FigurePoints(kind)
        self._jobs: list[Job] = []
        self._painted: QImage | bytes = b""
        self._size = size_of(picture, look)

    def begin(self) -> None:
        """Collect what draws the points.

        Raises
        ------
        UserError
            When there is no room for the figure, or what is shown does not fit into its size.
        """
        scale = self._look.scale if self._kind == "png" else 1.0
        require_room(self._size.width(), self._size.height(), scale)
        with dressed(self._picture, self._look):
            self._jobs = point_jobs(self._picture, self._look, self._points)

    def draw_points(self, report: Report = silent) -> None:
        """Draw the points, and describe what is shown."""
        for number, (key, draw) in enumerate(self._jobs):
            report(number / (len(self._jobs) + 1), "drawing points")
            self._points.images[key] = draw()
        self._jobs = []
        self._text = self._recipe() if self._look.has_recipe else ""
        if len(self._text) > MOST_CHARACTERS:
            self._text = ""

    def paint(self) -> QImage | bytes:
        """Paint what is left to paint, in the UI thread, and return it as it is then."""
        picture, look, points = self._picture, self._look, self._points
        title = look.title or picture.accessibleName() or "embedviz"
        if self._kind == "png":
            self._painted = draw_figure_image(picture, look, points)
            return self._painted
        paint = partial(paint_figure, picture=picture, look=look, points=points)
        with dressed(picture, look):
            if self._kind == "svg":
                self._painted = paint_svg(paint, self._size, title)
            else:
                self._painted = paint_pdf(paint, self._size, title, self._text)
        return self._painted

    def finish(self, report: Report = silent) -> bytes:
        """Return the bytes of the file."""
        report(0.5, "writing")
        painted, self._painted = self._painted, b""
        if isinstance(painted, QImage):
            look = self._look
            is_opaque = not look.is_transparent
            return png_of(painted, self._text, look.named_dpi, is_opaque=is_opaque)
        parts, self._points.parts = self._points.parts, []
        if self._kind == "pdf":
            return finished_pdf(with_points(painted, parts), self._size)
        return finished_svg(painted, self._size, parts, self._text)


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

    def preview(self, look: FigureLook) -> FigureDrawing:
        """Return the drawing of a figure that is only looked at."""
        return FigureDrawing(self._picture, look, "png", str)

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


def content_of(
    picture: QWidget, look: FigureLook, kind: Kind, recipe: Callable[[], str] = lambda: ""
) -> bytes:
    """Return the bytes of a figure: a PNG, an SVG or a PDF."""
    drawing = FigureDrawing(picture, look, kind, recipe)
    drawing.begin()
    drawing.draw_points()
    drawing.paint()
    return drawing.finish()


def draw_figure_image(
    picture: QWidget, look: FigureLook, points: FigurePoints | None = None
) -> QImage:
    """Return a figure as an image, drawn at its resolution rather than enlarged.

    Raises
    ------
    UserError
        When there is no room for it.
    """
    size = size_of(picture, look)
    require_room(size.width(), size.height(), look.scale)
    pixels = QSize(round(size.width() * look.scale), round(size.height() * look.scale))
    image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise UserError("There is no memory for a picture of this size. Choose a smaller scale.")
    image.setDevicePixelRatio(look.scale)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter, dressed(picture, look):
        paint_figure(painter, picture, look, points or FigurePoints("png"))
    return image


def png_of(image: QImage, recipe: str, dpi: float, *, is_opaque: bool = False) -> bytes:
    """Return an image as a PNG that carries a recipe and names its resolution.

    Raises
    ------
    UserError
        When there is no memory for it.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if is_opaque:  # A quarter less to write and to keep.
        image = image.convertToFormat(QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(1.0)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise UserError("The picture could not be written as PNG. Choose a smaller scale.")
    return with_png_recipe(bytes(buffer.data().data()), recipe, dpi)


def look_shown(picture: QWidget) -> FigureLook:
    """Return the look that a picture has on screen."""
    pane = pane_of(picture)
    return FigureLook(text_scale=1.0 if pane is None else pane.text_scale)


def kind_of(path: Path) -> Kind:
    """Return what a file is to be, by its suffix.

    Raises
    ------
    UserError
        When it is none of them.
    """
    for kind in KINDS:
        if path.suffix.lower() == f".{kind}":
            return kind
    names = ", ".join(f".{kind}" for kind in KINDS)
    raise UserError(f"{path.name}: figures are written as {names}; end the name so.")


def write_figure(path: Path, content: bytes) -> None:
    """Write the bytes of a figure; an old file is untouched where that fails."""
    with replaced_files([path]) as (file,):
        file.write(content)
