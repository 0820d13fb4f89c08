"""Large seeded set, streamed into a table of LanceDB or a folder of Parquet.

`python -m tests.benchmarks.large_sets FOLDER [N_ROWS]` makes both once; the benchmarks of the same
size take them from there where `EMBEDVIZ_LARGE_SETS` names the folder, and else make them for
themselves.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix

VARIABLE = "EMBEDVIZ_LARGE_SETS"
DIMENSIONS = 96
BLOCK = 50_000
"""Rows that are made at a time, each block from a seed of its own."""

_CENTERS = 1000
_SEED = 20_260_101
_ROWS_OF_A_FILE = 500_000
_SCATTERED = 2_654_435_761
"""Odd, so that its products are all different within a power of two."""


def block_of(number: int, n_rows: int, dimensions: int = DIMENSIONS) -> Matrix:
    """Return a block of rows: in clusters, in a narrow cone, of a falling spectrum, of unit length.

    Parameters
    ----------
    number : int
        Of the block, from 0.
    n_rows, dimensions : int
    """
    shared = np.random.default_rng(_SEED)
    spectrum = (1.0 / np.sqrt(1.0 + np.arange(dimensions) / 8)).astype(np.float32)
    centers = shared.standard_normal((_CENTERS, dimensions), np.float32) * spectrum
    sizes = shared.dirichlet(np.full(_CENTERS, 0.7))
    random = np.random.default_rng((_SEED, number))
    rows = random.standard_normal((n_rows, dimensions), np.float32)
    rows *= 0.6 * spectrum
    rows += centers[random.choice(_CENTERS, n_rows, p=sizes)]
    rows += 0.3
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def batches_of(n_rows: int, dimensions: int = DIMENSIONS) -> Iterator[Any]:
    """Yield the rows as record batches of Arrow.

    Their fields are `id`, that counts up from 0, `number` and `code`, that name each row in no
    order, `year`, and `vector`.
    """
    import pyarrow as pa
    from pyarrow import compute

    scale = 1 << max(1, (n_rows - 1).bit_length())
    for number, first in enumerate(range(0, n_rows, BLOCK)):
        ids = np.arange(first, min(first + BLOCK, n_rows), dtype=np.int64)
        scattered = pa.array(ids * _SCATTERED % scale)
        vectors = block_of(number, len(ids), dimensions)
        yield pa.record_batch(
            {
                "id": ids,
                "number": scattered,
                "code": compute.binary_join_element_wise("w", scattered.cast(pa.string()), "-"),
                "year": (1900 + ids % 125).astype(np.int32),
                "vector": pa.FixedSizeListArray.from_arrays(
                    pa.array(vectors.reshape(-1)), dimensions
                ),
            }
        )


def write_lance(folder: Path, n_rows: int, dimensions: int = DIMENSIONS) -> None:
    """Write the rows into the table "rows" of a folder of LanceDB."""
    import lance
    import pyarrow as pa

    schema = next(batches_of(1, dimensions)).schema
    reader = pa.RecordBatchReader.from_batches(schema, batches_of(n_rows, dimensions))
    lance.write_dataset(reader, str(folder / "rows.lance"), schema=schema)


def write_parquet(folder: Path, n_rows: int, dimensions: int = DIMENSIONS) -> None:
    """Write the rows into Parquet files, as a cluster leaves them."""
    from pyarrow import parquet

    schema = next(batches_of(1, dimensions)).schema
    writer: Any = None
    for number, batch in enumerate(batches_of(n_rows, dimensions)):
        if number * BLOCK % _ROWS_OF_A_FILE == 0:
            if writer is not None:
                writer.close()
            path = folder / f"part-{number * BLOCK // _ROWS_OF_A_FILE:05}.parquet"
            writer = parquet.ParquetWriter(path, schema, use_dictionary=["year"])
        writer.write_batch(batch)
    writer.close()


_WRITERS = {"lance": write_lance, "parquet": write_parquet}


@contextmanager
def large_set(kind: str, n_rows: int, dimensions: int = DIMENSIONS) -> Iterator[Path]:
    """Give the folder of a set: the one that was made once, or one that is removed afterwards.

    Parameters
    ----------
    kind : {"lance", "parquet"}
    n_rows, dimensions : int
    """
    kept = os.environ.get(VARIABLE)
    name = f"{kind}-{n_rows}x{dimensions}"
    if kept:
        yield made_once(Path(kept), kind, n_rows, dimensions)
        return
    with tempfile.TemporaryDirectory(prefix="embedviz-large-") as place:
        folder = Path(place, name)
        folder.mkdir()
        _WRITERS[kind](folder, n_rows, dimensions)
        yield folder


def made_once(place: Path, kind: str, n_rows: int, dimensions: int = DIMENSIONS) -> Path:
    """Return the folder of a set, which is made if it is not there, in one step."""
    folder = place / f"{kind}-{n_rows}x{dimensions}"
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        _WRITERS[kind](unfinished, n_rows, dimensions)
        unfinished.rename(folder)
    return folder


if __name__ == "__main__":
    for each in _WRITERS:
        n_wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
        print(made_once(Path(sys.argv[1]), each, n_wanted), flush=True)
