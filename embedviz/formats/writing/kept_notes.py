"""Notes on which rows a set holds, as they are kept in its file.

Somebody else may have written the file: of what it says, only notes of these kinds are taken, each
one short line. Before notes had kinds they were kept as lines of text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from embedviz.core.notes import ROW_KINDS, Level, Note

_MOST_NOTES = 50
_LONGEST = 600


def notes_to_json(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return notes as what JSON can hold."""
    return [
        {"text": note.text, "kind": note.kind, "level": note.level, "facts": dict(note.facts)}
        for note in notes
    ]


def notes_from_json(value: Any) -> list[Note]:
    """Return the notes that a file holds; what is not a note on rows is left out."""
    if isinstance(value, str):
        lines = value.split("\n")[:_MOST_NOTES]
        return [Note(line, "part", "note") for line in lines if _is_line(line)]
    given = value[:_MOST_NOTES] if isinstance(value, list) else []
    return [_note_of(each) for each in given if isinstance(each, dict) and _is_known(each)]


def _note_of(given: dict[str, Any]) -> Note:
    facts = given.get("facts")
    kept = {
        name: fact
        for name, fact in (facts.items() if isinstance(facts, dict) else ())
        if type(fact) is int or (isinstance(fact, str) and _is_line(fact))
    }
    return Note(given["text"], given["kind"], given["level"], kept)


def _is_known(given: dict[str, Any]) -> bool:
    text, kind, level = (given.get(name) for name in ("text", "kind", "level"))
    is_line = isinstance(text, str) and _is_line(text)
    has_facts = kind != "bad rows" or _are_on_bad_rows(given.get("facts"))
    return is_line and kind in ROW_KINDS and level in get_args(Level) and has_facts


def _are_on_bad_rows(facts: Any) -> bool:
    count, places = (facts.get("count"), facts.get("places")) if isinstance(facts, dict) else (0, 0)
    return type(count) is int and isinstance(places, str) and _is_line(places)


def _is_line(text: str) -> bool:
    return len(text) <= _LONGEST and len(text.splitlines()) == 1
