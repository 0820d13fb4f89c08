"""Reading of relations to add: of what is typed or pasted, and of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embedviz.core.analogies.relations import (
    WordPair,
    find_pairs,
    parse_pairs,
    read_relations,
)
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import MOST_KEPT, KeptRelation, kept_pairs

MOST_RELATIONS = 100
"""Relations of a file: those of BATS are 40."""
UNNAMED = "my pairs"


@dataclass(frozen=True)
class ReadRelations:
    """Relations of a file.

    Attributes
    ----------
    relations : tuple of KeptRelation
    said : str
        What a reader should know; empty where there is nothing.
    """

    relations: tuple[KeptRelation, ...]
    said: str = ""


def read_typed(text: str, name: str, *, has_header: bool = False) -> ReadRelations:
    """Return the relations of lines that were typed or pasted.

    Parameters
    ----------
    text : str
    name : str
        Of the pairs that stand below no heading; may be empty.
    has_header : bool
        Whether the first line is no pair, but says what the columns are.
    """
    found = parse_pairs(text, name or UNNAMED, has_header=has_header)
    return _kept(found.relations, found.notes)


def read_relation_file(path: str, report: Report, *, has_header: bool = False) -> ReadRelations:
    """Return the relations of a file or a folder; runs off the UI thread.

    Parameters
    ----------
    path : str
    report : Report
    has_header : bool
        Whether the first line is no pair, but says what the columns are.

    Raises
    ------
    UserError
        When it cannot be read, or no line is a pair.
    """
    found = read_relations(path, report, has_header=has_header)
    return _kept(found.relations, found.notes)


def _kept(relations: Mapping[str, Sequence[WordPair]], notes: Sequence[str]) -> ReadRelations:
    said = list(notes)
    if len(relations) > MOST_RELATIONS:
        said.append(f"The first {MOST_RELATIONS:,} of {len(relations):,} relations are added.")
    kept = []
    for name, pairs in list(relations.items())[:MOST_RELATIONS]:
        if len(pairs) > MOST_KEPT:
            said.append(f"“{one_line(name)}”: the first {MOST_KEPT:,} of {len(pairs):,} pairs.")
        kept.append(kept_pairs(" ".join(name.split()), pairs[:MOST_KEPT]))
    return ReadRelations(tuple(kept), " ".join(said))


def describe_typed(vector_set: VectorSet, read: ReadRelations) -> str:
    """Return how many pairs there are so far, and which of their words the set lacks."""
    if not read.relations:
        return (
            read.said or "Two words a line, with a tab, a comma, an arrow or a blank between them."
        )
    said = []
    for each in read.relations[:1]:
        try:
            pairs = OfferedRelation.of_kept(each).pairs_in(vector_set)
        except UserError as error:
            return str(error)
        found = find_pairs(vector_set, pairs)
        count = counted(len(pairs), "pair")
        said.append(f"{len(found):,} of {count} of “{one_line(each.name)}” can be measured.")
        said += found.notes
    if len(read.relations) > 1:
        said.append(f"{counted(len(read.relations) - 1, 'more relation')} below further headings.")
    return " ".join([*said, read.said]).strip()
