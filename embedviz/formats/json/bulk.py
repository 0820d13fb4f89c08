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

    def join(self, values: list[Any], lines: list[int], *, is_last: bool) -> None:
        """Put each document and the line before it together, in place."""
        lack = ValueError("no document follows the line before")
        rows: list[tuple[Any, int]] = []
        for value, line in zip(values, lines, strict=True):
            fields, self._fields = self._fields, None
            if not is_action(value):
                rows.append((fields | value if fields and isinstance(value, dict) else value, line))
                continue
            if fields is not None:
                rows.append((lack, line))
            if "delete" in value:
                self.n_deleted += 1
            else:
                (self._fields,) = value.values()
        if is_last and self._fields is not None:
            rows.append((lack, lines[-1] if lines else 0))
        values[:] = [value for value, _ in rows]
        lines[:] = [line for _, line in rows]


def note_on_deletions(count: int) -> list[Note]:
    """Return the sentence about lines that are no rows, if there are any."""
    if not count:
        return []
    are = "deletes a document and is" if count == 1 else "delete documents and are"
    return [Note(f"{counted(count, 'line')} {are} not read.")]
