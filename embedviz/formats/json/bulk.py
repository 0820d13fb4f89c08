"""Bulk files of search engines: lines in pairs, what is to be done, and the document.

`{"index": {"_id": "7"}}` is followed by the document of that name; only a deletion has none. The
names of both are the fields of one row.
"""

from __future__ import annotations

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

    def join(self, values: list[Any], lines: list[int]) -> None:
        """Put each document and the line before it together, in place."""
        rows: list[tuple[Any, int]] = []
        for value, line in zip(values, lines, strict=True):
            if not is_action(value):
                fields, self._fields = self._fields or {}, None
                rows.append((fields | value if isinstance(value, dict) else value, line))
                continue
            if lack := self.end():
                rows.append((lack, line))
            if "delete" in value:
                self.n_deleted += 1
            else:
                (self._fields,) = value.values()
        values[:] = [value for value, _ in rows]
        lines[:] = [line for _, line in rows]

    def end(self) -> ValueError | None:
        """Return what is wrong where the next line is no document, or there is none."""
        fields, self._fields = self._fields, None
        return None if fields is None else ValueError("no document follows the line before")


def note_on_deletions(count: int) -> list[Note]:
    """Return the sentence about lines that are no rows, if there are any."""
    if not count:
        return []
    are = "deletes a document and is" if count == 1 else "delete documents and are"
    return [Note(f"{counted(count, 'line')} {are} not read.")]
