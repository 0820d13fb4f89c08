"""Printed numbers to float32, correctly rounded, in compiled loops.

A number of up to 18 digits is one integer times or divided by one power of ten. In float64 that is
wrong by at most a few units in the last place, which decides which float32 is nearest unless the
result lies within those few units of the middle between two of them (one number in ten million).
Such numbers, and everything that is not a plain decimal number, are left to Arrow's exact
conversion, row by row. NumPy's own `float32("…")` rounds twice, so it can be one unit off there.

Measured on text of 200,000 × 100: 0.7 s in one thread, where `pyarrow.csv` takes 1.0–1.2 s in two
and needs every line proven regular first, since it refuses tokens with spaces and loses the numbers
of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedviz.core.arrays import TOO_LARGE, Bytes, Matrix, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.notes import counted
from embedviz.formats.text.number_fields import describe_field, exact_numbers, is_number
from embedviz.formats.text.records import Records

GOOD, BLANK, DOUBTFUL = 0, 1, 2

_POWERS = np.array([float(f"1e{power}") for power in range(61)])
_SPACE, _TAB, _NEWLINE, _RETURN, _COMMA, _POINT, _PLUS, _MINUS, _ZERO, _E = b" \t\n\r,.+-0e"
_MOST_DIGITS = 18
_FULL = 100_000_000_000_000_000  # With one digit more it has 18, and fits 64 bits.


@serial_kernel
def round_decimal(mantissa: Any, exponent: Any, negative: bool) -> Any:
    """Return the float32 of mantissa × 10^exponent, and whether it is certainly the nearest."""
    if mantissa == 0:
        return np.float32(-0.0 if negative else 0.0), True
    if not -60 <= exponent <= 30:
        return np.float32(0), False
    value = mantissa * _POWERS[exponent] if exponent >= 0 else mantissa / _POWERS[-exponent]
    # The last 29 of 52 bits are cut off; in the middle they are 1 and 28 zeros.
    cut_off = np.float64(value).view(np.int64) & 0x1FFFFFFF
    certain = abs(cut_off - 0x10000000) > 16 and 1.2e-38 < value < 3.4e38
    return np.float32(-value if negative else value), certain


@serial_kernel
def parse_number(text: Bytes, start: int, end: int, point: int) -> Any:
    """Return the float32 printed in `text[start:end]`, and whether that is certain."""
    i = start
    negative = i < end and text[i] == _MINUS
    if i < end and (negative or text[i] == _PLUS):
        i += 1
    mantissa = np.int64(0)
    exponent = np.int64(0)
    n_digits = 0
    after_point = 0
    while i < end:
        digit = np.int64(text[i]) - _ZERO
        if 0 <= digit <= 9:
            n_digits += 1
            if mantissa < _FULL:
                mantissa = mantissa * 10 + digit
                exponent -= after_point
            else:
                exponent += 1 - after_point
        elif text[i] == point and after_point == 0:
            after_point = 1
        else:
            break
        i += 1
    is_number = n_digits > 0
    if is_number and i < end and (text[i] | 32) == _E:
        power, is_number = parse_exponent(text, i + 1, end)
        exponent += power
        i = end
    value, certain = round_decimal(mantissa, exponent, negative)
    return value, certain and is_number and i == end


@serial_kernel
def parse_exponent(text: Bytes, start: int, end: int) -> Any:
    """Return the integer of at most four digits in `text[start:end]`, and whether there is one."""
    i = start
    negative = i < end and text[i] == _MINUS
    if i < end and (negative or text[i] == _PLUS):
        i += 1
    if not 0 < end - i <= 4:
        return np.int64(0), False
    power = np.int64(0)
    while i < end:
        digit = np.int64(text[i]) - _ZERO
        if not 0 <= digit <= 9:
            return np.int64(0), False
        power = power * 10 + digit
        i += 1
    return -power if negative else power, True


@serial_kernel
def _parse_from_end(text: Bytes, start: int, end: int) -> Any:
    """Read a number without an exponent, whose end is known, backwards to where it starts.

    One pass instead of two, hence twice as fast as looking for the start first.

    Returns
    -------
    float32, int, bool
        The number, where it starts, and whether both are certain.
    """
    i = end - 1
    mantissa = np.int64(0)
    power = np.int64(1)
    n_digits = 0
    n_decimals = 0
    n_points = 0
    certain = True
    while i >= start:
        digit = np.int64(text[i]) - _ZERO
        if 0 <= digit <= 9:
            if n_digits < 18:
                mantissa += digit * power
                power *= 10
            elif digit > 0:
                certain = False
            n_digits += 1
        elif text[i] == _POINT:
            n_points += 1
            n_decimals = n_digits
        else:
            break
        i -= 1
    negative = i >= start and text[i] == _MINUS
    if negative:
        i -= 1
    value, is_nearest = round_decimal(mantissa, -n_decimals, negative)
    is_whole = n_digits > 0 and (i < start or text[i] == _SPACE or text[i] == _TAB)
    return value, i + 1, certain and is_nearest and is_whole and n_points < 2


@serial_kernel
def _parse_vector(text: Bytes, start: int, stop: int, out: Any) -> Any:
    """Fill the vector from the last fields of a line; return where the first starts, or -1."""
    end = stop
    first = stop
    for column in range(len(out) - 1, -1, -1):
        value, first, certain = _parse_from_end(text, start, end)
        if not certain:
            first = end
            while first > start and text[first - 1] != _SPACE and text[first - 1] != _TAB:
                first -= 1
            value, certain = parse_number(text, first, end, _POINT)
        if not certain:
            return -1
        out[column] = value
        end = first - 1
        while column > 0 and end > start and (text[end - 1] == _SPACE or text[end - 1] == _TAB):
            end -= 1
    return first


@serial_kernel
def parse_lines(
    block: Bytes, out: Matrix, is_labeled: bool, starts: Offsets, stops: Offsets, state: Bytes
) -> None:
    """Take the vectors from the right of each line; what is left of them is the label.

    Parameters
    ----------
    block : uint8 array
        Whole lines.
    out : float32 array of shape (lines, n_dimensions)
        Receives the vectors.
    is_labeled : bool
        Whether there must be, or must not be, something left of the numbers.
    starts, stops : int64 arrays of length lines
        Receive where the labels are; for lines without a vector, where the lines are.
    state : uint8 array of length lines
        Receives GOOD, BLANK, or DOUBTFUL: to be looked at more slowly.
    """
    line = 0
    start = 0
    for newline in range(len(block)):
        if block[newline] != _NEWLINE:
            continue
        stop = newline
        while stop > start and (
            block[stop - 1] == _SPACE or block[stop - 1] == _RETURN or block[stop - 1] == _TAB
        ):
            stop -= 1
        while not is_labeled and start < stop and (block[start] == _SPACE or block[start] == _TAB):
            start += 1
        starts[line] = start
        stops[line] = stop
        state[line] = BLANK
        if stop > start:
            first = _parse_vector(block, start, stop, out[line])
            state[line] = GOOD if first >= 0 and is_labeled == (first > start) else DOUBTFUL
            if state[line] == GOOD:
                stops[line] = max(first - 1, start)
        start = newline + 1
        line += 1


def parse_texts(texts: Sequence[bytes], out: Matrix) -> dict[int, str]:
    """Take vectors from lists of numbers with commas between them.

    Parameters
    ----------
    texts : sequence of bytes
        The insides of the brackets.
    out : float32 array of shape (lists, n_dimensions)
        Receives the vectors.

    Returns
    -------
    dict of row to reason
        What is wrong with the lists that are not such vectors.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    stops = np.cumsum(lengths)
    state = np.empty(len(texts), np.uint8)
    _parse_lists(np.frombuffer(b"".join(texts), np.uint8), stops - lengths, stops, out, state)
    problems = {}
    for row in np.flatnonzero(state == DOUBTFUL).tolist():
        try:
            _parse_slowly(texts[row].split(b",") if texts[row].strip() else [], out[row])
        except ValueError as reason:
            problems[row] = str(reason)
    return problems


