"""Parquet and Arrow tables, read in the child process a few megabytes at a time.

A column with whole vectors is a list of numbers of any width, also inside of a structure as
`{"values": […]}`. Which column it is, is decided by the process that asks: here it says what the
first rows are like.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.core.arrays import TOO_LARGE
from embedviz.core.errors import UserError
from embedviz.core.processes.messages import Message
from embedviz.formats.containers.worker.byte_columns import describe_bytes, numbers_in_bytes
from embedviz.formats.containers.worker.list_columns import (
    floats_of,
    is_given,
    is_sparse,
    list_path,
    lists_in,
    number_type,
    spans_of,
    vectors_of,
)
from embedviz.formats.containers.worker.plain_columns import (
    BYTES,
    OTHER,
    TEXT,
    decoded,
    is_text,
    packed,
    plain,
    role_of,
    value_type_of,
)

VECTORS, LISTS = "vectors", "lists"
"""Columns of lists of numbers, and of texts that are such lists."""

_SAMPLE_ROWS = 200
_SAMPLE_BATCHES = 50
"""So many are looked at where the first vectors are missing."""
_SAMPLE_GROUPS = 4
_QUICKLY_COUNTED = 4
"""Batches that are unpacked only to count their rows."""
_MOST_COLUMNS = 20_000
_MOST_SAID = 100_000
_BUFFER_BYTES = 16 << 20
"""For all columns of a Parquet file together; each is read through a part of it."""
_BLOCK_BYTES = 32 << 20
_MOSTLY = 0.8
_is_control = re.compile(r"[\x00-\x08\x0e-\x1f]").search
# Lists of words are texts, not vectors.
_is_list = re.compile(
    r"\s*\[[-+.,\s0-9eE]*(?:(?:nan|NaN|inf|Infinity|null)[-+.,\s0-9eE]*)*\]\s*"
).fullmatch
_is_number = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*").fullmatch


class TableReader:
    """Common base of the readers of all tables.

    Attributes
    ----------
    schema : pyarrow.Schema
    n_rows : int or None
        What the file says.
    fraction : float or None
        How much was read of a file that does not say it.
    """

    schema: pa.Schema
    n_rows: int | None = None
    fraction: float | None = None

    def batches(self, columns: Sequence[int], n_rows: int) -> Iterator[list[pa.Array]]:
        """Yield the columns of consecutive rows, not more than so many at a time."""
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """Return what is there.

        Returns
        -------
        dict
            `n_rows`, and `columns`: for each its name, type, role ("vectors", "number", "text",
            "value", "bytes", "other") and of those with vectors or with texts that are lists, the
            usual length and whether it is the same in all of the first rows; of bytes, see
            `describe_bytes`; `is_digits` of texts that are all numbers, `is_sparse` of structures
            of places and values. `said`: which columns embedviz itself has written as the labels
            and the vectors.
        """
        if len(self.schema) > _MOST_COLUMNS:
            raise UserError(
                f"The table claims {len(self.schema):,} columns, more than are read. Store the "
                "vectors in one column of lists."
            )
        columns = [_describe(position, field) for position, field in enumerate(self.schema)]
        looked_at = [c for c in columns if c["role"] in (VECTORS, TEXT, BYTES)]
        if looked_at:
            positions = [c["position"] for c in looked_at]
            for batch in islice(self.batches(positions, _SAMPLE_ROWS), _SAMPLE_BATCHES):
                for column, array in zip(looked_at, batch, strict=True):
                    if not column.get("length") and column["role"] != OTHER:
                        column |= _describe_values(column, array)
                if all(c["length"] for c in looked_at if c["role"] == VECTORS):
                    break
        return {"n_rows": self.n_rows, "columns": columns, "said": self._said()}

    def _said(self) -> dict[str, Any]:
        found = (self.schema.metadata or {}).get(b"embedviz", b"")
        try:
            said = json.loads(found) if len(found) < _MOST_SAID else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return {}
        return {key: value for key, value in said.items() if isinstance(value, (str, list, dict))}

    def blocks(self, request: Mapping[str, Any]) -> Iterator[Message]:
        """Yield blocks of rows.

        Parameters
        ----------
        request : mapping
            `vectors`: positions of the columns of the vector; `dimensions`; `columns`: positions
            of further columns; `n_rows`: how many rows a block has at most; `is_parsed`: whether
            the vectors are texts that are lists; `bytes_as`: the NumPy type of vectors in bytes.

        Yields
        ------
        Message
            With `fraction` where the number of rows is not known; `vectors`, unless they are
            texts; and `columns` as an Arrow stream, in which the
            names are the positions.
        """
        vectors, others = list(request["vectors"]), list(request["columns"])
        wanted = [*vectors, *others]
        is_parsed, dtype = request.get("is_parsed", False), request.get("bytes_as")
        for arrays in self.batches(wanted, self._block_rows(wanted, request["n_rows"])):
            facts: dict[str, Any] = {"n_rows": len(arrays[0]), "problems": {}, "n_replaced": 0}
            facts["fraction"] = self.fraction
            sent: dict[str, NDArray[Any]] = {}
            if not is_parsed:
                dimensions = request["dimensions"]
                if dtype:
                    matrix, problems = numbers_in_bytes(arrays[0], dtype, dimensions)
                else:
                    matrix, problems = self._matrix(vectors, arrays, dimensions)
                sent["vectors"], facts["problems"] = matrix, problems
            columns = {}
            named = zip(wanted, arrays, strict=True)
            for position, array in islice(named, 0 if is_parsed else len(vectors), None):
                columns[str(position)], n_replaced = plain(array)
                facts["n_replaced"] += n_replaced
            if columns:
                sent["columns"] = packed(columns)
            yield Message("block", facts, sent)

    def _block_rows(self, columns: Sequence[int], n_rows: int) -> int:
        return n_rows

    def _matrix(
        self, positions: Sequence[int], arrays: Sequence[pa.Array], dimensions: int
    ) -> tuple[NDArray[np.float32], dict[int, str]]:
        field = self.schema.field(positions[0])
        path = list_path(field.type)
        if path is not None:
            return vectors_of(lists_in(arrays[0], path), dimensions)
        out = np.empty((len(arrays[0]), dimensions), np.float32)
        problems: dict[int, str] = {}
        for column, position in enumerate(positions):
            values, missing, large = floats_of(arrays[column])
            out[:, column] = values
            name = self.schema.names[position]
            for row in missing.tolist():
                problems.setdefault(row, f"no number in column {name!r}")
            for row in large.tolist():
                problems.setdefault(row, f"column {name!r}: {TOO_LARGE}")
        return out, problems


class ParquetReader(TableReader):
    """A Parquet file; pages are read as they are needed, whatever the size of a row group."""

    def __init__(self, path: str) -> None:
        import pyarrow.parquet as pq

        self._path = path
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16)
        self._metadata = file.metadata
        self.schema = file.schema_arrow
        self.n_rows = file.metadata.num_rows
        file.close()

    def batches(self, columns: Sequence[int], n_rows: int) -> Iterator[list[pa.Array]]:
        """Yield the columns of consecutive rows, not more than so many at a time."""
        import pyarrow.parquet as pq

        names = self.schema.names
        found = sorted(set(columns))
        counts = Counter(names)
        wanted = None
        if all(counts[names[position]] == 1 for position in found):
            wanted = [names[position] for position in found]
        else:  # Those of one name cannot be told apart before they are read.
            found = list(range(len(names)))
        order = [found.index(column) for column in columns]
        size = max(_BUFFER_BYTES // len(found), 1 << 12)
        with pq.ParquetFile(
            self._path, metadata=self._metadata, pre_buffer=False, buffer_size=min(size, 1 << 20)
        ) as file:
            for batch in file.iter_batches(n_rows, columns=wanted, use_threads=False):
                if batch.num_columns != len(found):
                    raise pa.ArrowInvalid("its columns are named in a way that is not understood")
                yield [batch.column(place) for place in order]

    def _block_rows(self, columns: Sequence[int], n_rows: int) -> int:
        """Return fewer rows where they hold long texts."""
        names = {self.schema.names[column] for column in columns}
        longest = 1
        for group in range(min(self._metadata.num_row_groups, _SAMPLE_GROUPS)):
            found = self._metadata.row_group(group)
            chunks = (found.column(place) for place in range(found.num_columns))
            n_bytes = sum(
                chunk.total_uncompressed_size
                for chunk in chunks
                if chunk.path_in_schema.split(".")[0] in names
            )
            longest = max(longest, n_bytes // max(found.num_rows, 1))
        return max(min(n_rows, _BLOCK_BYTES // longest), 1)


class FileReader(TableReader):
    """An Arrow IPC file, which is Feather version 2 as well."""

    def __init__(self, path: str) -> None:
        self._map = pa.memory_map(path)
        file = pa.ipc.open_file(self._map, options=_options())
        self.schema = file.schema
        self._n_batches = file.num_record_batches
        self.n_rows = self._count_rows()

    def _count_rows(self) -> int | None:
        """Return how many rows there are, from the column that is the quickest to read."""
        if not self._n_batches:
            return 0
        types = [value_type_of(field.type) for field in self.schema]
        tests = (pa.types.is_primitive, is_text, lambda kind: True)
        column = next(types.index(kind) for test in tests for kind in types if test(kind))
        if list_path(types[column]) is not None and self._n_batches > _QUICKLY_COUNTED:
            return None  # They may be compressed, and would have to be unpacked.
        file = pa.ipc.open_file(self._map, options=_options([column]))
        return int(sum(file.get_batch(index).num_rows for index in range(self._n_batches)))

    def batches(self, columns: Sequence[int], n_rows: int) -> Iterator[list[pa.Array]]:
        """Yield the columns of consecutive rows, not more than so many at a time."""
        wanted = sorted(columns)
        order = [wanted.index(column) for column in columns]
        file = pa.ipc.open_file(self._map, options=_options(wanted))
        for index in range(self._n_batches):
            for arrays, part in _cut(file.get_batch(index), order, n_rows):
                self.fraction = (index + part) / self._n_batches
                yield arrays


class StreamReader(TableReader):
    """An Arrow IPC stream: batches one after the other, without a count of them."""

    def __init__(self, path: str) -> None:
        self._map = pa.memory_map(path)
        self.schema = pa.ipc.open_stream(self._map, options=_options()).schema

    def batches(self, columns: Sequence[int], n_rows: int) -> Iterator[list[pa.Array]]:
        """Yield the columns of consecutive rows, not more than so many at a time."""
        wanted = sorted(columns)
        order = [wanted.index(column) for column in columns]
        self._map.seek(0)
        start = 0
        for batch in pa.ipc.open_stream(self._map, options=_options(wanted)):
            stop = self._map.tell()
            for arrays, part in _cut(batch, order, n_rows):
                self.fraction = (start + part * (stop - start)) / self._map.size()
                yield arrays
            start = stop


def _options(columns: Sequence[int] = ()) -> pa.ipc.IpcReadOptions:
    return pa.ipc.IpcReadOptions(use_threads=False, included_fields=list(columns))


def _cut(
    batch: pa.RecordBatch, order: Sequence[int], n_rows: int
) -> Iterator[tuple[list[pa.Array], float]]:
    """Yield the columns of a few rows at a time, and how much of the batch that was."""
    batch.validate()
    while n_rows > 1 and batch.slice(0, n_rows).nbytes > _BLOCK_BYTES:
        n_rows = max(n_rows // 4, 1)
    for start in range(0, batch.num_rows, n_rows):
        part = batch.slice(start, n_rows)
        columns = [part.column(place) for place in order]
        yield columns, (start + part.num_rows) / batch.num_rows


def _describe(position: int, field: pa.Field) -> dict[str, Any]:
    kind = value_type_of(field.type)
    described = {"position": position, "name": field.name, "type": str(kind)}
    path = list_path(field.type)
    if path is None:
        return described | {"role": role_of(field.type)}
    numbers = number_type(kind, path)
    return described | {
        "role": VECTORS,
        "type": str(numbers),
        "is_float": not pa.types.is_integer(numbers),
    }


def _describe_values(column: Mapping[str, Any], array: pa.Array) -> dict[str, Any]:
    """Return how long the lists in the first rows are, and whether texts are lists."""
    extra: dict[str, Any] = {}
    if column["role"] == BYTES:
        extra = describe_bytes(array)
        if not _are_texts(array):
            return extra | {"length": extra["n_bytes"]}
        extra["role"] = TEXT
    if column["role"] != VECTORS:
        texts = [text for text in plain(array)[0].to_pylist() if text]
        extra["is_digits"] = bool(texts) and all(map(_is_number, texts))
        lists = [text for text in texts if _is_list(text)]
        if not lists or len(lists) < _MOSTLY * len(texts):
            return extra
        lengths = [text.count(",") + 1 for text in lists if text.strip()[1:-1].strip()]
        if not lengths:
            return extra
        is_printed = any("..." in t or ("," not in t and t[1:-1].split()[1:]) for t in lists)
        extra = {"is_float": True, "is_printed": is_printed, "role": LISTS}
    else:
        path = list_path(array.type)
        assert path is not None
        if is_sparse(array, path):
            return {"role": OTHER, "is_sparse": True}
        found = lists_in(array, path)
        starts, stops, _ = spans_of(found)
        lengths = (stops - starts)[is_given(found)].tolist()
    usual = Counter(lengths).most_common(1)
    return extra | {
        "length": usual[0][0] if usual else 0,
        "is_regular": len(set(lengths)) == 1,
    }


def _are_texts(array: pa.Array) -> bool:
    """Return whether bytes are texts, as programs that write no type of text have them."""
    values = [value for value in decoded(array).to_pylist() if value is not None]
    try:
        texts = [value.decode() for value in values]
    except UnicodeDecodeError:
        return False
    return bool(texts) and not any(_is_control(text) for text in texts)
