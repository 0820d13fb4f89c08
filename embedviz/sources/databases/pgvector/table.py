"""Statements about one table, on a connection that is made again where it was lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

from embedviz.core.errors import UserError
from embedviz.sources.databases.pgvector.catalog import TableFacts
from embedviz.sources.databases.pgvector.connection import Connector, cancel_and_close
from embedviz.sources.databases.pgvector.search import SearchStatement, shown, shown_key
from embedviz.sources.databases.protocol import IndexInfo, Partition


class SqlTable:
    """Reader of one table; its own statements come one after the other."""

    def __init__(self, connector: Connector, facts: TableFacts) -> None:
        self._connector, self._facts = connector, facts
        self._connection: Any = None
        self._lock = Lock()
        self._is_number = facts.key_type.startswith("int")

    def sql(self, text: str, **more: Any) -> Any:
        """Return a statement with the table, its key and its kind of keys put in, quoted."""
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

    def columns(self, vector_field: str, fields: Sequence[str]) -> Any:
        """Return the key, the vectors and other fields, as a select names them."""
        from psycopg import sql

        others = [shown(self._facts, each) for each in fields]
        return sql.SQL(", ").join([shown_key(self._facts), identifier(vector_field), *others])

    def range_of(self, partition: Partition) -> tuple[Any, list[Any]]:
        """Return the condition of a range of keys, and its parameters."""
        from psycopg import sql

        kind = {"uuid": "uuid"}.get(self._facts.key_type, "bigint" if self._is_number else "text")
        given = [(">=", partition.first), ("<", partition.end)]
        parts = [
            sql.SQL("{} {} %s::{}").format(
                identifier(self._facts.key), sql.SQL(sign), sql.SQL(kind)
            )
            for sign, value in given
            if value is not None
        ]
        where = sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")
        return where, [value for _, value in given if value is not None]

    def ask(self, text: str, parameters: Sequence[Any] = (), **more: Any) -> list[Any]:
        """Return all rows of a statement, in a transaction of its own."""
        statement = self.sql(text, **more)
        with self._lock, self._connector.worded(self._facts.shown):
            connection = self._own()
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                return list(cursor.execute(statement, parameters).fetchall())
        raise AssertionError("worded errors end above")

    def search(self, statement: SearchStatement) -> tuple[list[Any], float, IndexInfo | None]:
        """Return the rows of a search, the seconds that it took, and the index that it used."""
        text = statement.sql()
        with self._lock, self._connector.worded(self._facts.shown):
            connection = self._own()
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                for name, value in statement.settings().items():
                    cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
                used = _index_of(cursor, text, statement) if statement.index else None
                begun = time.perf_counter()
                rows = list(cursor.execute(text, statement.parameters).fetchall())
                return rows, time.perf_counter() - begun, used
        raise AssertionError("worded errors end above")

    def streamed(self, text: Any, parameters: list[Any], size: int) -> Iterator[list[Any]]:
        """Yield rows, some at a time, by a cursor of the server on a connection of its own."""
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

    def close(self) -> None:
        """Stop what is asked and end the connection; may be called twice, from any thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            cancel_and_close(connection)

    def _own(self) -> Any:
        """Return the connection, a new one where the last one was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = open_connection(self._connector)
        return self._connection


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


def identifier(name: str) -> Any:
    """Return a name, quoted."""
    from psycopg import sql

    return sql.Identifier(name)


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
