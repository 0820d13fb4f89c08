"""Table or view of PostgreSQL with vectors, open for reading."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.pgvector.catalog import TableFacts
from embedviz.sources.databases.pgvector.connection import Connector, cancel_and_close
from embedviz.sources.databases.pgvector.decoding import decode
from embedviz.sources.databases.pgvector.search import (
    SearchStatement,
    index_words,
    shown,
    shown_key,
)
from embedviz.sources.databases.protocol import (
    Ability,
    Batch,
    CollectionInfo,
    Field,
    IndexInfo,
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
        self._connector, self._facts = connector, facts
        self._has_extension = has_extension
        self._connection: Any = None
        self._lock = Lock()
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
        low, high = self._ask("SELECT min({key}), max({key}) FROM {table}")[0]
        return None if low is None else (int(low), int(high))

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""
        found: set[Any] = set()
        for at in range(0, len(keys), _KEYS_AT_A_TIME):
            some = keys[at : at + _KEYS_AT_A_TIME].tolist()
            rows = self._ask("SELECT {shown} FROM {table} WHERE {key} = ANY({keys})", [some])
            found.update(row[0] for row in rows)
        kept = np.array([each in found for each in keys.tolist()], bool)
        return cast(Keys, keys[kept])

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in the engine's own order."""
        where, parameters = self._range(partition or Partition())
        text = self._sql("SELECT {shown} FROM {table} WHERE {where}", where=where)
        for rows in self._streamed(text, parameters, _KEYS_AT_A_TIME):
            yield as_keys(row[0] for row in rows)

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""
        names = self._columns(vector_field, fields)
        text = "SELECT {names} FROM {table} WHERE {key} = ANY({keys})"
        rows = self._ask(text, [keys.tolist()], names=names)
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
        found = self._ask(
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
        where, parameters = self._range(partition)
        text = self._sql(
            "SELECT {names} FROM {table} WHERE {where}",
            names=self._columns(vector_field, fields),
            where=where,
        )
        self._length(vector_field)
        for rows in self._streamed(text, parameters, batch_rows):
            yield self._batch(rows, vector_field, fields)

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""
        statement = self._statement(request)
        text = statement.sql()
        with self._lock, self._connector.worded(self._facts.shown):
            connection = self._own()
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                for name, value in statement.settings().items():
                    cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
                used = _index_of(cursor, text, statement) if statement.index else None
                begun = time.perf_counter()
                rows = cursor.execute(text, statement.parameters).fetchall()
                seconds = time.perf_counter() - begun
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
        connection, self._connection = self._connection, None
        if connection is not None:
            cancel_and_close(connection)

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
            rows = self._ask(
                f"SELECT d FROM (SELECT {measure}({{vector}}{cast}) AS d FROM {{table}} WHERE "
                "{vector} IS NOT NULL LIMIT 1000) s GROUP BY d ORDER BY count(*) DESC, d LIMIT 1",
                vector=_identifier(name),
            )
            self._lengths[name] = rows[0][0] if rows else 0
        return self._lengths[name]

    def _counted(self) -> int:
        facts = self._facts
        rows = self._ask("SELECT count(*) FROM {table}")
        if facts.is_key_given:
            n_keys = self._ask("SELECT count(DISTINCT {key}) FROM {table}")[0][0]
            if n_keys != rows[0][0]:
                raise UserError(
                    f"{facts.key!r} names {n_keys:,} of the {rows[0][0]:,} rows of {facts.shown}: "
                    "a key must be there for every row, and be another one in each."
                )
        return int(rows[0][0])

    def _sql(self, text: str, **more: Any) -> Any:
        from psycopg import sql

        is_text = self._facts.key_type in ("text", "varchar")
        array = "text[]" if is_text else "text[]::uuid[]" if not self._is_number else "bigint[]"
        return sql.SQL(text).format(
            table=sql.Identifier(self._facts.schema, self._facts.name),
            key=sql.Identifier(self._facts.key),
            shown=shown_key(self._facts),
            keys=sql.SQL(f"%s::{array}"),
            array=sql.SQL("bigint[]" if self._is_number else "text[]"),
            **more,
        )

    def _columns(self, vector_field: str, fields: Sequence[str]) -> Any:
        from psycopg import sql

        self._field(vector_field)
        others = [shown(self._facts, each) for each in fields]
        return sql.SQL(", ").join([shown_key(self._facts), _identifier(vector_field), *others])

    def _range(self, partition: Partition) -> tuple[Any, list[Any]]:
        from psycopg import sql

        kind = {"uuid": "uuid"}.get(self._facts.key_type, "bigint" if self._is_number else "text")
        given = [(">=", partition.first), ("<", partition.end)]
        parts = [
            sql.SQL("{} {} %s::{}").format(
                _identifier(self._facts.key), sql.SQL(sign), sql.SQL(kind)
            )
            for sign, value in given
            if value is not None
        ]
        where = sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")
        return where, [value for _, value in given if value is not None]

    def _ask(self, text: str, parameters: Sequence[Any] = (), **more: Any) -> list[Any]:
        statement = self._sql(text, **more)
        with self._lock, self._connector.worded(self._facts.shown):
            connection = self._own()
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                return list(cursor.execute(statement, parameters).fetchall())
        raise AssertionError("worded errors end above")

    def _own(self) -> Any:
        """Return the connection, a new one where the last one was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = open_connection(self._connector)
        return self._connection

    def _streamed(self, text: Any, parameters: list[Any], size: int) -> Iterator[list[Any]]:
        connection = open_connection(self._connector)
        cursor = connection.cursor("embedviz", binary=True)
        try:
            with self._connector.worded(self._facts.shown):
                cursor.execute(text, parameters)
            while True:
                with self._connector.worded(self._facts.shown):
                    rows = cursor.fetchmany(size)
                if not rows:
                    return
                yield rows
        finally:
            cancel_and_close(connection)
            cursor.close()

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


def open_connection(connector: Connector) -> Any:
    """Return a connection on which vectors come as the bytes that the server sends."""
    from psycopg.adapt import Loader
    from psycopg.pq import Format

    class RawLoader(Loader):
        """Loader that gives the bytes as they came."""

        format = Format.BINARY

        def load(self, data: Any) -> bytes:
            return bytes(data)

    connection = connector.connect()
    try:
        _prepare(connector, connection, RawLoader)
    except UserError:
        cancel_and_close(connection)
        raise
    return connection


def _prepare(connector: Connector, connection: Any, raw: Any) -> None:
    for number in _ARRAYS:
        connection.adapters.register_loader(number, raw)
    with connector.worded("the database"), connection.transaction():
        for (oid,) in connection.execute(
            "SELECT oid FROM pg_type WHERE typname IN ('vector', 'halfvec')"
        ):
            connection.adapters.register_loader(oid, raw)
        # An extension in a schema of its own is found too.
        connection.execute(
            "SELECT set_config('search_path', current_setting('search_path') || ', ' ||"
            " quote_ident(n.nspname), false) FROM pg_extension e JOIN pg_namespace n"
            " ON n.oid = e.extnamespace WHERE e.extname = 'vector'"
        )


_ARRAYS = (1021, 1022)
"""Of real[] and double precision[], in every database."""


def _identifier(name: str) -> Any:
    from psycopg import sql

    return sql.Identifier(name)


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


def _index_of(cursor: Any, text: Any, statement: SearchStatement) -> IndexInfo | None:
    """Return the index that the server does a search by, with what is set; None: by none."""
    from psycopg import sql

    cursor.execute(sql.SQL("EXPLAIN (FORMAT JSON) ") + text, statement.parameters)
    plan = cursor.fetchone()[0]
    used = _names(plan if isinstance(plan, list) else json.loads(plan))
    for each in statement.field.indexes:
        if each.name in used:
            own = {name.partition(".")[2]: value for name, value in statement.settings().items()
                   if "." in name}  # fmt: skip
            return replace(each, settings={**each.settings, **own})
    return None


def _names(plan: Any) -> set[str]:
    """Return the names of all indexes in a plan."""
    if isinstance(plan, list):
        return set().union(*map(_names, plan))
    if not isinstance(plan, dict):
        return set()
    inner = set().union(*map(_names, plan.values()))
    return inner | ({plan["Index Name"]} if "Index Name" in plan else set())
