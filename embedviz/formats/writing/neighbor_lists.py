"""The nearest rows of each row, as a file: what other programs build graphs and tests from.

The file is a table with a line for each row and rank: `row`, `label`, `rank` (from 1),
`neighbor_row`, `neighbor_label`, and how near it is, in a column that is called `cosine`,
`dot_product` or `distance` (Euclidean) by what it holds. Rows are counted from 0. Neighbors are
exact, equally near ones in the order of their rows, and no row is its own neighbor.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, RowIds, Rows
from embedviz.core.errors import UserError
from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet
from embedviz.formats.writing.arrow import write_tables
from embedviz.formats.writing.atomic_write import File, packed_by, replaced_files
from embedviz.formats.writing.printing import computed_ahead, join_lines, to_texts
from embedviz.formats.writing.saving import quoted, require_plain

if TYPE_CHECKING:
    import pyarrow as pa

SCORES: dict[Metric, str] = {"cosine": "cosine", "dot": "dot_product", "euclidean": "distance"}
"""What the column of the scores is called."""
SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".feather", ".arrow")

_SEARCH_DONE = 0.9
_BLOCK_LINES = 1 << 18
Found = tuple[RowIds, Matrix]


def save_neighbors(
    vector_set: VectorSet,
    path: str | PathLike[str],
    count: int = 10,
    metric: Metric = "cosine",
    rows: ArrayLike | None = None,
    *,
    report: Report = silent,
) -> None:
    """Write the nearest other rows of all rows of a set, or of some, to a table.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
        `.csv`, `.tsv` (both also with `.gz`), `.parquet`, `.feather` or `.arrow`.
    count : int
        How many neighbors of each row; cut to n_vectors − 1.
    metric : {"cosine", "dot", "euclidean"}
    rows : int array, optional
        Whose neighbors, in the order in which they are written; they are found among all rows of
        the set. Default: of all rows.
    report : Report

    Raises
    ------
    UserError
        When the suffix is another one, there are fewer than two rows, a row holds NaN, or the file
        cannot be written.
    """
    path = Path(path).expanduser()
    if not path.name.lower().endswith(SUFFIXES):
        raise UserError(f"{path.name}: neighbors are written as {', '.join(SUFFIXES)}.")
    if count < 1:
        raise UserError(f"The number of neighbors is {count}; it must be at least 1.")
    if len(vector_set) < 2:
        raise UserError("There is one row only, so there are no neighbors.")
    asked = np.arange(len(vector_set)) if rows is None else np.asarray(rows, dtype=np.intp)
    if not len(asked):
        raise UserError("No rows are selected. Select some first.")
    # The file comes first, so that nobody waits for neighbors that cannot be written.
    with replaced_files([path]) as files, packed_by(path, files[0]) as file:
        search = part_of(report, 0.0, _SEARCH_DONE)
        found = _find(vector_set, rows is None, asked, count, metric, search)
        lines = _Lines(vector_set, asked, found, SCORES[metric])
        lines.write(file, path, part_of(report, _SEARCH_DONE, 1.0))


def _find(
    vector_set: VectorSet, all_rows: bool, asked: Rows, count: int, metric: Metric, report: Report
) -> Found:
    vectors = vector_set.vectors
    if metric == "dot":
        return _search(vectors, asked, count, report)
    if all_rows:  # Half of the work: each pair is compared once.
        graph = neighbor_graph(vectors, count, metric, report)
    else:
        graph = neighbors_of(vectors, asked, count, metric, report)
    return graph.rows, graph.scores


def _search(vectors: Matrix, asked: Rows, count: int, report: Report) -> Found:
    """Return the rows of the largest dot products, for one row after the other."""
    search = NeighborSearch(vectors, "dot")
    count = min(count, len(vectors) - 1)
    rows = np.empty((len(asked), count), np.int32)
    scores = np.empty((len(asked), count), np.float32)
    for i, row in enumerate(asked.tolist()):
        report(i / len(asked), f"neighbors of {i:,} rows found")
        found = search.nearest(vectors[row], count, exclude=[row])
        if len(found[0]) < count:
            raise UserError("Some rows hold NaN, which are nobody's neighbors. Skip them first.")
        rows[i], scores[i] = found
    return rows, scores


class _Lines:
    """A line for each row and neighbor, made block by block."""

    def __init__(self, vector_set: VectorSet, asked: Rows, found: Found, score: str) -> None:
        self._labels = vector_set.labels
        self._asked, (self._rows, self._scores) = asked, found
        self._names = ["row", "label", "rank", "neighbor_row", "neighbor_label", score]

    def write(self, file: File, path: Path, report: Report) -> None:
        suffix = Path(path.name.lower().removesuffix(".gz")).suffix
        if suffix in (".csv", ".tsv"):
            self._write_text(file, suffix, report)
        else:
            write_tables(self._tables(report), self._schema(), file, suffix)

    def _blocks(self, report: Report) -> Iterator[slice]:
        step = max(_BLOCK_LINES // self._rows.shape[1], 1)
        for start in range(0, len(self._asked), step):
            report(start / len(self._asked), f"neighbors of {start:,} rows written")
            yield slice(start, start + step)

    def _schema(self) -> pa.Schema:
        import pyarrow as pa

        whole, text = pa.int64(), pa.string()
        kinds = [whole, text, pa.int32(), whole, text, pa.float32()]
        return pa.schema(list(zip(self._names, kinds, strict=True)))

    def _tables(self, report: Report) -> Iterator[pa.Table]:
        import pyarrow as pa

        schema, labels = self._schema(), to_texts(self._labels)
        for block in self._blocks(report):
            columns = self._columns(block, labels)
            typed = zip(columns, schema.types, strict=True)
            yield pa.table([column.cast(kind) for column, kind in typed], schema=schema)

    def _write_text(self, file: File, suffix: str, report: Report) -> None:
        import pyarrow as pa

        if suffix == ".csv":
            separator, end = ",", "\r\n"
            labels = to_texts([*map(quoted, self._labels)])
        else:
            separator, end = "\t", "\n"
            require_plain(self._labels, "\t\r\n")
            labels = to_texts(self._labels)

        def lines(block: slice) -> memoryview:
            columns = [each.cast(pa.large_string()) for each in self._columns(block, labels)]
            return join_lines(columns, separator, end)

        file.write((separator.join(self._names) + end).encode())
        for block in computed_ahead(lines, self._blocks(report)):
            file.write(block)

    def _columns(self, block: slice, labels: pa.Array) -> list[pa.Array]:
        import pyarrow as pa

        count = self._rows.shape[1]
        rows = np.repeat(self._asked[block], count)
        ranks = np.tile(np.arange(1, count + 1), len(rows) // count)
        others = self._rows[block].ravel()
        return [
            pa.array(rows),
            labels.take(pa.array(rows)),
            pa.array(ranks),
            pa.array(others),
            labels.take(pa.array(others)),
            pa.array(self._scores[block].ravel()),
        ]
