"""Objects of a PDF as Qt writes it: found, given other contents, and written anew.

Such a file is a list of numbered objects, a table of where each of them begins, and a trailer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from itertools import pairwise

_TABLE = re.compile(rb"xref\s+0 (\d+)\s+((?:\d{10} \d{5} [nf]\s*\n)+)trailer")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_SIZE = re.compile(rb"/Size \d+")
_ENTRY_BYTES = 20


class PdfObjects:
    """Objects of a file, which may be replaced and added to.

    Parameters
    ----------
    content : bytes
        A whole file with one table that begins at object 0.

    Raises
    ------
    ValueError
        When it is no such file.
    """

    def __init__(self, content: bytes) -> None:
        start = _START.search(content[-64:])
        table = _TABLE.match(content, int(start[1])) if start else None
        if start is None or table is None:
            raise ValueError("no PDF with one table of objects")
        begin = int(start[1])
        entries = [table[2][at : at + _ENTRY_BYTES] for at in range(0, len(table[2]), _ENTRY_BYTES)]
        places = {number: int(each[:10]) for number, each in enumerate(entries) if b"n" in each}
        ends = sorted({*places.values(), begin})
        following = dict(pairwise(ends))
        self._head = content[: ends[0]]
        self._trailer = content[table.end() - len(b"trailer") : content.rindex(b"startxref")]
        self._bodies = {
            number: content[place : following[place]]
            for number, place in places.items()
            if place in following
        }

    def body(self, number: int) -> bytes:
        """Return an object between `obj` and `endobj`."""
        body = self._bodies[number]
        return body[body.index(b"obj") + 3 : body.rindex(b"endobj")].strip()

    def numbers(self) -> list[int]:
        """Return the numbers of all objects."""
        return sorted(self._bodies)

    def set_stream(self, number: int, entries: Mapping[str, str], data: bytes) -> None:
        """Make an object a stream that is compressed, with entries of its dictionary."""
        packed = zlib.compress(data)
        words = "".join(f"/{key} {value}\n" for key, value in entries.items())
        head = f"{number} 0 obj\n<<\n{words}/Length {len(packed)}\n/Filter /FlateDecode\n>>\n"
        self._bodies[number] = head.encode() + b"stream\n" + packed + b"\nendstream\nendobj\n"

    def add_stream(self, entries: Mapping[str, str], data: bytes) -> int:
        """Add an object, see `set_stream`; return its number."""
        number = max(self._bodies) + 1
        self.set_stream(number, entries, data)
        return number

    def content(self) -> bytes:
        """Return the bytes of the file."""
        parts, place = [self._head], len(self._head)
        count = max(self._bodies) + 1
        table = [b"0000000000 65535 f \n"] * count
        for number in self.numbers():
            table[number] = b"%010d 00000 n \n" % place
            parts.append(self._bodies[number])
            place += len(self._bodies[number])
        parts += [b"xref\n0 %d\n" % count, *table, _SIZE.sub(b"/Size %d" % count, self._trailer)]
        return b"".join([*parts, b"startxref\n%d\n%%%%EOF\n" % place])
