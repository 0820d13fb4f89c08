"""Notes on a set: sentences for a reader, and what a program needs to know of each.

A note is a text, so that notes can be printed, joined and compared as such. What a program decides
by is its kind, its level and its facts, never its wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NoReturn

Level = Literal["note", "warning"]
"""Whether a sentence only says what was done or found, or tells of something that may be wrong."""
Kind = Literal[
    "plain",
    "labels",
    "row numbers",
    "vectors",
    "first rows",
    "sample",
    "bad rows",
    "repeated labels",
    "part",
]
"""What a note is about, where a program asks for it:

- "labels": where the labels are from; facts: `file`, of a second file, and `column`
- "row numbers": the rows are called by their numbers; facts: `has_labels`, whether the file has any
- "vectors": where in the file the vectors are
- "first rows", "sample", "part": the rows are some of those there were
- "bad rows": rows left out that are not vectors; facts: `count`, and `places`, where the first are
- "repeated labels": rows left out since an earlier one has their label
- "plain": anything else
"""

ROW_KINDS: tuple[Kind, ...] = ("first rows", "sample", "bad rows", "repeated labels", "part")
"""Kinds of notes that say which rows these are of those that there were."""


class Note(str):
    """A sentence about a set: a text with a kind, a level and facts. Immutable.

    Parameters
    ----------
    text : str
    kind : Kind
    level : {"warning", "note"}
    facts : mapping of str to value, optional
        What the sentence says, as values: see `Kind`.
    """

    __slots__ = ("facts", "kind", "level")

    kind: Kind
    level: Level
    facts: Mapping[str, Any]

    def __new__(
        cls,
        text: str,
        kind: Kind = "plain",
        level: Level = "warning",
        facts: Mapping[str, Any] | None = None,
    ) -> Note:
        """Return the note."""
        note = super().__new__(cls, text)
        given = {"kind": kind, "level": level, "facts": MappingProxyType(dict(facts or {}))}
        for name, value in given.items():
            object.__setattr__(note, name, value)
        return note

    @property
    def text(self) -> str:
        """The sentence alone."""
        return str(self)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a note is immutable: {name} cannot be set")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.kind, self.level, dict(self.facts))


def as_notes(texts: Iterable[str]) -> tuple[Note, ...]:
    """Return notes as they are, and other texts as plain notes."""
    return tuple(text if isinstance(text, Note) else Note(text) for text in texts)


def note_on_some_rows(count: int, total: int, name: str) -> Note:
    """Return the sentence about some rows of a set."""
    return Note(f"{count:,} of {counted(total, 'row')} of {name or 'a set'}.", "part")


def counted(count: int, noun: str) -> str:
    """Return "1 row", "2 rows"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
