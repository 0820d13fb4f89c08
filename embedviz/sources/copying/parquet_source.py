"""Rows of a folder of Parquet, or of one such file, with all their columns, read in parts."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.formats.companions.columns import choose_label_column, require_column
from embedviz.formats.containers.parts import parts_in
from embedviz.formats.writing.arrow import MARK
from embedviz.sources.cluster.parquet_rows import ParquetPart, ParquetRows
from embedviz.sources.copying.rows import BLOCK_BYTES, SHOWN, SourceBlock, SourcePart

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".parquet", ".parq", ".pq")
_LOOKED_AT = 10_000
"""Rows by which a column of labels is chosen, where the file does not say which it is."""
_KEPT = ("label_column", "notes", "encoder")


def is_parquet(place: Path) -> bool:
    """Return whether a folder has parts that are all Parquet, or a file is one by its name."""
    if not place.is_dir():
        return place.is_file() and place.suffix.lower() in SUFFIXES
    names = parts_in(place).names
    return bool(names) and all(name.lower().endswith(SUFFIXES) for name in names)


class NoLists(UserError):
    """Parquet without a column of lists of floats."""


class ParquetSource:
    """All rows of a folder of Parquet, or of one file.

    Parameters
    ----------
    place : Path
    vector_column, label_column : str
        Empty: chosen as where such a folder is opened.

    Raises
    ------
    UserError
        When there is no column of lists of floats, several that it could be, or the parts do not
        have the same columns.
    """

    def __init__(self, place: Path, vector_column: str = "", label_column: str = "") -> None:
        place = place.absolute()
        if not vector_column and not _has_lists(place):
            raise NoLists(f"{shown_name(place.name)} has no column of lists of floats.")
        rows = ParquetRows.of(place, vector_column)
        self.name, self.n_rows, self.dimensions = rows.name, rows.n_rows, rows.dimensions
        if not self.n_rows:
            raise UserError(f"{shown_name(self.name)} has no rows.")
        self.vector_column = rows.column
        self.left_out: tuple[str, ...] = ()
        paths = list(dict.fromkeys(part.path for part in rows.parts))
        schema = _common_schema(paths, self.name)
        self._own = schema.remove(schema.get_field_index(rows.column))
        self._of_folders, fields = _folder_columns(place, paths, schema.names)
        self.columns: pa.Schema = _schema(self._own, fields)
        self.said = _said(schema, self.columns.names)
        self.stamp = _stamp_of(paths, rows)
        first, parts = 0, []
        for each in rows.parts:
            parts.append(SourcePart(each.n_rows, (each, first)))
            first += each.n_rows
        self.parts: Sequence[SourcePart] = parts
        self._choose_label(label_column)

    def _choose_label(self, wanted: str) -> None:
        if wanted:
            require_column(wanted, self.columns.names, self.name)
        if not wanted and "label_column" in self.said:
            return
        with closing(self._tables(self.parts[0], _LOOKED_AT)) as tables:
            table = next(tables)[0].select(self.columns.names).slice(0, _LOOKED_AT)
        label = wanted or choose_label_column(table, None, self.name)
        self.said |= {"label_column": label} if label else {}

    def blocks(self, part: SourcePart) -> Iterator[SourceBlock]:
        """Yield the rows of a part in their order.

        Raises
        ------
        UserError
            When the file has gone or cannot be read.
        """
        for table, first in self._tables(part, max(1, BLOCK_BYTES // (4 * self.dimensions))):
            yield _block(table, self.vector_column, self.dimensions, first)

    def _tables(self, part: SourcePart, n_rows: int) -> Generator[tuple[pa.Table, int]]:
        """Yield all columns of some rows, and how many rows of the folder are before them."""
        import pyarrow as pa
        from pyarrow import parquet

        piece, first = part.piece
        assert isinstance(piece, ParquetPart)
        vectors = self.vector_column
        try:
            with parquet.ParquetFile(piece.path) as file:
                names = [name for name in self._own.names if name in file.schema_arrow.names]
                wanted = [*names, vectors]
                for batch in file.iter_batches(n_rows, list(piece.groups), wanted):
                    yield self._completed(pa.Table.from_batches([batch]), piece.path), first
                    first += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            raise UserError(
                f"{Path(piece.path).name} cannot be read any more ({error}). What was there stays."
            ) from error

    def _completed(self, table: pa.Table, path: str) -> pa.Table:
        """Return a table with the columns of all parts, in their types."""
        import pyarrow as pa

        columns = []
        for place, field in enumerate(self.columns):
            if place >= len(self._own):
                value = self._of_folders[path][place - len(self._own)]
                columns.append(pa.repeat(pa.scalar(value, field.type), len(table)))
            elif field.name in table.column_names:
                column = table.column(field.name)
                columns.append(column if column.type == field.type else column.cast(field.type))
            else:
                columns.append(pa.nulls(len(table), field.type))
        vectors = table.column(self.vector_column)
        return pa.table([*columns, vectors], names=[*self.columns.names, self.vector_column])

    def close(self) -> None:
        """Nothing is held between two parts."""


def _has_lists(place: Path) -> bool:
    import pyarrow as pa
    from pyarrow import parquet

    first = place / parts_in(place).names[0] if place.is_dir() else place
    try:
        schema = parquet.read_schema(first)
    except (OSError, pa.ArrowException):  # What reads it says what is wrong.
        return True
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(
        any(is_list(each) for is_list in lists) and pa.types.is_floating(each.value_type)
        for each in schema.types
    )


def _block(table: pa.Table, vector_column: str, dimensions: int, first: int) -> SourceBlock:
    import pyarrow as pa
    from pyarrow import compute

    names = np.arange(first, first + len(table))
    lists = table.column(vector_column).combine_chunks()
    lengths = compute.fill_null(compute.list_value_length(lists), -1)
    is_good = np.asarray(lengths.to_numpy(zero_copy_only=False) == dimensions)
    without = names[~is_good]
    if len(without):
        table, names = table.filter(pa.array(is_good)), names[is_good]
        lists = table.column(vector_column).combine_chunks()
    with np.errstate(over="ignore"):  # Infinities are told of by whoever asked.
        numbers = lists.flatten().to_numpy(zero_copy_only=False)
        vectors = np.ascontiguousarray(numbers, np.float32).reshape(-1, dimensions)
    shown = tuple(f"{row:,} (from 0)" for row in without[:SHOWN].tolist())
    return SourceBlock(
        vectors, table.drop_columns([vector_column]), names.tolist(), len(without), shown
    )


def _common_schema(paths: Sequence[str], name: str) -> pa.Schema:
    import pyarrow as pa
    from pyarrow import parquet

    schemas: list[pa.Schema] = []
    for path in paths:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
        if not schemas or not schemas[-1].equals(schema):
            schemas.append(schema)
    try:
        found = pa.unify_schemas(schemas)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UserError(
            f"The parts of {shown_name(name)} do not have the same columns ({error}). Write them "
            "with the same columns, or put those that differ into another folder."
        ) from None
    if len(set(found.names)) < len(found.names):
        raise UserError(f"{shown_name(name)} has several columns of one name. Rename them.")
    return found.with_metadata(schemas[0].metadata)


def _folder_columns(
    place: Path, paths: Sequence[str], taken: Sequence[str]
) -> tuple[dict[str, list[Any]], list[pa.Field]]:
    """Return what folders named `key=value` say of each part, and the columns of that."""
    if not place.is_dir():
        return {path: [] for path in paths}, []
    from embedviz.formats.containers.worker.parts_reader import values_of_folders

    names = [Path(path).relative_to(place).as_posix() for path in paths]
    values, fields = values_of_folders(names, taken)
    return dict(zip(paths, values, strict=True)), fields


def _schema(own: pa.Schema, more: Sequence[pa.Field]) -> pa.Schema:
    """Return fields without the marks that other programs put on them."""
    import pyarrow as pa

    return pa.schema([pa.field(each.name, each.type) for each in [*own, *more]])


def _said(schema: pa.Schema, names: Sequence[str]) -> dict[str, Any]:
    try:
        found = json.loads((schema.metadata or {}).get(MARK, b"{}"))
    except ValueError:
        return {}
    said = {key: found[key] for key in _KEPT if key in found} if isinstance(found, dict) else {}
    if said.get("label_column") not in names:
        said.pop("label_column", None)
    return said


def _stamp_of(paths: Sequence[str], rows: ParquetRows) -> str:
    facts = [(path, Path(path).stat().st_size, Path(path).stat().st_mtime_ns) for path in paths]
    text = json.dumps([facts, rows.column, rows.dimensions, [each.n_rows for each in rows.parts]])
    return blake2b(text.encode(), digest_size=16).hexdigest()
