"""Ways in which a collection can be searched, and what each of them is honestly called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from embedviz.core.errors import UserError
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.protocol import Collection, IndexInfo
from embedviz.sources.databases.search_settings import (
    SearchSetting,
    describe_index,
    index_for,
    settings_of,
)

Way = Literal["exact", "index"]


@dataclass(frozen=True)
class SearchWays:
    """Ways in which a field of a collection can be searched by a metric.

    Attributes
    ----------
    engine : str
        As in `ENGINES`.
    n_rows : int
        How many rows are searched.
    metric : Metric
    is_exact : bool
        Whether the engine offers exact search.
    index : IndexInfo or None
        What it searches approximately by; None: it has none for this metric.
    title : str
        What the engine is called on the screen.
    version : str
        That of the collection; empty: the engine has none.
    """

    engine: str
    n_rows: int
    metric: Metric
    is_exact: bool
    index: IndexInfo | None
    title: str = "The engine"
    version: str = ""

    @property
    def effort(self) -> SearchSetting | None:
        """What decides most how much an approximate search finds; None: nothing can be set."""
        settings = () if self.index is None else settings_of(self.index, self.engine)
        return settings[0] if settings else None

    def settings(self, effort: int | None) -> dict[str, int | float]:
        """Return the settings of an approximate search.

        Parameters
        ----------
        effort : int or None
            Value of the setting `effort`; None: the usual one.
        """
        if self.effort is None:
            return {}
        value = self.effort.default if effort is None else effort
        return {self.effort.name: min(max(value, 1), self.effort.most)}

    def used(self, way: Way) -> Way:
        """Return the way that is taken where one is wanted: exact where there is no other.

        Raises
        ------
        UserError
            When the engine can search by this metric in no way.
        """
        if self.index is not None and (way == "index" or not self.is_exact):
            return "index"
        if self.is_exact:
            return "exact"
        raise UserError(
            f"{self.title} searches this collection neither exactly nor by an index for "
            f"{self.metric}. Choose another metric, or search the sample."
        )

    def describe(self, way: Way, effort: int | None = None) -> str:
        """Return how is searched: "exact", or "approximate: HNSW (m 16), ef_search 100"."""
        if way == "exact" or self.index is None:
            return "exact"
        used = (f"{name} {value:,}" for name, value in self.settings(effort).items())
        return f"approximate: {', '.join([describe_index(self.index), *used])}"


def ways_of(
    collection: Collection, engine: str, vector_field: str, metric: Metric, title: str = ""
) -> SearchWays:
    """Return the ways in which a field of an open collection can be searched.

    Parameters
    ----------
    collection : Collection
    engine : str
        As in `ENGINES`.
    vector_field : str
    metric : Metric
    title : str
        What the engine is called on the screen.
    """
    info = collection.info
    field = next((each for each in info.fields if each.name == vector_field), None)
    index = None if field is None else index_for(field.indexes, metric)
    is_exact = "exact" in collection.abilities
    title = title or SearchWays.title
    return SearchWays(engine, info.n_rows, metric, is_exact, index, title, info.version)
