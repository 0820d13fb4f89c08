"""What is drawn over a pane on stage: spotlight, black, the number of the scene, quiet words."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEasingCurve, QPoint, QRect, QRectF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from embedviz.gui.points.reduced_motion import prefers_reduced_motion
from embedviz.gui.theme import (
    CAPTION_PIXELS,
    GRID,
    HEADLINE_PIXELS,
    MOVE_MILLISECONDS,
    RADIUS,
    TALK_SCALE,
    TITLE_PIXELS,
    font,
    theme_manager,
    with_alpha,
)

_FRAME_MILLISECONDS = 16
_NUMBER_MILLISECONDS = 3000
"""How long the number of a scene is seen: what is below it is to be read, too."""
_SPOT = 0.16
"""Radius of the spotlight, of the height of the screen."""
_VEIL = 0.62
_RING = 3


class Cover(Enum):
    """What the whole screen is covered with."""

    NOTHING = ""
    BLACK = "#000000"
    WHITE = "#FFFFFF"


class Curtain(QWidget):
    """Layer over the stage, which lets the mouse through.

    Attributes
    ----------
    cover : Cover
    is_spotlight : bool
        Whether all but what the mouse points at is darkened.
    number : str
        Which scene of how many; seen for a moment.
    said : str
        What is at work, quietly.
    card : (str, str)
        Title and words instead of a scene that cannot be shown.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("talk.curtain")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cover, self.is_spotlight = Cover.NOTHING, False
        self.number, self.said, self.card = "", "", ("", "")
        self._spot = QPoint(-1, -1)
        self._before: QPixmap | None = None
        self._follow = QTimer(self, interval=_FRAME_MILLISECONDS)
        self._follow.timeout.connect(self._follow_mouse)
        self._reading = QTimer(self, singleShot=True, interval=_NUMBER_MILLISECONDS)
        self._reading.timeout.connect(self.update)
        self._fade = QVariantAnimation(self, duration=MOVE_MILLISECONDS)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._fade.setStartValue(1.0)
        self._fade.setEndValue(0.0)
        self._fade.valueChanged.connect(lambda _: self.update())
        self._fade.finished.connect(self._forget_before)

    def set_cover(self, cover: Cover) -> None:
        """Cover the screen, or uncover it where it is covered so already."""
        self.cover = Cover.NOTHING if self.cover is cover else cover
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._tell()

    def set_spotlight(self, on: bool) -> None:
        """Darken all but what the mouse points at."""
        self.is_spotlight = on
        if on:
            self._spot = self.mapFromGlobal(QCursor.pos())
            self._follow.start()
        else:
            self._follow.stop()
        self._tell()

    def show_number(self, number: str) -> None:
        """Say which scene it is, in the corner, for a moment."""
        self.number = number
        self._reading.start()
        self._tell()

    def say(self, words: str) -> None:
        """Say quietly what is at work; nothing ends it."""
        if words != self.said:
            self.said = words
            self._tell()

    def show_card(self, title: str = "", words: str = "") -> None:
        """Show words instead of the pane; without any, the pane."""
        self.card = title, words
        self._tell()

    def fade_from(self, before: QPixmap) -> None:
        """Let what was shown before go over into what is shown now."""
        if prefers_reduced_motion():
            return
        self._before = before
        self._fade.stop()
        self._fade.start()
        self.update()

    def stop(self) -> None:
        """Draw nothing that moves any more."""
        for each in (self._follow, self._reading, self._fade):
            each.stop()
        self._forget_before()

    def spot_radius(self) -> float:
        """Return how far around the mouse it stays light, in pixels."""
        return _SPOT * self.height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what there is."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.cover is not Cover.NOTHING:
                painter.fillRect(self.rect(), QColor(self.cover.value))
                return
            if self.card[0]:
                self._paint_card(painter)
            if self._before is not None:
                painter.setOpacity(float(self._fade.currentValue()))
                painter.drawPixmap(0, 0, self._before)
                painter.setOpacity(1.0)
            if self.is_spotlight:
                self._paint_spotlight(painter)
            if self._reading.isActive():
                self._paint_corner(painter, self.number, Qt.AlignmentFlag.AlignRight)
            self._paint_corner(painter, self.said, Qt.AlignmentFlag.AlignLeft)

    def _paint_card(self, painter: QPainter) -> None:
        theme, (title, words) = theme_manager.theme, self.card
        painter.fillRect(self.rect(), QColor(theme.ground))
        middle = self.height() // 2
        area = self.rect().adjusted(8 * GRID, 0, -8 * GRID, 0)
        how = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.setFont(font(TITLE_PIXELS * TALK_SCALE, semibold=True))
        painter.setPen(QColor(theme.text))
        upper = QRect(area.left(), 0, area.width(), middle - GRID)
        painter.drawText(upper, how | Qt.AlignmentFlag.AlignBottom, title)
        painter.setFont(font(HEADLINE_PIXELS * TALK_SCALE))
        painter.setPen(QColor(theme.muted))
        lower = QRect(area.left(), middle + GRID, area.width(), middle - GRID)
        painter.drawText(lower, how | Qt.AlignmentFlag.AlignTop, words)

    def _paint_spotlight(self, painter: QPainter) -> None:
        shade, hole = QPainterPath(), QPainterPath()
        shade.addRect(QRectF(self.rect()))
        radius = self.spot_radius()
        hole.addEllipse(self._spot, radius, radius)
        painter.fillPath(shade.subtracted(hole), with_alpha("#000000", _VEIL))
        painter.setPen(QPen(QColor(theme_manager.theme.query), _RING))
        painter.drawEllipse(self._spot, radius, radius)

    def _paint_corner(self, painter: QPainter, words: str, side: Qt.AlignmentFlag) -> None:
        """Write quiet words at the bottom, on a ground of their own: there may be points below."""
        if not words:
            return
        theme = theme_manager.theme
        painter.setFont(font(CAPTION_PIXELS * TALK_SCALE))
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(words) + 2 * GRID
        height = metrics.height() + GRID
        left = GRID if side == Qt.AlignmentFlag.AlignLeft else self.width() - width - GRID
        area = QRectF(left, self.height() - height - GRID, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(theme.panel, 0.9))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setPen(QColor(theme.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _follow_mouse(self) -> None:
        place = self.mapFromGlobal(QCursor.pos())
        if place != self._spot:
            for each in (self._spot, place):
                self.update(self._around(each))
            self._spot = place

    def _around(self, place: QPoint) -> QRect:
        reach = round(self.spot_radius()) + 2 * _RING
        return QRect(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)

    def _forget_before(self) -> None:
        self._before = None
        self.update()

    def _tell(self) -> None:
        """Paint anew, and say to screen readers what there is to read."""
        covered = "" if self.cover is Cover.NOTHING else f"The screen is {self.cover.name.lower()}"
        said = (covered, self.number, *self.card, self.said)
        self.setAccessibleName("Over the stage")
        self.setAccessibleDescription(" · ".join(filter(None, said)))
        self.update()
