"""Indexes of the vector fields of a table, as the engine describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.lancedb.table import LanceTable
from embedviz.sources.databases.protocol import Field, IndexInfo

METRIC_NAMES: Mapping[Metric, str] = {"cosine": "cosine", "dot": "dot", "euclidean": "l2"}
"""What the engine calls our metrics."""

_SETTINGS = {
    "m": "m",
    "max_connections": "m",
    "ef_construction": "ef_construction",
    "num_sub_vectors": "num_sub_vectors",
    "nbits": "num_bits",
    "num_bits": "num_bits",
}
"""What is told of an index, by the engine's names in its description, as its caller names them."""


def indexed_fields(table: LanceTable, fields: Sequence[Field]) -> list[Field]:
    """Return fields with the indexes that there are of them."""
    found: dict[str, list[IndexInfo]] = {}
    with table.worded():
        described = list(table.rows.describe_indices())
    kinds = {each.name: each.kind for each in fields}
    for each in described:
        name = each.field_names[0].strip('"') if each.field_names else ""
        if kinds.get(name) == "vector":
            index = _info(table, each)
            if index is not None:
                found.setdefault(name, []).append(index)
    return [replace(each, indexes=tuple(found.get(each.name, ()))) for each in fields]


def _info(table: LanceTable, described: Any) -> IndexInfo | None:
    with table.worded():
        facts = table.rows.stats.index_stats(described.name)
    part: Mapping[str, Any] = (facts.get("indices") or [{}])[0]
    metric = _metric(str(part.get("metric_type", "")))
    if metric is None:
        return None
    settings: dict[str, str] = {}
    if part.get("num_partitions"):
        settings["num_partitions"] = str(part["num_partitions"])
    below = part.get("sub_index") or {}
    for name, value in {**below, **(below.get("params") or {})}.items():
        if name in _SETTINGS and value is not None:
            settings[_SETTINGS[name]] = str(value)
    if facts.get("num_unindexed_rows"):
        settings["rows not in it"] = str(facts["num_unindexed_rows"])
    return IndexInfo(str(described.index_type), metric, settings, name=str(described.name))


def _metric(name: str) -> Metric | None:
    """Return our name of a metric of the engine, None where we have none: "hamming"."""
    for ours, theirs in METRIC_NAMES.items():
        if name.casefold() == theirs:
            return ours
    return None
