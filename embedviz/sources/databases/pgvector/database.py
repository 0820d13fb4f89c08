"""Connection to PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from embedviz.core.errors import UserError
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.pgvector.catalog import LIST, read_table
from embedviz.sources.databases.pgvector.collection import PostgresCollection
from embedviz.sources.databases.pgvector.connection import Connector, cancel_and_close
from embedviz.sources.databases.pgvector.table import open_connection
from embedviz.sources.secret import Secret


class PostgresDatabase:
    """Connection to a PostgreSQL database, in which nothing can be written."""

    title: ClassVar[str] = "PostgreSQL (pgvector)"
    address_help: ClassVar[str] = (
        "host:port/database, such as postgresql://reader@db.example.org:5432/texts; with "
        "?sslmode=disable for a server without encryption, ?key=COLUMN for tables without a key"
    )

    def __init__(self, address: Address, secret: Secret | None = None) -> None:
        if lacks := self.what_lacks():
            raise UserError(lacks)
        self._address = address
        self._connector = Connector(address, secret)
        self._connection: Any = open_connection(self._connector)

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        if find_spec("psycopg") is not None:
            return ""
        return "PostgreSQL needs the package psycopg: pip install 'embedviz[pgvector]'."

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Return whether a text that a user typed is an address of PostgreSQL."""
        return text.strip().casefold().startswith(("postgresql://", "postgres://"))

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    def collections(self) -> Sequence[str]:
        """Return the names of tables and views with vectors, with their schema."""
        with self._connector.worded("The list of tables"):
            connection = self._own()
            with connection.transaction():
                return [row[0] for row in connection.execute(LIST)]
        raise AssertionError("worded errors end above")

    def open(self, name: str) -> PostgresCollection:
        """Open a table or view for reading; this counts its rows.

        Raises
        ------
        UserError
            When there is none of this name, it may not be read, or nothing names its rows.
        """
        key = dict(self._address.options).get("key", "")
        with self._connector.worded(name):
            connection = self._own()
            with connection.transaction(), connection.cursor() as cursor:
                facts = read_table(cursor, name, key)
                cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'")
                has_extension = cursor.fetchone() is not None
        return PostgresCollection(self._connector, facts, has_extension)

    def close(self) -> None:
        """End the connection; may be called twice."""
        cancel_and_close(self._connection)

    def _own(self) -> Any:
        if self._connection.closed:
            self._connection = open_connection(self._connector)
        return self._connection
