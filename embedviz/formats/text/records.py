r"""Records of separated fields, found in compiled loops: where each field starts and stops.

Quotes work as in RFC 4180: a field that starts with one ends at the next single one, and may hold
separators, line ends and doubled quotes between. Where anything but a separator or line end follows
that quote, the quotes are ordinary characters, and the field ends at the next separator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.errors import UserError

# A vector of a million numbers printed with 17 digits has 20 MB.
LONGEST_LINE = 64 << 20

_QUOTE, _NEWLINE, _RETURN, _SPACE = b'"\n\r '
_PLAIN, _QUOTED, _HAS_DOUBLED = 0, 1, 2


@dataclass(frozen=True)
class Records:
    """Consecutive records of a text, blank lines left out.

    Attributes
    ----------
    text : bytes
    firsts : int64 array, one longer than there are records
        Where the fields of each record start in the following arrays.
    starts, stops : int64 arrays
        Where each field is, without its quotes.
    kinds : uint8 array
        Whether a field had quotes.
    lines : int64 array, one per record
        On which line of the file it starts, counted from 1.
    """

    text: bytes
    firsts: Offsets
    starts: Offsets
    stops: Offsets
    kinds: Bytes
    lines: Offsets

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def widths(self) -> Offsets:
        """Number of fields of each record."""
        return np.diff(self.firsts)

    def without_first(self) -> Records:
        """Return all records but the first."""
        return replace(self, firsts=self.firsts[1:], lines=self.lines[1:])

    def field(self, index: int) -> bytes:
        """Return one field as it is meant: doubled quotes are one."""
        text = self.text[self.starts[index] : self.stops[index]]
        return text.replace(b'""', b'"') if self.kinds[index] == _HAS_DOUBLED else text

    def fields(self, record: int) -> list[bytes]:
        """Return the fields of one record."""
        return [self.field(i) for i in range(self.firsts[record], self.firsts[record + 1])]

    def column(self, column: int) -> list[bytes]:
        """Return a field of every record, empty where a record has fewer."""
        indices = self.firsts[:-1] + column
        present = column < self.widths
        return [
            self.field(i) if there else b""
            for i, there in zip(indices.tolist(), present.tolist(), strict=True)
        ]


def split_blocks(
    blocks: Iterable[Bytes], separator: int, *, has_quotes: bool, name: str, line: int = 1
) -> Iterator[Records]:
    """Yield the records of a file, given in blocks of whole lines; the first is line `line`.

    Raises
    ------
    UserError
        At a quote that is never closed.
    """
    rest = b""
    for block in blocks:
        text = rest + block.tobytes()
        records, used, n_lines = split_records(text, separator, has_quotes=has_quotes, line=line)
        if len(records):
            yield records
        rest = text[used:]
        line += n_lines
        if len(rest) > LONGEST_LINE:
            break
    if rest:
        raise UserError(
            f"{name}, line {line:,}: a text in double quotes starts in this row and never ends. "
            "Close it, or double the quote where it belongs to the text."
        )


def split_records(
    text: bytes, separator: int, *, has_quotes: bool, line: int = 1
) -> tuple[Records, int, int]:
    """Return the complete records of a text, and how many bytes and lines they take up."""
    block = np.frombuffer(text, np.uint8)
    n_lines = text.count(b"\n")
    size = n_lines + text.count(bytes([separator])) + 1
    starts, stops = np.empty((2, size), np.int64)
    kinds = np.empty(size, np.uint8)
    firsts, lines = np.empty((2, n_lines + 1), np.int64)
    count, used, lines_used = _split(
        block, separator, has_quotes, starts, stops, kinds, firsts, lines
    )
    end = firsts[count]
    records = Records(
        text, firsts[: count + 1], starts[:end], stops[:end], kinds[:end], lines[:count] + line
    )
    return records, int(used), int(lines_used)


@serial_kernel
def _split(
    block: Bytes,
    separator: int,
    has_quotes: bool,
    starts: Offsets,
    stops: Offsets,
    kinds: Bytes,
    firsts: Offsets,
    lines: Offsets,
) -> Any:
    n_records = 0
    n_fields = 0
    line = 0
    used = 0
    lines_used = 0
    position = 0
    record_line = 0
    firsts[0] = 0
    while position < len(block):
        start, stop, kind, end, n_newlines = _find_field(block, position, separator, has_quotes)
        if end >= len(block):
            break
        starts[n_fields] = start
        stops[n_fields] = stop
        kinds[n_fields] = kind
        n_fields += 1
        line += n_newlines
        position = end + 1
        if block[end] == _NEWLINE:
            line += 1
            is_blank = n_fields == firsts[n_records] + 1 and stop == start and kind == _PLAIN
            if is_blank:
                n_fields -= 1
            else:
                lines[n_records] = record_line
                n_records += 1
                firsts[n_records] = n_fields
            record_line = line
            used = position
            lines_used = line
    return n_records, used, lines_used


@serial_kernel
def _find_field(block: Bytes, start: int, separator: int, has_quotes: bool) -> Any:
    """Return start and stop of the field, its kind, where it ends, and the newlines in it."""
    if has_quotes and start < len(block) and block[start] == _QUOTE:
        closing, kind, n_newlines = _find_closing_quote(block, start + 1)
        end = closing + 1
        while end < len(block) and (block[end] == _SPACE or block[end] == _RETURN):
            end += 1
        if end >= len(block) or block[end] == separator or block[end] == _NEWLINE:
            return start + 1, closing, kind, end, n_newlines
    end = start
    while end < len(block) and block[end] != separator and block[end] != _NEWLINE:
        end += 1
    stop = end
    if end < len(block) and block[end] == _NEWLINE:
        while stop > start and block[stop - 1] == _RETURN:
            stop -= 1
    return start, stop, _PLAIN, end, 0


@serial_kernel
def _find_closing_quote(block: Bytes, start: int) -> Any:
    """Return where the quote is, the kind of the field, and the newlines in it."""
    kind = _QUOTED
    n_newlines = 0
    i = start
    while i < len(block):
        if block[i] == _QUOTE:
            if i + 1 == len(block) or block[i + 1] != _QUOTE:
                break
            kind = _HAS_DOUBLED
            i += 1
        elif block[i] == _NEWLINE:
            n_newlines += 1
        i += 1
    return i, kind, n_newlines
