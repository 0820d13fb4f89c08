"""A line to type a text into that is searched with, and the texts that stay on the maps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.query_vector import QueryVector
from embedviz.core.wording import one_line, with_controls
from embedviz.gui.panels.rows_view import Index
from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import text_label, tool_button, with_name

WITHOUT_ENCODER = (
    "Which model made these vectors is not known, so no text can be encoded in their space."
)
WORDS_ONLY = "Word vectors trained here: only the words that they were trained on have one."
_LINE = 24
_MOST_SHOWN = 5
_TEXT_ROLE = Qt.ItemDataRole.UserRole + 1
_QUERY_ROLE = Qt.ItemDataRole.UserRole + 2
_REMOVES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_CHOOSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class TextLine(QLineEdit):
    """Line for a text; several lines that are pasted or dropped are several texts.

    Signals
    -------
    texts_given : (list of str,)
        The user pressed Return, or gave several lines at once.
    """

    texts_given = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setClearButtonEnabled(True)
        self.returnPressed.connect(lambda: self._give(self.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take several lines apart that are pasted."""
        if not (event.matches(QKeySequence.StandardKey.Paste) and self.paste_lines()):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what Qt offers; pasting takes several lines apart."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if len(_lines(QGuiApplication.clipboard().text())) > 1:
            menu.addSeparator()
            menu.addAction("Paste Each Line as a Text", self.paste_lines)
        menu.popup(event.globalPos())

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Take several lines apart that are dropped."""
        lines = _lines(event.mimeData().text())
        if len(lines) > 1:
            event.acceptProposedAction()
            self.texts_given.emit(lines)
        else:
            super().dropEvent(event)

    def paste_lines(self) -> bool:
        """Give each line of the clipboard as a text; return whether there are several."""
        lines = _lines(QGuiApplication.clipboard().text())
        if len(lines) > 1:
            self.texts_given.emit(lines)
        return len(lines) > 1

    def _give(self, text: str) -> None:
        if text.strip():
            self.texts_given.emit([text.strip()])


class TextList(QListWidget):
    """Texts that stay on the maps; a click makes one the query.

    Signals
    -------
    text_chosen, text_unwanted : (QueryVector,)
    """

    text_chosen = Signal(object)
    text_unwanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_TextDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._listed: tuple[object, ...] = ()

    def show_texts(self, texts: Sequence[QueryVector], query: QueryVector | None) -> None:
        """List texts, and mark the one that is searched for."""
        if (listed := (*texts, query)) == self._listed:
            return
        self._listed, row = listed, self.currentRow()
        self.clear()
        for each in texts:
            item = QListWidgetItem(one_line(each.name))
            item.setData(_TEXT_ROLE, each)
            item.setData(_QUERY_ROLE, query is not None and each.name == query.name)
            item.setToolTip(with_controls(each.name))
            self.addItem(item)
        self.setCurrentRow(min(row, self.count() - 1))
        self.setFixedHeight(min(len(texts), _MOST_SHOWN) * _LINE + 4)
        self.setVisible(bool(texts))

    def release(self) -> None:
        """List nothing."""
        self.show_texts((), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a text, or take it away where its cross is clicked."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            is_cross = _cross_of(self.visualRect(index)).contains(place)
            (self.text_unwanted if is_cross else self.text_chosen).emit(index.data(_TEXT_ROLE))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take a text away with Delete, choose it with Return."""
        index = self.currentIndex()
        if event.key() in (*_REMOVES, *_CHOOSES) and index.isValid():
            is_unwanted = event.key() in _REMOVES
            (self.text_unwanted if is_unwanted else self.text_chosen).emit(index.data(_TEXT_ROLE))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer to take a text away."""
        index = self.indexAt(event.pos())
        if index.isValid():
            text, menu = index.data(_TEXT_ROLE), QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction("Remove Text", lambda: self.text_unwanted.emit(text))
            menu.popup(event.globalPos())


class TextQuery(QWidget):
    """The line, where its texts go, and the list of texts.

    Signals
    -------
    pin_wanted : ()
        The text that is searched with is to stay on the maps.
    encoder_wanted : ()
        The user wants to say what made the vectors.

    Attributes
    ----------
    line : TextLine
    list : TextList
    way : QLabel
        What becomes of a text that is typed, or why none can be.
    """

    pin_wanted = Signal()
    encoder_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.line = with_name(
            TextLine(), "neighbors.text", "Text: Return lists its neighbors. Paste several lines"
        )
        self.pin = tool_button("neighbors.pin", "Pin", "Pin: keep this text on the maps")
        self.pin.clicked.connect(self.pin_wanted)
        self.way = text_label(kind="caption", wrap=True)
        self.set_encoder = tool_button(
            "neighbors.set_encoder", "Set Encoder…", "Set Encoder: say which model made the vectors"
        )
        self.set_encoder.clicked.connect(self.encoder_wanted)
        self.list = with_name(
            TextList(), "neighbors.texts", "Texts on the maps. Click one to list its neighbors"
        )
        self.list.release()
        self._offers_encoder = False
        beside = QHBoxLayout()
        beside.setSpacing(GRID)
        beside.addWidget(self.line, 1)
        beside.addWidget(self.pin)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID // 2)
        rows.setSpacing(GRID // 2)
        rows.addLayout(beside)
        rows.addWidget(self.way)
        rows.addWidget(self.set_encoder, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self.list)

    def offer_encoder(self, offers: bool) -> None:
        """Offer to say what made the vectors, where the window can do that."""
        self._offers_encoder = offers

    def show_way(self, way: str, lacks: str = WITHOUT_ENCODER) -> None:
        """Say what becomes of a text; nothing: no text can be encoded, and `lacks` says why."""
        self.line.setEnabled(bool(way))
        self.line.setPlaceholderText("Type a text, then Return" if way else "No encoder")
        self.way.setText(way or lacks)
        is_unknown = not way and lacks == WITHOUT_ENCODER
        self.set_encoder.setVisible(is_unknown and self._offers_encoder)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _cross_of(rect: QRect) -> QRect:
    return QRect(QPoint(rect.right() - _LINE, rect.top()), QSize(_LINE, rect.height()))


class _TextDelegate(QStyledItemDelegate):
    """Delegate that paints a ring, a text and a cross."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, _LINE)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | Index
    ) -> None:
        theme, is_query = theme_manager.theme, bool(index.data(_QUERY_ROLE))
        is_over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        if is_over or is_current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(theme.accent, 0.08 if is_over else 0.06))
            painter.drawRoundedRect(area, 4, 4)
        ring = QRectF(area.left() + 4, area.center().y() - 4, 8, 8)
        painter.setPen(QColor(theme.query))
        painter.setBrush(QColor(theme.query) if is_query else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        cross = QRectF(_cross_of(option.rect))
        words = QRectF(ring.right() + GRID, area.top(), cross.left() - ring.right() - GRID, _LINE)
        painter.setFont(font(CAPTION_PIXELS, semibold=is_query))
        painter.setPen(QColor(theme.text))
        metrics, end = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(index.data(), end, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(QColor(theme.text if is_over or is_current else theme.muted))
        painter.drawText(cross, Qt.AlignmentFlag.AlignCenter, "✕")
        painter.restore()
