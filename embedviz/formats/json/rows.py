"""One row of a JSON file: its vector, whatever way it is written, and its other fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.notes import counted
from embedviz.formats.companions.record_columns import (
    KEY_COLUMN,
    Scalar,
    find_member,
    flatten,
)
from embedviz.formats.json.layouts import JsonLayout
from embedviz.formats.json.parsing import NumberList
from embedviz.formats.refused.answers import find_failure
from embedviz.formats.text.base64_vectors import decode_base64
from embedviz.formats.text.numbers import parse_texts

_KINDS = {
    str: "text",
    dict: "an object",
    list: "a list of other things than numbers",
    bool: "a truth value",
    int: "a single number",
    float: "a single number",
}


class JsonRows:
    """The rows of a block, taken apart.

    Parameters
    ----------
    values : sequence
        The rows as they were parsed, or the `ValueError` that says what is wrong with one.
    layout : JsonLayout

    Attributes
    ----------
    records : list of dict
        The fields of each row, without the vector.
    problems : dict of row to reason
        Those that are not vectors; complete after `fill`.
    """

    def __init__(self, values: Sequence[Any], layout: JsonLayout) -> None:
        self._layout = layout
        self._texts: dict[int, bytes] = {}
        self._decoded: dict[int, Matrix] = {}
        self.records: list[dict[str, Scalar]] = []
        self.problems: dict[int, str] = {}
        for row, value in enumerate(values):
            self.records.append({})
            try:
                self._add(row, value)
            except ValueError as reason:
                self.problems[row] = str(reason)

    def fill(self, out: Matrix) -> None:
        """Write the vectors to an array of shape (rows, n_dimensions)."""
        out[list(self.problems)] = 0
        if self._texts:
            vectors = np.empty((len(self._texts), out.shape[1]), np.float32)
            problems = parse_texts(list(self._texts.values()), vectors)
            rows = np.array(list(self._texts), np.int64)
            out[rows] = vectors
            self.problems |= {int(rows[i]): reason for i, reason in problems.items()}
        for row, vector in self._decoded.items():
            if len(vector) == out.shape[1]:
                out[row] = vector
            else:
                found = counted(len(vector), "number")
                out[row] = 0
                self.problems[row] = f"{found} instead of {out.shape[1]:,}"

    def _add(self, row: int, value: Any) -> None:
        if isinstance(value, tuple):
            self.records[row][KEY_COLUMN], value = value
        if isinstance(value, ValueError):
            raise value
        found = find_member(value, self._layout.column)
        if isinstance(found, NumberList):
            self._texts[row] = found
        elif isinstance(found, str) and found.lstrip()[:1] == "[":
            self._texts[row] = found.strip()[1:-1].encode("utf-8", "replace")
        elif isinstance(found, str) and self._layout.chosen.is_base64:
            self._decoded[row] = _decode(found)
        else:
            raise ValueError(self._describe(found, value))
        column = self._layout.column
        if isinstance(value, list):
            names = self._layout.names
            value = {
                names[i] if i < len(names) else str(i): item
                for i, item in enumerate(value)
                if str(i) != column[0]
            }
        elif isinstance(found, str) and column and not column[-1].isdigit():
            del find_member(value, column[:-1])[column[-1]]
        if isinstance(value, dict):
            self.records[row] |= flatten(value)

    def _describe(self, found: Any, value: Any) -> str:
        """Say what is there in place of a vector."""
        name = ".".join(self._layout.column)
        where = f" in {name!r}" if name else ""
        failure = find_failure(value)
        what = _KINDS.get(type(found))
        said = f"no vector{where}" if what is None else f"{what} instead of a vector{where}"
        return f"{said} ({failure})" if failure else said


def _decode(text: str) -> Matrix:
    vector = decode_base64(text)
    if not np.isfinite(vector).all():
        raise ValueError("a number is NaN or infinite")
    return vector
