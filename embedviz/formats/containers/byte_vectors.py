"""Which numbers the bytes of a column are: nothing in a file says it, so it is asked."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import numpy as np

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import counted
from embedviz.core.origin import BYTE_TYPES

_SHOWN_NUMBERS = 4
_USUAL = (1e-6, 1e4)
"""How large the numbers of embeddings are, but for zeros."""


def choices_of(n_bytes: int, first: Sequence[str]) -> dict[str, str]:
    """Return what values of so many bytes may be, the most likely type first.

    Parameters
    ----------
    n_bytes : int
        Of each value.
    first : sequence of str
        The first values, in base 64; they may be cut short.

    Returns
    -------
    dict of type to description
        How many numbers that would be, and the first ones of the first rows.
    """
    rows = [base64.b64decode(text) for text in first]
    likely: dict[str, float] = {}
    described = {}
    for name, dtype in BYTE_TYPES.items():
        size = np.dtype(dtype).itemsize
        if n_bytes % size or n_bytes < 2 * size:
            continue
        numbers = [np.frombuffer(row[: len(row) // size * size], dtype) for row in rows]
        shown = " / ".join(", ".join(f"{n:.4g}" for n in r[:_SHOWN_NUMBERS]) for r in numbers)
        described[name] = f"{counted(n_bytes // size, 'number')} each: {shown} …"
        likely[name] = _likelihood(numbers) if name != "int8" else 0.0
    return {name: described[name] for name in sorted(described, key=lambda n: -likely[n])}


def _likelihood(rows: Sequence[np.ndarray]) -> float:
    """Return how many of the numbers are as those of embeddings are, 0 to 1."""
    numbers = np.abs(np.concatenate([row.astype(np.float64) for row in rows] or [np.empty(0)]))
    with np.errstate(invalid="ignore"):
        return float(np.mean((numbers == 0) | ((numbers > _USUAL[0]) & (numbers < _USUAL[1]))))


def require_type(
    wanted: str | None, choices: Mapping[str, str], n_bytes: int, column: str, name: str
) -> str:
    """Return the type that the bytes are read as.

    Raises
    ------
    ChoiceRequired
        Where it has not been decided.
    UserError
        Where it does not fit the length of the values.
    """
    if wanted is not None:
        if wanted in choices:
            return wanted
        raise UserError(
            f"{name}: column {column!r} holds {counted(n_bytes, 'byte')} a row, which are no "
            f"vectors of {wanted}."
        )
    if not choices:
        raise UserError(
            f"{name}: column {column!r} holds {counted(n_bytes, 'byte')} a row, which are no "
            "vectors of float32, float16, float64 or int8."
        )
    reason = f"{name} has vectors as bytes in column {column!r}, {n_bytes:,} a row"
    told = "; ".join(f"{kind} ({text})" for kind, text in choices.items())
    best = next(iter(choices))
    raise ChoiceRequired(
        f"{reason}, and does not say of which type. They may be {told}. Choose one: --bytes-as "
        f'{best} on the command line, bytes_as="{best}" in Python.',
        "bytes_as",
        choices,
        reason=f"{reason}, and does not say of which type.",
    )
