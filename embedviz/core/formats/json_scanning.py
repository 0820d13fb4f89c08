r"""JSON cut into rows in one compiled pass; its lists of numbers never become Python objects.

A file is one document or several. The kernel knows the path to the rows, such as the elements of
`data`, and copies everything but blank space and lists of numbers to a skeleton that the ordinary
parser reads in no time: for each row one piece, and what is around the rows of a document, its
frame, in the gaps between them. Three words of Python's JSON that stand for no number mark what was
cut out: a list of numbers is `-Infinity`, all the rows in a container are `[Infinity, how many]`,
and the words themselves become `1e999`, which is the same number.

The grammar is checked on the way, so that an error has its place, and the depth is limited, so that
no parser can run out of stack. Scalars are left to the parser of the skeleton.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.formats.source import Bytes, Offsets
from embedviz.core.kernels import serial_kernel

KEY, ITEM, MEMBER = 0, 1, 2

Step = str | int
"""How a path goes on: to the member of that name, to every ITEM of a list or MEMBER."""

MOST_DEPTH = 100

# What a scan ends with, and what is wrong with a row or document.
FINE, CUT, DEEP, NO_COMMA, NO_VALUE, NO_KEY, NO_COLON, NO_RECORD = range(8)
MORE, ROOM, DONE = 20, 21, 22

REASONS = {
    CUT: "it ends before a bracket or quote is closed",
    DEEP: f"lists and objects are nested more than {MOST_DEPTH} deep",
    NO_COMMA: "a comma or a closing bracket is missing",
    NO_VALUE: "a value is missing",
    NO_KEY: "a name in double quotes is missing",
    NO_COLON: "a colon is missing",
    NO_RECORD: "no JSON object or list starts here",
}

# What must come next.
_TOP, _VALUE, _VALUE_OR_END, _KEY_OR_END, _KEY, _COLON, _COMMA_OR_END = range(7)
# Places in the state.
_DEPTH, _EXPECTED, _COUNT, _IN_UNIT, _AT, _OUT, _UNITS, _DOCUMENTS, _LISTS, _START = range(10)
# Columns of what a scan finds.
OUT_START, OUT_STOP, TEXT_START, FIRST_LIST, STATUS = range(5)
LISTS_END, UNITS_END = OUT_START, FIRST_LIST
"""Of a document: how many lists of numbers and how many rows there are before its end."""

_OTHER, _NUMBER, _BLANK, _STRUCTURE = range(4)


def _kinds_of_bytes() -> Bytes:
    kinds = np.full(256, _OTHER, np.uint8)
    kinds[list(b"0123456789+-.eE,NaInfityul")] = _NUMBER
    kinds[list(b" \t\r\n")] = _BLANK
    kinds[list(b'[]{}":')] = _STRUCTURE
    return kinds


_KINDS = _kinds_of_bytes()
_LIST_MARK = np.frombuffer(b"-Infinity", np.uint8)
_UNITS_MARK = np.frombuffer(b"[Infinity,", np.uint8)
_INFINITE = np.frombuffer(b"1e999", np.uint8)
_MARGIN = 64
"""Bytes of the skeleton beyond those of a token that one step may write."""


@dataclass
class Path:
    """The way to the rows as the kernel reads it.

    Attributes
    ----------
    kinds : int8 array
        KEY, ITEM or MEMBER for each step.
    keys : uint8 array
        The names of the KEY steps one after the other, each as plain UTF-8 and as escaped ASCII.
    ends : int64 array
        Where each of them ends, two for each step.
    """

    kinds: NDArray[np.int8]
    keys: Bytes
    ends: Offsets

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Path:
        """Return the path that the steps make."""
        import json

        kinds = [KEY if isinstance(step, str) else step for step in steps]
        names: list[bytes] = []
        for step in steps:
            for is_ascii in (False, True):
                text = json.dumps(step if isinstance(step, str) else "", ensure_ascii=is_ascii)
                names.append(text[1:-1].encode("utf-8", "surrogatepass"))
        ends = np.cumsum([len(name) for name in names], dtype=np.int64)
        keys = np.frombuffer(b"".join(names) + b"\0", np.uint8)
        return cls(np.array(kinds, np.int8), keys, ends)


class Scan:
    """What is known between two blocks of a file, and what was found in the last one.

    Parameters
    ----------
    steps : sequence of str, ITEM or MEMBER, or None
        The path to the rows, nothing where each document is one; None where all is frame.
    is_lines : bool
        Whether no document goes on after the end of its line.
    """

    def __init__(self, steps: Sequence[Step] | None, *, is_lines: bool) -> None:
        self.path = Path.of(steps or ())
        self.is_lines = is_lines
        self._has_rows = steps is not None
        self._state = np.zeros(10, np.int64)
        self._containers = np.zeros(MOST_DEPTH + 2, np.uint8)
        self._hits = np.zeros(MOST_DEPTH + 2, np.uint8)
        self._hits[0] = 1
        self._make_room(1 << 20, 1 << 12)

    def _make_room(self, n_bytes: int, count: int) -> None:
        self._out = np.empty(n_bytes, np.uint8)
        self._units, self._documents = np.empty((2, count, 5), np.int64)
        self._lists = np.empty((4 * count, 2), np.int64)

    def run(self, text: Bytes, start: int, *, is_last: bool) -> tuple[int, int]:
        """Read on from `start`; return how it ended, and where.

        Parameters
        ----------
        text : uint8 array
        start : int
        is_last : bool
            Whether the file ends with the text.

        Returns
        -------
        int, int
            MORE: to be run again from there with more text; ROOM: to be run again from there once
            what was found is taken; DONE: all is read. Otherwise what is wrong, and where.
        """
        while True:
            self._state[_OUT:_START] = 0
            self._state[_AT] = start
            status, at = _scan(
                text,
                is_last,
                self.is_lines,
                self._has_rows,
                self.path.kinds,
                self.path.keys,
                self.path.ends,
                self._state,
                self._containers,
                self._hits,
                self._out,
                self._units,
                self._documents,
                self._lists,
            )
            position = int(self._state[_AT])
            if status != ROOM or position > start:
                return status, position if status in (MORE, ROOM, DONE) else at
            # A single row is larger than all the room.
            self._make_room(2 * len(self._out), 2 * len(self._units))

    @property
    def out(self) -> Bytes:
        """The skeleton."""
        return self._out[: self._state[_OUT]]

    @property
    def units(self) -> Offsets:
        """A line for each row that was found."""
        return self._units[: self._state[_UNITS]]

    @property
    def documents(self) -> Offsets:
        """A line for each document that ended."""
        return self._documents[: self._state[_DOCUMENTS]]

    @property
    def lists(self) -> Offsets:
        """Where the lists of numbers are in the text, without their brackets."""
        return self._lists[: self._state[_LISTS]]

    def take_start(self) -> int:
        """Return where the open document starts in the text, once; then -1: in an earlier one."""
        start = int(self._state[_START])
        self._state[_START] = -1
        return start

    @property
    def is_inside(self) -> bool:
        """Whether a document is open."""
        return bool(self._state[_DEPTH])

    def closing(self) -> bytes:
        """Return what completes the frame of a document that is not read to its end."""
        depth, expected, count = self._state[: _COUNT + 1].tolist()
        text = {_VALUE: b"null", _KEY: b'"":null', _COLON: b":null"}.get(expected, b"")
        if (
            self._has_rows
            and depth
            and _holds_rows(depth, self.path.kinds, self._containers, self._hits)
        ):
            text = b"[Infinity,%d]" % count  # Nothing is written of what is within.
            depth -= 1
        for level in range(depth - 1, -1, -1):
            text += b"}" if self._containers[level] == ord("{") else b"]"
        return text


@serial_kernel
def _ends_string(text: Bytes, start: int, end: int, is_lines: bool) -> int:
    """Return where the quote is that ends a string, -1 for the end of the text, -2 of the line."""
    i = start
    while i < end:
        byte = text[i]
        if byte == 34:
            return i
        if byte == 92:
            i += 1
            if i < end and is_lines and text[i] == 10:
                return -2
        elif byte == 10 and is_lines:
            return -2
        i += 1
    return -1


@serial_kernel
def _ends_numbers(text: Bytes, start: int, end: int) -> int:
    """Return where the bracket is that ends a list of numbers, -1 for none, `end` if not known."""
    i = start
    while i < end:
        kind = _KINDS[text[i]]
        if kind in (_OTHER, _STRUCTURE):
            return i if text[i] == 93 else -1
        i += 1
    return end


@serial_kernel
def _equals(text: Bytes, start: int, stop: int, keys: Bytes, ends: Offsets, step: int) -> bool:
    """Return whether a name is that of the step, in one of its two spellings."""
    for spelling in range(2 * step, 2 * step + 2):
        first = ends[spelling - 1] if spelling else 0
        if ends[spelling] - first != stop - start:
            continue
        same = True
        for i in range(stop - start):
            if text[start + i] != keys[first + i]:
                same = False
                break
        if same:
            return True
    return False


@serial_kernel
def _copy(text: Bytes, start: int, stop: int, out: Bytes, position: int) -> int:
    for i in range(start, stop):
        out[position + i - start] = text[i]
    return position + stop - start


@serial_kernel
def _ends_scalar(text: Bytes, start: int, end: int) -> int:
    i = start
    while i < end:
        byte = text[i]
        if byte == 44 or _KINDS[byte] == _BLANK or _KINDS[byte] == _STRUCTURE:
            break
        i += 1
    return i


@serial_kernel
def _write_scalar(text: Bytes, start: int, stop: int, out: Bytes, position: int) -> int:
    """Copy a scalar, with the words that mark what was cut out as numbers that are the same."""
    for n_signs in range(2):
        if stop - start == 8 + n_signs and (n_signs == 0 or text[start] == 45):
            same = True
            for i in range(8):
                same = same and text[start + n_signs + i] == _LIST_MARK[1 + i]
            if same:
                out[position] = 45
                return _copy(_INFINITE, 0, 5, out, position + n_signs)
    return _copy(text, start, stop, out, position)


@serial_kernel
def _write_count(count: int, out: Bytes, position: int) -> int:
    position = _copy(_UNITS_MARK, 0, 10, out, position)
    size = 1
    while count >= 10**size:
        size += 1
    for i in range(size):
        out[position + size - 1 - i] = 48 + count % 10
        count //= 10
    out[position + size] = 93
    return position + size + 1


@serial_kernel
def _holds_rows(depth: int, kinds: NDArray[np.int8], containers: Bytes, hits: Bytes) -> bool:
    """Return whether the innermost of the open containers is the one whose elements are rows."""
    if depth != len(kinds) or hits[depth - 1] == 0:
        return False
    return bool((kinds[depth - 1] == ITEM) == (containers[depth - 1] == 91))


@serial_kernel
def _begin_unit(state: Offsets, units: Offsets, at: int) -> None:
    n_units = state[_UNITS]
    units[n_units, OUT_START] = state[_OUT]
    units[n_units, TEXT_START] = at
    units[n_units, FIRST_LIST] = state[_LISTS]
    units[n_units, STATUS] = FINE
    state[_IN_UNIT] = 1


@serial_kernel
def _end_value(
    state: Offsets, kinds: NDArray[np.int8], out: Bytes, units: Offsets, documents: Offsets
) -> None:
    """Take down that a value is complete, and with it perhaps a row, and a document."""
    depth = state[_DEPTH]
    state[_EXPECTED] = _COMMA_OR_END if depth else _TOP
    if state[_IN_UNIT] and depth == len(kinds):
        if depth and kinds[depth - 1] == MEMBER:
            out[state[_OUT]] = 93
            state[_OUT] += 1
        units[state[_UNITS], OUT_STOP] = state[_OUT]
        state[_UNITS] += 1
        state[_COUNT] += 1
        state[_IN_UNIT] = 0
    if depth == 0:
        _end_document(state, documents, FINE)


@serial_kernel
def _end_document(state: Offsets, documents: Offsets, status: int) -> None:
    n_documents = state[_DOCUMENTS]
    documents[n_documents, LISTS_END] = state[_LISTS]
    documents[n_documents, OUT_STOP] = state[_OUT]
    documents[n_documents, TEXT_START] = state[_START]
    documents[n_documents, UNITS_END] = state[_UNITS]
    documents[n_documents, STATUS] = status
    state[_DOCUMENTS] += 1
    state[_DEPTH] = 0
    state[_EXPECTED] = _TOP
    state[_IN_UNIT] = 0


@serial_kernel
def _read_text(
    text: Bytes,
    is_lines: bool,
    has_rows: bool,
    kinds: NDArray[np.int8],
    keys: Bytes,
    ends: Offsets,
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
) -> int:
    """Read a string, which is a name or a value."""
    start = state[_AT]
    is_key = state[_EXPECTED] == _KEY or state[_EXPECTED] == _KEY_OR_END
    quote = _ends_string(text, start + 1, len(text), is_lines)
    if quote < 0:
        return MORE if quote == -1 else CUT
    if state[_OUT] + quote - start + _MARGIN > len(out):
        return ROOM
    depth = state[_DEPTH]
    if is_key and depth <= len(kinds):
        hits[depth] = 0
        if hits[depth - 1] and kinds[depth - 1] != ITEM:
            hits[depth] = kinds[depth - 1] == MEMBER or _equals(
                text, start + 1, quote, keys, ends, depth - 1
            )
    is_row = is_key and has_rows and not state[_IN_UNIT] and depth > 0
    if is_row and _holds_rows(depth, kinds, containers, hits) and kinds[depth - 1] == MEMBER:
        _begin_unit(state, units, start)
        out[state[_OUT]] = 91
        state[_OUT] += 1
    state[_OUT] = _copy(text, start, quote + 1, out, state[_OUT])
    state[_AT] = quote + 1
    if is_key:
        state[_EXPECTED] = _COLON
    else:
        _end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def _open(
    text: Bytes,
    has_rows: bool,
    kinds: NDArray[np.int8],
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
    lists: Offsets,
) -> int:
    """Read a list of numbers, or go into a list or an object."""
    at = state[_AT]
    depth = state[_DEPTH]
    leads_to_rows = has_rows and not state[_IN_UNIT] and depth < len(kinds) and hits[depth]
    is_beside = has_rows and not state[_IN_UNIT] and depth < len(kinds) and depth > 0
    is_beside = is_beside and containers[depth - 1] == 123
    if text[at] == 91 and not leads_to_rows and not is_beside:
        end = _ends_numbers(text, at + 1, len(text))
        if end == len(text):
            return MORE
        if end > 0:
            # Those of a row must be consecutive, so what is around rows has none.
            if state[_IN_UNIT] or not has_rows:
                lists[state[_LISTS], 0] = at + 1
                lists[state[_LISTS], 1] = end
                state[_LISTS] += 1
            state[_OUT] = _copy(_LIST_MARK, 0, 9, out, state[_OUT])
            state[_AT] = end + 1
            _end_value(state, kinds, out, units, documents)
            return FINE
    if depth >= MOST_DEPTH:
        return DEEP
    containers[depth] = text[at]
    state[_DEPTH] = depth + 1
    state[_AT] = at + 1
    state[_EXPECTED] = _KEY_OR_END if text[at] == 123 else _VALUE_OR_END
    if leads_to_rows and _holds_rows(depth + 1, kinds, containers, hits):
        state[_COUNT] = 0
    else:
        out[state[_OUT]] = text[at]
        state[_OUT] += 1
    return FINE


@serial_kernel
def _close(
    text: Bytes,
    has_rows: bool,
    kinds: NDArray[np.int8],
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
) -> int:
    at = state[_AT]
    depth = state[_DEPTH]
    expected = state[_EXPECTED]
    if expected == _COLON:
        return NO_COLON
    if expected == _VALUE:
        return NO_VALUE
    if expected == _KEY:
        return NO_KEY
    if text[at] != containers[depth - 1] + 2:
        return NO_COMMA
    if has_rows and not state[_IN_UNIT] and _holds_rows(depth, kinds, containers, hits):
        state[_OUT] = _write_count(state[_COUNT], out, state[_OUT])
    else:
        out[state[_OUT]] = text[at]
        state[_OUT] += 1
    state[_AT] = at + 1
    state[_DEPTH] = depth - 1
    _end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def _separate(
    text: Bytes,
    has_rows: bool,
    kinds: NDArray[np.int8],
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
) -> int:
    """Read a comma or a colon."""
    at = state[_AT]
    depth = state[_DEPTH]
    expected = state[_EXPECTED]
    if expected in (_KEY, _KEY_OR_END):
        return NO_KEY
    if text[at] == 44:
        if expected != _COMMA_OR_END:
            return NO_COLON if expected == _COLON else NO_VALUE
        state[_EXPECTED] = _KEY if containers[depth - 1] == 123 else _VALUE
    else:
        if expected != _COLON:
            return NO_COMMA if expected == _COMMA_OR_END else NO_VALUE
        state[_EXPECTED] = _VALUE
    is_silent = has_rows and not state[_IN_UNIT] and _holds_rows(depth, kinds, containers, hits)
    if not is_silent:
        # The name of a row and its value are made a list of two.
        out[state[_OUT]] = 44 if state[_IN_UNIT] and depth == len(kinds) else text[at]
        state[_OUT] += 1
    state[_AT] = at + 1
    return FINE


@serial_kernel
def _read_scalar(
    text: Bytes,
    kinds: NDArray[np.int8],
    state: Offsets,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
) -> int:
    at = state[_AT]
    end = _ends_scalar(text, at, len(text))
    if end == len(text):
        return MORE
    if state[_OUT] + end - at + _MARGIN > len(out):
        return ROOM
    state[_OUT] = _write_scalar(text, at, end, out, state[_OUT])
    state[_AT] = end
    _end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def _skip_blank(text: Bytes, is_lines: bool, state: Offsets) -> int:
    at = state[_AT]
    is_between = state[_DEPTH] == 0
    while at < len(text):
        byte = text[at]
        if byte == 10 and is_lines and not is_between:
            break
        # Files may be filled up with NUL, and records be marked by a separator (RFC 7464).
        if _KINDS[byte] != _BLANK and not (is_between and (byte == 0 or byte == 30)):
            break
        at += 1
    state[_AT] = at
    if at == len(text):
        return DONE if is_between else MORE
    return CUT if text[at] == 10 else FINE


@serial_kernel
def _begin_value(
    text: Bytes,
    has_rows: bool,
    kinds: NDArray[np.int8],
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    units: Offsets,
) -> int:
    """Check that a value may be here, and whether it is a row."""
    depth = state[_DEPTH]
    expected = state[_EXPECTED]
    if expected == _TOP and text[state[_AT]] != 123 and text[state[_AT]] != 91:
        return NO_RECORD
    if expected == _COMMA_OR_END:
        return NO_COMMA
    if expected == _COLON:
        return NO_COLON
    if expected in (_KEY, _KEY_OR_END):
        return NO_KEY
    if expected == _TOP:
        state[_START] = state[_AT]
    elif depth <= len(kinds) and containers[depth - 1] == 91:
        hits[depth] = hits[depth - 1] and kinds[depth - 1] == ITEM
    if has_rows and not state[_IN_UNIT] and depth == len(kinds) and hits[depth]:
        _begin_unit(state, units, state[_AT])
    return FINE


@serial_kernel
def _read_token(
    text: Bytes,
    is_lines: bool,
    has_rows: bool,
    kinds: NDArray[np.int8],
    keys: Bytes,
    ends: Offsets,
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
    lists: Offsets,
) -> int:
    status = _skip_blank(text, is_lines, state)
    if status != FINE:
        return status
    if (
        state[_OUT] + _MARGIN > len(out)
        or state[_UNITS] == len(units)
        or state[_DOCUMENTS] == len(documents)
        or state[_LISTS] == len(lists)
    ):
        return ROOM
    byte = text[state[_AT]]
    expected = state[_EXPECTED]
    if expected != _TOP and (byte == 93 or byte == 125):
        return _close(text, has_rows, kinds, state, containers, hits, out, units, documents)
    if expected != _TOP and (byte == 44 or byte == 58):
        return _separate(text, has_rows, kinds, state, containers, hits, out)
    if byte != 34 or expected not in (_KEY, _KEY_OR_END):
        status = _begin_value(text, has_rows, kinds, state, containers, hits, units)
        if status != FINE:
            return status
    if byte == 34:
        return _read_text(
            text,
            is_lines,
            has_rows,
            kinds,
            keys,
            ends,
            state,
            containers,
            hits,
            out,
            units,
            documents,
        )
    if byte == 91 or byte == 123:
        return _open(text, has_rows, kinds, state, containers, hits, out, units, documents, lists)
    return _read_scalar(text, kinds, state, out, units, documents)


@serial_kernel
def _scan(
    text: Bytes,
    is_last: bool,
    is_lines: bool,
    has_rows: bool,
    kinds: NDArray[np.int8],
    keys: Bytes,
    ends: Offsets,
    state: Offsets,
    containers: Bytes,
    hits: Bytes,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
    lists: Offsets,
) -> Any:
    """Read tokens to the end of the text, of the room, or to an error."""
    saved = state.copy()
    while True:
        status = _read_token(
            text,
            is_lines,
            has_rows,
            kinds,
            keys,
            ends,
            state,
            containers,
            hits,
            out,
            units,
            documents,
            lists,
        )
        if status == FINE:
            if state[_IN_UNIT] == 0 and not (is_lines and state[_DEPTH]):
                saved[:] = state
            continue
        if status == DONE:
            return DONE if is_last else MORE, state[_AT]
        at = state[_AT]
        if status == MORE and is_last:
            status = CUT
            at = len(text) if is_lines else at
        is_broken = is_lines and status != MORE and status != ROOM
        while is_broken and at < len(text) and text[at] != 10:
            at += 1
        if is_broken and at == len(text) and not is_last:
            status = MORE
            is_broken = False
        if not is_broken:
            failed = state[_AT]
            state[:] = saved
            return status, failed
        first = state[_START] if state[_EXPECTED] != _TOP else state[_AT]
        state[:] = saved
        state[_START] = first
        state[_AT] = min(at + 1, len(text))
        if has_rows and len(kinds) == 0:
            _begin_unit(state, units, first)
            units[state[_UNITS], OUT_STOP] = state[_OUT]
            units[state[_UNITS], STATUS] = status
            state[_UNITS] += 1
        _end_document(state, documents, status)
        saved[:] = state
