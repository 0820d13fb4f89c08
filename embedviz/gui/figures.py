"""Pictures of a pane for slides and papers: PNG, SVG, PDF, the clipboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from embedviz.app.files.recipes.writing import recipe_of
from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.gui.export.beginning import BegunForFigures
from embedviz.gui.export.dressing import pane_of
from embedviz.gui.export.figure import content_of, draw_figure_image, kind_of, write_figure
from embedviz.gui.export.head import head_height
from embedviz.gui.export.look import FigureLook, Kind
from embedviz.gui.export.painting import drawn_finely
from embedviz.gui.export.room import require_room as require_room
from embedviz.gui.pane import Pane
from embedviz.gui.sessions.steps import ALL_STEPS


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
        for view in drawn_finely(pane):
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
    return draw_figure_image(picture, look_of(picture, scale=scale))


def save_figure(picture: QWidget, path: str | Path, scale: float = 2.0) -> None:
    """Write what a widget shows to a file, as it is on screen.

    In SVG and PDF, text and lines stay vectors, and so do points unless they are many.

    Parameters
    ----------
    picture : QWidget
    path : str or Path
        Ends in .png, .svg or .pdf.
    scale : float
        Of a PNG, 1 to 4.

    Raises
    ------
    UserError
        For another suffix, and when the file cannot be written; an old file is then untouched.
    """
    path = Path(path)
    content = content_of(picture, look_of(picture, scale=scale), kind_of(path))
    write_figure(path, content)


def drawn_pane(
    make: type[Pane], session: Session, look: FigureLook, kinds: Sequence[Kind]
) -> dict[Kind, bytes]:
    """Return the bytes of figures of a pane that is on no screen, by their kinds.

    Raises
    ------
    UserError
        See `draw_pane`.
    """

    def recipe() -> str:
        state = session.state
        return recipe_of(state, make.name, steps=ALL_STEPS, with_paths=look.has_paths)

    height = look.height - head_height(look)
    with draw_pane(make, session, look.width, height, look.text_scale) as picture:
        return {kind: content_of(picture, look, kind, recipe) for kind in kinds}


def look_of(picture: QWidget, **settings: Any) -> FigureLook:
    """Return the look of a picture as it is, but for some settings."""
    pane = pane_of(picture)
    text_scale = 1.0 if pane is None else pane.text_scale
    return FigureLook(**{"text_scale": text_scale, **settings})
