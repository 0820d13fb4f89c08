"""Codes of the first stage: prefixes at unit length, rounded as vector databases round them.

float32
    The numbers as they are: 4 bytes each.
float16
    Each number rounded to the nearest half: 2 bytes each. The query is not rounded; products are
    summed in float32.
int8
    Each row over a scale of its own, its largest number over 127, and rounded to whole numbers from
    -127 to 127: 1 byte each, and 4 for the scale. The query is rounded in the same way, and the
    products of whole numbers are exact.
binary
    The sign of each number, 1 where it is above zero: 1 bit each, in whole bytes. The query is
    reduced to signs as well, and rows are ranked by how many signs agree (Hamming distance).

Signs and scales are those of the numbers themselves, about zero: no mean is taken off, as a
database does not either. A prefix is brought to unit length first, so that all of them are searched
by cosine; that of a row of zeros stays zero, and a row that holds NaN is nobody's neighbor.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import row_blocks
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.truncation import truncate
from embedviz.core.progress import Report, silent

Precision = Literal["float32", "float16", "int8", "binary"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
Scales = NDArray[np.float32]

WORD = 64
"""Signs that are compared at once."""
_LARGEST = 127


def checked_precision(precision: str) -> Precision:
    """Return a precision, refusing what is none."""
    for each in PRECISIONS:
        if each == precision:
            return each
    raise UserError(f"There is no precision {precision!r}. Choose one of {', '.join(PRECISIONS)}.")


def bytes_of_code(dimensions: int, precision: Precision) -> int:
    """Return how many bytes the code of one row takes."""
    if precision == "binary":
        return -(-dimensions // 8)
    if precision == "int8":
        return dimensions + 4
    return dimensions * (4 if precision == "float32" else 2)


def rounded_prefixes(rows: Matrix, dimensions: int, precision: Precision) -> tuple[Matrix, Scales]:
    """Return the numbers that codes stand for, before their scale, and the scales.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    dimensions : int
        From 1 to n_dimensions.
    precision : {"float32", "float16", "int8", "binary"}

    Returns
    -------
    values : float32 array of shape (n_vectors, dimensions)
        Of "int8" whole numbers, of "binary" -1 or 1.
    scales : float32 array of shape (n_vectors,)
        What they are multiplied by; NaN for a row that holds NaN or infinities in its prefix.
    """
    values = truncate(rows, dimensions)
    is_broken = ~np.isfinite(values).all(axis=1)
    scales = np.ones(len(values), dtype=np.float32)
    values[is_broken] = 0.0
    if precision == "float16":
        values = values.astype(np.float16).astype(np.float32)
    elif precision == "int8":
        peaks = np.abs(values).max(axis=1, initial=0.0)
        scales = (peaks / np.float32(_LARGEST)).astype(np.float32)
        values *= (_LARGEST / np.where(peaks > 0, peaks, 1.0))[:, np.newaxis]
        np.rint(values, out=values)
    elif precision == "binary":
        values = np.where(values > 0, np.float32(1.0), np.float32(-1.0))
    scales[is_broken] = np.nan
    return values, scales


def packed(values: Matrix, precision: Precision) -> NDArray[np.generic]:
    """Return rounded numbers as they are stored.

    Returns
    -------
    array of shape (n_vectors, dimensions)
        float32; uint16, the bits of halves; or int8. Of "binary" uint64 of shape (n_vectors,
        n_words): the signs of 64 numbers in each, and zeros beyond the last one.
    """
    if precision == "float16":
        return values.astype(np.float16).view(np.uint16)
    if precision == "int8":
        return values.astype(np.int8)
    if precision == "binary":
        bits = np.zeros((len(values), -(-values.shape[1] // WORD) * WORD), dtype=np.bool_)
        bits[:, : values.shape[1]] = values > 0
        return np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    return values


def coded(
    rows: Matrix, dimensions: int, precision: Precision, report: Report = silent
) -> tuple[NDArray[np.generic], Scales]:
    """Return the codes of all rows, as `packed` stores them, and their scales.

    Some megabytes are worked on at a time; what is returned takes `bytes_of_code` a row, that of
    "binary" in whole words of 8 bytes, and 4 for the scale.
    """
    some, _ = rounded_prefixes(rows[:0], dimensions, precision)
    empty = packed(some, precision)
    codes = np.empty((len(rows), empty.shape[1]), dtype=empty.dtype)
    scales = np.empty(len(rows), dtype=np.float32)
    for first, block in row_blocks(rows):
        report(first / len(rows), "codes of the rows")
        part = slice(first, first + len(block))
        values, scales[part] = rounded_prefixes(block, dimensions, precision)
        codes[part] = packed(values, precision)
    return codes, scales
