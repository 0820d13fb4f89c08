"""Rows to be copied: a folder of Parquet in some parts, with columns of several types."""

import datetime

import numpy as np
import pyarrow as pa
from pyarrow import parquet

FIRST_ID = 1_234_567_890_123_456_789


def lists(vectors):
    flat = pa.array(np.ascontiguousarray(vectors, np.float32).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])


def many_rows(n_rows=600, dimensions=12, seed=0):
    """Return a table of rows with a mean far from zero, and the vectors alone."""
    random = np.random.default_rng(seed)
    spread = np.linspace(3, 0.3, dimensions)
    vectors = (random.normal(size=(n_rows, dimensions)) * spread + 2).astype(np.float32)
    day = datetime.date(2021, 3, 1)
    table = pa.table(
        {
            "id": pa.array(range(FIRST_ID, FIRST_ID + n_rows), pa.int64()),
            "title": [f"row {i}" for i in range(n_rows)],
            "day": [day + datetime.timedelta(i) for i in range(n_rows)],
            "price": pa.array([i / 4 for i in range(n_rows)], pa.float64()),
            "is_new": [i % 3 == 0 for i in range(n_rows)],
            "tags": [["a"] * (i % 3) for i in range(n_rows)],
            "embedding": lists(vectors),
        }
    )
    return table, vectors


def folder_of(path, table, n_parts=6):
    """Write a table as a folder of so many files."""
    path.mkdir()
    step = -(-len(table) // n_parts)
    for number in range(n_parts):
        part = table.slice(number * step, step)
        parquet.write_table(part, path / f"{number:03}.parquet", row_group_size=step)
    return path


def vectors_in(table, column="embedding"):
    """Return a column of lists as an array."""
    column = table.column(column).combine_chunks()
    return column.flatten().to_numpy().reshape(len(table), -1)
