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
from embedviz.formats.json.actions import close, read_opening, read_scalar, read_text, separate
from embedviz.formats.json.codes import (
    AT,
    COLON,
    COMMA_OR_END,
    CUT,
    DEPTH,
    DOCUMENTS,
    DONE,
    EXPECTED,
    FINE,
    IN_UNIT,
    LISTS,
    MARGIN,
    MORE,
    NAME,
    NAME_OR_END,
    NO_COLON,
    NO_COMMA,
    NO_KEY,
    NO_RECORD,
    OUT,
    OUT_STOP,
    ROOM,
    START,
    STATUS,
    TOP,
    UNITS,
)
from embedviz.formats.json.steps import ITEM
from embedviz.formats.json.tokens import (
    BLANK,
    COLON_MARK,
    COMMA,
    KINDS,
    LIST,
    LIST_END,
    NEWLINE,
    OBJECT,
    OBJECT_END,
    QUOTE,
)
from embedviz.formats.json.units import begin_unit, end_document


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
        begin_unit(state, units, state[AT])
    return FINE


@serial_kernel
def _is_full(
    state: Offsets, out: Bytes, units: Offsets, documents: Offsets, lists: Offsets
) -> bool:
    return bool(
        state[OUT] + MARGIN > len(out)
        or state[UNITS] == len(units)
        or state[DOCUMENTS] == len(documents)
        or state[LISTS] == len(lists)
    )


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
    if _is_full(state, out, units, documents, lists):
        return ROOM
    byte = text[state[AT]]
    expected = state[EXPECTED]
    if expected != TOP and byte in (LIST_END, OBJECT_END):
        return close(text, has_rows, kinds, state, containers, hits, out, units, documents)
    if expected != TOP and byte in (COMMA, COLON_MARK):
        return separate(text, has_rows, kinds, state, containers, hits, out)
    if byte != QUOTE or expected not in (NAME, NAME_OR_END):
        status = _begin_value(text, has_rows, kinds, state, containers, hits, units)
        if status != FINE:
            return status
    if byte == QUOTE:
        return read_text(
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
        return read_opening(
            text, has_rows, kinds, state, containers, hits, out, units, documents, lists
        )
    return read_scalar(text, kinds, state, out, units, documents)


@serial_kernel
def _judge(
    text: Bytes, status: int, at: int, is_last: bool, is_lines: bool
) -> tuple[int, int, bool]:
    """Return why it cannot go on, where the line ends, and whether that is all that is broken."""
    if status == MORE and is_last:
        status = CUT
        at = len(text) if is_lines else at
    is_broken = is_lines and status not in (MORE, ROOM)
    while is_broken and at < len(text) and text[at] != NEWLINE:
        at += 1
    if is_broken and at == len(text) and not is_last:
        return MORE, at, False
    return status, at, is_broken


@serial_kernel
def _leave_out(
    text: Bytes,
    at: int,
    status: int,
    has_rows: bool,
    kinds: NDArray[np.int8],
    state: Offsets,
    saved: Offsets,
    units: Offsets,
    documents: Offsets,
) -> None:
    """Go back to where a broken line began, and on after its end; take down what is wrong."""
    first = state[START] if state[EXPECTED] != TOP else state[AT]
    state[:] = saved
    state[START] = first
    state[AT] = min(at + 1, len(text))
    if has_rows and len(kinds) == 0:
        begin_unit(state, units, first)
        units[state[UNITS], OUT_STOP] = state[OUT]
        units[state[UNITS], STATUS] = status
        state[UNITS] += 1
    end_document(state, documents, status)


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
        status, at, is_broken = _judge(text, status, state[AT], is_last, is_lines)
        if not is_broken:
            failed = state[AT]
            state[:] = saved
            return status, failed
        _leave_out(text, at, status, has_rows, kinds, state, saved, units, documents)
        saved[:] = state
