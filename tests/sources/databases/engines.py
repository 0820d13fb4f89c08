"""Engines that the tests fill with rows: to add one, write a class like `Maker`, and a line below.

A maker is given a folder of its own, and says by `pytest.skip` why it cannot be tried here.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pytest

from embedviz.core.neighbors.metric import Metric
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
    prefix_field : str
        The field that holds the prefixes, where the engine has to be told.
    prefix_metric : Metric
        By which prefixes are searched.
    """

    text_keys: bool
    condition: str
    vector_field: str
    prefix_field: str
    prefix_metric: Metric

    @contextmanager
    def filled(self, folder: Any, rows: Rows) -> Iterator[Address]:
        """Give the address of a database whose only collection, "things", has the rows."""


class LanceMaker:
    """Folder of LanceDB, with the prefixes in a field of their own."""

    text_keys = True
    condition = "year > 1950"
    vector_field = "vector"
    prefix_field = ""
    prefix_metric = "cosine"

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
    """Table in a database of its own, opened by a role that only reads.

    All databases that are open at a time are on one server, which the last of them stops.
    """

    text_keys = True
    condition = "year > 1950"
    vector_field = "vector"
    prefix_field = ""
    prefix_metric = "cosine"
    secret = Secret(READER_PASSWORD)

    def __init__(self):
        self._running = []
        self._stopping = ExitStack()

    @contextmanager
    def server(self):
        """Give a server and the name of a new database on it."""
        if not self._running:
            self._server = self._stopping.enter_context(running_server())
        name = f"things{len(self._running)}"
        self._running.append(name)
        try:
            self._server.run(f"CREATE DATABASE {name} TEMPLATE postgres")
            yield self._server, name
        finally:
            self._running.remove(name)
            if not self._running:
                self._stopping.close()

    @contextmanager
    def filled(self, folder, rows):
        with self.server() as (server, name):
            kind = "text" if isinstance(rows.keys[0], str) else "bigint"
            with (
                server.admin(name) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    f"CREATE TABLE things (id {kind} PRIMARY KEY, year int,"
                    f" vector vector({rows.vectors.shape[1]}))"
                )
                with cursor.copy("COPY things FROM STDIN") as copy:
                    years = rows.columns["year"]
                    for key, year, vector in zip(rows.keys, years, rows.vectors, strict=True):
                        copy.write_row((key, year, str(vector.tolist())))
                cursor.execute("ANALYZE things")
            yield server.address(database=name)


class MilvusMaker:
    """File of Milvus Lite, whose fields have no index, so that it compares by each metric."""

    text_keys = True
    condition = "year > 1950"
    vector_field = "vector"
    prefix_field = "prefix"
    prefix_metric = "cosine"

    @contextmanager
    def filled(self, folder, rows):
        pytest.importorskip("pymilvus", reason="the extra [milvus] is not installed")
        pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")
        from tests.servers.milvus_server import MilvusServer

        place = folder / "things.db"
        server = MilvusServer(place)
        with closing(server.client()) as client:
            fill_milvus(client, "things", rows, PREFIX)
        server.end()
        yield Address("milvus", str(place), is_local=True)


def fill_milvus(client, name, rows, prefix=None):
    """Make a collection with keys and years beside its vectors, and prefixes where wanted."""
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False)
    is_text = isinstance(rows.keys[0], str)
    kind, more = (DataType.VARCHAR, {"max_length": 50}) if is_text else (DataType.INT64, {})
    schema.add_field("id", kind, is_primary=True, **more)
    schema.add_field("year", DataType.INT64)
    vectors = {"vector": rows.vectors}
    if prefix is not None:
        vectors["prefix"] = rows.vectors[:, :prefix]
    for field_name, each in vectors.items():
        schema.add_field(field_name, DataType.FLOAT_VECTOR, dim=each.shape[1])
    client.create_collection(name, schema=schema)
    columns = {"id": rows.keys, "year": rows.columns["year"]}
    columns |= {field_name: each.tolist() for field_name, each in vectors.items()}
    records = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    for first in range(0, len(records), 5000):
        client.insert(name, records[first : first + 5000])


class QdrantMaker:
    """Folder of Qdrant's local mode, which keeps lengths where it compares by dot products."""

    text_keys = False
    condition = '{"must": [{"key": "year", "range": {"gt": 1950}}]}'
    vector_field = "vector"
    prefix_field = "prefix"
    prefix_metric = "dot"

    @contextmanager
    def filled(self, folder, rows):
        pytest.importorskip("qdrant_client", reason="the extra [qdrant] is not installed")
        from qdrant_client import QdrantClient, models

        with closing(QdrantClient(path=str(folder))) as client:
            sizes = {"vector": rows.vectors.shape[1], "prefix": PREFIX}
            params = {
                name: models.VectorParams(size=size, distance="Dot") for name, size in sizes.items()
            }
            client.create_collection("things", vectors_config=params)
            storage = client._client.collections["things"].storage
            # As the client writes them, but all at once: each by itself takes half a minute.
            with storage.storage as connection:
                connection.executemany(
                    "INSERT INTO points VALUES (?, ?)",
                    (
                        (storage.encode_key(point.id), pickle.dumps(point))
                        for point in points_of(rows)
                    ),
                )
        yield Address("qdrant", str(folder), is_local=True)


def points_of(rows):
    """Return the rows as Qdrant's points, with prefixes and years."""
    from qdrant_client import models

    return [
        models.PointStruct(
            id=key,
            vector={"vector": vector, "prefix": vector[:PREFIX]},
            payload={"year": year},
        )
        for key, vector, year in zip(
            rows.keys, rows.vectors.tolist(), rows.columns["year"], strict=True
        )
    ]


MAKERS: dict[str, Maker] = {
    "lancedb": LanceMaker(),
    "pgvector": PostgresMaker(),
    "milvus": MilvusMaker(),
    "qdrant": QdrantMaker(),
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
