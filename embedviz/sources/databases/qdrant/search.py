"""Search of Qdrant: what is asked of the client, and the same as lines of Python to be copied."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.neighbors.metric import Metric
from embedviz.core.wording import shown_name
from embedviz.sources.databases.protocol import Field, SearchRequest
from embedviz.sources.databases.qdrant.fields import UNNAMED

SETTINGS = ("hnsw_ef",)


@dataclass(frozen=True)
class SearchPlan:
    """How a search is done.

    Attributes
    ----------
    using : str
        The field that is searched, or by which what was found is ordered.
    length : int
        How many numbers of the query are compared with it.
    coarse : str
        The field that is searched first; empty: there is one stage.
    coarse_length : int
    metric : Metric
        What the scores of Qdrant are.
    is_tuned : bool
        Whether it is said how to search; local mode compares all rows, and warns of that.
    """

    using: str
    length: int
    coarse: str = ""
    coarse_length: int = 0
    metric: Metric = "cosine"
    is_tuned: bool = True


def plan_of(
    request: SearchRequest, fields: Mapping[str, Field], metrics: Mapping[str, Metric]
) -> SearchPlan:
    """Return how a search is done.

    Raises
    ------
    UserError
        When a prefix is asked for and no field holds it.
    """
    whole = field_named(fields, request.vector_field)
    length = whole.dimensions or 0
    if len(request.query) != length:
        raise UserError(
            f"The query has {len(request.query):,} dimensions; {request.vector_field!r} has "
            f"{length:,}."
        )
    if request.prefix is None or request.prefix == length:
        return SearchPlan(request.vector_field, length, metric=metrics[request.vector_field])
    short = _prefix_field(request, fields)
    if request.candidates is None:
        return SearchPlan(short, request.prefix, metric=metrics[short])
    metric = metrics[request.vector_field]
    return SearchPlan(request.vector_field, length, short, request.prefix, metric)


def field_named(fields: Mapping[str, Field], name: str) -> Field:
    """Return a field that holds vectors."""
    found = fields.get(name)
    if found is None or found.kind != "vector":
        others = ", ".join(each.name for each in fields.values() if each.kind == "vector")
        why = f" {found.note}" if found is not None and found.note else ""
        raise UserError(f"{shown_name(name)!r} is not a field of vectors.{why} There are: {others}")
    return found


def filter_of(condition: str) -> Any:
    """Return a condition as the client has it; None for an empty one.

    Raises
    ------
    UserError
        When it is not a filter of Qdrant, as JSON.
    """
    if not condition.strip():
        return None
    models = import_module("qdrant_client.models")
    example = '{"must": [{"key": "language", "match": {"value": "de"}}]}'
    try:
        return models.Filter.model_validate(json.loads(condition))
    except RecursionError:
        raise UserError("The condition is nested too deeply.") from None
    except ValueError as error:
        where = ""
        if isinstance(error, json.JSONDecodeError):
            where = f" ({error.msg} at character {error.pos + 1})"
        raise UserError(
            f"The condition is not a filter of Qdrant, which is written as JSON{where}: {example}"
        ) from None


def arguments(request: SearchRequest, plan: SearchPlan) -> dict[str, Any]:
    """Return the arguments of `query_points`, but for the collection."""
    models = import_module("qdrant_client.models")
    query = np.asarray(request.query, np.float32).tolist()
    condition = filter_of(request.condition)
    params = _params(models, request) if plan.is_tuned else None
    found: dict[str, Any] = {
        "query": query[: plan.length],
        "limit": request.count,
        "search_params": params,
        "query_filter": condition,
        "with_payload": list(request.fields) or False,
        "with_vectors": False,
    }
    if plan.using != UNNAMED:
        found["using"] = plan.using
    if plan.coarse:
        found["prefetch"] = models.Prefetch(
            query=query[: plan.coarse_length],
            using=None if plan.coarse == UNNAMED else plan.coarse,
            limit=max(request.candidates or 0, request.count),
            filter=condition,
            params=params,
        )
    return found


def lines_of(request: SearchRequest, plan: SearchPlan, name: str, client: str) -> str:
    """Return the lines of Python that do the same.

    Parameters
    ----------
    request : SearchRequest
    plan : SearchPlan
    name : str
        Of the collection.
    client : str
        What makes the client: `QdrantClient(url="…")`.
    """
    params = _params_text(request)
    lines = ["from qdrant_client import QdrantClient, models", "", f"client = {client}"]
    if "os.environ" in client:
        lines.insert(0, "import os\n")
    if request.condition.strip():
        # As JSON has it: numbers, texts and lists only, so that nothing else can be in it.
        condition = json.dumps(json.loads(request.condition))
        lines.append(f"condition = models.Filter.model_validate_json({condition!r})")
    filtered = "condition" if request.condition.strip() else ""
    lines += [
        f"# query: the {len(request.query):,} numbers of a vector",
        "found = client.query_points(",
        f"    {name!r},",
    ]
    if plan.coarse:
        using = "" if plan.coarse == UNNAMED else f"using={plan.coarse!r}, "
        limit = max(request.candidates or 0, request.count)
        lines += [
            "    prefetch=models.Prefetch(",
            f"        query=query[:{plan.coarse_length}], {using}limit={limit},",
            *([f"        params={params},"] if plan.is_tuned else []),
            *([f"        filter={filtered},"] if filtered else []),
            "    ),",
        ]
    cut = f"[:{plan.length}]" if plan.length < len(request.query) else ""
    lines.append(f"    query=query{cut},")
    if plan.using != UNNAMED:
        lines.append(f"    using={plan.using!r},")
    if filtered:
        lines.append(f"    query_filter={filtered},")
    if plan.is_tuned:
        lines.append(f"    search_params={params},")
    lines += [
        f"    limit={request.count},",
        f"    with_payload={list(request.fields) or False!r},",
        ").points",
    ]
    return "\n".join(lines)


def _prefix_field(request: SearchRequest, fields: Mapping[str, Field]) -> str:
    prefix = request.prefix or 0
    if not request.prefix_field:
        raise UserError(
            f"Qdrant searches no prefix of a vector. Choose a field that holds the first {prefix:,}"
            " dimensions as vectors of their own."
        )
    short = field_named(fields, request.prefix_field)
    if short.dimensions != prefix:
        raise UserError(
            f"{request.prefix_field!r} has {short.dimensions or 0:,} dimensions, and the first "
            f"{prefix:,} were to be searched. Choose that many, or another field."
        )
    return short.name


def _settings(request: SearchRequest) -> dict[str, int]:
    unknown = sorted(set(request.settings) - set(SETTINGS))
    if unknown:
        raise UserError(
            f"{unknown[0]!r} is not a setting of a search in Qdrant. There is: "
            f"{', '.join(SETTINGS)}."
        )
    return {name: int(value) for name, value in request.settings.items()}


def _params(models: Any, request: SearchRequest) -> Any:
    if request.is_exact:
        # Exact is so by the vectors themselves, not by what they are compressed to.
        ignore = models.QuantizationSearchParams(ignore=True)
        return models.SearchParams(exact=True, quantization=ignore)
    return models.SearchParams(**_settings(request))


def _params_text(request: SearchRequest) -> str:
    if request.is_exact:
        return (
            "models.SearchParams(exact=True, "
            "quantization=models.QuantizationSearchParams(ignore=True))"
        )
    settings = ", ".join(f"{name}={value}" for name, value in _settings(request).items())
    return f"models.SearchParams({settings})"
