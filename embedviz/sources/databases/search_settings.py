"""What can be set of an approximate search, by the kind of the index."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedviz.sources.databases.protocol import IndexInfo


@dataclass(frozen=True)
class SearchSetting:
    """Setting of an approximate search: more of it finds more, and takes longer.

    Attributes
    ----------
    name : str
        As in `SearchRequest.settings`, by the name that the engine has for it.
    help : str
        What it is, in a few words.
    default, most : int
        The least is 1.
    """

    name: str
    help: str
    default: int
    most: int


_GRAPH = SearchSetting(
    "ef_search", "candidates that are kept while the graph is walked", 100, 10_000
)
_PARTS = SearchSetting("nprobes", "parts of the index that are looked into", 20, 65_536)

_NAMES = {
    "lancedb": {"ef_search": "ef"},
    "pgvector": {"nprobes": "probes"},
    "milvus": {"ef_search": "ef", "nprobes": "nprobe"},
    "qdrant": {"ef_search": "hnsw_ef"},
}
"""What engines call these settings, where it is not what they are called here."""


def settings_of(index: IndexInfo, engine: str = "") -> tuple[SearchSetting, ...]:
    """Return what can be set of a search with an index; the first one matters most.

    An index whose kind is not known here has no settings: it is searched as the engine does.

    Parameters
    ----------
    index : IndexInfo
    engine : str
        As in `ENGINES`: the settings are called as it calls them.
    """
    kind = index.kind.upper()
    found = []
    if "IVF" in kind:
        found.append(_PARTS)
    if "HNSW" in kind:
        # One graph within each part: of how many parts decides more often.
        found.append(_GRAPH)
    names = _NAMES.get(engine, {})
    return tuple(replace(each, name=names.get(each.name, each.name)) for each in found)


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
