"""What can be set of an approximate search, by the kind of the index."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.sources.databases.protocol import IndexInfo


@dataclass(frozen=True)
class SearchSetting:
    """Setting of an approximate search: more of it finds more, and takes longer.

    Attributes
    ----------
    name : str
        As in `SearchRequest.settings`.
    help : str
        What it is, in a few words.
    default, most : int
        The least is 1.
    """

    name: str
    help: str
    default: int
    most: int


EF_SEARCH = SearchSetting(
    "ef_search", "candidates that are kept while the graph is walked", 100, 10_000
)
NPROBES = SearchSetting("nprobes", "parts of the index that are looked into", 20, 65_536)


def settings_of(index: IndexInfo) -> tuple[SearchSetting, ...]:
    """Return what can be set of a search with an index; the first one matters most.

    An index whose kind is not known here has no settings: it is searched as the engine does.
    """
    kind = index.kind.upper()
    found = []
    if "HNSW" in kind or "DISKANN" in kind:
        found.append(EF_SEARCH)
    if "IVF" in kind:
        # One graph within each part: of how many parts decides more often.
        found.insert(0 if kind.startswith("IVF_HNSW") else len(found), NPROBES)
    return tuple(found)


def describe_index(index: IndexInfo) -> str:
    """Return what an index is and how it was built: "HNSW (m 16, ef_construction 64)"."""
    built = ", ".join(f"{name} {value}" for name, value in index.settings.items())
    return f"{index.kind} ({built})" if built else index.kind


def index_for(
    indexes: tuple[IndexInfo, ...], metric: str, dimensions: int | None = None
) -> IndexInfo | None:
    """Return the index that a search by a metric can use, of all dimensions or of a prefix."""
    fitting = (each for each in indexes if each.metric == metric and each.dimensions == dimensions)
    return next(fitting, None)
