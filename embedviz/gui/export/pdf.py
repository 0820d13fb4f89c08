"""Figures as PDF: one page as large as the picture, with embedded fonts, and without dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from math import ceil

from PySide6.QtCore import QBuffer, QByteArray, QHashSeed, QIODevice, QMarginsF, QSize, QSizeF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from embedviz.app.files.recipes.carriers import xmp_packet
from embedviz.gui.export.look import CSS_DPI

_PAGE_BOX = re.compile(rb"/MediaBox \[([\d. ]+)\]")
_DATE = re.compile(rb"/(?:CreationDate|ModDate) ?\(D:([^)]*)\)")
_IDENTITY = re.compile(rb"/ID ?\[ ?<([0-9a-fA-F]+)> ?<([0-9a-fA-F]+)> ?\]")


def paint_pdf(paint: Callable[[QPainter], None], size: QSize, title: str, recipe: str) -> bytes:
    """Return a PDF of what is painted, as large as it is in CSS pixels."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    exact = _in_points(size)
    # Qt takes whole points only.
    page = QSizeF(ceil(exact.width()), ceil(exact.height()))
    writer.setPageSize(QPageSize(page, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(CSS_DPI)
    writer.setTitle(title)
    writer.setCreator("embedviz")
    writer.setDocumentXmpMetadata(QByteArray(xmp_packet(recipe, title)))
    # Qt writes the fonts in the order of a hash table, which is another one in each process.
    QHashSeed.setDeterministicGlobalSeed()
    try:
        with QPainter(writer) as painter:
            paint(painter)
    finally:
        QHashSeed.resetRandomGlobalSeed()
    return bytes(buffer.data().data())


def finished_pdf(content: bytes, size: QSize) -> bytes:
    """Return a PDF whose page is as large as the picture, and that says nothing of its making.

    Texts take as many bytes as before, because a PDF says where each of its parts begins.
    """
    exact = _in_points(size)
    found = _PAGE_BOX.search(content)
    if found is not None:
        low = ceil(exact.height()) - exact.height()
        box = f"0 {low:.2f} {exact.width():.2f} {ceil(exact.height())}"
        content = _with(content, found, 1, box.encode())
    for date in list(_DATE.finditer(content)):
        content = _with(content, date, 1, re.sub(rb"\d", b"0", date[1]))
    identity = _IDENTITY.search(content)
    if identity is not None:
        without = content[: identity.start()] + content[identity.end() :]
        digest = blake2b(without, digest_size=32).hexdigest().encode()
        for number in (1, 2):
            content = _with(content, identity, number, digest[: len(identity[number])])
    return content


def _in_points(size: QSize) -> QSizeF:
    return QSizeF(size.width() * 72 / CSS_DPI, size.height() * 72 / CSS_DPI)


def _with(content: bytes, found: re.Match[bytes], group: int, text: bytes) -> bytes:
    """Return content with another text in a place, filled up with spaces; as it is if too long."""
    room = len(found[group])
    if len(text) > room:
        return content
    return content[: found.start(group)] + text.ljust(room) + content[found.end(group) :]
