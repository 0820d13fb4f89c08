"""CSV, TSV and semicolon-separated tables, and the Embedding Projector's `tensors.tsv`.

A table's columns that are not the vector become metadata, and one of them the labels. The
Projector's tensors are the case where there is no such column: numbers with tabs between them.
"""

from __future__ import annotations

from collections import Counter

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.companions.columns import choose_label_column, require_column, to_table
from embedviz.formats.companions.record_columns import take_choice, take_columns
from embedviz.formats.containers.rows import wanted_label
from embedviz.formats.labels import decode_all, note_on_replaced
from embedviz.formats.paths import companion_of
from embedviz.formats.projector.settings import projector_companions
from embedviz.formats.reading import BadRows, Format, ReadResult, counts_rest, require_dimensions
from embedviz.formats.rows import RowCollector
from embedviz.formats.source import Source, block_bytes
from embedviz.formats.text.lines import line_blocks, notes_on_remarks
from embedviz.formats.text.list_texts import as_list, inside_of, take_lists
from embedviz.formats.text.numbers import parse_columns
from embedviz.formats.text.records import Records, split_blocks
from embedviz.formats.text.table_layouts import TableLayout, find_layout
from embedviz.formats.vector_names import note_on_columns

_LIST_BLOCK_BYTES = 4 << 20
_NAMES = {"\t": "TSV", ";": "semicolon-separated table", ",": "CSV", "|": "table", " ": "table"}


def _matches(source: Source) -> bool:
    return find_layout(source) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    layout = find_layout(source)
    assert layout is not None
    return _TableReader(source, settings, layout).read(report)


class _TableReader:
    """Reader of the records of one table, block by block."""

    def __init__(self, source: Source, settings: ReadSettings, layout: TableLayout) -> None:
        self._source = source
        self._layout = layout
        self._label_column = wanted_label(settings, layout.names)
        name = source.name
        if self._label_column is not None:
            require_column(self._label_column, layout.names, name)
        self._vector = layout.vector_columns(name, settings.vector_column, self._label_column)
        dimensions = self._list_length() if layout.lists else len(self._vector)
        require_dimensions(name, dimensions)
        self._rows = RowCollector(dimensions, settings, BadRows(source, settings), is_labeled=False)
        others = set(range(len(layout.names))).difference(self._vector)
        self._texts: dict[int, list[str]] = {column: [] for column in sorted(others)}
        self._is_preview = settings.is_preview
        # The Projector's tensors have labels beside them.
        is_paired = not self._texts and not layout.has_header
        self._counts_rest = counts_rest(source, settings, is_paired=is_paired)
        self._header_is_due = layout.has_header
        self._n_replaced = 0

    def read(self, report: Report) -> ReadResult:
        layout = self._layout
        self._rows.expect(self._source.estimated_lines)
        size = block_bytes(self._source, is_preview=self._is_preview)
        if layout.lists:  # Their fields, and lists without their brackets, are copies.
            size = min(size, _LIST_BLOCK_BYTES)
        with self._source.stream() as stream:
            blocks = split_blocks(
                line_blocks(self._source, stream, size),
                layout.separator,
                has_quotes=layout.has_quotes,
                name=self._source.name,
                line=1 + self._source.remark_lines,
            )
            for records in blocks:
                if self._header_is_due:
                    records = records.without_first()
                    self._header_is_due = False
                if self._rows.is_full and len(records):
                    self._rows.stop()
                    if self._counts_rest:
                        self._rows.count_rest(len(records) + sum(map(len, blocks)))
                    break
                self._add(records, stream.fraction)
                report(stream.fraction, f"{self._rows.n_read:,} rows, {stream.progress} read")
            else:
                if self._counts_rest:
                    self._rows.count_rest(0)
        return self._contents()

    def _list_length(self) -> int:
        """Return the usual length of the lists in the first records."""
        texts = [as_list(record[self._vector[0]])[1:-1] for record in self._layout.sample]
        texts = [text for text in texts if text.strip()]
        if any(b"..." in text or (b"," not in text and text.split()[1:]) for text in texts):
            raise UserError(
                f"{self._source.name}: column {self._layout.names[self._vector[0]]!r} holds "
                "vectors as NumPy prints them, rounded and without commas. Write them as lists: "
                "table['vector'] = [v.tolist() for v in vectors]."
            )
        lengths = Counter(text.count(b",") + 1 for text in texts)
        return lengths.most_common(1)[0][0] if lengths else 0

    def _add(self, records: Records, fraction: float) -> None:
        vectors = self._rows.space_for(len(records), fraction)
        problems = self._parse(records, vectors)
        width = len(self._layout.names)
        for row in (records.widths != width).nonzero()[0].tolist():
            fields = counted(int(records.widths[row]), "field")
            problems[row] = f"{fields} instead of {width:,}"
        for column, texts in self._texts.items():
            values, n_replaced = decode_all(records.column(column))
            texts += values
            self._n_replaced += n_replaced
        lines = records.lines
        self._rows.add(len(records), None, problems, lambda row: f"line {lines[row]:,}")

    def _parse(self, records: Records, vectors: Matrix) -> dict[int, str]:
        if not self._layout.lists:
            return parse_columns(records, self._vector, self._layout.point, vectors)
        name = self._layout.names[self._vector[0]]
        fields = map(as_list, records.column(self._vector[0]))
        return take_lists([inside_of(field, name) for field in fields], vectors)

    def _contents(self) -> ReadResult:
        layout = self._layout
        result = self._rows.contents(_NAMES[chr(layout.separator)])
        if layout.lists:
            take_choice(result, layout.names[self._vector[0]], layout.described_lists)
        result.notes += notes_on_remarks(self._source) + note_on_replaced(self._n_replaced)
        is_tensors = not self._texts and layout.separator == ord("\t")
        if is_tensors and not layout.has_header:
            result.format_name = "Projector tensors"
            path = self._source.path
            result.companions = (companion_of(path), *projector_companions(path))
        if self._texts:
            self._take_columns(result)
        return result

    def _take_columns(self, result: ReadResult) -> None:
        names = self._layout.names
        kept = result.rows.tolist()
        columns = {names[c]: [texts[i] for i in kept] for c, texts in self._texts.items()}
        table = to_table(columns)
        label = choose_label_column(table, self._label_column, self._source.name)
        if label is None and not self._layout.has_header and 0 in self._texts:
            label = names[0]  # Whole numbers, all different: what the rows are called.
        labels = [] if label is None else columns[label]
        take_columns(result, table, label, labels, is_wanted=self._label_column is not None)
        if not self._layout.lists:
            first, last = names[self._vector[0]], names[self._vector[-1]]
            result.notes.append(note_on_columns(len(self._vector), first, last))


TABLE = Format(_matches, _read, frozenset({"vector_column"}))
