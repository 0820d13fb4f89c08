"""Who can judge the vectors of the shown set: pairs of its rows, and columns of categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from embedviz.app.first_color import is_suitable
from embedviz.app.judged_pairs import pairing_columns, pairs_of
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line

_MOST_ROWS = 200_000
"""Of sets whose columns are all looked at; of larger ones, only the one that colors the map is."""
_MOST_CODES = 100
"""Different values of the column that colors the map, where these are categories."""
_columns: WeakKeyDictionary[VectorSet, tuple[str, ...]] = WeakKeyDictionary()
_few: WeakKeyDictionary[VectorSet, dict[str, bool]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Judgment:
    """Somebody who judges.

    Attributes
    ----------
    name : str
        Of the pairs, or of the column.
    pairs : Pairs or None
        None: the rows are judged by a column.
    """

    name: str
    pairs: Pairs | None = None

    @property
    def words(self) -> str:
        """What is measured, and by whom."""
        name = one_line(self.name) or "pairs"
        if self.pairs is None:
            return f"k-NN accuracy · {name}"
        return f"{'Top-1' if self.pairs.scores is None else 'Spearman'} · {name}"


def judgments_of(state: State) -> list[Judgment]:
    """Return who can judge the active set, the likeliest first: the newest pairs, then columns."""
    active = state.active
    assert active is not None
    found = [Judgment(pairs.name, pairs) for pairs in pairs_of(state.pairs, active)[::-1]]
    columns = list(_category_columns(active))
    color = state[MapSettings].color_by
    if color in columns:
        columns.remove(color)
        columns.insert(0, color)
    elif color in pairing_columns(active) and _has_few(active, color):
        columns.insert(0, color)
    return found + [Judgment(column) for column in columns]


def chosen_judgment(state: State, name: str | None) -> Judgment | None:
    """Return the one of a name, or else the likeliest; None where there is none."""
    found = judgments_of(state)
    chosen = next((each for each in found if each.name == name), None)
    if chosen is None and name is not None:
        assert state.active is not None
        # A column that does not look like one of categories, but was asked for.
        if name in pairing_columns(state.active):
            return Judgment(name)
    return chosen or next(iter(found), None)


def _category_columns(vector_set: VectorSet) -> Sequence[str]:
    """Return the columns of a set that hold categories, found once."""
    if vector_set not in _columns:
        names = pairing_columns(vector_set) if len(vector_set) <= _MOST_ROWS else []
        columns = vector_set.metadata
        _columns[vector_set] = tuple(n for n in names if is_suitable(columns.column(n)))
    return _columns[vector_set]


def _has_few(vector_set: VectorSet, name: str) -> bool:
    """Return whether a column has as few values as categories; they are counted once."""
    known = _few.setdefault(vector_set, {})
    if name not in known:
        known[name] = _are_few(vector_set.metadata.column(name))
    return known[name]


def _are_few(column: Any) -> bool:
    """Return whether a column, a pyarrow.ChunkedArray, has as few values as categories."""
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_floating(column.type) or types.is_temporal(column.type):
        return False
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return bool(2 <= pc.count_distinct(column).as_py() <= min(_MOST_CODES, len(column) // 2))
