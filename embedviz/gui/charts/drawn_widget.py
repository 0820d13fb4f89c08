"""What the drawings beside the sphere have in common: their type, their ground, and their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from embedviz.gui.points.text import as_tooltip, is_pixel_device
from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager

Align = Qt.AlignmentFlag


class DrawnWidget(QWidget):
    """A widget that draws itself in the colors of the theme, with text that grows on a stage.

    Everything is painted from lines, areas and text, so that it stays so in a file. One that has
    nothing to show says in `message` what it waits for.

    Parameters
    ----------
    name : str
        Object name.
    title : str
        What a screen reader says.
    size, least : (int, int)
        Width and height that are wanted, and the least, for text of the usual size.

    Attributes
    ----------
    is_in_figure : bool
        Whether it is drawn into a figure, as lines and text; see `gui.figures.DrawnFinely`.
    """

    def __init__(self, name: str, title: str, size: tuple[int, int], least: tuple[int, int]):
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._size, self._least = QSize(*size), QSize(*least)
        self._scale = 1.0
        self._message = ""
        self._fonts: dict[tuple[float, bool], QFont] = {}
        self.is_in_figure = False
        self._kept: tuple[tuple[object, ...], QPixmap] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme_manager.changed.connect(self.update)

    @property
    def text_scale(self) -> float:
        """How much larger than usual text is."""
        return self._scale

    @property
    def message(self) -> str:
        """What is said in place of a picture; empty where there is one."""
        return self._message

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._scale = scale
        self._fonts.clear()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size that is wanted."""
        return QSize(self._size.width(), round(self._size.height() * self._scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size in which all can be read."""
        return QSize(self._least.width(), round(self._least.height() * self._scale))

    def show_message(self, message: str) -> None:
        """Say something in place of a picture."""
        self._message = message
        self.setAccessibleDescription(message)
        self.update()

    def small(self, *, semibold: bool = False) -> QFont:
        """Return the font of captions and numbers, whose digits are all equally wide."""
        return self._font(CAPTION_PIXELS, semibold)

    def _font(self, pixels: float, semibold: bool) -> QFont:
        """Return a font, which is made once: a chart asks for it dozens of times at each frame."""
        if (pixels, semibold) not in self._fonts:
            made = font(pixels * self._scale, semibold=semibold)
            self._fonts[pixels, semibold] = with_even_digits(made)
        return self._fonts[pixels, semibold]

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Use another font of the application, once there is one."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fonts.clear()
            self._kept = None
        super().changeEvent(event)

    def line_height(self) -> float:
        """Return the height of a line of small text, in pixels."""
        return QFontMetricsF(self.small()).height()

    def draw_message(self, painter: QPainter) -> None:
        """Write the message in the middle."""
        painter.setFont(self.small())
        painter.setPen(QColor(theme_manager.theme.muted))
        flags = Align.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(
            QRectF(self.rect()).adjusted(GRID, GRID, -GRID, -GRID), flags, self.message
        )

    def draw_kept(
        self, painter: QPainter, shown: tuple[object, ...], draw: Callable[[QPainter], None]
    ) -> None:
        """Draw what most frames have in common: once, and from then on as an image of it.

        Parameters
        ----------
        painter : QPainter
            Of this widget, not scaled.
        shown : tuple
            All that the drawing depends on beside size, theme and type; compared with `==`.
        draw : callable
            Called with a painter that does antialiasing.
        """
        if self.is_in_figure or not is_pixel_device(painter):
            painter.save()
            draw(painter)
            painter.restore()
            return
        scale = self.devicePixelRatioF()
        key = (*shown, self.size(), scale, self._scale, theme_manager.theme)
        if self._kept is None or self._kept[0] != key:
            image = QPixmap(self.size() * scale)
            image.setDevicePixelRatio(scale)
            image.fill(Qt.GlobalColor.transparent)
            with QPainter(image) as within:
                within.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw(within)
            self._kept = key, image
        painter.drawPixmap(0, 0, self._kept[1])

    def render_anew(self) -> None:
        """Let go of the image that is kept."""
        self._kept = None

    def tip_at(self, place: QPointF) -> str:
        """Return what is explained at a place; nothing where it is empty."""
        return self.toolTip()

    def event(self, event: QEvent) -> bool:
        """Explain what is under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tip = self.tip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), as_tooltip(tip), self)
            return True
        return super().event(event)


def with_even_digits(given: QFont) -> QFont:
    """Return a font whose digits are all equally wide, where it has such digits."""
    even = QFont(given)
    if hasattr(QFont.Tag, "fromString"):  # PySide6 6.8 has no way to name a feature.
        even.setFeature(QFont.Tag.fromString("tnum"), 1)
    return even


def width_of(text: str, given: QFont) -> float:
    """Return the width of a line of text, in pixels."""
    return QFontMetricsF(given).horizontalAdvance(text)


def first_that_fits(texts: Sequence[str], width: float, given: QFont) -> str:
    """Return the first of some wordings that is not wider than this, or else the last."""
    return next((text for text in texts if width_of(text, given) <= width), texts[-1])
