"""What a map can be fitted on: all rows, the selection, a group, another open set."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from embedviz.app.first_color import is_suitable
from embedviz.app.state import State
from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource, sets_to_fit
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line

_MOST_ROWS, _MOST_VALUES, _MOST_GROUPS = 200_000, 30, 90
_groups: WeakKeyDictionary[VectorSet, tuple[FitSource, ...]] = WeakKeyDictionary()


def offered_sources(state: State) -> list[tuple[str, FitSource]]:
    """Return what the map of the active set can be fitted on, with words for each."""
    active = state.active
    assert active is not None
    found = [("All rows", ALL_ROWS)]
    if len(state.selected) > 1:
        chosen = FitSource.of_selection(state.selected, len(active))
        found.append((f"Selection: {len(state.selected):,} rows", chosen))
    others = sets_to_fit(active, state.sets)
    names = [other.name for other in others]
    for other in others:
        n_rows = f", {len(other):,} rows" if names.count(other.name) > 1 else ""
        source = FitSource.of_set(other.name, len(other))
        found.append((f"Set: {one_line(other.name)}{n_rows}", source))
    if active not in _groups:
        _groups[active] = tuple(_groups_of(active))[:_MOST_GROUPS]
    found += [(f"Group: {one_line(str(each))}", each) for each in _groups[active]]
    return found


def _groups_of(vector_set: VectorSet) -> Iterator[FitSource]:
    """Yield the groups of rows that are alike in a column of categories."""
    if len(vector_set) > _MOST_ROWS:
        return
    for name in vector_set.metadata.column_names:
        column = vector_set.metadata.column(name)
        if is_suitable(column):
            values = [each for each in column.unique().to_pylist() if each is not None]
            if len(values) <= _MOST_VALUES:
                for value in sorted(values, key=str):
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    yield FitSource.of_group(name, text)