def parse_columns(
    records: Records, columns: Sequence[int], point: int, out: Matrix
) -> dict[int, str]:
    """Take vectors from columns of numbers.

    Parameters
    ----------
    records : Records
    columns : sequence of int
    point : int
        The byte before the fraction.
    out : float32 array of shape (records, columns)
        Receives the vectors.

    Returns
    -------
    dict of record to reason
        What is wrong with the records that hold no such vectors.
    """
    state = np.empty(len(records), np.uint8)
    _parse_columns(
        np.frombuffer(records.text, np.uint8),
        records.firsts,
        records.starts,
        records.stops,
        np.array(columns),
        point,
        out,
        state,
    )
    problems = {}
    for row in np.flatnonzero(state == DOUBTFUL).tolist():
        fields = records.fields(row)
        try:
            _parse_slowly(
                [with_point(fields[c], point) for c in columns if c < len(fields)], out[row]
            )
        except ValueError as reason:
            problems[row] = str(reason)
    return problems


def with_point(field: bytes, point: int) -> bytes:
    """Return a number with a decimal point, where it was printed with another mark."""
    if point == _POINT:
        return field
    return field.replace(b".", b"?").replace(bytes([point]), b".")


@serial_kernel
def _trim(text: Bytes, first: int, end: int) -> Any:
    while first < end and text[first] <= _SPACE:
        first += 1
    while end > first and text[end - 1] <= _SPACE:
        end -= 1
    return first, end


