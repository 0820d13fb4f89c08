"""Search of Milvus: which field by which index, and the same as lines of Python to be copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.sources.databases.milvus.schema import METRIC_NAMES
from embedviz.sources.databases.protocol import Field, IndexInfo, SearchRequest

_EXACT = ("FLAT",)
_SETTINGS = ("ef", "nprobe", "reorder_k", "search_list", "level")


def field_named(fields: Mapping[str, Field], name: str) -> Field:
    """Return a field that holds vectors."""
    found = fields.get(name)
    if found is None or found.kind != "vector":
        others = ", ".join(each.name for each in fields.values() if each.kind == "vector")
        raise UserError(f"{shown_name(name)!r} is not a field of vectors. There are: {others}")
    return found


def searched_field(request: SearchRequest, fields: Mapping[str, Field]) -> Field:
    """Return the field that is searched, or that is searched first.

    Raises
    ------
    UserError
        When the request does not fit the collection.
    """
    whole = field_named(fields, request.vector_field)
    if len(request.query) != whole.dimensions:
        raise UserError(
            f"The query has {len(request.query):,} dimensions; {whole.name!r} has "
            f"{whole.dimensions or 0:,}."
        )
    unknown = sorted(set(request.settings) - set(_SETTINGS))
    if unknown:
        raise UserError(
            f"{unknown[0]!r} is not a setting of a search in Milvus. There are: "
            f"{', '.join(_SETTINGS)}."
        )
    if request.prefix is None or request.prefix == whole.dimensions:
        return whole
    if not request.prefix_field:
        raise UserError(
            "Milvus searches no prefix of a vector. Choose a field that holds the first "
            f"{request.prefix:,} dimensions as vectors of their own."
        )
    short = field_named(fields, request.prefix_field)
    if short.dimensions != request.prefix:
        raise UserError(
            f"{short.name!r} has {short.dimensions or 0:,} dimensions, and the first "
            f"{request.prefix:,} were to be searched. Choose that many, or another field."
        )
    return short


def approximate_index(field: Field) -> IndexInfo | None:
    """Return the index by which Milvus searches a field; None: it compares all rows."""
    index = next(iter(field.indexes), None)
    return None if index is None or index.kind in _EXACT else index


def reason_to_read(request: SearchRequest, field: Field) -> str:
    """Return why Milvus itself does not search as asked, as a sentence; empty: it does."""
    index = next(iter(field.indexes), None)
    if index is not None and index.metric != request.metric:
        return f"Milvus has {field.name!r} indexed for {index.metric}, not for {request.metric}."
    if request.is_exact and index is not None and index.kind not in _EXACT:
        return (
            f"Milvus searches {field.name!r} by its index {index.kind} only, which is approximate."
        )
    return ""


def arguments(request: SearchRequest, field: Field, count: int) -> dict[str, Any]:
    """Return the arguments of `search`, but for the collection."""
    query = np.asarray(request.query, np.float32)[: field.dimensions]
    return {
        "data": [query.tolist()],
        "anns_field": field.name,
        "limit": count,
        "filter": request.condition,
        "output_fields": list(request.fields),
        "search_params": _params(request),
    }


def lines_of(
    request: SearchRequest, field: Field, name: str, key: str, client: str
) -> Sequence[str]:
    """Return the lines of Python that search as `nearest` does.

    Parameters
    ----------
    request : SearchRequest
    field : Field
        That is searched, or searched first.
    name : str
        Of the collection.
    key : str
        The primary key.
    client : str
        What makes the client.
    """
    lines = ["from pymilvus import MilvusClient", "", f"client = {client}"]
    if "os.environ" in client:
        lines.insert(0, "import os\n")
    lines.append(f"# query: the {len(request.query):,} numbers of a vector")
    is_two_stage = request.candidates is not None and field.name != request.vector_field
    count = max(request.candidates or 0, request.count) if is_two_stage else request.count
    first = replace(request, fields=()) if is_two_stage else request
    lines += _search_lines(first, field.name, name, repr(request.condition), count)
    if is_two_stage:
        lines.append(f"keys = [each[{key!r}] for each in found]")
        condition = f'f"{key} in {{keys}}"'
        lines += _search_lines(
            replace(request, prefix=None), request.vector_field, name, condition, request.count
        )
    return lines


def _search_lines(
    request: SearchRequest, using: str, name: str, condition: str, count: int
) -> list[str]:
    cut = "" if request.prefix is None else f"[:{request.prefix}]"
    return [
        "found = client.search(",
        f"    {name!r},",
        f"    data=[query{cut}],",
        f"    anns_field={using!r},",
        f"    limit={count},",
        f"    filter={condition},",
        f"    output_fields={list(request.fields)!r},",
        f"    search_params={_params(request)!r},",
        ")[0]",
    ]


def _params(request: SearchRequest) -> dict[str, Any]:
    settings = {} if request.is_exact else dict(request.settings)
    return {"metric_type": METRIC_NAMES[request.metric], "params": settings}
