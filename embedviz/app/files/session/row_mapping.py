"""Sets and rows that a session speaks of, as far as they are there; what is lost is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from embedviz.app.files.packed import unpack_rows, unpack_texts
from embedviz.app.files.session.contents import Restored
from embedviz.app.files.values import Unfit, settings_of
from embedviz.core.arrays import Rows
from embedviz.core.notes import counted
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet

T = TypeVar("T")


class RowMapping:
    """Mapping of the sets and rows that a session speaks of to those that are there.

    Parameters
    ----------
    restored : Restored

    Attributes
    ----------
    sets : tuple of VectorSet
        Those that are there, in the order of the library.
    """

    def __init__(self, restored: Restored) -> None:
        self._places = restored.sets
        self.sets = tuple(each for each in restored.sets if each is not None)
        self._same = {
            each: same
            for each, same in zip(restored.sets, restored.is_same, strict=True)
            if each is not None
        }
        self._lost_settings: dict[str, None] = {}
        self._lost_rows: list[str] = []
        self.unknown: dict[str, dict[str, Any]] = {}
        """Settings that this version does not know, by kind ("settings", "maps") and name."""

    @property
    def notes(self) -> list[str]:
        """Sentences on what could not be restored."""
        notes = []
        if self._lost_rows:
            notes.append(f"Not found any more: {', '.join(self._lost_rows)}.")
        if self._lost_settings:
            names = ", ".join(self._lost_settings)
            notes.append(f"Not readable, so left as usual: {names}.")
        if self.unknown:
            parts = (part for by_name in self.unknown.values() for part in by_name.values())
            names = ", ".join(
                dict.fromkeys(name.replace("_", " ") for each in parts for name in each)
            )
            notes.append(f"Not known to this version, and kept for the next save: {names}.")
        return notes

    def keep(self, kind: str, name: str, settings: Mapping[str, Any]) -> None:
        """Keep settings that this version does not know, as they are."""
        if settings:
            self.unknown.setdefault(kind, {})[name] = dict(settings)

    def keep_unknown(
        self, kind: str, name: str, value: Any, known: type, also: tuple[str, ...] = ()
    ) -> None:
        """Keep what a JSON object has beyond the fields of a dataclass."""
        if isinstance(value, Mapping):
            names = {*(each.name for each in fields(known)), *also}
            self.keep(kind, name, {key: each for key, each in value.items() if key not in names})

    def lose(self, name: str) -> None:
        """Note a setting that makes no sense."""
        self._lost_settings[name.replace("_", " ")] = None

    def attempt(self, name: str, read: Callable[[], T], otherwise: T) -> T:
        """Return what is read; the usual value where it makes no sense."""
        try:
            return read()
        except Unfit:
            self.lose(name)
            return otherwise

    def settings(
        self, kind: type, value: Any, where: str, without: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return the fields of a dataclass that make sense; the others are noted.

        Raises
        ------
        Unfit
            When there are no fields.
        """
        return settings_of(kind, value, without, lambda name: self.lose(f"{name} of {where}"))

    def set_at(self, place: Any) -> VectorSet | None:
        """Return the set at a place of the library, if it is there."""
        if type(place) is int and 0 <= place < len(self._places):
            return self._places[place]
        return None

    def is_same(self, vector_set: VectorSet) -> bool:
        """Return whether the rows of a set mean what they did when the session was saved."""
        return self._same[vector_set]

    def lose_rows(self, what: str) -> None:
        """Note rows, or what consists of rows, that are not there any more."""
        self._lost_rows.append(what)

    def rows(self, name: str, value: Any, vector_set: VectorSet) -> Rows:
        """Return rows of a set, by their labels where the rows are others than they were.

        Raises
        ------
        Unfit
            When they are damaged.
        """
        rows = unpack_rows(value)
        if self._same[vector_set] and (not len(rows) or int(rows.max()) < len(vector_set)):
            return rows
        if "labels" not in value:
            self._lost_rows.append(f"{counted(len(rows), 'row')} of the {name}")
            return np.empty(0, dtype=np.intp)
        labels = unpack_texts(value["labels"])
        found = [vector_set.row(label) for label in labels if label in vector_set]
        if len(found) < len(labels):
            self._lost_rows.append(f"{counted(len(labels) - len(found), 'row')} of the {name}")
        return np.array(found, dtype=np.intp)

    def selection(self, name: str, value: Any, vector_set: VectorSet) -> Selection:
        """Return a selection of rows; none where it makes no sense."""
        if value is None:
            return Selection()
        rows = self.attempt(name, lambda: self.rows(name, value, vector_set), _no_rows())
        return Selection(rows)

    def row(self, name: str, value: Any, vector_set: VectorSet) -> int | None:
        """Return a single row, if it is there."""
        selection = self.selection(name, value, vector_set)
        return int(selection.rows[0]) if len(selection) else None


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.intp)
