"""Pictures of a pane for slides and papers: PNG, SVG, PDF, the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QEventLoop,
    QIODevice,
    QMarginsF,
    QPoint,
    QRect,
    QSizeF,
    Qt,
)
from PySide6.QtGui import QColor, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtWidgets import QWidget

from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.formats.writing.atomic_write import replaced_files
from embedviz.gui.pane import Pane
from embedviz.gui.theme import theme_manager


@runtime_checkable
class DrawnFinely(Protocol):
    """A widget that draws itself otherwise in a figure than on the screen, as points do."""

    is_in_figure: bool

    def render_anew(self) -> None:
        """Draw what does not depend on how the picture came about."""


@contextmanager
def draw_pane(
    make: type[Pane], session: Session, width: int, height: int, text_scale: float = 1.0
) -> Iterator[QWidget]:
    """Give the finished picture of a pane that is on no screen.

    Parameters
    ----------
    make : Pane class
    session : Session
        Its state says what is drawn.
    width, height : int
        In pixels, before any scaling.
    text_scale : float

    Raises
    ------
    UserError
        When the pane could not draw what the state asks for; as the pane words it.
    """
    pane = make(session)
    pane.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    pane.tool_row.hide()
    pane.set_text_scale(text_scale)
    pane.resize(width, height)
    pane.show()
    failures: list[Exception] = []
    for task in pane.findChildren(Task):
        task.failed.connect(failures.append)
    try:
        wait_until_idle(session)
        if failures and not isinstance(failures[0], UserError):
            raise failures[0]
        for view in _drawn_finely(pane):
            view.render_anew()
        if pane.message_bar.text:
            raise UserError(pane.message_bar.text)
        yield pane.picture
    finally:
        pane.close()
        pane.deleteLater()


def wait_until_idle(session: Session) -> None:
    """Process events until nothing is calculated any more."""
    waiting = QEventLoop()
    session.board.changed.connect(waiting.quit)
    while session.board.current is not None:
        waiting.exec()
    QCoreApplication.processEvents()


def draw_image(picture: QWidget, scale: float = 2.0) -> QImage:
    """Return what a widget shows, drawn again at another resolution rather than enlarged.

    Parameters
    ----------
    picture : QWidget
    scale : float
        Pixels of the image per pixel on screen.
    """
    size = picture.size()
    image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(theme_manager.theme.ground))
    painter = QPainter(image)
    try:
        _render(picture, painter, scale)
    finally:
        painter.end()
    return image


def _drawn_finely(picture: QWidget) -> list[DrawnFinely]:
    return [part for part in picture.findChildren(QWidget) if isinstance(part, DrawnFinely)]


def _render(picture: QWidget, painter: QPainter, scale: float) -> None:
    """Paint a widget; lines of charts are told the resolution, points look at the painter."""
    charts = [part for part in picture.findChildren(QWidget) if hasattr(part, "set_resolution")]
    views = _drawn_finely(picture)
    for chart in charts:
        chart.set_resolution(scale)
    for view in views:
        view.is_in_figure = True
    picture.render(painter, QPoint())
    for view in views:
        view.is_in_figure = False
    for chart in charts:
        chart.set_resolution(chart.devicePixelRatioF())


def save_figure(picture: QWidget, path: str | Path, scale: float = 2.0) -> None:
    """Write what a widget shows to a file.

    In SVG and PDF, text and lines stay vectors; points are one image at `scale`.

    Parameters
    ----------
    picture : QWidget
    path : str or Path
        Ends in .png, .svg or .pdf.
    scale : float
        1 to 4.

    Raises
    ------
    UserError
        For another suffix, and when the file cannot be written; an old file is then untouched.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in WRITERS:
        raise UserError(
            f"{path.name}: figures are written as {', '.join(WRITERS)}; end the name so."
        )
    content = WRITERS[kind](picture, scale)
    with replaced_files([path]) as (file,):
        file.write(content.data())


def _png(picture: QWidget, scale: float) -> QByteArray:
    image = draw_image(picture, scale)
    image.setDotsPerMeterX(round(96 * scale / 0.0254))
    image.setDotsPerMeterY(round(96 * scale / 0.0254))
    content = QByteArray()
    buffer = _opened(content)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return content


def _svg(picture: QWidget, scale: float) -> QByteArray:
    from PySide6.QtSvg import QSvgGenerator  # Another 1 MB library, for this alone.

    content = QByteArray()
    buffer = _opened(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(picture.size())
    generator.setViewBox(QRect(QPoint(), picture.size()))
    generator.setTitle(picture.accessibleName() or "embedviz")
    _paint_on(generator, picture)
    buffer.close()
    return content


def _pdf(picture: QWidget, scale: float) -> QByteArray:
    content = QByteArray()
    buffer = _opened(content)
    writer = QPdfWriter(buffer)
    # One pixel of the screen is 1/96 inch on the page.
    points = QSizeF(picture.width() * 0.75, picture.height() * 0.75)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(96)
    writer.setTitle(picture.accessibleName() or "embedviz")
    _paint_on(writer, picture)
    buffer.close()
    return content


WRITERS: dict[str, Callable[[QWidget, float], QByteArray]] = {
    ".png": _png,
    ".svg": _svg,
    ".pdf": _pdf,
}
"""By suffix. To add one: write the function, and name it here."""


def _paint_on(device: QPaintDevice, picture: QWidget) -> None:
    painter = QPainter(device)
    try:
        painter.fillRect(picture.rect(), QColor(theme_manager.theme.ground))
        _render(picture, painter, 1.0)
    finally:
        painter.end()


def _opened(content: QByteArray) -> QBuffer:
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
