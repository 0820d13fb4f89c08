"""Layouts of JSON files: where the vectors are, decided by what the start holds.

All lists of numbers in the first documents are grouped by their path. In a path, the elements of a
list are one step, and so are the members of an object whose names are labels rather than fields:
most of them hold the same kind of thing, and other objects in the same place do not repeat them.
Where several paths lead to vectors, the usual names decide, and where they do not, the user.

The steps up to the last list or object of labels lead to the rows; the names after it lead, within
a row, to its vector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from embedviz.core.errors import UserError
from embedviz.formats.companions.record_columns import find_member
from embedviz.formats.json.blocks import RowPath, samples_of
from embedviz.formats.json.candidates import LIKE_A_NAME, OTHER_NAME, Candidate, find_candidates
from embedviz.formats.refused.json_without_vectors import (
    describe_lack,
    is_split_table,
    refuse_settings,
)
from embedviz.formats.source import Source
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors, describe_lists, narrowed

_LONGEST_LOOK = 32 << 20
_SIGNS: tuple[Callable[[Candidate], bool], ...] = (
    lambda candidate: candidate.dimensions > 1,
    lambda candidate: "sparse" not in candidate.name.casefold(),
    lambda candidate: candidate.has_fractions or candidate.rank < OTHER_NAME,
    lambda candidate: 2 * candidate.lengths.count(candidate.dimensions) > len(candidate.lengths),
)
"""That these are vectors rather than other lists of numbers, the surest first."""


@dataclass(frozen=True)
class JsonLayout:
    """Layout of a file: how its rows are found, and what is in them.

    Attributes
    ----------
    path : RowPath
    column : tuple of str
        The path from a row to its vector.
    chosen : Candidate
    described : mapping of str to str
        All vectors that have a name, the chosen ones first, with how long they are.
    names : mapping of int to str
        What the places of a row are called, where rows are lists.
    """

    path: RowPath
    column: tuple[str, ...]
    chosen: Candidate
    described: Mapping[str, str]
    names: Mapping[int, str]


def find_layout(source: Source, vector_column: str | None = None) -> JsonLayout:
    """Return the layout of a JSON file.

    Raises
    ------
    ChoiceRequired
        Where several columns may be the vectors.
    UserError
        Where nothing is.
    """
    name = source.path.name
    for sample in samples_of(source, _LONGEST_LOOK):
        table = sample.documents[0] if sample.documents else None
        candidates = [
            _named(candidate, _names_of_places(candidate, table))
            for candidate in find_candidates(sample.documents)
            if candidate.path != ("index",) or not is_split_table(table)
        ]
        if candidates:
            chosen = _choose(candidates, vector_column, name)
            if vector_column is None:
                refuse_settings(chosen, sample, name)
            likely = (each for each in candidates if all(sign(each) for sign in _SIGNS))
            described = {c.name: describe_lists(c.dimensions) for c in (chosen, *likely) if c.name}
            path = RowPath(chosen.path[: chosen.n_steps], sample.is_lines, sample.is_bulk)
            names = _names_of_places(chosen, table)
            return JsonLayout(path, chosen.column, chosen, described, names)
    raise describe_lack(sample, name)


def _names_of_places(candidate: Candidate, table: Any) -> Mapping[int, str]:
    """Return what the places of a row are called, where rows are lists: pandas splits tables so."""
    is_place = "".join(candidate.column[:1]).isdecimal()
    names: Any = find_member(table, ("columns",)) if is_place else None
    is_split = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return dict(enumerate(names)) if is_split else {}


def _named(candidate: Candidate, names: Mapping[int, str]) -> Candidate:
    if not names:
        return candidate
    place, *inner = candidate.column
    return replace(candidate, name=".".join((names.get(int(place), place), *inner)))


def _choose(candidates: list[Candidate], wanted: str | None, file_name: str) -> Candidate:
    if wanted is not None:
        return _choose_wanted(candidates, wanted, file_name)
    rest = narrowed(candidates, *_SIGNS)
    best = min(candidate.rank for candidate in rest)
    if best < LIKE_A_NAME:  # Anywhere in the path: services have "values" below "embedding".
        rest = [candidate for candidate in rest if candidate.rank == best]
    described = {candidate.name: describe_lists(candidate.dimensions) for candidate in rest}
    if len(described) < len(rest):  # Lists in lists of any kind: the first is as good as any.
        return rest[0]
    chosen = choose_vectors(described, COLUMN_NAMES, file_name, "vector_column")
    return next(candidate for candidate in rest if candidate.name == chosen)


def _choose_wanted(candidates: list[Candidate], wanted: str, file_name: str) -> Candidate:
    named = {candidate.name: candidate for candidate in reversed(candidates) if candidate.name}
    if not named:
        raise UserError(
            f"The vectors of {file_name} are in no column, so vector_column means nothing: leave "
            "it out."
        )
    ending = [name for name in named if name.endswith(f".{wanted}")]
    paths = {".".join(step for step in c.path if isinstance(step, str)): c for c in candidates}
    found = paths | named  # The columns of a split table by their places as well.
    if wanted not in found and len(ending) != 1:
        known = ", ".join(reversed(named))
        raise UserError(f"{file_name} has no column of vectors {wanted!r}. There is {known}.")
    return found[wanted if wanted in found else ending[0]]
