"""Rows of a collection of Milvus, read by their keys or page by page in the order of keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.milvus.failures import worded
from embedviz.sources.databases.milvus.schema import (
    MilvusSchema,
    condition_of_keys,
    literal,
    vectors_of,
)
from embedviz.sources.databases.protocol import Batch, Keys, Partition

PAGE_ROWS = 8192
"""Rows of a page; Milvus gives no more than 16,384."""
_IN_ORDER = {"iterator": "True", "reduce_stop_for_best": "True"}
"""What makes a query answer the rows with the smallest keys, in their order."""
_TAKEN = 1000
"""Keys that are asked for at a time."""
_LEAST, _LARGEST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True)
class MilvusSource:
    """Where a collection is.

    Attributes
    ----------
    client : Any
        `MilvusClient`.
    place : str
        For messages.
    client_text : str
        The Python that makes such a client, without a secret.
    seconds : int
        How long an answer is waited for.
    key : str
        What is not to be in any message.
    """

    client: Any
    place: str
    client_text: str
    seconds: int
    key: str = field(default="", repr=False)


class MilvusRows:
    """Rows of one collection.

    Parameters
    ----------
    source : MilvusSource
    name : str
    schema : MilvusSchema
    """

    def __init__(self, source: MilvusSource, name: str, schema: MilvusSchema) -> None:
        self._source = source
        self._name = name
        self._key = schema.key
        self._has_texts = schema.has_texts
        self._fields = {each.name: each for each in schema.fields}

    def worded(self) -> AbstractContextManager[None]:
        """Turn what Milvus's client raises into a `UserError`."""
        return worded(self._source.place, self._name, self._source.key)

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where there is none."""
        first = self._query("", [], 1)
        if not first:
            return None
        key = int(first[0][self._key])
        return -self._last(-key, -1), self._last(key, 1)

    def of_keys(self, keys: Keys, output: Sequence[str]) -> dict[Any, Any]:
        """Return the rows with some keys, by key."""
        found: dict[Any, Any] = {}
        for start in range(0, len(keys), _TAKEN):
            some = keys[start : start + _TAKEN].tolist()
            rows = self._query(condition_of_keys(self._key, some), output, len(some))
            found.update((each[self._key], each) for each in rows)
        return found

    def pages(
        self, part: Partition, condition: str, output: Sequence[str], size: int
    ) -> Iterator[list[Any]]:
        """Yield the rows of a part that meet a condition, some at a time."""
        # The client's own iterator does so too, but writes keys with quotes in them wrongly.
        limits = [f"{self._key} < {literal(part.end)}"] if part.end is not None else []
        limits += [f"({condition})"] if condition else []
        begin = f"{self._key} >= {literal(part.first)}" if part.first is not None else ""
        while True:
            asked = " and ".join([*([begin] if begin else []), *limits])
            rows = self._query(asked, output, min(size, PAGE_ROWS), **_IN_ORDER)
            if not rows:
                return
            yield rows
            begin = f"{self._key} > {literal(rows[-1][self._key])}"

    def keys(self, found: Sequence[Any]) -> Keys:
        """Return keys as an array."""
        return np.empty(0, np.str_) if self._has_texts and not found else as_keys(found)

    def batch(self, rows: Sequence[Any], vector_field: str, fields: Sequence[str]) -> Batch:
        """Return rows as they are handed on."""
        values = [each.get(vector_field) for each in rows]
        vectors, is_right = vectors_of(values, self._fields[vector_field])
        kept = [row for row, right in zip(rows, is_right, strict=True) if right]
        left_out = [row[self._key] for row, right in zip(rows, is_right, strict=True) if not right]
        columns: Mapping[str, Sequence[Any]] = {
            name: [each.get(name) for each in kept] for name in fields
        }
        keys = self.keys([each[self._key] for each in kept])
        return Batch(keys, vectors, columns, len(left_out), self.keys(left_out[:10]))

    def _query(self, condition: str, output: Sequence[str], limit: int, **more: Any) -> list[Any]:
        with self.worded():
            found = self._source.client.query(
                self._name,
                filter=condition,
                output_fields=[self._key, *output],
                limit=limit,
                timeout=self._source.seconds,
                **more,
            )
        return list(found)

    def _last(self, key: int, sign: int) -> int:
        """Return the largest of all keys times a sign, which is at least `key`, by halving."""

        def is_any_from(place: int) -> bool:
            if not _LEAST <= sign * place <= _LARGEST:
                return False
            relation = ">=" if sign > 0 else "<="
            return bool(self._query(f"{self._key} {relation} {sign * place}", [], 1))

        step = 1
        while is_any_from(key + step):
            key, step = key + step, step * 2
        absent = key + step
        while absent - key > 1:
            middle = (key + absent) // 2
            key, absent = (middle, absent) if is_any_from(middle) else (key, middle)
        return key
