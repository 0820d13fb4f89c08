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


MAKERS: dict[str, Maker] = {
    "lancedb": LanceMaker(),
}
"""By the name of the engine."""


@contextmanager
def collection_of(maker, folder, rows):
    """Give the collection that has the rows, opened as the window opens it."""
    with maker.filled(folder, rows) as address:
        database = database_class(address.engine)(address)
        assert database.collections() == ["things"]
        collection = database.open("things")
        yield collection
        collection.close()
        database.close()
