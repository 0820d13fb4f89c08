"""Pairs of rows in session files.

They are written as rows, not as the file they were read from: that may be gone, and its labels may
by then be others. The labels of the rows go with them, so that the pairs are found again in a file
that was changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from embedviz.app.files.packed import (
    pack_numbers,
    pack_rows,
    pack_texts,
    unpack_numbers,
    unpack_rows,
    unpack_texts,
)
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.values import Unfit, from_json
from embedviz.app.judged_pairs import Kept, bundled_pairs, with_pairs
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet

_MOST_LABELS = 20_000


def pairs_to_json(pairs: Pairs, vector_set: VectorSet, place: int) -> dict[str, Any]:
    """Return pairs as JSON.

    Parameters
    ----------
    pairs : Pairs
    vector_set : VectorSet
        The set that they are of.
    place : int
        Its place in the library.
    """
    written = {
        "vector_set": place,
        "name": pairs.name,
        "first": pack_rows(pairs.first, len(vector_set)),
        "second": pack_rows(pairs.second, len(vector_set)),
        "n_unmatched": pairs.n_unmatched,
        "unmatched": list(pairs.unmatched),
        "notes": list(pairs.notes),
    }
    if pairs.scores is not None:
        written["scores"] = pack_numbers(pairs.scores)
    rows = _rows_of(pairs.first, pairs.second)
    if len(rows) <= _MOST_LABELS:
        written["labels"] = pack_texts([vector_set.labels[row] for row in rows.tolist()])
    return written


def read_pairs(given: Mapping[str, Any], row_mapping: RowMapping) -> Kept:
    """Return the pairs of a session, as far as their sets and rows are there.

    Sessions of versions that knew no pairs give those that come with the bundled sentences.
    """
    kept: Kept = ()
    if "pairs" not in given:
        for vector_set in row_mapping.sets:
            bundled = bundled_pairs(vector_set)
            kept = kept if bundled is None else with_pairs(kept, vector_set, bundled)
        return kept
    written = given["pairs"]
    for each in written if isinstance(written, list) else []:
        place = each.get("vector_set") if isinstance(each, dict) else None
        found = row_mapping.set_at(place)
        if found is None:
            continue  # The set itself is said to be missing.
        try:
            kept = with_pairs(kept, found, _read(each, found, row_mapping))
        except (Unfit, UserError):
            row_mapping.lose("pairs")
    return kept


def _read(value: dict[str, Any], vector_set: VectorSet, row_mapping: RowMapping) -> Pairs:
    name = str(from_json(str, value.get("name")))
    first, second = unpack_rows(value.get("first")), unpack_rows(value.get("second"))
    scores = None if value.get("scores") is None else unpack_numbers(value["scores"])
    if len(first) != len(second) or (scores is not None and len(scores) != len(first)):
        raise Unfit("another number of pairs")
    last = max(first.max(initial=-1), second.max(initial=-1))
    if not row_mapping.is_same(vector_set) or last >= len(vector_set):
        places = _places_now(value, _rows_of(first, second), vector_set)
        first, second = places[first], places[second]
        is_there = (first >= 0) & (second >= 0)
        if not is_there.all():
            n_lost = int(np.count_nonzero(~is_there))
            row_mapping.lose_rows(f"{counted(n_lost, 'pair')} of {name or 'a set'}")
        first, second = first[is_there], second[is_there]
        scores = None if scores is None else scores[is_there]
    return Pairs(
        first,
        second,
        scores,
        max(0, int(from_json(int, value.get("n_unmatched", 0)))),
        name,
        from_json(list[str], value.get("unmatched", [])),
        from_json(list[str], value.get("notes", [])),
    )


def _places_now(value: dict[str, Any], rows: Rows, vector_set: VectorSet) -> Rows:
    """Return the row of the set for each row that there was, by its label; -1 where none is."""
    places = np.full(int(rows.max(initial=-1)) + 1, -1, dtype=np.intp)
    labels = unpack_texts(value["labels"]) if "labels" in value else []
    for row, label in zip(rows.tolist(), labels, strict=False):
        found = vector_set.find(label)
        places[row] = -1 if found is None else found
    return places


def _rows_of(first: Rows, second: Rows) -> Rows:
    return np.unique(np.concatenate([first, second]))
