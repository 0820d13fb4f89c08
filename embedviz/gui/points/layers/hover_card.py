"""A card beside the point under the mouse: what it is, and what it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from embedviz.core.wording import composed
from embedviz.gui.points.text import draw_line_of_text, text_size
from embedviz.gui.theme import CAPTION_PIXELS, RADIUS, TEXT_PIXELS, font, theme_manager

APPEARS_AFTER = 120
"""How long the mouse is over a point before its card appears, in milliseconds."""
IMAGE_SIDE = 112
"""The longer side of an image, in pixels."""
_WIDEST = 340
_PADDING, _GAP, _LINE = 10, 8, 16
_AWAY, _BORDER = 14, 4.0
_COARSE = 2.0
_HIDING = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.Leave,
    QEvent.Type.Hide,
    QEvent.Type.KeyPress,
}


class HoverCard(QWidget):
    """Card that floats over a view; the mouse goes through it.

    The first card waits for a moment, so that a mouse on its way disturbs nothing; from then on
    it follows from point to point at once.

    Parameters
    ----------
    view : QWidget
        Of which it is a child, and in which it stays.

    Attributes
    ----------
    row : int
        The row it is about, or -1.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.row = -1
        self._place, self._title, self._image = QPointF(), "", QImage()
        self._lines: tuple[str, ...] = ()
        self._scale = 1.0
        self._appear = QTimer(self, singleShot=True, interval=APPEARS_AFTER)
        self._appear.timeout.connect(self._show_now)
        self._vanish = QTimer(self, singleShot=True, interval=APPEARS_AFTER)
        self._vanish.timeout.connect(self.hide)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("hover.card")
        self.setAccessibleName("About the point under the mouse")
        self.hide()
        view.installEventFilter(self)
        theme_manager.changed.connect(self.update)

    def show_card(
        self,
        row: int,
        place: QPointF,
        title: str,
        lines: Sequence[str],
        image: QImage | None = None,
    ) -> None:
        """Show a card beside a point.

        Parameters
        ----------
        row : int
        place : QPointF
            Of the point, in pixels of the view.
        title : str
        lines : sequence of str
            What else is known of the row, such as "rank: 12".
        image : QImage, optional
        """
        self.row, self._place, self._title, self._lines = row, place, composed(title), tuple(lines)
        self._image = QImage() if image is None else image
        self.setAccessibleDescription("\n".join((title, *lines)))
        self._vanish.stop()
        if self.isVisible():
            self._show_now()
        elif not self._appear.isActive():
            self._appear.start()

    def hide_card(self) -> None:
        """Show no card: after a moment, unless another one is wanted by then."""
        self.row = -1
        self._appear.stop()
        if self.isVisible():
            self._vanish.start()

    def set_text_scale(self, scale: float) -> None:
        """Draw it larger, for an audience."""
        self._scale = scale
        if self.isVisible():
            self._show_now()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Disappear at once when something else is going on in the view."""
        if event.type() in _HIDING:
            self.row = -1
            self._appear.stop()
            self._vanish.stop()
            self.hide()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint it."""
        theme, pad = theme_manager.theme, self._pixels(_PADDING)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.setBrush(QColor(theme.panel))
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            inner = box.adjusted(pad, pad, -pad, -pad)
            if not self._image.isNull():
                place = QRectF(inner.topLeft(), self._image_size())
                painter.drawImage(place.topLeft(), self._enlarged(place.size()))
                inner.setLeft(place.right() + self._pixels(_GAP))
            self._paint_texts(painter, inner)

    def _paint_texts(self, painter: QPainter, box: QRectF) -> None:
        line = QRectF(box.left(), box.top(), box.width(), self._pixels(_LINE + 2))
        draw_line_of_text(
            painter, line, self._title, self._heading(), QColor(theme_manager.theme.text)
        )
        line.translate(0, line.height())
        line.setHeight(self._pixels(_LINE))
        for text in self._shown_lines():
            draw_line_of_text(painter, line, text, self._small(), QColor(theme_manager.theme.muted))
            line.translate(0, line.height())

    def _show_now(self) -> None:
        self.setGeometry(self._geometry())
        self.update()
        self.show()
        self.raise_()

    def _geometry(self) -> QRect:
        """Return where it covers neither its point nor what is outside of the view.

        Beside the point, or else above or below it; narrower where there is room for neither.
        """
        room, away, x, y = self._view.rect(), self._pixels(_AWAY), self._place.x(), self._place.y()
        size = self._size(min(self._pixels(_WIDEST), 0.6 * room.width()))
        beside = max(x, room.width() - x) - away - _BORDER
        over = max(y, room.height() - y) - away - _BORDER
        if size.width() > beside and size.height() > over:
            size = self._size(beside)
        if size.width() <= beside:
            left, top = _next_to(x, size.width(), away, room.width()), y - size.height() / 2
        else:
            left, top = x - size.width() / 2, _next_to(y, size.height(), away, room.height())
        left = max(_BORDER, min(left, room.width() - _BORDER - size.width()))
        top = max(_BORDER, min(top, room.height() - _BORDER - size.height()))
        return QRect(round(left), round(top), size.width(), size.height())

    def _size(self, most: float) -> QSize:
        """Return its size, if possible at most so wide."""
        texts = [text_size(self._title, self._heading())[0]]
        texts += [text_size(line, self._small())[0] for line in self._shown_lines()]
        image, pad = self._image_size(), self._pixels(_PADDING)
        beside = image.width() + self._pixels(_GAP) if image.width() else 0.0
        around = beside + 2 * pad + 1
        height = self._pixels(_LINE + 2) + len(self._shown_lines()) * self._pixels(_LINE)
        return QSize(
            ceil(min(max(texts) + 2, max(most - around, 32.0)) + around),
            ceil(max(height, image.height()) + 2 * pad + 1),
        )

    def _shown_lines(self) -> tuple[str, ...]:
        """Return as many lines as there is room for in the view."""
        room = self._view.height() * 0.7 - 2 * self._pixels(_PADDING) - self._pixels(_LINE + 2)
        return self._lines[: max(0, int(room // self._pixels(_LINE)))]

    def _image_size(self) -> QSizeF:
        """Return the size of the image: as large as others, in a small view a third of it."""
        if self._image.isNull():
            return QSizeF()
        side = min(self._pixels(IMAGE_SIDE), self._view.width() / 3, self._view.height() / 3)
        size = QSizeF(self._image.size())
        size.scale(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        return QSizeF(round(size.width()), round(size.height()))

    def _enlarged(self, size: QSizeF) -> QImage:
        """Return the image in a size: smooth, but one of few pixels with all of them to be seen."""
        scale = self.devicePixelRatioF()
        target = (size * scale).toSize()
        is_coarse = target.width() > _COARSE * self._image.width()
        how = Qt.TransformationMode
        mode = how.FastTransformation if is_coarse else how.SmoothTransformation
        scaled = self._image.scaled(target, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        scaled.setDevicePixelRatio(scale)
        return scaled

    def _heading(self) -> QFont:
        return font(TEXT_PIXELS * self._scale, semibold=True)

    def _small(self) -> QFont:
        return font(CAPTION_PIXELS * self._scale)

    def _pixels(self, length: float) -> float:
        return length * self._scale


def _next_to(place: float, length: float, away: float, room: float) -> float:
    """Return where something starts that comes after a place, or before it if it has no room."""
    fits = place + away + length <= room - _BORDER
    return place + away if fits else place - away - length
