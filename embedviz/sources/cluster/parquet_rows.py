"""Vectors in a folder of Parquet, read in parts: some row groups of a file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.formats.containers.parts import parts_in
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors

if TYPE_CHECKING:
    import pyarrow as pa

_SUFFIXES = (".parquet", ".parq", ".pq")
_PART_BYTES = 64_000_000
"""Of the vectors of a part, unless a single row group is larger."""
_BATCH_BYTES = 16_000_000
"""Of the vectors that are handed on at a time."""


class RowBlock(NamedTuple):
    """Some rows of a part.

    Attributes
    ----------
    vectors : float32 array of shape (n_rows, n_dimensions)
    n_left_out : int
        Rows among them whose vector is missing, or of another length.
    """

    vectors: Matrix
    n_left_out: int


@dataclass(frozen=True)
class ParquetPart:
    """Row groups of a file, one after the other.

    Attributes
    ----------
    path : str
    column : str
    dimensions : int
    groups : tuple of int
    n_rows : int
    """

    path: str
    column: str
    dimensions: int
    groups: tuple[int, ...]
    n_rows: int

    def blocks(self) -> Iterator[RowBlock]:
        """Yield the rows, some at a time.

        Raises
        ------
        UserError
            When the file has gone or cannot be read.
        """
        import pyarrow as pa
        from pyarrow import parquet

        batch_rows = max(1, _BATCH_BYTES // (4 * self.dimensions))
        try:
            with parquet.ParquetFile(self.path) as file:
                for batch in file.iter_batches(
                    batch_rows, list(self.groups), [self.column], use_threads=False
                ):
                    yield _vectors_of(batch.column(0), self.dimensions)
        except (OSError, pa.ArrowException) as error:
            raise UserError(
                f"{Path(self.path).name} cannot be read any more ({error}). Nothing was changed."
            ) from error


@dataclass(frozen=True)
class ParquetRows:
    """All rows of a folder of Parquet, or of one such file.

    Attributes
    ----------
    name : str
    column : str
        That of the vectors.
    dimensions : int
        Length of the first vector; rows of another length are left out.
    parts : tuple of ParquetPart
    """

    name: str
    column: str
    dimensions: int
    parts: tuple[ParquetPart, ...]

    @property
    def n_rows(self) -> int:
        """How many rows there are, also of those that are left out."""
        return sum(part.n_rows for part in self.parts)

    @classmethod
    def of(cls, place: Path, column: str = "") -> Self:
        """Return the rows in a folder or a file, of which only the footers are read.

        Parameters
        ----------
        place : Path
        column : str
            That of the vectors; empty: the only one of lists of floats, or the usual name.

        Raises
        ------
        UserError
            When there is no Parquet, no such column, or several that it could be.
        """
        import pyarrow as pa

        try:
            return cls._read(place.absolute(), column)
        except (OSError, pa.ArrowException) as error:
            raise UserError(f"{place.name} cannot be read as Parquet: {error}.") from error

    @classmethod
    def _read(cls, place: Path, column: str) -> Self:
        from pyarrow import parquet

        paths = [place / name for name in parts_in(place).names] if place.is_dir() else [place]
        paths = [path for path in paths if path.suffix.lower() in _SUFFIXES]
        if not paths:
            raise UserError(f"{place.name} has no Parquet file in it. Choose another folder.")
        with parquet.ParquetFile(paths[0]) as first:
            column = _column_of(first.schema_arrow, column, place.name)
        dimensions = _first_length(paths, column)
        found: list[ParquetPart] = []
        for path in paths:
            with parquet.ParquetFile(path) as file:
                if column not in file.schema_arrow.names:
                    raise UserError(
                        f"{path.name} has no column {column!r}, which others of the folder have. "
                        "Move it elsewhere."
                    )
                metadata = file.metadata
                sizes = [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]
            found += _parts_of(str(path), column, dimensions, sizes)
        return cls(place.name, column, dimensions, tuple(found))


def _parts_of(path: str, column: str, dimensions: int, sizes: list[int]) -> list[ParquetPart]:
    """Return the row groups of a file, as many together as make a part."""
    most = max(1, _PART_BYTES // (4 * dimensions))
    found: list[ParquetPart] = []
    groups: tuple[int, ...] = ()
    n_rows = 0
    for group, size in enumerate(sizes):
        if groups and n_rows + size > most:
            found.append(ParquetPart(path, column, dimensions, groups, n_rows))
            groups, n_rows = (), 0
        groups, n_rows = (*groups, group), n_rows + size
    if groups:
        found.append(ParquetPart(path, column, dimensions, groups, n_rows))
    return found


def _column_of(schema: pa.Schema, column: str, name: str) -> str:
    lists: Mapping[str, str] = {
        field.name: str(field.type) for field in schema if _is_list_of_floats(field.type)
    }
    if column:
        if column not in lists:
            raise UserError(
                f"{name} has no column {column!r} of lists of floats. "
                f"There {'are' if lists else 'is none'} {', '.join(lists)}".strip()
                + "."
            )
        return column
    if not lists:
        raise UserError(
            f"{name} has no column of lists of floats, and only such are read as a whole. "
            "Open it, and save it as Parquet."
        )
    return choose_vectors(lists, COLUMN_NAMES, name, "vector_column")


def _is_list_of_floats(kind: pa.DataType) -> bool:
    import pyarrow as pa

    is_list = (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
    return bool(is_list and pa.types.is_floating(kind.value_type))


def _first_length(paths: list[Path], column: str) -> int:
    from pyarrow import parquet

    for path in paths:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(1024, columns=[column], use_threads=False):
                for each in batch.column(0):
                    if each.is_valid and len(each):
                        return len(each)
    raise UserError(f"The column {column!r} has no vector in any row.")


def _vectors_of(lists: pa.Array, dimensions: int) -> RowBlock:
    """Return the lists of the right length as rows; those without a number have NaN there."""
    import pyarrow as pa
    from pyarrow import compute

    lengths = compute.fill_null(compute.list_value_length(lists), -1)
    is_good = lengths.to_numpy(zero_copy_only=False) == dimensions
    n_left_out = int(np.count_nonzero(~is_good))
    if n_left_out:
        lists = lists.filter(pa.array(is_good))
    numbers = lists.flatten().to_numpy(zero_copy_only=False)
    rows = np.ascontiguousarray(numbers, dtype=np.float32).reshape(-1, dimensions)
    return RowBlock(rows, n_left_out)
