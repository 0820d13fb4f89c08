"""Animated PNG: exact, and of each frame only the box that is different from the one before.

Frames are put together here rather than by Pillow, which keeps all of them until the end.
See "APNG" in the PNG specification, third edition: acTL, fcTL and fdAT chunks.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import IO

from PIL import Image

from embedviz.formats.moving.clip import Clip, Pixels, changed_part, merged

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOR = (8, 2, 0, 0, 0)
"""Bits, red green blue, and the usual compression, filter and interlace methods."""


def write_apng(file: IO[bytes], clip: Clip, frames: Iterable[Pixels]) -> None:
    """Write frames as they come; the number of them is put in its place in the end.

    Parameters
    ----------
    file : binary file
        Can be gone back in.
    clip : Clip
    frames : iterable of Pixels
    """
    file.write(_SIGNATURE)
    file.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", clip.width, clip.height, *_TRUE_COLOR)))
    place = file.tell()
    file.write(_control(0, clip))
    before: Pixels | None = None
    number = count = 0
    for pixels, _, length in merged(frames):
        part = changed_part(before, pixels)
        wide, high = part.right - part.left, part.bottom - part.top
        box = (wide, high, part.left, part.top)
        file.write(_chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, *box, length, clip.fps, 0, 0)))
        number += 1
        for data in _compressed(pixels[part.top : part.bottom, part.left : part.right]):
            if before is None:
                file.write(_chunk(b"IDAT", data))
            else:
                file.write(_chunk(b"fdAT", struct.pack(">I", number) + data))
                number += 1
        before, count = pixels, count + 1
    file.write(_chunk(b"IEND", b""))
    file.seek(place)
    file.write(_control(count, clip))
    file.seek(0, io.SEEK_END)


def _control(n_frames: int, clip: Clip) -> bytes:
    return _chunk(b"acTL", struct.pack(">II", n_frames, 0 if clip.repeats else 1))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _compressed(pixels: Pixels) -> Iterator[bytes]:
    """Yield the compressed data of a picture, as Pillow makes it."""
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "PNG")
    content, place = made.getvalue(), len(_SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        if content[place + 4 : place + 8] == b"IDAT":
            yield content[place + 8 : place + 8 + length]
        place += length + 12