@serial_kernel
def _parse_lists(text: Bytes, starts: Offsets, stops: Offsets, out: Matrix, state: Bytes) -> None:
    # A number ends where its digits end: to look for the comma first would take another pass.
    for row in range(len(starts)):
        position = starts[row]
        state[row] = DOUBTFUL
        for column in range(out.shape[1]):
            value, certain, position = _parse_next(text, position, stops[row])
            if not certain:
                break
            out[row, column] = value
            if position == stops[row]:
                if column == out.shape[1] - 1:
                    state[row] = GOOD
                break
            position += 1


@serial_kernel
def _take_digits(text: Bytes, start: int, stop: int, mantissa: Any) -> Any:
    """Return an integer with further digits behind it, and where these end."""
    i = start
    while i < stop:
        digit = np.int64(text[i]) - _ZERO
        if not 0 <= digit <= 9:
            break
        mantissa = mantissa * 10 + digit
        i += 1
    return mantissa, i


@serial_kernel
def _parse_next(text: Bytes, start: int, stop: int) -> Any:
    """Return the next float32, whether it is certain, and where the comma after it is, or `stop`.

    A list that does not go on with a number and a comma, or holds one of more digits than fit 64
    bits, is not certain.
    """
    i = start
    while i < stop and text[i] <= _SPACE:
        i += 1
    negative = i < stop and text[i] == _MINUS
    if negative:
        i += 1
    first = i
    mantissa, i = _take_digits(text, i, stop, np.int64(0))
    n_digits = i - first
    exponent = np.int64(0)
    if i < stop and text[i] == _POINT:
        after = i + 1
        mantissa, i = _take_digits(text, after, stop, mantissa)
        exponent = np.int64(after - i)
        n_digits += i - after
    certain = n_digits > 0
    if n_digits > _MOST_DIGITS:
        while first < i and (text[first] == _ZERO or text[first] == _POINT):
            n_digits -= text[first] == _ZERO
            first += 1
        certain = n_digits <= _MOST_DIGITS
    if i < stop and (text[i] | 32) == _E:
        after = i + 1
        i = after
        while i < stop and text[i] != _COMMA and text[i] > _SPACE:
            i += 1
        power, is_power = parse_exponent(text, after, i)
        exponent += power
        certain = certain and is_power
    while i < stop and text[i] <= _SPACE:
        i += 1
    value, is_nearest = round_decimal(mantissa, exponent, negative)
    return value, certain and is_nearest and (i == stop or text[i] == _COMMA), i


@serial_kernel
def _parse_columns(
    text: Bytes,
    firsts: Offsets,
    starts: Offsets,
    stops: Offsets,
    columns: Offsets,
    point: int,
    out: Matrix,
    state: Bytes,
) -> None:
    for row in range(len(state)):
        state[row] = GOOD
        for i in range(len(columns)):
            field = firsts[row] + columns[i]
            certain = False
            if field < firsts[row + 1]:
                first, end = _trim(text, starts[field], stops[field])
                out[row, i], certain = parse_number(text, first, end, point)
            if not certain:
                state[row] = DOUBTFUL
                break


def _parse_slowly(fields: Sequence[bytes], out: Matrix) -> None:
    """Take one vector from printed numbers that the compiled loops left over."""
    fields = [field.strip() for field in fields]
    if len(fields) != len(out):
        raise ValueError(f"{counted(len(fields), 'number')} instead of {len(out):,}")
    for field in fields:
        if not is_number(field):
            raise ValueError(describe_field(field))
    out[:] = exact_numbers(fields)
    if not np.isfinite(out).all():
        raise ValueError(TOO_LARGE)
