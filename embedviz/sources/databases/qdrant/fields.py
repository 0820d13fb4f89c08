"""Fields of a collection of Qdrant: its vectors as they are configured, its payload as it is found.

A payload has no schema but that of its indexes, so some points are looked at besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.protocol import Field, FieldKind, IndexInfo

METRICS: Mapping[str, Metric] = {"Cosine": "cosine", "Dot": "dot", "Euclid": "euclidean"}
UNNAMED = "unnamed vector"
"""What the vectors of a collection without named ones are called here."""

_UNIT = (
    "Qdrant keeps the vectors of a field with cosine distance at unit length: lengths, dot "
    "products and moments are those of the unit vectors."
)
_MANHATTAN = "Its distance is Manhattan, which is not offered here."
_SCHEMA_KINDS: Mapping[str, FieldKind] = {
    "keyword": "text",
    "text": "text",
    "uuid": "text",
    "integer": "number",
    "float": "number",
    "bool": "truth",
    "datetime": "date",
}


def vector_configs(vectors: Any) -> dict[str, Any]:
    """Return the settings of the dense vectors by the name of their field."""
    if vectors is None:
        return {}
    return dict(vectors) if isinstance(vectors, Mapping) else {UNNAMED: vectors}


def vector_field(name: str, params: Any, hnsw: Any, is_indexed: bool) -> Field:
    """Return what is known of a vector field.

    Parameters
    ----------
    name : str
    params : Any
        `VectorParams` of the client.
    hnsw : Any
        Settings of the collection's index, where the field has none of its own.
    is_indexed : bool
        Whether the collection has built any index.
    """
    if params.multivector_config is not None:
        return Field(name, "other", note="It holds several vectors a point.")
    metric = METRICS.get(params.distance.value)
    if metric is None:
        return Field(name, "other", note=_MANHATTAN)
    element = params.datatype.value if params.datatype is not None else "float32"
    indexes = (_index(params, hnsw, metric),) if is_indexed else ()
    note = _UNIT if metric == "cosine" else ""
    return Field(name, "vector", params.size, element, indexes, note)


def payload_fields(schema: Mapping[str, Any], payloads: Iterable[Mapping[str, Any]]) -> list[Field]:
    """Return the fields of the payload, those of indexes first."""
    kinds: dict[str, FieldKind] = {}
    for name, index in schema.items():
        if "." not in name and "[" not in name:
            kinds[name] = _SCHEMA_KINDS.get(getattr(index.data_type, "value", ""), "other")
    for payload in payloads:
        for name, value in payload.items():
            if value is not None and name not in schema:
                kind = _kind(value)
                kinds[name] = kind if kinds.get(name, kind) == kind else "other"
    return [Field(name, kind) for name, kind in kinds.items()]


def _index(params: Any, hnsw: Any, metric: Metric) -> IndexInfo:
    settings = {}
    for name in ("m", "ef_construct"):
        own = getattr(params.hnsw_config, name, None)
        value = own if own is not None else getattr(hnsw, name, None)
        if value is not None:
            settings[name] = str(value)
    if params.quantization_config is not None:
        settings["quantization"] = next(iter(params.quantization_config.model_dump()))
    return IndexInfo("HNSW", metric, settings)


def _kind(value: Any) -> FieldKind:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"
