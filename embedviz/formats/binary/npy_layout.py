"""The header of NumPy's arrays: which values there are, and how many.

It is read here and not by NumPy, whose reader knows more kinds of header, and of exception, than
there are kinds of matrix.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.formats.source import Stream

_LONGEST_HEADER = 10_000

_numeric = re.compile(r"[<>|=]?[fiub][0-9]+").fullmatch
_text = re.compile(r"[<>|=]?[US][0-9]+").fullmatch
# Without a unit, a date is a number that means nothing.
_date = re.compile(r"[<>|=]?M8\[[0-9]*(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\]").fullmatch
_KINDS = {
    "O": "Python objects, which are never loaded since they could run code",
    "c": "complex numbers",
    "V": "raw or structured values",
    "M": "dates",
    "m": "durations",
    "U": "texts",
    "S": "texts",
}


@dataclass(frozen=True)
class NpyHeader:
    """Header of an array: what its first lines say.

    Attributes
    ----------
    dtype : NumPy dtype, or None for values that are neither numbers, text nor dates
    shape : tuple of int
    is_column_major : bool
    offset : int
        Bytes before the data.
    kind : str
        What the values are, in words.
    """

    dtype: np.dtype[Any] | None
    shape: tuple[int, ...]
    is_column_major: bool
    offset: int
    kind: str

    @property
    def is_matrix(self) -> bool:
        """Whether these are numbers in rows and columns."""
        return self.dtype is not None and self.dtype.kind in "fiub" and len(self.shape) == 2

    @property
    def n_bytes(self) -> int:
        """Number of bytes that the data must have."""
        return math.prod(self.shape) * (self.dtype.itemsize if self.dtype else 0)

    def __str__(self) -> str:
        if not self.shape:
            return f"a single value ({self.kind})"
        return " × ".join(f"{size:,}" for size in self.shape) + f" {self.kind}"


def read_header(stream: Stream, name: str) -> NpyHeader:
    """Return what the array at the front of the stream is.

    Raises
    ------
    UserError
        When the header is damaged.
    """
    start = stream.read(8)
    length = stream.read(2 if start[6:7] == b"\x01" else 4)
    size = int.from_bytes(length, "little")
    text = stream.read(min(size, _LONGEST_HEADER)).decode("latin-1")
    try:
        # Python 2 wrote the sizes as long integers.
        found = ast.literal_eval(re.sub(r"(?<=[0-9])L(?=[,)])", "", text).strip())
        shape, is_column_major = found["shape"], bool(found["fortran_order"])
        if not all(type(size) is int and size >= 0 for size in shape):
            raise ValueError
        dtype, kind = _find_dtype(found["descr"])
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        raise UserError(
            f"{name} starts as a NumPy array, but its header is damaged. Write it again "
            "with numpy.save."
        ) from None
    return NpyHeader(dtype, tuple(shape), is_column_major, 8 + len(length) + size, kind)


def _find_dtype(description: Any) -> tuple[np.dtype[Any] | None, str]:
    if not isinstance(description, str):
        return None, "structured values"
    if _numeric(description) or _text(description):
        dtype = np.dtype(description)
        return dtype, "texts" if dtype.kind in "US" else dtype.name
    if _date(description):
        return np.dtype(description), _KINDS["M"]
    letter = description.lstrip("<>|=")[:1]
    return None, _KINDS.get(letter, f"values of type {description}")


def read_fully(stream: Stream, count: int, name: str) -> bytes:
    """Return the next `count` bytes.

    Raises
    ------
    UserError
        When there are fewer.
    """
    data = stream.read(count)
    if len(data) < count:
        raise UserError(
            f"{name} ends {count - len(data):,} bytes too early. Copy or download it again."
        )
    return data
