"""Parquet and Arrow files of one folder, read in the child process as the rows of one table.

Folders that are named `key=value` give a column each, as `pyarrow.dataset` reads such names. The
parts themselves are read by the readers of single files, a few megabytes at a time, as a scan of
`pyarrow.dataset` would read ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from embedviz.core.errors import UserError
from embedviz.formats.containers.worker.arrow_reader import (
    FileReader,
    ParquetReader,
    StreamReader,
    TableReader,
)
from embedviz.formats.containers.worker.list_columns import list_path, number_type
from embedviz.formats.containers.worker.plain_columns import (
    BYTES,
    TEXT,
    role_of,
    value_type_of,
)

_MOST_NAMED = 5
_ASKED_PARTS = 4
"""So many say how long their texts are."""
_is_whole = re.compile(r"-?(?:0|[1-9][0-9]{0,17})").fullmatch
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class PartError(Exception):
    """What a library says of one part.

    Attributes
    ----------
    part : str
        Its name in the folder.
    """

    def __init__(self, part: str, error: Exception) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.part = part


class PartsReader(TableReader):
    """The parts of a folder, in their order.

    Parameters
    ----------
    folder : str
    parts : sequence of str
        Names of the parts, within the folder.

    Raises
    ------
    UserError
        When they do not have the same columns.
    """

    def __init__(self, folder: str, parts: Sequence[str]) -> None:
        self._folder = Path(folder)
        self._names = names = parts
        counts: list[int | None] = []
        schemas: list[pa.Schema] = []
        for name in names:
            part = self._open(name)
            counts.append(part.n_rows)
            # Equal ones are kept once: there may be thousands of parts.
            same = schemas and schemas[-1].equals(part.schema, check_metadata=True)
            schemas.append(schemas[-1] if same else part.schema)
        self._counts = counts
        known = [count for count in counts if count is not None]
        self.n_rows = sum(known) if len(known) == len(counts) else None
        own = _common(names, schemas)
        self._n_own = len(own)
        self._keys, fields = values_of_folders(names, own.names)
        self.schema = pa.schema([*own, *fields], own.metadata)

    def describe(self) -> dict[str, Any]:
        """Return what is there, and `parts`: the name of each and how many rows it has."""
        parts = [list(pair) for pair in zip(self._names, self._counts, strict=True)]
        return super().describe() | {"parts": parts}

    def batches(self, columns: Sequence[int], n_rows: int) -> Iterator[list[pa.Array]]:
        """Yield the columns of consecutive rows, not more than so many at a time."""
        own = [column for column in columns if column < self._n_own] or [0]
        for index, name in enumerate(self._names):
            part = self._open(name)
            places = _places(part.schema, [self.schema.field(column) for column in own])
            try:
                for batch in part.batches(places, n_rows):
                    within = 1.0 if part.fraction is None else part.fraction
                    self.fraction = (index + within) / len(self._names)
                    arrays = dict(zip(own, batch, strict=True))
                    yield [self._column(c, arrays, index, len(batch[0])) for c in columns]
            except (pa.ArrowException, OSError, ValueError) as error:
                raise PartError(name, error) from None

    def _column(
        self, column: int, arrays: Mapping[int, pa.Array], index: int, count: int
    ) -> pa.Array:
        kind = self.schema.field(column).type
        if column >= self._n_own:
            return pa.repeat(pa.scalar(self._keys[index][column - self._n_own], kind), count)
        array = arrays[column]
        # A part in which all values are missing does not know what they would have been.
        return pa.nulls(count, kind) if pa.types.is_null(array.type) else array

    def _open(self, name: str) -> TableReader:
        path = str(self._folder / name)
        try:
            with open(path, "rb") as file:
                start = file.read(8)
            if start.startswith(b"ARROW1"):
                return FileReader(path)
            if start.startswith(b"\xff\xff\xff\xff"):
                return StreamReader(path)
            return ParquetReader(path)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise PartError(name, error) from None

    def _block_rows(self, columns: Sequence[int], n_rows: int) -> int:
        own = [self.schema.field(column) for column in columns if column < self._n_own]
        for name in self._names[:_ASKED_PARTS]:
            part = self._open(name)
            n_rows = min(n_rows, part._block_rows(_places(part.schema, own), n_rows))
        return n_rows


def _places(schema: pa.Schema, fields: Sequence[pa.Field]) -> list[int]:
    """Return where in a part the columns are; of one name, there are as many in all parts."""
    return [schema.get_all_field_indices(field.name)[0] for field in fields]


def _signature(kind: pa.DataType) -> str:
    """Return what two types have in common that give the same columns."""
    path = list_path(kind)
    if path is not None:
        return f"lists of {number_type(kind, path)}" + "".join(f" in {name}" for name in path)
    role = role_of(kind)
    return role if role in (TEXT, BYTES) else str(value_type_of(kind))


def _common(names: Sequence[str], schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Return the columns that all parts have.

    Raises
    ------
    UserError
        That names the parts with other columns than the first, and how they differ.
    """
    first = schemas[0]
    if len(set(first.names)) < len(first.names):
        raise UserError(f"{names[0]} has several columns of one name. Give each a name of its own.")
    found = {field.name: field for field in first}
    different: dict[str, str] = {}
    previous, difference = first, ""
    for name, schema in zip(names, schemas, strict=True):
        if schema is not previous:
            previous, difference = schema, _difference(found, schema, names[0])
        if difference:
            different[name] = difference
    if different:
        said = [f"{name} {how}" for name, how in list(different.items())[:_MOST_NAMED]]
        more = len(different) - len(said)
        raise UserError(
            f"The parts in this folder do not have the same columns: {'; '.join(said)}"
            f"{f'; and {more:,} more' if more else ''}. Write them with the same columns, put "
            "those that differ into another folder, or open one of the files."
        )
    return pa.schema(list(found.values()), first.metadata)


def _difference(found: dict[str, pa.Field], schema: pa.Schema, first: str) -> str:
    """Return how a part differs from the others, and learn types that were not known before."""
    given = {field.name: field for field in schema}
    for name, field in found.items():
        if name not in given:
            return f"has no column {name!r}, which {first} has"
        one, other = _signature(field.type), _signature(given[name].type)
        if "null" not in (one, other) and one != other:
            return f"has {other} in column {name!r}, where {first} has {one}"
        if one == "null":
            found[name] = given[name]
    added = next((name for name in given if name not in found), None)
    if added is not None:
        return f"has a column {added!r}, which {first} has not"
    if len(given) < len(schema.names):
        return "has several columns of one name"
    return ""


def values_of_folders(
    names: Sequence[str], taken: Sequence[str]
) -> tuple[list[list[Any]], list[pa.Field]]:
    """Return what folders named `key=value` say of each part, and the columns of that."""
    texts: dict[str, set[str]] = {}
    for name in names:
        for folder in name.split("/")[:-1]:
            key, is_one, value = folder.partition("=")
            if is_one and key and key not in taken:
                texts.setdefault(key, set()).add(value)
    fields = []
    for key, values in texts.items():
        is_number = all(map(_is_whole, values - {_NO_VALUE})) and values != {_NO_VALUE}
        fields.append(pa.field(key, pa.int64() if is_number else pa.string()))
    if not fields:
        return [[] for _ in names], []
    partitioning = ds.partitioning(pa.schema(fields), flavor="hive")
    rows = []
    for name in names:
        found = ds.get_partition_keys(partitioning.parse(name.rpartition("/")[0] + "/"))
        rows.append([found.get(field.name) for field in fields])
    return rows, fields
