"""A vector to search with that is not a row of the set: pasted, from a small file, or a text's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.wording import one_line

MOST_TEXTS = 50
"""Texts that stay on a map; more would hide its points, and each is searched for."""
_QUOTED = 30
"""Characters of a text that is not a vector, in a message."""
_SEPARATORS = re.compile(r"[\s,;|]+")
# As Python shows an array, a tensor, and the numbers of a list that was made of an array.
_CALL = re.compile(
    r"^(?:\w+\.)?(?:array|tensor|Tensor)\((.*?)(?:,\s*(?:dtype|device|grad_fn)=.*)?\)$", re.DOTALL
)
_SCALAR = re.compile(r"\b(?:np|numpy)\.float\d+\(([^()]*)\)")
_EXPECTED = (
    "Copy the numbers of one vector: a JSON list, an array as NumPy prints it, or numbers with "
    "spaces, commas or line breaks between them."
)


@dataclass(frozen=True, eq=False)
class QueryVector:
    """A query of the user's own, in the space of the file that was opened.

    Attributes
    ----------
    name : str
        Shown where a row's label would be; of a text, the text.
    vector : array of shape (n_dimensions,)
    encoder : EncoderSettings or None
        What made the vector of a text; None: it is no text's.
    """

    name: str
    vector: Matrix
    encoder: EncoderSettings | None = None


@dataclass(frozen=True, eq=False)
class Query:
    """A search, whether for a row of the set or for a vector of the user's own.

    Attributes
    ----------
    name : str
    vector : array of shape (n_dimensions,)
    exclude : tuple of int
        The row itself, which is not a neighbor of its own.
    """

    name: str
    vector: Matrix
    exclude: tuple[int, ...]


def parse_vector(text: str) -> Matrix:
    """Return the numbers of a pasted vector.

    Parameters
    ----------
    text : str
        A JSON list, an object or a response with an `embedding` in it, what Python shows of an
        array or a tensor, or plain numbers separated by spaces, commas, semicolons or line breaks,
        with or without brackets.

    Returns
    -------
    array of shape (n_dimensions,)

    Raises
    ------
    UserError
        When something in it is not a number; the message quotes it.
    """
    stripped = _SCALAR.sub(r"\1", text.strip())
    if call := _CALL.match(stripped):
        stripped = call[1].strip()
    if stripped[:1] in "[{":
        numbers = _from_json(stripped)
        if numbers is not None:
            return _finite(numbers)
    words = [word for word in _SEPARATORS.split(stripped.strip("[](){}")) if word]
    if not words:
        raise UserError(f"There is no vector in this text. {_EXPECTED}")
    if "..." in words or "…" in words:
        raise UserError(
            "This vector is shortened with “...”, as NumPy prints long ones. Copy what its "
            "`tolist()` gives, which has all numbers."
        )
    if not any(map(_is_number, words)):
        begun = one_line(stripped)
        begun = begun if len(begun) <= _QUOTED else f"{begun[:_QUOTED]}…"
        raise UserError(f"“{begun}” is not a vector. {_EXPECTED}")
    return _finite(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def load_query_vector(path: str | Path) -> QueryVector:
    """Return the one vector that a small file holds.

    Parameters
    ----------
    path : str or Path
        A `.npy` file with one vector, or text as `parse_vector` reads it.

    Raises
    ------
    UserError
        When the file cannot be read or holds another number of vectors than one.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            is_array = file.read(6) == b"\x93NUMPY"
        if is_array:
            array = np.load(path, allow_pickle=False)
            if array.size != max(array.shape, default=0):
                raise UserError(f"holds an array of shape {array.shape}, not one vector.")
            if array.dtype.kind not in "fiub":
                raise UserError(f"holds values of type {array.dtype}, which are not numbers.")
            return QueryVector(path.stem, _finite(array.ravel()))
        return QueryVector(path.stem, parse_vector(path.read_text(encoding="utf-8-sig")))
    except UserError as error:
        raise UserError(f"{path.name}: {error}") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path.name} cannot be read as a vector: {error}") from error


def _from_json(text: str) -> Any:
    """Return the list of numbers in JSON text, or None when it is no JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # An API's answer wraps the vector: {"data": [{"embedding": [...]}]}.
    while True:
        if isinstance(found, dict):
            inner = next(
                (found[k] for k in ("embedding", "vector", "values", "data") if k in found), None
            )
            if inner is None:
                raise UserError("This JSON object has no `embedding`, `vector` or `values` in it.")
            found = inner
        elif isinstance(found, list) and len(found) == 1 and isinstance(found[0], (list, dict)):
            found = found[0]
        else:
            return found


def _finite(numbers: object) -> Matrix:
    if isinstance(numbers, list):
        for place, word in enumerate(numbers):
            try:
                float(word)
            except (TypeError, ValueError):
                raise UserError(
                    f"Number {place + 1} of the vector is {str(word)[:20]!r}, which is not a "
                    "number."
                ) from None
    try:
        with np.errstate(over="ignore"):  # What a float32 cannot hold is found below.
            vector = np.asarray(numbers, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise UserError(f"This is not a list of numbers: {error}") from error
    if vector.ndim != 1 or vector.size < 2:
        raise UserError("A query is one list of at least two numbers.")
    if not np.isfinite(vector).all():
        place = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise UserError(f"Number {place + 1} of the vector is not finite ({vector[place]}).")
    return vector
