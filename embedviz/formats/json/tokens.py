"""The pieces of a JSON text, found and copied by compiled loops: texts, single values, lists."""

from __future__ import annotations

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel

LIST, LIST_END, OBJECT, OBJECT_END, COMMA, COLON_MARK, QUOTE, NEWLINE = b'[]{},:"\n'
_BACKSLASH, _MINUS, _ZERO = b"\\-0"

OTHER, NUMBER, BLANK, STRUCTURE = range(4)


def _kinds_of_bytes() -> Bytes:
    kinds = np.full(256, OTHER, np.uint8)
    kinds[list(b"0123456789+-.eE,NaInfityul")] = NUMBER
    kinds[list(b" \t\r\n")] = BLANK
    kinds[list(b'[]{}":')] = STRUCTURE
    return kinds


KINDS = _kinds_of_bytes()
LIST_MARK = np.frombuffer(b"-Infinity", np.uint8)
UNITS_MARK = np.frombuffer(b"[Infinity,", np.uint8)
INFINITE = np.frombuffer(b"1e999", np.uint8)


@serial_kernel
def find_quote(text: Bytes, start: int, end: int, is_lines: bool) -> int:
    """Return where the quote is that ends a string, -1 for the end of the text, -2 of the line."""
    i = start
    while i < end:
        byte = text[i]
        if byte == QUOTE:
            return i
        if byte == _BACKSLASH:
            i += 1
            if i < end and is_lines and text[i] == NEWLINE:
                return -2
        elif byte == NEWLINE and is_lines:
            return -2
        i += 1
    return -1


@serial_kernel
def find_end_of_numbers(text: Bytes, start: int, end: int) -> int:
    """Return where the bracket is that ends a list of numbers, -1 for none, `end` if not known."""
    i = start
    while i < end:
        kind = KINDS[text[i]]
        if kind in (OTHER, STRUCTURE):
            return i if text[i] == LIST_END else -1
        i += 1
    return end


@serial_kernel
def is_key_of_step(
    text: Bytes, start: int, stop: int, keys: Bytes, ends: Offsets, step: int
) -> bool:
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
def copy_span(text: Bytes, start: int, stop: int, out: Bytes, position: int) -> int:
    """Copy a part of the text; return the position after it, as all that write do."""
    for i in range(start, stop):
        out[position + i - start] = text[i]
    return position + stop - start


@serial_kernel
def find_end_of_scalar(text: Bytes, start: int, end: int) -> int:
    """Return where a number or word ends."""
    i = start
    while i < end:
        byte = text[i]
        if byte == COMMA or KINDS[byte] == BLANK or KINDS[byte] == STRUCTURE:
            break
        i += 1
    return i


@serial_kernel
def write_scalar(text: Bytes, start: int, stop: int, out: Bytes, position: int) -> int:
    """Copy a scalar, with the words that mark what was cut out as numbers that are the same."""
    for n_signs in range(2):
        if stop - start == 8 + n_signs and (n_signs == 0 or text[start] == _MINUS):
            same = True
            for i in range(8):
                same = same and text[start + n_signs + i] == LIST_MARK[1 + i]
            if same:
                out[position] = _MINUS
                return copy_span(INFINITE, 0, 5, out, position + n_signs)
    return copy_span(text, start, stop, out, position)


@serial_kernel
def write_count(count: int, out: Bytes, position: int) -> int:
    """Write what stands for a container of so many rows."""
    position = copy_span(UNITS_MARK, 0, 10, out, position)
    size = 1
    while count >= 10**size:
        size += 1
    for i in range(size):
        out[position + size - 1 - i] = _ZERO + count % 10
        count //= NEWLINE
    out[position + size] = LIST_END
    return position + size + 1
