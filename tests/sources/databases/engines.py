"""Engines that the tests fill with rows: to add one, write a class like `Maker`, and a line below.

A maker is given a folder of its own, and says by `pytest.skip` why it cannot be tried here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pytest

from embedviz.sources.databases import Address, database_class
from embedviz.sources.secret import Secret

from .postgres import READER_PASSWORD, running_server

PREFIX = 32


@dataclass(frozen=True)
class Rows:
    """Rows to be put into a collection.

    Attributes
    ----------
    keys : list of int or str
    vectors : float32 array of shape (n_rows, n_dimensions)
    columns : dict of str to list
    """

    keys: list[Any]
    vectors: np.ndarray
    columns: dict[str, list[Any]] = field(default_factory=dict)


class Maker(Protocol):
    """Engine that can be filled.

    Attributes
    ----------
    text_keys : bool
        Whether rows may be named by texts.
    condition : str
        In its language: rows whose `year` is more than 1950.
    vector_field : str
    """

    text_keys: bool
    condition: str
    vector_field: str

    @contextmanager
    def filled(self, folder: Any, rows: Rows) -> Iterator[Address]:
        """Give the address of a database whose only collection, "things", has the rows."""


class LanceMaker:
    """Folder of LanceDB, with the prefixes in a field of their own."""

    text_keys = True
    condition = "year > 1950"
    vector_field = "vector"

    @contextmanager
    def filled(self, folder, rows):
        lance = pytest.importorskip("lance")
        import pyarrow as pa

        def lists(vectors):
            flat = pa.array(np.ascontiguousarray(vectors).reshape(-1))
            return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])

        table = pa.table(
            {
                "id": rows.keys,
                **rows.columns,
                "vector": lists(rows.vectors),
                "prefix": lists(rows.vectors[:, :PREFIX]),
            }
        )
        lance.write_dataset(table, str(folder / "things.lance"), max_rows_per_file=7000)
        yield Address("lancedb", str(folder), is_local=True)


class PostgresMaker:
    """Table of a PostgreSQL server of its own, opened by a role that only reads."""

    text_keys = True
    condition = "year > 1950"
    vector_field = "vector"
    secret = Secret(READER_PASSWORD)

    @contextmanager
    def filled(self, folder, rows):
        with running_server() as server:
            kind = "text" if isinstance(rows.keys[0], str) else "bigint"
            server.run(
                f"CREATE TABLE things (id {kind} PRIMARY KEY, year int,"
                f" vector vector({rows.vectors.shape[1]}))"
            )
            with (
                server.admin() as connection,
                connection.cursor() as cursor,
                cursor.copy("COPY things FROM STDIN") as copy,
            ):
                years = rows.columns["year"]
                for key, year, vector in zip(rows.keys, years, rows.vectors, strict=True):
                    copy.write_row((key, year, str(vector.tolist())))
            server.run("ANALYZE things")
            yield server.address()


MAKERS: dict[str, Maker] = {
    "lancedb": LanceMaker(),
    "pgvector": PostgresMaker(),
}
"""By the name of the engine."""


@contextmanager
def collection_of(maker, folder, rows):
    """Give the collection that has the rows, opened as the window opens it."""
    with maker.filled(folder, rows) as address:
        database = database_class(address.engine)(address, getattr(maker, "secret", None))
        (name,) = database.collections()
        assert name in ("things", "public.things")
        collection = database.open(name)
        yield collection
        collection.close()
        database.close()
