"""Bulk files of search engines: lines in pairs, what is to be done, and the document.

`{"index": {"_id": "7"}}` is followed by the document of that name; only a deletion has none. The
names of both are the fields of one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedviz.core.notes import Note, counted

_ACTIONS = ("index", "create", "update", "delete")


def is_action(value: Any) -> bool:
    """Return whether a line says what is to be done with a document, rather than being one."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, fields),) = value.items()
    if name not in _ACTIONS or not isinstance(fields, dict):
        return False
    return not fields or any(field.startswith("_") for field in fields)


def without_actions(documents: Sequence[Any]) -> list[Any]:
    """Return the documents of a file that is in pairs; all where it is not."""
    if not any(map(is_action, documents[:1])) or all(map(is_action, documents)):
        return list(documents)
    return [document for document in documents if not is_action(document)]


class Actions:
    """State between two blocks of such a file.

    Attributes
    ----------
    n_deleted : int
        Deletions so far.
    """

    def __init__(self) -> None:
        self.n_deleted = 0
        self._fields: dict[str, Any] | None = None

    def join(self, values: list[Any], positions: list[int], *, is_last: bool) -> None:
        """Put each document and the line before it together, in place."""
        rows: list[Any] = []
        places: list[int] = []
        for value, position in zip(values, positions, strict=True):
            if not is_action(value):
                if isinstance(value, dict):
                    value = (self._fields or {}) | value
                rows.append(value)
                places.append(position)
                self._fields = None
                continue
            self._end(rows, places, position)
            if "delete" in value:
                self.n_deleted += 1
            else:
                (self._fields,) = value.values()
        if is_last:
            self._end(rows, places, positions[-1] if positions else 0)
        values[:], positions[:] = rows, places

    def _end(self, rows: list[Any], places: list[int], position: int) -> None:
        if self._fields is not None:
            rows.append(ValueError("no document follows the line before"))
            places.append(position)
        self._fields = None


def note_on_deletions(count: int) -> list[Note]:
    """Return the sentence about lines that are no rows, if there are any."""
    if not count:
        return []
    are = "deletes a document and is" if count == 1 else "delete documents and are"
    return [Note(f"{counted(count, 'line')} {are} not read.")]
