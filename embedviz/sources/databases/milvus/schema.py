"""Fields of a collection of Milvus, and its vectors as they come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.protocol import Field, FieldKind, IndexInfo

METRICS: Mapping[str, Metric] = {"COSINE": "cosine", "IP": "dot", "L2": "euclidean"}
METRIC_NAMES: Mapping[Metric, str] = {ours: theirs for theirs, ours in METRICS.items()}

_ELEMENTS = {
    "FLOAT_VECTOR": "float32",
    "FLOAT16_VECTOR": "float16",
    "BFLOAT16_VECTOR": "bfloat16",
}
_KINDS: Mapping[str, FieldKind] = {
    "BOOL": "truth",
    "INT8": "number",
    "INT16": "number",
    "INT32": "number",
    "INT64": "number",
    "FLOAT": "number",
    "DOUBLE": "number",
    "VARCHAR": "text",
    "TIMESTAMPTZ": "date",
}
_DESCRIBED = ("index_type", "metric_type", "field_name", "index_name", "state", "total_rows")
_COUNTS = ("indexed_rows", "pending_index_rows")


@dataclass(frozen=True)
class MilvusSchema:
    """Fields of a collection.

    Attributes
    ----------
    key : str
        The primary key.
    has_texts : bool
        Whether keys are texts.
    fields : tuple of Field
    """

    key: str
    has_texts: bool
    fields: tuple[Field, ...]


def schema_of(described: Mapping[str, Any], indexes: Sequence[Mapping[str, Any]]) -> MilvusSchema:
    """Return the fields of a collection.

    Parameters
    ----------
    described : mapping
        What `describe_collection` answers.
    indexes : sequence of mapping
        What `describe_index` answers for each.
    """
    key, has_texts = "", False
    fields = []
    for each in described["fields"]:
        kind = each["type"].name
        if each.get("is_primary"):
            key, has_texts = each["name"], kind == "VARCHAR"
            continue
        if kind not in _ELEMENTS:
            fields.append(Field(each["name"], _KINDS.get(kind, "other")))
            continue
        own = tuple(_index(one) for one in indexes if one.get("field_name") == each["name"])
        dimensions = int(each["params"]["dim"])
        known = tuple(one for one in own if one is not None)
        fields.append(Field(each["name"], "vector", dimensions, _ELEMENTS[kind], known))
    return MilvusSchema(key, has_texts, tuple(fields))


def vectors_of(values: Sequence[Any], field: Field) -> tuple[Matrix, list[bool]]:
    """Return the vectors of some rows, and which rows have one of the right length."""
    found = [_numbers(each, field.element) for each in values]
    length = field.dimensions or 0
    is_right = [each is not None and each.shape == (length,) for each in found]
    kept = [each for each, right in zip(found, is_right, strict=True) if right]
    vectors = np.empty((len(kept), length), np.float32)
    for row, each in enumerate(kept):
        vectors[row] = each
    return vectors, is_right


def literal(key: int | str) -> str:
    """Return a key as a condition has it, whatever is in it."""
    return json.dumps(key, ensure_ascii=False)


def condition_of_keys(key: str, values: Sequence[int | str]) -> str:
    """Return the condition that a key is one of some."""
    return f"{key} in [{', '.join(map(literal, values))}]"


def _index(described: Mapping[str, Any]) -> IndexInfo | None:
    metric = METRICS.get(described.get("metric_type", "COSINE"))
    if metric is None:
        return None
    settings = {
        name: str(value)
        for name, value in described.items()
        if name not in _DESCRIBED and name not in _COUNTS and not isinstance(value, dict)
    }
    name = str(described.get("index_name", ""))
    return IndexInfo(str(described.get("index_type", "")), metric, settings, name=name)


def _numbers(value: Any, element: str) -> Any:
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], bytes):
        value = value[0]
    if value is None:
        return None
    if isinstance(value, bytes):
        if element == "float16":
            return np.frombuffer(value, np.float16).astype(np.float32)
        if element == "bfloat16":
            return (np.frombuffer(value, np.uint16).astype(np.uint32) << 16).view(np.float32)
        return np.frombuffer(value, np.float32)
    return np.asarray(value, np.float32)
