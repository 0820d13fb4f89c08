"""Texts in Parquet, Feather and Arrow, by way of the child process in which these are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.progress import Report
from embedviz.formats.companions.columns import unique_names
from embedviz.formats.containers.arrow import kind_of_table
from embedviz.formats.containers.parts import name_of_parts
from embedviz.formats.containers.rows import opened
from embedviz.formats.labels import note_on_replaced
from embedviz.formats.reading import require_true_header
from embedviz.formats.source import Source
from embedviz.formats.texts.blocks import TextBlock

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_ROWS = 8192
_PREVIEW_ROWS = 256
_READ = ("text", "number", "value")


class ArrowReader:
    """Reader of a columnar table; see `TextReader`."""

    n_rows: int | None = None
    is_list = False

    def __init__(self, source: Source) -> None:
        self._source = source
        kind = kind_of_table(source)
        assert kind is not None
        self._kind = kind
        parts = source.parts
        self.format_name = name_of_parts(parts) if parts.names else kind
        self._n_replaced = 0

    def blocks(self, report: Report, *, is_preview: bool) -> Iterator[TextBlock]:
        """Yield the rows in the order of the file."""
        with opened(self._source, self._kind, report) as container:
            self.n_rows = container.facts["n_rows"]
            require_true_header(self._source.name, self.n_rows or 0)
            columns = [each for each in container.facts["columns"] if _is_read(each)]
            if not columns:
                raise UserError(
                    f"{self._source.name} has no column with single values, so there is no text "
                    "in it to embed."
                )
            names = unique_names([each["name"] for each in columns])
            request: dict[str, Any] = {
                "vectors": [],
                "columns": [each["position"] for each in columns],
                "dimensions": 0,
                "is_parsed": True,
                "n_rows": _PREVIEW_ROWS if is_preview else _BLOCK_ROWS,
            }
            n_read = 0
            for block in container.blocks(request):
                n_read += block.facts["n_rows"]
                self._n_replaced += block.facts["n_replaced"]
                fraction = self._fraction(n_read, block.facts)
                container.report(fraction, f"{n_read:,} rows read")
                yield TextBlock(_unpacked(block.arrays["columns"]).rename_columns(names), fraction)

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
        return note_on_replaced(self._n_replaced)

    def _fraction(self, n_read: int, facts: Any) -> float:
        if self.n_rows:
            return min(n_read / self.n_rows, 1.0)
        return float(facts.get("fraction") or 0.0)


def _is_read(column: dict[str, Any]) -> bool:
    """Return whether a column has single values; bytes that are texts count as such."""
    return column["role"] in _READ


def _unpacked(data: Any) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(pa.py_buffer(data)).read_all()
