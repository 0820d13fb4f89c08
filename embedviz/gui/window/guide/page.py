"""Page of the guide: one chapter in a column that is easy to read, with marks where a text occurs.

Pictures come from the bundled files alone, and no link is followed here: whoever shows the page
decides what a link does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit

from embedviz.core.samples import resource_path
from embedviz.gui.theme import GRID, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.window.guide.document import anchor_of, blocks, find_hits, style_document

FOLDER = "guide"
"""Where the chapters are among the resources; links and pictures are named from there."""
_COLUMN = 84 * GRID
_SIDE = 3 * GRID


class GuidePage(QTextBrowser):
    """View of one chapter, which marks what is searched for.

    Attributes
    ----------
    hits : list of QTextCursor
        Where the text that is searched for occurs, from the top.
    place : int
        Which of them is in view.
    """

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "guide.text", "Text of the chapter").setToolTip("")
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Always there, though invisible without need: else it would take room from a page that is
        # laid out already.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setOpenLinks(False)
        self.hits: list[QTextCursor] = []
        self.place = 0
        self._markdown = self._query = ""
        self._shown: QTextDocument | None = None
        self._width = 0
        theme_manager.changed.connect(self._render_again)

    def show_markdown(self, markdown: str) -> None:
        """Show another chapter, from its beginning."""
        self._markdown = markdown
        self._render()
        self.verticalScrollBar().setValue(0)

    def go_to_heading(self, anchor: str) -> None:
        """Bring a heading to the top, by its name in links; without one, the beginning."""
        self.verticalScrollBar().setValue(0)
        for block in blocks(self.document()):
            if block.blockFormat().headingLevel() and anchor_of(block.text()) == anchor:
                self._scroll_to(QTextCursor(block), GRID)

    def search(self, query: str) -> None:
        """Mark every place where a text occurs; none when it is empty."""
        self._query, self.place = query, 0
        self.hits = find_hits(self.document(), query)
        self._mark_hits()

    def go_to_hit(self, place: int) -> None:
        """Bring one of the places into view; negative ones count from the end."""
        self.place = place % len(self.hits)
        self._mark_hits()
        self._scroll_to(self.hits[self.place], self.viewport().height() // 3)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802 - Qt's name
        """Return a bundled picture, as wide as the text at most; nothing else is ever loaded."""
        path = _bundled(QUrl(name))
        if kind != QTextDocument.ResourceType.ImageResource.value or path is None:
            return None
        picture, ratio = QImage(str(path)), self.devicePixelRatioF()
        width = min(picture.width(), self._text_width())
        smooth = Qt.TransformationMode.SmoothTransformation
        picture = picture.scaledToWidth(round(width * ratio), smooth)
        picture.setDevicePixelRatio(ratio)
        return picture

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the type of text: the style sheet gives all fields of several lines that of code."""
        super().changeEvent(event)
        self.document().setDefaultFont(font())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the text in its column, and pictures within it."""
        super().resizeEvent(event)
        if self._width != self.viewport().width():
            self._render_again()

    def _text_width(self) -> int:
        return max(GRID, min(_COLUMN, self.viewport().width() - 2 * _SIDE))

    def _render(self) -> None:
        self._width = self.viewport().width()
        self.hits = []
        self.setExtraSelections([])
        # A new one each time: one that was cleared begins in the type of what it held before.
        document, old = QTextDocument(self), self._shown
        document.setDefaultFont(font())
        document.setDocumentMargin(0)
        document.setMarkdown(self._markdown)
        style_document(document, theme_manager.theme, (self._width - self._text_width()) // 2)
        self.setDocument(document)
        self._shown = document
        if old is not None:
            old.deleteLater()

    def _render_again(self) -> None:
        """Show the same, at the same place, in another theme or width."""
        bar = self.verticalScrollBar()
        part = bar.value() / max(1, bar.maximum())
        self._render()
        bar.setValue(round(part * bar.maximum()))
        self.hits = find_hits(self.document(), self._query)
        self._mark_hits()

    def _mark_hits(self) -> None:
        theme, marks = theme_manager.theme, []
        usual, current = QTextCharFormat(), QTextCharFormat()
        usual.setBackground(with_alpha(theme.query, 0.35))
        current.setBackground(QColor(theme.accent))
        current.setForeground(QColor(theme.panel))
        for place, hit in enumerate(self.hits):
            mark: Any = QTextEdit.ExtraSelection()  # Its fields are unknown to type checkers.
            mark.cursor = hit
            mark.format = current if place == self.place else usual
            marks.append(mark)
        self.setExtraSelections(marks)

    def _scroll_to(self, cursor: QTextCursor, above: int) -> None:
        """Bring a place into view, with some pixels of what is above it."""
        start = QTextCursor(cursor)
        start.setPosition(cursor.selectionStart())
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.cursorRect(start).top() - above)


def _bundled(url: QUrl) -> Path | None:
    """Return the bundled file that an address in a chapter names, or None where it names none."""
    root = resource_path(FOLDER).resolve().parent
    path = (root / FOLDER / url.path()).resolve()
    return path if url.isRelative() and path.is_relative_to(root) and path.is_file() else None
