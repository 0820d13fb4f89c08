"""Layouts of JSON files: where the vectors are, decided by what the start holds.

All lists of numbers in the first documents are grouped by their path. In a path, the elements of a
list are one step, and so are the members of an object whose names are labels rather than fields:
most of them hold the same kind of thing, and other objects in the same place do not repeat them.
Where several paths lead to vectors, the usual names decide, and where they do not, the user.

The steps up to the last list or object of labels lead to the rows; the names after it lead, within
a row, to its vector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from embedviz.core.errors import UserError
from embedviz.formats.companions.record_columns import find_member
from embedviz.formats.json.blocks import RowPath
from embedviz.formats.json.candidates import LIKE_A_NAME, OTHER_NAME, Candidate, find_candidates
from embedviz.formats.json.documents import Step
from embedviz.formats.json.samples import LayoutSample, samples_of
from embedviz.formats.refused.json_without_vectors import (
    describe_lack,
    is_split_table,
    refuse_settings,
)
from embedviz.formats.source import Source
from embedviz.formats.vector_names import (
    COLUMN_NAMES,
    choose_vectors,
    describe_lists,
    narrowed,
)

_LONGEST_LOOK = 32 << 20


@dataclass(frozen=True, kw_only=True)
class JsonLayout(RowPath):
    """Layout of a file: how its rows are found, and what is in them.

    Attributes
    ----------
    column : tuple of str
        The path from a row to its vector.
    chosen : Candidate
    described : mapping of str to str
        All vectors that have a name, the chosen ones first, with how long they are.
    names : mapping of str to str
        What the places of a row are called, where rows are lists.
    """

    column: tuple[str, ...]
    chosen: Candidate
    described: Mapping[str, str]
    names: Mapping[Step, str]

    @property
    def name(self) -> str:
        """What the vectors are called; nothing where they have no name."""
        return _name_of(self.chosen, self.names)


def _name_of(candidate: Candidate, names: Mapping[Step, str]) -> str:
    return names.get(candidate.path[-1], candidate.name) if candidate.path else ""


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
        candidates = list(find_candidates(sample.documents))
        if is_split_table(sample.documents[0] if sample.documents else None):
            candidates = [each for each in candidates if each.path != ("index",)]
        if candidates:
            chosen = _choose(candidates, vector_column, name)
            if vector_column is None:
                refuse_settings(chosen, sample, name)
            return _layout_of(chosen, candidates, sample)
    raise describe_lack(sample, name)


def _layout_of(chosen: Candidate, candidates: list[Candidate], sample: LayoutSample) -> JsonLayout:
    path = chosen.path
    cut = max((i + 1 for i, step in enumerate(path) if not isinstance(step, str)), default=0)
    column = tuple(map(str, path[cut:]))
    # As pandas writes it with orient="split".
    table = sample.documents[0] if column and column[0].isdigit() else None
    found = find_member(table, ("columns",)) or []
    is_split = isinstance(found, list) and all(isinstance(name, str) for name in found)
    names: dict[Step, str] = {str(i): name for i, name in enumerate(found if is_split else ())}
    described: dict[str, str] = {}
    for each in (chosen, *(other for other in candidates if other.is_likely)):
        described.setdefault(_name_of(each, names), describe_lists(each.dimensions))
    described.pop("", None)
    return JsonLayout(
        path[:cut],
        sample.is_lines,
        sample.is_bulk,
        column=column,
        chosen=chosen,
        described=described,
        names=names,
    )


def _choose(candidates: list[Candidate], wanted: str | None, file_name: str) -> Candidate:
    named = [candidate for candidate in candidates if candidate.name]
    if wanted is not None:
        return _choose_wanted(named, wanted, file_name)
    rest = narrowed(
        candidates,
        lambda c: c.dimensions > 1,
        lambda c: "sparse" not in c.name.casefold(),
        lambda c: c.has_fractions or c.rank < OTHER_NAME,
        lambda c: c.is_even,
    )
    best = min(candidate.rank for candidate in rest)
    if best < LIKE_A_NAME:  # Anywhere in the path: services have "values" below "embedding".
        rest = [candidate for candidate in rest if candidate.rank == best]
    described = {candidate.name: describe_lists(candidate.dimensions) for candidate in rest}
    if len(described) < len(rest):  # Lists in lists of any kind: the first is as good as any.
        return rest[0]
    chosen = choose_vectors(described, COLUMN_NAMES, file_name, "vector_column")
    return next(candidate for candidate in rest if candidate.name == chosen)


def _choose_wanted(candidates: list[Candidate], wanted: str, file_name: str) -> Candidate:
    exact = [candidate for candidate in candidates if candidate.name == wanted]
    ending = [c for c in candidates if c.name.endswith(f".{wanted}")]
    if exact or len(ending) == 1:
        return (exact or ending)[0]
    if not candidates:
        raise UserError(
            f"The vectors of {file_name} are in no column, so vector_column means nothing: leave "
            "it out."
        )
    known = ", ".join(candidate.name for candidate in candidates)
    raise UserError(f"{file_name} has no column of vectors {wanted!r}. There is {known}.")
