"""Documents of the guide: Markdown in the type and colors of a theme, its headings and hits.

Qt reads Markdown into a document that knows neither theme nor measure, and takes no style sheet
into account while it does. So the formats are set afterwards, block by block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from embedviz.gui.theme import (
    GRID,
    HEADLINE_PIXELS,
    MONOSPACED,
    TEXT_PIXELS,
    TITLE_PIXELS,
    Theme,
)

_HEADINGS = {1: (TITLE_PIXELS, 0, 1.5), 2: (HEADLINE_PIXELS, 3, 1)}
"""Size in pixels, and the room above and below in units of the grid, by level."""
_OTHER_HEADING = (TEXT_PIXELS, 2, 0.5)
_LINE_HEIGHT = 140.0
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_CODE = QTextFormat.Property.BlockCodeFence


def style_document(document: QTextDocument, theme: Theme, margin: float) -> None:
    """Give a document that was read from Markdown the type, colors and room of a theme.

    Parameters
    ----------
    document : QTextDocument
    theme : Theme
    margin : float
        Room at the left and at the right of the text, in pixels.
    """
    frame = document.rootFrame().frameFormat()
    frame.setLeftMargin(margin)
    frame.setRightMargin(margin)
    frame.setTopMargin(2 * GRID)
    frame.setBottomMargin(4 * GRID)
    document.rootFrame().setFrameFormat(frame)
    for child in document.rootFrame().childFrames():
        if isinstance(child, QTextTable):
            _dress_table(child, theme)
    for block in blocks(document):
        if level := block.blockFormat().headingLevel():
            _dress_heading(block, level)
        elif block.blockFormat().hasProperty(_CODE.value):
            _dress_code(block, theme)
        else:
            _dress_text(block, theme)


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """Return the paragraphs, headings, cells and lines of code, one after the other."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def anchor_of(heading: str) -> str:
    """Return how links name a heading, as usual for Markdown: "trust-and-density"."""
    kept = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"\s", "-", kept)


def find_hits(document: QTextDocument, text: str) -> list[QTextCursor]:
    """Return where a text occurs, upper and lower case alike; nowhere when it is empty."""
    hits = []
    hit = document.find(text) if text else QTextCursor()
    while not hit.isNull():
        hits.append(hit)
        hit = document.find(text, hit)
    return hits


def _dress_heading(block: QTextBlock, level: int) -> None:
    pixels, above, below = _HEADINGS.get(level, _OTHER_HEADING)
    for part in block.textFormats():
        look = part.format
        # It would be counted from the usual size, whatever size is set.
        look.clearProperty(QTextFormat.Property.FontSizeAdjustment.value)
        look.setProperty(QTextFormat.Property.FontPixelSize.value, pixels)
        look.setFontWeight(QFont.Weight.DemiBold)
        _of_part(block, part.start, part.length).setCharFormat(look)
    room = QTextBlockFormat()
    room.setTopMargin(above * GRID)
    room.setBottomMargin(below * GRID)
    _of_block(block).mergeBlockFormat(room)


def _dress_code(block: QTextBlock, theme: Theme) -> None:
    """Put a line of code on a ground of its own; the first and the last have room around."""
    cursor = _of_block(block)
    cursor.mergeCharFormat(_monospaced())
    room = QTextBlockFormat()
    room.setBackground(QColor(theme.ground))
    room.setLeftMargin(GRID)
    room.setNonBreakableLines(False)
    neighbors = (block.previous(), block.next())
    above, below = (not near.blockFormat().hasProperty(_CODE.value) for near in neighbors)
    room.setTopMargin(GRID if above else 0)
    room.setBottomMargin(2 * GRID if below else 0)
    cursor.mergeBlockFormat(room)


def _dress_text(block: QTextBlock, theme: Theme) -> None:
    has_picture = False
    for part in block.textFormats():
        has_picture = has_picture or part.format.isImageFormat()
        if part.format.fontFixedPitch():
            look = _monospaced()
            look.setBackground(QColor(theme.ground))
            _of_part(block, part.start, part.length).mergeCharFormat(look)
    room = QTextBlockFormat()
    if not has_picture:  # Its line would be as much higher as it is high.
        room.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
    if block.textList() is not None:
        room.setTopMargin(0)
        room.setBottomMargin(GRID / 2)
    elif QTextCursor(block).currentTable() is None:
        room.setTopMargin(GRID / 2)
        room.setBottomMargin(GRID)
    else:
        room.setTopMargin(0)
        room.setBottomMargin(0)
    _of_block(block).mergeBlockFormat(room)


def _dress_table(table: QTextTable, theme: Theme) -> None:
    look = table.format()
    look.setBorder(1)
    look.setBorderBrush(QBrush(QColor(theme.hairline)))
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderCollapse(True)
    look.setCellPadding(GRID * 3 / 4)
    look.setCellSpacing(0)
    look.setTopMargin(GRID)
    look.setBottomMargin(GRID)
    look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(look)
    head = QTextCharFormat()
    head.setFontWeight(QFont.Weight.DemiBold)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        cursor = cell.firstCursorPosition()
        if cursor.atBlockEnd() and cursor != cell.lastCursorPosition():
            cursor.deleteChar()  # Qt begins a table below code with an empty line.
        _of_block(cursor.block()).mergeCharFormat(head)


def _monospaced() -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontFamilies(list(MONOSPACED))
    return look


def _of_block(block: QTextBlock) -> QTextCursor:
    return _of_part(block, 0, block.length() - 1)


def _of_part(block: QTextBlock, start: int, length: int) -> QTextCursor:
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + start)
    cursor.setPosition(block.position() + start + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor
