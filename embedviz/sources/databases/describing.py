"""Descriptions of what is in a database, in words: rows, fields and indexes of its collections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from embedviz.core.notes import counted
from embedviz.core.wording import in_words, shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.connecting import title_of
from embedviz.sources.databases.protocol import CollectionInfo, Database, Field, IndexInfo


def infos_of(database: Database, names: Iterable[str]) -> list[CollectionInfo]:
    """Return the facts about some collections. No rows are read."""
    infos = []
    for name in names:
        with closing(database.open(name)) as collection:
            infos.append(collection.info)
    return infos


def describe_collections(address: Address, infos: Sequence[CollectionInfo]) -> str:
    """Return what is in a database, as lines of text."""
    count = counted(len(infos), "collection")
    lines = [f"{address.description}: {title_of(address.engine)}, {count}"]
    for info in infos:
        lines += ["", describe_size(info)]
        if info.key_field:
            lines.append(f"  {info.key_field}: key, {info.key_kind}")
        for each in info.fields:
            if each.name != info.key_field:
                lines.append(f"  {describe_field(each)}")
    return "\n".join(lines)


def describe_size(info: CollectionInfo) -> str:
    """Return "things: 20,000 rows, 10 MB"."""
    size = "" if info.n_bytes is None else f", {in_words(info.n_bytes)}"
    return f"{shown_name(info.name)}: {counted(info.n_rows, 'row')}{size}"


def describe_field(field: Field) -> str:
    """Return "vector: 128 × float32, HNSW for cosine (m=16)"."""
    if field.kind != "vector":
        return f"{shown_name(field.name)}: {field.kind}"
    size = "any length" if field.dimensions is None else f"{field.dimensions:,}"
    indexes = [describe_index(each) for each in field.indexes] or ["no index"]
    shape = f"{size} × {field.element}" if field.element else size
    return f"{shown_name(field.name)}: {', '.join(['vector of ' + shape, *indexes])}"


def describe_index(index: IndexInfo) -> str:
    """Return "HNSW for cosine (m=16), of the first 64 dimensions"."""
    settings = ", ".join(f"{name}={value}" for name, value in index.settings.items())
    of_prefix = f", of the first {index.dimensions:,} dimensions" if index.dimensions else ""
    return f"{index.kind} for {index.metric}{f' ({settings})' if settings else ''}{of_prefix}"


def as_object(address: Address, infos: Sequence[CollectionInfo]) -> dict[str, Any]:
    """Return the same as JSON has it."""
    return {
        "address": address.description,
        "engine": address.engine,
        "collections": [
            {
                "name": info.name,
                "rows": info.n_rows,
                "bytes": info.n_bytes,
                "key": info.key_field or None,
                "fields": [
                    {
                        "name": each.name,
                        "kind": each.kind,
                        "dimensions": each.dimensions,
                        "element": each.element or None,
                        "indexes": [describe_index(one) for one in each.indexes],
                    }
                    for each in info.fields
                ],
            }
            for info in infos
        ],
    }
