"""Pairs that go with the sets of a library. Pure: each function takes what is kept, or returns it.

Pairs name rows, so they are those of every set with the same rows: of what is derived from a set,
and of the set with further columns. Rows that are opened as a set of their own have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.matching import share_labels, share_rows
from embedviz.core.notes import counted
from embedviz.core.origin import SampleOrigin
from embedviz.core.pairs import Pairs, load_pairs
from embedviz.core.progress import Report, silent
from embedviz.core.samples import SAMPLES, sample_pairs_path
from embedviz.core.vector_set import VectorSet

_MOST_SHOWN = 3
_bundled: dict[str, Pairs] = {}


@dataclass(frozen=True)
class SetPairs:
    """Pairs, and the set whose rows they name.

    Attributes
    ----------
    vector_set : VectorSet
    pairs : Pairs
    """

    vector_set: VectorSet
    pairs: Pairs


Kept = tuple[SetPairs, ...]
"""All pairs of a library, in the order in which they were added."""


def pairs_of(kept: Kept, vector_set: VectorSet) -> tuple[Pairs, ...]:
    """Return the pairs of the rows of a set, in the order in which they were added."""
    return tuple(each.pairs for each in kept if share_rows(each.vector_set, vector_set))


def with_pairs(kept: Kept, vector_set: VectorSet, pairs: Pairs) -> Kept:
    """Return what is kept once pairs are added; those of the same name are read anew.

    Raises
    ------
    UserError
        When the pairs name a row that the set does not have.
    """
    pairs.require_within(len(vector_set))
    added = SetPairs(vector_set, pairs)
    places = [i for i, each in enumerate(kept) if _is_named(each, vector_set, pairs.name)]
    if not places:
        return (*kept, added)
    return tuple(added if i == places[0] else each for i, each in enumerate(kept))


def without_pairs(kept: Kept, vector_set: VectorSet, name: str) -> Kept:
    """Return what is kept once the pairs of a name are taken away from a set."""
    return tuple(each for each in kept if not _is_named(each, vector_set, name))


def _is_named(kept: SetPairs, vector_set: VectorSet, name: str) -> bool:
    return kept.pairs.name == name and share_rows(kept.vector_set, vector_set)


def pairs_within(kept: Kept, sets: Iterable[VectorSet]) -> Kept:
    """Return the pairs of sets that are there, by those sets: what was closed is not held."""
    sets = tuple(sets)
    found = []
    for each in kept:
        same = (other for other in sets if share_rows(other, each.vector_set))
        vector_set = each.vector_set if each.vector_set in sets else next(same, None)
        if vector_set is not None:
            found.append(replace(each, vector_set=vector_set))
    return tuple(found)


def carried_pairs(kept: Kept, old: VectorSet, new: VectorSet) -> Kept:
    """Return what is kept once pairs of a set are also those of one read anew from its file.

    Rows are found by their labels; pairs whose rows are not there any more count as unmatched.
    """
    for pairs in pairs_of(kept, old):
        kept = with_pairs(kept, new, _by_labels(pairs, old, new))
    return kept


def matched_pairs(kept: SetPairs, vector_set: VectorSet) -> Pairs | None:
    """Return pairs as they are of another set, by its labels; None where labels do not match.

    Two layers of one model are two files, and what is judged of one is true of the other.
    """
    if share_rows(kept.vector_set, vector_set):
        return kept.pairs
    if not share_labels(kept.vector_set, vector_set):
        return None
    found = _by_labels(kept.pairs, kept.vector_set, vector_set)
    return found if len(found) else None


def _by_labels(pairs: Pairs, old: VectorSet, new: VectorSet) -> Pairs:
    rows = np.unique(np.concatenate([pairs.first, pairs.second]))
    places = np.full(len(old), -1, dtype=np.intp)
    for row in rows.tolist():
        found = new.find(old.labels[row])
        places[row] = -1 if found is None else found
    first, second = places[pairs.first], places[pairs.second]
    is_there = (first >= 0) & (second >= 0)
    return Pairs(
        first[is_there],
        second[is_there],
        None if pairs.scores is None else pairs.scores[is_there],
        pairs.n_unmatched + int(np.count_nonzero(~is_there)),
        pairs.name,
        pairs.unmatched or [old.labels[row] for row in rows[places[rows] < 0][:_MOST_SHOWN]],
        pairs.notes,
    )


def bundled_pairs(vector_set: VectorSet) -> Pairs | None:
    """Return the pairs that come with a bundled set; None for all other sets."""
    origin = vector_set.origin
    if not isinstance(origin, SampleOrigin) or vector_set.derivation is not None:
        return None
    sample = next((each for each in SAMPLES if each.name == origin.name), None)
    if sample is None or not sample.pairs:
        return None
    try:
        return _read_bundled(sample.name, vector_set)
    except UserError:  # An installation without them still opens the sentences.
        return None


def _read_bundled(name: str, vector_set: VectorSet) -> Pairs:
    """Return the pairs of a sample, read once: its rows are the same whenever it is opened."""
    if name not in _bundled:
        _bundled[name] = load_pairs(vector_set, sample_pairs_path(name))
    return _bundled[name]


def pairing_columns(vector_set: VectorSet) -> list[str]:
    """Return the columns whose values rows can share: texts, numbers, dates and the like."""
    from pyarrow import types

    return [field.name for field in vector_set.metadata.schema if not types.is_nested(field.type)]


def pairs_of_column(vector_set: VectorSet, column: str, report: Report = silent) -> Pairs:
    """Return pairs of rows with the same value in a column; a note says which rows have none.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
        Of its metadata.
    report : Report

    Raises
    ------
    UserError
        When no two rows have the same value, or all have.
    """
    report(0.0, f"looking for rows with the same {column}")
    values = vector_set.metadata.column(column)
    found = Pairs.from_groups(values)
    report(0.9, f"looking for rows with the same {column}")
    n_rows, n_paired = len(vector_set), len(np.unique([found.first, found.second]))
    if not n_paired:
        raise UserError(
            f"No two rows of {vector_set.name or 'the set'} have the same {column}, so it gives no "
            "pairs. Choose a column whose values come again."
        )
    if n_paired == n_rows and len(values.unique()) == 1:
        raise UserError(
            f"All rows of {vector_set.name or 'the set'} have the same {column}, so it does not "
            "tell what belongs together. Choose another column."
        )
    notes = []
    if n_alone := n_rows - n_paired:
        have, are = ("has", "is") if n_alone == 1 else ("have", "are")
        notes.append(
            f"{counted(n_alone, 'row')} {have} a {column} that no other row has, or none, and "
            f"{are} in no pair."
        )
    return Pairs(found.first, found.second, name=f"same {column}", notes=notes)


def pairs_of_halves(vector_set: VectorSet) -> Pairs:
    """Return the pairs of row i and row i + n/2 of a set.

    Raises
    ------
    UserError
        When the number of its rows is odd.
    """
    return Pairs.halves(len(vector_set), "two halves")


def describe_pairs(pairs: Pairs) -> str:
    """Return how many there are: "605 judged pairs, 3 unmatched"."""
    noun = "pair" if pairs.scores is None else "judged pair"
    unmatched = f", {pairs.n_unmatched:,} unmatched" if pairs.n_unmatched else ""
    return f"{counted(len(pairs), noun)}{unmatched}"


def describe_unmatched(pairs: Pairs) -> str:
    """Return which labels were not found, and what else is to be known, as sentences."""
    said = []
    if pairs.n_unmatched:
        shown = ", ".join(repr(label[:60]) for label in pairs.unmatched[:_MOST_SHOWN])
        what = counted(pairs.n_unmatched, "pair")
        verb = "names" if pairs.n_unmatched == 1 else "name"
        said.append(f"{what} {verb} what is no row of this set, such as {shown}.")
    return " ".join([*said, *pairs.notes])
