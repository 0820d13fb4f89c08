"""The grammar of JSON as a compiled loop over tokens, which finds rows and writes the skeleton.

What the loop knows is one array of numbers, so that it can go back to the last place where a block
may end: it is copied there, and put back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.formats.json.tokens import (
    BLANK,
    COLON_MARK,
    COMMA,
    KINDS,
    LIST,
    LIST_END,
    LIST_MARK,
    NEWLINE,
    OBJECT,
    OBJECT_END,
    QUOTE,
    copy_span,
    find_end_of_numbers,
    find_end_of_scalar,
    find_quote,
    is_key_of_step,
    write_count,
    write_scalar,
)

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
TOP, VALUE, VALUE_OR_END, NAME_OR_END, NAME, COLON, COMMA_OR_END = range(7)
# Places in the state.
DEPTH, EXPECTED, COUNT, IN_UNIT, AT, OUT, UNITS, DOCUMENTS, LISTS, START = range(10)
# Columns of what a scan finds.
OUT_START, OUT_STOP, TEXT_START, FIRST_LIST, STATUS = range(5)
LISTS_END, UNITS_END = OUT_START, FIRST_LIST
"""Of a document: how many lists of numbers and how many rows there are before its end."""

_MARGIN = 64
"""Bytes of the skeleton beyond those of a token that one step may write."""


@serial_kernel
def holds_rows(depth: int, kinds: NDArray[np.int8], containers: Bytes, hits: Bytes) -> bool:
    """Return whether the innermost of the open containers is the one whose elements are rows."""
    if depth != len(kinds) or hits[depth - 1] == 0:
        return False
    return bool((kinds[depth - 1] == ITEM) == (containers[depth - 1] == LIST))


@serial_kernel
def _begin_unit(state: Offsets, units: Offsets, at: int) -> None:
    n_units = state[UNITS]
    units[n_units, OUT_START] = state[OUT]
    units[n_units, TEXT_START] = at
    units[n_units, FIRST_LIST] = state[LISTS]
    units[n_units, STATUS] = FINE
    state[IN_UNIT] = 1


@serial_kernel
def _end_value(
    state: Offsets, kinds: NDArray[np.int8], out: Bytes, units: Offsets, documents: Offsets
) -> None:
    """Take down that a value is complete, and with it perhaps a row, and a document."""
    depth = state[DEPTH]
    state[EXPECTED] = COMMA_OR_END if depth else TOP
    if state[IN_UNIT] and depth == len(kinds):
        if depth and kinds[depth - 1] == MEMBER:
            out[state[OUT]] = LIST_END
            state[OUT] += 1
        units[state[UNITS], OUT_STOP] = state[OUT]
        state[UNITS] += 1
        state[COUNT] += 1
        state[IN_UNIT] = 0
    if depth == 0:
        _end_document(state, documents, FINE)


@serial_kernel
def _end_document(state: Offsets, documents: Offsets, status: int) -> None:
    n_documents = state[DOCUMENTS]
    documents[n_documents, LISTS_END] = state[LISTS]
    documents[n_documents, OUT_STOP] = state[OUT]
    documents[n_documents, TEXT_START] = state[START]
    documents[n_documents, UNITS_END] = state[UNITS]
    documents[n_documents, STATUS] = status
    state[DOCUMENTS] += 1
    state[DEPTH] = 0
    state[EXPECTED] = TOP
    state[IN_UNIT] = 0


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
    start = state[AT]
    is_key = state[EXPECTED] == NAME or state[EXPECTED] == NAME_OR_END
    quote = find_quote(text, start + 1, len(text), is_lines)
    if quote < 0:
        return MORE if quote == -1 else CUT
    if state[OUT] + quote - start + _MARGIN > len(out):
        return ROOM
    depth = state[DEPTH]
    if is_key and depth <= len(kinds):
        hits[depth] = 0
        if hits[depth - 1] and kinds[depth - 1] != ITEM:
            hits[depth] = kinds[depth - 1] == MEMBER or is_key_of_step(
                text, start + 1, quote, keys, ends, depth - 1
            )
    is_row = is_key and has_rows and not state[IN_UNIT] and depth > 0
    if is_row and holds_rows(depth, kinds, containers, hits) and kinds[depth - 1] == MEMBER:
        _begin_unit(state, units, start)
        out[state[OUT]] = LIST
        state[OUT] += 1
    state[OUT] = copy_span(text, start, quote + 1, out, state[OUT])
    state[AT] = quote + 1
    if is_key:
        state[EXPECTED] = COLON
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
    at = state[AT]
    depth = state[DEPTH]
    leads_to_rows = has_rows and not state[IN_UNIT] and depth < len(kinds) and hits[depth]
    is_beside = has_rows and not state[IN_UNIT] and depth < len(kinds) and depth > 0
    is_beside = is_beside and containers[depth - 1] == OBJECT
    if text[at] == LIST and not leads_to_rows and not is_beside:
        end = find_end_of_numbers(text, at + 1, len(text))
        if end == len(text):
            return MORE
        if end > 0:
            # Those of a row must be consecutive, so what is around rows has none.
            if state[IN_UNIT] or not has_rows:
                lists[state[LISTS], 0] = at + 1
                lists[state[LISTS], 1] = end
                state[LISTS] += 1
            state[OUT] = copy_span(LIST_MARK, 0, 9, out, state[OUT])
            state[AT] = end + 1
            _end_value(state, kinds, out, units, documents)
            return FINE
    if depth >= MOST_DEPTH:
        return DEEP
    containers[depth] = text[at]
    state[DEPTH] = depth + 1
    state[AT] = at + 1
    state[EXPECTED] = NAME_OR_END if text[at] == OBJECT else VALUE_OR_END
    if leads_to_rows and holds_rows(depth + 1, kinds, containers, hits):
        state[COUNT] = 0
    else:
        out[state[OUT]] = text[at]
        state[OUT] += 1
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
    at = state[AT]
    depth = state[DEPTH]
    expected = state[EXPECTED]
    if expected == COLON:
        return NO_COLON
    if expected == VALUE:
        return NO_VALUE
    if expected == NAME:
        return NO_KEY
    if text[at] != containers[depth - 1] + 2:
        return NO_COMMA
    if has_rows and not state[IN_UNIT] and holds_rows(depth, kinds, containers, hits):
        state[OUT] = write_count(state[COUNT], out, state[OUT])
    else:
        out[state[OUT]] = text[at]
        state[OUT] += 1
    state[AT] = at + 1
    state[DEPTH] = depth - 1
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
    at = state[AT]
    depth = state[DEPTH]
    expected = state[EXPECTED]
    if expected in (NAME, NAME_OR_END):
        return NO_KEY
    if text[at] == COMMA:
        if expected != COMMA_OR_END:
            return NO_COLON if expected == COLON else NO_VALUE
        state[EXPECTED] = NAME if containers[depth - 1] == OBJECT else VALUE
    else:
        if expected != COLON:
            return NO_COMMA if expected == COMMA_OR_END else NO_VALUE
        state[EXPECTED] = VALUE
    is_silent = has_rows and not state[IN_UNIT] and holds_rows(depth, kinds, containers, hits)
    if not is_silent:
        # The name of a row and its value are made a list of two.
        out[state[OUT]] = COMMA if state[IN_UNIT] and depth == len(kinds) else text[at]
        state[OUT] += 1
    state[AT] = at + 1
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
    at = state[AT]
    end = find_end_of_scalar(text, at, len(text))
    if end == len(text):
        return MORE
    if state[OUT] + end - at + _MARGIN > len(out):
        return ROOM
    state[OUT] = write_scalar(text, at, end, out, state[OUT])
    state[AT] = end
    _end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def _skip_blank(text: Bytes, is_lines: bool, state: Offsets) -> int:
    at = state[AT]
    is_between = state[DEPTH] == 0
    while at < len(text):
        byte = text[at]
        if byte == NEWLINE and is_lines and not is_between:
            break
        # Files may be filled up with NUL, and records be marked by a separator (RFC 7464).
        if KINDS[byte] != BLANK and not (is_between and (byte == 0 or byte == 30)):
            break
        at += 1
    state[AT] = at
    if at == len(text):
        return DONE if is_between else MORE
    return CUT if text[at] == NEWLINE else FINE


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
    depth = state[DEPTH]
    expected = state[EXPECTED]
    if expected == TOP and text[state[AT]] != OBJECT and text[state[AT]] != LIST:
        return NO_RECORD
    if expected == COMMA_OR_END:
        return NO_COMMA
    if expected == COLON:
        return NO_COLON
    if expected in (NAME, NAME_OR_END):
        return NO_KEY
    if expected == TOP:
        state[START] = state[AT]
    elif depth <= len(kinds) and containers[depth - 1] == LIST:
        hits[depth] = hits[depth - 1] and kinds[depth - 1] == ITEM
    if has_rows and not state[IN_UNIT] and depth == len(kinds) and hits[depth]:
        _begin_unit(state, units, state[AT])
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
        state[OUT] + _MARGIN > len(out)
        or state[UNITS] == len(units)
        or state[DOCUMENTS] == len(documents)
        or state[LISTS] == len(lists)
    ):
        return ROOM
    byte = text[state[AT]]
    expected = state[EXPECTED]
    if expected != TOP and byte in (LIST_END, OBJECT_END):
        return _close(text, has_rows, kinds, state, containers, hits, out, units, documents)
    if expected != TOP and byte in (COMMA, COLON_MARK):
        return _separate(text, has_rows, kinds, state, containers, hits, out)
    if byte != QUOTE or expected not in (NAME, NAME_OR_END):
        status = _begin_value(text, has_rows, kinds, state, containers, hits, units)
        if status != FINE:
            return status
    if byte == QUOTE:
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
    if byte in (LIST, OBJECT):
        return _open(text, has_rows, kinds, state, containers, hits, out, units, documents, lists)
    return _read_scalar(text, kinds, state, out, units, documents)


@serial_kernel
def scan(
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
            if state[IN_UNIT] == 0 and not (is_lines and state[DEPTH]):
                saved[:] = state
            continue
        if status == DONE:
            return DONE if is_last else MORE, state[AT]
        at = state[AT]
        if status == MORE and is_last:
            status = CUT
            at = len(text) if is_lines else at
        is_broken = is_lines and status != MORE and status != ROOM
        while is_broken and at < len(text) and text[at] != NEWLINE:
            at += 1
        if is_broken and at == len(text) and not is_last:
            status = MORE
            is_broken = False
        if not is_broken:
            failed = state[AT]
            state[:] = saved
            return status, failed
        first = state[START] if state[EXPECTED] != TOP else state[AT]
        state[:] = saved
        state[START] = first
        state[AT] = min(at + 1, len(text))
        if has_rows and len(kinds) == 0:
            _begin_unit(state, units, first)
            units[state[UNITS], OUT_STOP] = state[OUT]
            units[state[UNITS], STATUS] = status
            state[UNITS] += 1
        _end_document(state, documents, status)
        saved[:] = state
