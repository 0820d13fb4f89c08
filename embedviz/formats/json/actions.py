"""What the compiled loop over JSON does with each kind of token."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.formats.json.codes import (
    AT,
    COLON,
    COMMA_OR_END,
    COUNT,
    CUT,
    DEEP,
    DEPTH,
    EXPECTED,
    FINE,
    IN_UNIT,
    LISTS,
    MARGIN,
    MORE,
    MOST_DEPTH,
    NAME,
    NAME_OR_END,
    NO_COLON,
    NO_COMMA,
    NO_KEY,
    NO_VALUE,
    OUT,
    ROOM,
    VALUE,
    VALUE_OR_END,
)
from embedviz.formats.json.steps import ITEM, MEMBER
from embedviz.formats.json.tokens import (
    COMMA,
    LIST,
    LIST_MARK,
    OBJECT,
    copy_span,
    find_end_of_numbers,
    find_end_of_scalar,
    find_quote,
    is_key_of_step,
    write_count,
    write_scalar,
)
from embedviz.formats.json.units import begin_unit, end_value, holds_rows


@serial_kernel
def read_text(
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
    if state[OUT] + quote - start + MARGIN > len(out):
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
        begin_unit(state, units, start)
        out[state[OUT]] = LIST
        state[OUT] += 1
    state[OUT] = copy_span(text, start, quote + 1, out, state[OUT])
    state[AT] = quote + 1
    if is_key:
        state[EXPECTED] = COLON
    else:
        end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def read_opening(
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
            end_value(state, kinds, out, units, documents)
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
def close(
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
    """Read a closing bracket."""
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
    end_value(state, kinds, out, units, documents)
    return FINE


@serial_kernel
def separate(
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
def read_scalar(
    text: Bytes,
    kinds: NDArray[np.int8],
    state: Offsets,
    out: Bytes,
    units: Offsets,
    documents: Offsets,
) -> int:
    """Read a number or a word."""
    at = state[AT]
    end = find_end_of_scalar(text, at, len(text))
    if end == len(text):
        return MORE
    if state[OUT] + end - at + MARGIN > len(out):
        return ROOM
    state[OUT] = write_scalar(text, at, end, out, state[OUT])
    state[AT] = end
    end_value(state, kinds, out, units, documents)
    return FINE
