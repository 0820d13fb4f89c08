"""Pictures that carry a recipe: text in the metadata of PNG, SVG and PDF files.

PNG (also animated) has it as compressed `iTXt`, SVG in `<metadata>`, PDF in its XMP. What is read
comes from outside: sizes are limited before anything is unpacked, and SVG is never parsed as XML,
so that no entity of it is followed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from html import escape, unescape
from pathlib import Path
from struct import pack, unpack_from

from embedviz.app.files.recipes.names import MOST_CHARACTERS
from embedviz.core.errors import UserError

KEYWORD = "embedviz"
_NAMESPACE = "urn:embedviz:recipe"
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_FILE_BYTES = 256 << 20
_HEAD_BYTES = 1024
_ELEMENT = f'<recipe xmlns="{_NAMESPACE}">'
_IN_TEXT = re.compile(
    re.escape(_ELEMENT.encode()) + rb"([^<]{0,%d})</recipe>" % (6 * MOST_CHARACTERS)
)


def with_png_recipe(content: bytes, recipe: str, dpi: float | None = None) -> bytes:
    """Return a PNG with a recipe, and with a resolution where one is given.

    Raises
    ------
    ValueError
        When it is no PNG.
    """
    chunks = []
    for kind, data in _chunks(content):
        if kind == b"pHYs" and dpi is not None:
            continue
        chunks.append(_chunk(kind, data))
        if kind == b"IHDR":
            if dpi is not None:
                per_meter = round(dpi / 0.0254)
                chunks.append(_chunk(b"pHYs", pack(">IIB", per_meter, per_meter, 1)))
            if recipe:
                packed = zlib.compress(recipe.encode(), 9)
                text = KEYWORD.encode() + b"\0\x01\0\0\0" + packed
                chunks.append(_chunk(b"iTXt", text))
    return b"".join([_PNG, *chunks])


def svg_metadata(recipe: str) -> str:
    """Return the element of an SVG that holds a recipe."""
    return f"<metadata>{_ELEMENT}{escape(recipe, quote=False)}</recipe></metadata>"


def xmp_packet(recipe: str, title: str) -> bytes:
    """Return the XMP of a PDF that holds a recipe; it has no date."""
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(title)}</rdf:li></rdf:Alt></dc:title>"
        f"{_ELEMENT}{escape(recipe, quote=False)}</recipe>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    return text.encode("utf-8")


def may_carry_recipe(path: Path) -> bool:
    """Return whether a file is a picture that could have a recipe, by what it begins with."""
    try:
        if not path.is_file():  # A pipe would be waited for.
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return False
    if head.startswith((_PNG, b"%PDF-", b"<svg")):
        return True
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith((b"<svg", b"<?xml", b"<!")) and b"<svg" in text  # No table of icons.


def recipe_in(path: Path) -> str:
    """Return the recipe in a picture.

    Raises
    ------
    UserError
        When the picture has none, or cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_FILE_BYTES:
            raise UserError(f"{path.name} is too large to look for a recipe in it.")
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read: {error.strerror or error}. Choose another file."
        ) from None
    read: Callable[[bytes], str | None] = _read_text
    if content.startswith(_PNG):
        read = _read_png
    try:
        found = read(content)
    except ValueError:
        found = None
    if found is None:
        raise UserError(
            f"{path.name} is a picture that does not say what it shows. Pictures that embedviz "
            "wrote with the box for it checked can be opened; vectors are in other files."
        )
    return found


def _read_png(content: bytes) -> str | None:
    start = KEYWORD.encode() + b"\0"
    for kind, data in _chunks(content):
        if kind == b"iTXt" and data.startswith(start) and len(data) > len(start) + 2:
            is_packed = data[len(start)] == 1
            body = data[len(start) + 2 :].split(b"\0", 2)[-1]
            return _unpacked(body) if is_packed else _text(body)
    return None


def _read_text(content: bytes) -> str | None:
    found = _IN_TEXT.search(content)
    return None if found is None else unescape(_text(found[1], 6 * MOST_CHARACTERS))


def _text(data: bytes, most: int = MOST_CHARACTERS) -> str:
    if len(data) > most:
        raise ValueError("too long")
    return data.decode("utf-8")


def _unpacked(data: bytes) -> str:
    """Return what was compressed, never more than a recipe may have."""
    engine = zlib.decompressobj()
    try:
        found = engine.decompress(data, MOST_CHARACTERS + 1)
    except zlib.error:
        raise ValueError("damaged") from None
    if not engine.eof:
        raise ValueError("cut short, or too long")
    return _text(found)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the data of each part of a PNG."""
    if not content.startswith(_PNG):
        raise ValueError("no PNG")
    place = len(_PNG)
    while place + 12 <= len(content):
        (length,) = unpack_from(">I", content, place)
        end = place + 12 + length
        if end > len(content):
            raise ValueError("cut short")
        yield content[place + 4 : place + 8], content[place + 8 : end - 4]
        place = end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
