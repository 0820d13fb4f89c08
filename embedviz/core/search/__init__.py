"""Search for rows by their labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.processes.expressions import rows_matching
from embedviz.core.progress import Report, silent
from embedviz.core.wording import composed

_BLOCK = 20_000


def find_rows(
    labels: Sequence[str], text: str, count: int = 200, *, report: Report = silent
) -> Rows:
    """Return the rows whose label fits, the best fitting first.

    Parameters
    ----------
    labels : sequence of str, length n_vectors
    text : str
        Plain text, found anywhere in a label whatever its case; or a regular expression
        between slashes, such as `/^un.*ly$/`. Letters and their marks may be in either form of
        Unicode, there and in the labels.
    count : int
        How many rows at the most.
    report : Report

    Returns
    -------
    int array
        For plain text: equal labels, then labels that begin with it, then the rest, each in row
        order, of the first `count` that are found of each kind. For an expression: row order.

    Raises
    ------
    UserError
        When the expression is not a valid one, or takes too long.
    """
    text = composed(text.strip())
    if not text:
        return np.arange(min(count, len(labels)), dtype=np.intp)
    if text[0] == "/" and len(text) > 1:
        matching = rows_matching(labels, _expression(text), count, report, _BLOCK)
        return np.array(matching[:count], dtype=np.intp)
    kind = _plain(text)
    found: tuple[list[int], ...] = ([], [], [])
    for start in range(0, len(labels), _BLOCK):
        report(start / len(labels), "searching")
        for row, label in enumerate(labels[start : start + _BLOCK], start):
            fit = kind(label if label.isascii() else composed(label))
            if fit is not None:
                found[fit].append(row)
        if len(found[0]) >= count:
            break
    best = [row for rows in found for row in rows[:count]]
    return np.array(best[:count], dtype=np.intp)


def _expression(text: str) -> str:
    """Return what stands between the slashes; the last one may not be typed yet."""
    expression = text.removeprefix("/").removesuffix("/")
    try:
        re.compile(expression)
    except (re.error, OverflowError, RecursionError) as error:
        raise UserError(f"{text} is not a regular expression: {error}.") from error
    return expression


def _plain(text: str) -> Callable[[str], int | None]:
    wanted = text.casefold()

    def fit(label: str) -> int | None:
        place = label.casefold().find(wanted)
        if place < 0:
            return None
        if place > 0:
            return 2
        return 0 if len(label) == len(text) else 1

    return fit
