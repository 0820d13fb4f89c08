"""Pictures of a pane for slides and papers: PNG, SVG, PDF, the clipboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
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
    QSize,
    QSizeF,
    Qt,
)
from PySide6.QtGui import QColor, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtWidgets import QWidget

from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.processes.memory import available_memory
from embedviz.core.wording import in_words
from embedviz.formats.writing.atomic_write import replaced_files
from embedviz.gui.pane import Pane
from embedviz.gui.theme import theme_manager

_SVG_SIZE = re.compile(rb'<svg width="[^"]*" height="[^"]*"')
_PAGE_BOX = re.compile(rb"/MediaBox \[([\d. ]+)\]")
_MOST_PIXELS = 32_767
"""Along one side: painters of Qt count no further."""
_BYTES_A_PIXEL = 20
"""Of memory, for the picture, its points and what is written: measured, 10 to 15."""


@runtime_checkable
class DrawnFinely(Protocol):
    """A widget that draws itself otherwise in a figure than on the screen, as points do."""

    is_in_figure: bool

    def render_anew(self) -> None:
        """Draw what does not depend on how the picture came about."""


@runtime_checkable
class BegunForFigures(Protocol):
    """A pane in which what a figure shows does not begin by drawing the state."""

    def begin_figure(self) -> None:
        """Begin it."""


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
        When the pane could not draw what the state asks for, as the pane words it; and when it
        does not fit into the size.
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
        if isinstance(pane, BegunForFigures):
            pane.begin_figure()
        wait_until_idle(session)
        _fit(pane, QSize(width, height), session)
        if failures and not isinstance(failures[0], UserError):
            raise failures[0]
        for view in _drawn_finely(pane):
            view.render_anew()
        if pane.message_bar.text:
            raise UserError(pane.message_bar.text)
        if (least := pane.picture.size()) != QSize(width, height):
            raise UserError(
                f"What {pane.title} shows does not fit into {width:,} × {height:,} pixels; it "
                f"takes {least.width():,} × {least.height():,} at the least. Choose a larger size"
                f"{' or smaller text' if text_scale > 1 else ''}."
            )
        yield pane.picture
    finally:
        pane.close()
        pane.deleteLater()


def _fit(pane: Pane, size: QSize, session: Session) -> None:
    """Give a pane the size in which its picture has another; there may be more above it."""
    for _ in range(3):
        if pane.picture.size() == size:
            break
        pane.resize(pane.size() + size - pane.picture.size())
        wait_until_idle(session)


def require_room(width: int, height: int, scale: float) -> None:
    """Refuse a picture that cannot be painted, or would take more memory than there is.

    Parameters
    ----------
    width, height : int
        In pixels, before scaling.
    scale : float

    Raises
    ------
    UserError
    """
    wide, high = round(width * scale), round(height * scale)
    asked = f"{width:,} × {height:,} pixels at scale {scale:g}"
    if max(wide, high) > _MOST_PIXELS:
        raise UserError(
            f"A picture of {asked} is {wide:,} × {high:,}; at most {_MOST_PIXELS:,} can be drawn "
            "along a side. Choose a smaller size or scale."
        )
    needed, free = _BYTES_A_PIXEL * wide * high, available_memory()
    if needed > free:
        raise UserError(
            f"A picture of {asked} takes about {in_words(needed)} of memory, and "
            f"{in_words(free)} are free. Choose a smaller size or scale."
        )


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
    require_room(size.width(), size.height(), scale)
    image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise UserError("There is no memory for a picture of this size. Choose a smaller scale.")
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
    is_written = image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    if not is_written:
        raise UserError("The picture could not be written as PNG. Choose a smaller scale.")
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
    # Qt writes millimeters, of 72 pixels an inch: elsewhere, an inch has 96.
    size = f'<svg width="{picture.width()}" height="{picture.height()}"'
    return QByteArray(_SVG_SIZE.sub(size.encode(), content.data(), count=1))


def _pdf(picture: QWidget, scale: float) -> QByteArray:
    content = QByteArray()
    buffer = _opened(content)
    writer = QPdfWriter(buffer)
    # One pixel of the screen is 1/96 inch on the page.
    exact = QSizeF(picture.width() * 0.75, picture.height() * 0.75)
    points = QSizeF(ceil(exact.width()), ceil(exact.height()))
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(96)
    writer.setTitle(picture.accessibleName() or "embedviz")
    _paint_on(writer, picture)
    buffer.close()
    return QByteArray(_with_exact_page(bytes(content.data()), exact, points))


def _with_exact_page(content: bytes, exact: QSizeF, points: QSizeF) -> bytes:
    """Return a PDF whose page is as large as its picture: Qt rounds pages to whole points.

    The text takes as many bytes as before, because a PDF says where each of its parts begins.
    """
    found = _PAGE_BOX.search(content)
    if found is None:
        return content
    low = points.height() - exact.height()
    box = f"0 {low:.2f} {exact.width():.2f} {points.height():.0f}".ljust(len(found[1])).encode()
    if len(box) > len(found[1]):
        return content
    return content[: found.start(1)] + box + content[found.end(1) :]


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
