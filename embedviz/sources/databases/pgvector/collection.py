"""Table or view of PostgreSQL with vectors, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.pgvector.catalog import TableFacts
from embedviz.sources.databases.pgvector.connection import Connector
from embedviz.sources.databases.pgvector.decoding import decode
from embedviz.sources.databases.pgvector.search import SearchStatement, index_words
from embedviz.sources.databases.pgvector.table import SqlTable, identifier
from embedviz.sources.databases.protocol import (
    Ability,
    Batch,
    CollectionInfo,
    Field,
    Keys,
    Partition,
    SearchAnswer,
    SearchRequest,
)

_KEYS_AT_A_TIME = 50_000
_SAMPLED = 10_000


class PostgresCollection:
    """Table or view; its rows are counted once, when it is opened, which reads all of them.

    Each reading of batches has a connection of its own, so that closing it ends the reading.
    """

    def __init__(self, connector: Connector, facts: TableFacts, has_extension: bool) -> None:
        self._table, self._facts = SqlTable(connector, facts), facts
        self._has_extension = has_extension
        self._lengths: dict[str, int] = {}
        self._is_number = facts.key_type.startswith("int")
        try:
            n_rows = self._counted()
        except UserError:
            self.close()
            raise
        self._info = CollectionInfo(
            facts.shown,
            n_rows,
            facts.fields,
            facts.key,
            "number" if self._is_number else "text",
            facts.n_bytes or None,
        )

    @property
    def info(self) -> CollectionInfo:
        """Facts about it, as they were when it was opened."""
        return self._info

    @property
    def abilities(self) -> frozenset[Ability]:
        """What the engine can do: nothing where the extension is not there."""
        found: tuple[Ability, ...] = ("exact", "filter", "prefix", "two-stage")
        return frozenset(found if self._has_extension else ())

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where keys are texts or there are none."""
        if not self._is_number:
            return None
        low, high = self._table.ask("SELECT min({key}), max({key}) FROM {table}")[0]
        return None if low is None else (int(low), int(high))

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""
        found: set[Any] = set()
        for at in range(0, len(keys), _KEYS_AT_A_TIME):
            some = keys[at : at + _KEYS_AT_A_TIME].tolist()
            rows = self._table.ask("SELECT {shown} FROM {table} WHERE {key} = ANY({keys})", [some])
            found.update(row[0] for row in rows)
        kept = np.array([each in found for each in keys.tolist()], bool)
        return cast(Keys, keys[kept])

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in the engine's own order."""
        where, parameters = self._table.range_of(partition or Partition())
        text = self._table.sql("SELECT {shown} FROM {table} WHERE {where}", where=where)
        for rows in self._table.streamed(text, parameters, _KEYS_AT_A_TIME):
            yield as_keys(row[0] for row in rows)

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""
        self._length(vector_field)
        names = self._table.columns(vector_field, fields)
        text = "SELECT {names} FROM {table} WHERE {key} = ANY({keys})"
        rows = self._table.ask(text, [keys.tolist()], names=names)
        by_key = {row[0]: row for row in rows}
        ordered = [by_key[key] for key in keys.tolist() if key in by_key]
        return self._batch(ordered, vector_field, fields)

    def partitions(self, count: int) -> Sequence[Partition]:
        """Return about `count` parts by ranges of keys, each of about as many rows."""
        share = min(100.0, 100.0 * _SAMPLED * max(1, count) / max(1, self._info.n_rows))
        is_table = self._facts.kind in ("r", "m", "p")
        sampled = f"TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (0)" if is_table else ""
        shares = [part / count for part in range(1, count)]
        if not shares or self._info.n_rows < count:
            return [Partition(n_rows=self._info.n_rows)]
        found = self._table.ask(
            "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY {key})::{array} "
            f"FROM {{table}} {sampled}",
            [shares],
        )[0][0]
        ends = list(dict.fromkeys(each for each in found or () if each is not None))
        return [
            Partition(first, end) for first, end in zip([None, *ends], [*ends, None], strict=True)
        ]

    def batches(
        self,
        partition: Partition,
        vector_field: str,
        fields: Sequence[str] = (),
        batch_rows: int = 8192,
    ) -> Iterator[Batch]:
        """Yield the rows of a part, some at a time; closing the generator ends the reading."""
        self._length(vector_field)
        where, parameters = self._table.range_of(partition)
        text = self._table.sql(
            "SELECT {names} FROM {table} WHERE {where}",
            names=self._table.columns(vector_field, fields),
            where=where,
        )
        for rows in self._table.streamed(text, parameters, batch_rows):
            yield self._batch(rows, vector_field, fields)

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""
        statement = self._statement(request)
        rows, seconds, used = self._table.search(statement)
        scores = _scores(np.array([row[1] for row in rows], np.float64), request)
        columns = {name: [row[2 + at] for row in rows] for at, name in enumerate(request.fields)}
        return SearchAnswer(as_keys(row[0] for row in rows), scores, seconds, columns, used)

    def call_of(self, request: SearchRequest) -> str:
        """Return the SQL that does what `nearest` does."""
        statement = self._statement(request)
        text = statement.sql().as_string().replace("%s", ":query").replace("%%", "%")
        if len(statement.parameters) > 1:
            text = text.replace(":query", ":whole_query", 1).replace(":query:", ":prefix_query:", 1)
        elif request.prefix:
            text = text.replace(":query", ":prefix_query")
        lines = [index_words(self._facts, statement.field, request)] if not request.is_exact else []
        lines += ["BEGIN READ ONLY;"] + [
            f"SET LOCAL {name} = {value};"
            for name, value in statement.settings().items()
            if statement.index
        ]
        return "\n".join([*lines, f"{text};", "COMMIT;"])

    def close(self) -> None:
        """Stop what is asked and end the connection; may be called twice, from any thread."""
        self._table.close()

    # What is asked of the server.

    def _statement(self, request: SearchRequest) -> SearchStatement:
        if not self._has_extension:
            raise UserError(
                f"The database of {self._facts.shown} lacks the extension pgvector, by which it is "
                "searched. Its owner can add it: CREATE EXTENSION vector."
            )
        field = self._field(request.vector_field)
        return SearchStatement(self._facts, field, self._length(field.name), request)

    def _field(self, name: str) -> Field:
        for each in self._info.vector_fields:
            if each.name == name:
                return each
        raise UserError(f"{self._facts.shown} has no field of vectors {name!r}.")

    def _length(self, name: str) -> int:
        """Return the length that most vectors among the first ones have."""
        field = self._field(name)
        if field.dimensions:
            return field.dimensions
        if name not in self._lengths:
            kind = self._facts.types[name]
            measure = "cardinality" if kind.startswith("_") else "vector_dims"
            cast = "::vector" if kind == "halfvec" else ""
            rows = self._table.ask(
                f"SELECT d FROM (SELECT {measure}({{vector}}{cast}) AS d FROM {{table}} WHERE "
                "{vector} IS NOT NULL LIMIT 1000) s GROUP BY d ORDER BY count(*) DESC, d LIMIT 1",
                vector=identifier(name),
            )
            self._lengths[name] = rows[0][0] if rows else 0
        return self._lengths[name]

    def _counted(self) -> int:
        facts = self._facts
        rows = self._table.ask("SELECT count(*) FROM {table}")
        if facts.is_key_given:
            n_keys = self._table.ask("SELECT count(DISTINCT {key}) FROM {table}")[0][0]
            if n_keys != rows[0][0]:
                raise UserError(
                    f"{facts.key!r} names {n_keys:,} of the {rows[0][0]:,} rows of {facts.shown}: "
                    "a key must be there for every row, and be another one in each."
                )
        return int(rows[0][0])

    def _batch(self, rows: list[Any], vector_field: str, fields: Sequence[str]) -> Batch:
        kind = self._facts.types[vector_field]
        length = self._length(vector_field)
        vectors, left_out = decode(
            [row[1] for row in rows], "array" if kind.startswith("_") else kind, length
        )
        gone = set(left_out)
        kept = [row for at, row in enumerate(rows) if at not in gone]
        columns = {name: [row[2 + at] for row in kept] for at, name in enumerate(fields)}
        first = as_keys(rows[at][0] for at in left_out[:10])
        return Batch(as_keys(row[0] for row in kept), vectors, columns, len(left_out), first)


def _scores(distances: NDArray[np.float64], request: SearchRequest) -> NDArray[np.float64]:
    """Return scores of distances: larger is nearer, Euclidean distances as they are."""
    is_prefix = bool(request.prefix and not request.candidates)
    if not is_prefix and request.metric != "cosine":
        return -distances if request.metric == "dot" else distances
    cosines: NDArray[np.float64] = 1 - np.nan_to_num(distances, nan=1.0)
    if is_prefix and request.metric == "euclidean":
        found: NDArray[np.float64] = np.sqrt(np.maximum(0, 2 - 2 * cosines))
        return found
    return cosines
