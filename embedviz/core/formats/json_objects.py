"""JSON of the form `{label: [numbers], …}`, read entry by entry.

The usual parser would hold every number as a Python object, in ten times the memory of the matrix.
Here an entry is found by a regular expression and its numbers go straight into the array.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from embedviz.core.errors import UserError
from embedviz.core.formats.labels import without_surrogates
from embedviz.core.formats.numbers import parse_texts
from embedviz.core.formats.reading import (
    BadRows,
    Contents,
    Format,
    ReadSettings,
    require_dimensions,
)
from embedviz.core.formats.rows import RowCollector
from embedviz.core.formats.source import BYTE_ORDER_MARK, LONGEST_LINE, Source, Stream
from embedviz.core.progress import Report

_CHUNK_BYTES = 4 << 20
_EXPECTED = 'JSON is read where it is one object of the form {"label": [0.1, 0.2, …], …}.'

_STRING = rb'"(?:[^"\\]|\\.)*+"'
_opening = re.compile(rb"\s*+\{(\s*+\})?").match
_entry = re.compile(rb'\s*+(%b)\s*+:\s*+\[([^]["{}]*+)\]\s*+([,}])' % _STRING, re.DOTALL).match
# An entry up to any point where the block that was read may cut it off.
_start_of_entry = re.compile(
    rb'\s*+(?:"(?:[^"\\]|\\.)*+(?:\\|"\s*+(?::\s*+(?:\[[^]["{}]*+(?:\]\s*+)?)?)?)?)?', re.DOTALL
).fullmatch
_key = re.compile(rb"\s*+(%b)\s*+:\s*+" % _STRING, re.DOTALL).match

Entry = tuple[bytes, bytes]
"""A quoted label and what is between the brackets."""


def _matches(source: Source) -> bool:
    return bool(re.match(rb'\s*(?:\{\s*["}]|\[\s*[]\["{0-9.-])', source.text))


def _read(source: Source, settings: ReadSettings, report: Report) -> Contents:
    rows: RowCollector | None = None
    with source.stream() as stream:
        entries = _Entries(source.name, stream)
        for block in entries.blocks():
            dimensions = Counter(_count_of(text) for _, text in block).most_common(1)[0][0]
            rows = rows or _collector(source, settings, dimensions)
            if rows.is_full:
                rows.stop()
                break
            _add(block, rows, stream.fraction)
            report(stream.fraction, f"{rows.n_read:,} rows read")
    if rows is None:
        raise UserError(f"{source.name} is an empty JSON object. {_EXPECTED}")
    return rows.contents("JSON")


def _collector(source: Source, settings: ReadSettings, dimensions: int) -> RowCollector:
    require_dimensions(source.name, dimensions)
    return RowCollector(dimensions, settings, BadRows(source, settings))


def _count_of(text: bytes) -> int:
    return text.count(b",") + 1 if text.strip() else 0


def _add(block: list[Entry], rows: RowCollector, fraction: float) -> None:
    vectors = rows.space_for(len(block), fraction)
    problems = parse_texts([text for _, text in block], vectors)
    labels = [_decode(key) for key, _ in block]
    first = rows.n_read + 1
    rows.add(
        len(block), labels, problems, lambda row: f"entry {first + row:,} ({labels[row][:50]!r})"
    )


def _decode(key: bytes) -> str:
    text = key.decode("utf-8", "replace")
    try:
        return without_surrogates(json.loads(text, strict=False))
    except ValueError:  # An escape that JSON does not know.
        return text[1:-1]


class _Entries:
    """The entries of one JSON object, found in a stream some megabytes at a time."""

    def __init__(self, name: str, stream: Stream) -> None:
        self._name = name
        self._stream = stream
        self._text = b""
        self._position = 0
        self._line = 1
        self._is_at_end = False

    def blocks(self) -> Iterator[list[Entry]]:
        """Yield entries in lists that are never empty.

        Raises
        ------
        UserError
            Where the text is no such object.
        """
        self._read_on()
        opening = _opening(self._text)
        if opening is None:
            raise self._error("it starts with a list")
        self._position = opening.end()
        is_closed = opening[1] is not None
        while not is_closed:
            block: list[Entry] = []
            while found := _entry(self._text, self._position):
                block.append((found[1], found[2]))
                self._position = found.end()
                if found[3] == b"}":
                    is_closed = True
                    break
            if block:
                yield block
            if not is_closed:
                self._read_on()
        self._require_end()

    def _read_on(self) -> None:
        self._line += self._text.count(b"\n", 0, self._position)
        rest = self._text[self._position :]
        if self._is_at_end:
            raise self._error("the file ends in the middle of an entry")
        if not _start_of_entry(rest):
            self._line += rest[: len(rest) - len(rest.lstrip())].count(b"\n")
            raise self._error(_describe(rest))
        if len(rest) > LONGEST_LINE:
            raise self._error("an entry is longer than 64 MB")
        more = self._stream.read(max(_CHUNK_BYTES, len(rest)))
        self._is_at_end = not more
        is_first = not self._text
        self._text = rest + more
        self._position = 0
        if is_first:
            self._text = self._text.removeprefix(BYTE_ORDER_MARK)

    def _require_end(self) -> None:
        rest = self._text[self._position :] + self._stream.read(_CHUNK_BYTES)
        if rest.strip(b" \t\r\n\0"):
            self._line += self._text.count(b"\n", 0, self._position)
            raise self._error("more follows after the end of the object (JSON Lines?)")

    def _error(self, reason: str) -> UserError:
        return UserError(f"{self._name}, line {self._line:,}: {reason}. {_EXPECTED}")


def _describe(rest: bytes) -> str:
    """Say what is there in place of `"label": [numbers]`."""
    key = _key(rest)
    if not key:
        return "a label in double quotes is missing"
    label = _decode(key[1])[:50]
    value = rest[key.end() :]
    kinds = {b"{": "an object", b"[": "not a plain list of numbers", b'"': "text"}
    return f"the value of {label!r} is {kinds.get(value[:1], 'no list')}"


JSON = Format(_matches, _read)
