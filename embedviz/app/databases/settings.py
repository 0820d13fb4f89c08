"""Settings of the neighbors panel where the set shown is a sample of a collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting
from embedviz.sources.databases.searching.ways import Way


@dataclass(frozen=True)
class CollectionSearchSettings(Settings):
    """Settings of the search for neighbors among all rows of a collection.

    Attributes
    ----------
    among : {"sample", "all"}
        Among which rows neighbors are searched for.
    way : {"exact", "index"}
        How the engine is to search all rows, where it offers both.
    effort : int or None
        Of a search by the index: "ef_search" or "nprobes"; None: the usual one.
    beside : bool
        Whether the exact neighbors among the rows of the sample are listed beside.
    """

    name: ClassVar[str] = "neighbors"

    among: Literal["sample", "all"] = setting(
        "sample",
        "Among",
        "rows that are searched: those shown, or all of the collection, by its engine",
        choices=(("these rows", "sample"), ("all rows", "all")),
        switches_at=0.0,
    )
    way: Way = setting(
        "exact",
        "Search",
        "how the engine searches all rows",
        choices=(("exact", "exact"), ("by the index", "index")),
        switches_at=0.0,
    )
    effort: int | None = setting(
        None, "Effort", "ef or number of probes of a search by the index", least=1, most=65_536
    )
    beside: bool = setting(
        False, "Beside: these rows", "the exact neighbors among the rows shown are listed, too"
    )
