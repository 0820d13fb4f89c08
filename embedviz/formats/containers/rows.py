"""Rows of a container as they come from the child process, with their columns beside them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.core.wording import in_words
from embedviz.formats.containers.worker.process import Container, Whole, opened_container
from embedviz.formats.labels import note_on_replaced
from embedviz.formats.reading import BadRows, ReadResult, require_dimensions, row_place
from embedviz.formats.rows import RowCollector
from embedviz.formats.source import Source

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_BYTES = 8 << 20
_MOST_BLOCK_ROWS = 65_536
_PRINTED_BYTES = 20  # Of a number in text.
_UNPACKED_BYTES = 8 << 20
_LARGEST_RATIO = 1100  # Deflate shrinks nothing further.
_SURELY_TRUE = 64 << 20
_THINNED_FROM = 2
"""Times the sample, from which on columns of rows that are out of it are dropped."""


@contextmanager
def opened(source: Source, kind: str, report: Report) -> Iterator[Container]:
    """Open a container, unpacked into a temporary file where it is compressed.

    Raises
    ------
    UserError
        When it is damaged, refused, asks for too much, or there is no room to unpack it.
    """
    if not source.is_compressed:
        whole = _whole_of(source)
        with opened_container(source.path, kind, source.name, report, whole) as container:
            yield container
        return
    with tempfile.TemporaryDirectory(prefix="embedviz-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "unpacked"
        _unpack(source, path, report)
        with opened_container(path, kind, source.name, report) as container:
            yield container


def _whole_of(source: Source) -> Whole:
    if source.store is not None:
        return Whole(source.store.size, arguments={"within": source.store.within})
    parts = source.parts
    if not parts.names:
        return Whole()
    return Whole(parts.size, len(parts.names), {"parts": list(parts.names)})


def _unpack(source: Source, path: Path, report: Report) -> None:
    with source.stream() as stream:
        try:
            with path.open("wb") as file:
                while data := stream.read(_UNPACKED_BYTES):
                    if shutil.disk_usage(path.parent).free < 2 * len(data):
                        raise OSError("the disk is full")
                    file.write(data)
                    report(0.0, f"{in_words(file.tell())} unpacked")
        except OSError as error:
            raise UserError(
                f"{source.name} could not be unpacked into {path.parent} ({error}). Unpack it "
                "where there is room, and open that."
            ) from None


@dataclass(frozen=True)
class ContainerRows:
    """Rows that are to be read.

    Attributes
    ----------
    dimensions : int
    request : mapping of str
        What the reader in the child needs to know beside the size of blocks.
    promised : int or None
        How many rows there are, as far as the file says.
    place : callable
        Says where a row of the file is, as in "row 31 (from 0)".
    parse : callable, optional
        Takes the columns of a block and the space for its vectors to the problems of its rows,
        where the child sends no vectors.
    """

    dimensions: int
    request: Mapping[str, Any]
    promised: int | None
    place: Callable[[int], str] = field(default=row_place)
    parse: Callable[[pa.Table, Matrix], dict[int, str]] | None = None


def read_rows(
    container: Container,
    rows: ContainerRows,
    source: Source,
    settings: ReadSettings,
    format_name: str,
) -> tuple[ReadResult, pa.Table | None]:
    """Return vectors, and the columns of the same rows.

    Raises
    ------
    UserError
    """
    _require_truth(source, rows)
    collector = RowCollector(rows.dimensions, settings, BadRows(source, settings), is_labeled=False)
    reading = _Reading(collector, rows, settings)
    request = dict(rows.request) | {"n_rows": _block_rows(rows, settings)}
    for block in container.blocks(request):
        if collector.is_full:
            collector.stop()
            break
        reading.add(block.facts, block.arrays)
        container.report(reading.fraction, f"{collector.n_read:,} rows read")
    result = collector.contents(format_name)
    result.notes += note_on_replaced(reading.n_replaced)
    result.learn(promised=rows.promised)
    if result.n_rows is None and rows.promised is not None:
        result.n_rows = max(rows.promised, collector.n_read)
    elif rows.promised not in (None, result.n_rows):
        text = f"The file says that it has {rows.promised:,} rows; {result.n_rows:,} are there."
        result.notes.append(Note(text))
    return result, reading.table_of(result.rows)


def _require_truth(source: Source, rows: ContainerRows) -> None:
    """Refuse sizes that no file of this length can hold."""
    if rows.promised == 0:
        raise UserError(f"{source.name} has columns, but no rows.")
    require_dimensions(source.name, rows.dimensions)
    claimed = 4 * rows.dimensions * (rows.promised or 0)
    if claimed > _LARGEST_RATIO * source.size + _SURELY_TRUE:
        raise UserError(
            f"{source.name} claims {counted(rows.promised or 0, 'row')} of "
            f"{counted(rows.dimensions, 'number')}, which its {source.size:,} bytes cannot hold. "
            "It is damaged: copy or download it again."
        )


def _block_rows(rows: ContainerRows, settings: ReadSettings) -> int:
    number_bytes = 4 if rows.parse is None else _PRINTED_BYTES
    count = min(max(_BLOCK_BYTES // (number_bytes * rows.dimensions), 1), _MOST_BLOCK_ROWS)
    return min(count, settings.max_rows or count)


class _Reading:
    """Collector of one block after the other.

    Attributes
    ----------
    n_replaced : int
        How many texts were not valid UTF-8.
    fraction : float
        How much of the file was read.
    """

    def __init__(
        self, collector: RowCollector, rows: ContainerRows, settings: ReadSettings
    ) -> None:
        self._collector = collector
        self._rows = rows
        self._sample = settings.sample
        self._tables: list[pa.Table] = []
        self._table_rows: list[np.ndarray] = []
        self.n_replaced = 0
        self.fraction = 0.0

    def _fraction_at(self, n_rows: int, facts: Mapping[str, Any]) -> float:
        if self._rows.promised:
            return min(n_rows / self._rows.promised, 1.0)
        return float(facts.get("fraction") or 0.0)

    def add(self, facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Take in the rows of a block."""
        count, first = facts["n_rows"], self._collector.n_read
        self.n_replaced += facts["n_replaced"]
        problems = {int(row): reason for row, reason in facts["problems"].items()}
        self.fraction = self._fraction_at(first + count, facts)
        space = self._collector.space_for(count, self.fraction)
        table = _unpacked(arrays["columns"]) if "columns" in arrays else None
        if self._rows.parse is not None:
            assert table is not None
            problems |= self._rows.parse(table, space)
            table = table.remove_column(0)
        else:
            space[:] = arrays["vectors"]
        if table is not None and table.num_columns:
            self._tables.append(table)
            self._table_rows.append(np.arange(first, first + count))
        self._collector.add(count, None, problems, lambda row: self._rows.place(first + row))
        self._thin_out()

    def table_of(self, rows: np.ndarray) -> pa.Table | None:
        """Return the columns of these rows of the file, of those that are still there."""
        import pyarrow as pa

        if not self._tables:
            return None
        table = pa.concat_tables(self._tables)
        there = np.concatenate(self._table_rows)
        places = np.searchsorted(there, rows)
        return table if len(places) == len(table) else table.take(pa.array(places))

    def _thin_out(self) -> None:
        """Keep only the columns of rows that may be in the sample, once there are many others."""
        sample = self._sample
        if sample is None or sum(map(len, self._table_rows)) <= _THINNED_FROM * sample + 4096:
            return
        kept = self._collector.kept_rows
        table = self.table_of(kept)
        assert table is not None
        self._tables, self._table_rows = [table.combine_chunks()], [kept]


def _unpacked(data: Any) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(pa.py_buffer(data)).read_all()


def wanted_label(settings: ReadSettings, names: Sequence[str]) -> str | None:
    """Return the column of labels that is asked for, unless it is meant for another file."""
    wanted = settings.label_column
    if settings.labels is not None or (settings.metadata is not None and wanted not in names):
        return None
    return wanted


def texts_of(column: pa.ChunkedArray) -> list[str]:
    """Return the values of a column as labels."""
    import pyarrow as pa

    values = column.to_pylist()
    if pa.types.is_string(column.type):
        return [value or "" for value in values]
    return ["" if value is None else str(value) for value in values]
