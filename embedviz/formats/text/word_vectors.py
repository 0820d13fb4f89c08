r"""word2vec text, GloVe text and fastText `.vec`: a label and its numbers on each line.

Written for the ugliest line: labels may hold spaces, NBSP, U+0085 or nothing at all, so a line ends
at `\n` only, the last D fields are the vector and all that is left of them is the label. Whether
there is a header, and what D is, is decided by the lines themselves; the header's row count is
only compared in the end. Where a header's D and the lines disagree, the lines decide, unless the
field too many looks like a part of the label ("item 23" rather than "the 0.418").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

import numpy as np

from embedviz.core.arrays import TOO_LARGE, Bytes, Matrix
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.labels import decode_spans, note_on_replaced
from embedviz.formats.reading import (
    BadRows,
    Format,
    ReadResult,
    RowNumbers,
    counts_rest,
    require_dimensions,
    require_true_header,
)
from embedviz.formats.rows import RowCollector, keep_rows
from embedviz.formats.source import Source, block_bytes
from embedviz.formats.text.lines import count_lines, line_blocks, notes_on_remarks
from embedviz.formats.text.number_fields import (
    describe_field,
    exact_numbers,
    is_fraction,
    is_not_finite,
    is_number,
)
from embedviz.formats.text.numbers import BLANK, DOUBTFUL, parse_lines
from embedviz.formats.text.word_vector_layouts import (
    LineLayout,
    count_trailing_numbers,
    find_layout,
    last_word,
    split_from_right,
    with_points,
)

_quotes_inside = re.compile(r'\\(["\\])|""').sub
_COMMA, _POINT = np.frombuffer(b",.", np.uint8)


def note_on_header(promised: int, n_rows: int | None) -> list[Note]:
    """Return the sentence about a header that counts wrong, if it does."""
    if n_rows in (None, promised):
        return []
    return [Note(f"The header promises {counted(promised, 'row')}, the file has {n_rows:,}.")]


def _matches(source: Source) -> bool:
    return find_layout(source) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    layout = find_layout(source)
    assert layout is not None
    if layout.header:
        require_true_header(source.name, layout.header[0])
    require_dimensions(source.name, layout.dimensions)
    return _LineReader(source, settings, layout).read(report)


class _LineReader:
    """Reader of the lines of one file, block by block."""

    def __init__(self, source: Source, settings: ReadSettings, layout: LineLayout) -> None:
        self._source = source
        self._layout = layout
        self._rows = RowCollector(
            layout.dimensions,
            settings,
            BadRows(source, settings),
            is_labeled=layout.is_labeled,
            keeps_duplicates=False,
        )
        self._is_preview = settings.is_preview
        self._counts_rest = counts_rest(source, settings)
        self._header_is_due = layout.header is not None or layout.names_columns
        self._line = 1 + source.remark_lines
        self._n_replaced = 0
        self._n_blank = 0
        self._n_blank_at_end = 0

    def read(self, report: Report) -> ReadResult:
        self._rows.expect(self._source.estimated_lines)
        size = block_bytes(self._source, is_preview=self._is_preview)
        with self._source.stream() as stream:
            blocks = line_blocks(self._source, stream, size)
            for block in blocks:
                if self._rows.is_full:
                    self._rows.stop()
                    if self._counts_rest:
                        self._rows.count_rest(count_lines(chain([block], blocks)))
                    break
                self._add(block, stream.fraction)
                report(stream.fraction, f"{self._rows.n_read:,} rows, {stream.progress} read")
            else:
                if self._counts_rest:
                    self._rows.count_rest(0)
        name = "word2vec text" if self._layout.header else "GloVe text"
        result = self._rows.contents(name if self._layout.is_labeled else "text without labels")
        result.notes += self._notes(result.n_rows)
        result.learn(promised=self._layout.header[0] if self._layout.header else None)
        return result

    def _add(self, block: Bytes, fraction: float) -> None:
        n_lines = int(np.count_nonzero(block == ord("\n")))
        starts, stops = np.empty((2, n_lines), np.int64)
        state = np.empty(n_lines, np.uint8)
        vectors = self._rows.space_for(n_lines, fraction)
        numbers = np.where(block == _COMMA, _POINT, block) if self._layout.has_commas else block
        parse_lines(numbers, vectors, self._layout.is_labeled, starts, stops, state)
        lines = self._find_rows(state)
        keep_rows(vectors, lines)
        problems: dict[int, str] = {}
        for row in np.flatnonzero(state[lines] == DOUBTFUL).tolist():
            start, stop = starts[lines[row]], stops[lines[row]]
            try:
                length = self._parse_slowly(numbers[start:stop].tobytes(), vectors[row])
            except ValueError as reason:
                problems[row] = str(reason)
                length = 0
            stops[lines[row]] = start + length
        labels = None
        if self._layout.is_labeled:
            labels, n_replaced = decode_spans(block, starts[lines], stops[lines])
            self._n_replaced += n_replaced
            if self._layout.is_aligned:
                labels = [label.rstrip(" \t") for label in labels]
            if self._layout.is_quoted:
                labels = [_unquoted(label) for label in labels]
            problems |= self._find_surplus(labels)
        first = self._line
        self._rows.add(len(lines), labels, problems, lambda row: f"line {first + lines[row]:,}")
        self._line += n_lines

    def _find_rows(self, state: Bytes) -> RowNumbers:
        """Return which lines of a block are rows: neither blank nor the header."""
        lines = np.flatnonzero(state != BLANK).astype(np.int64)
        blank_before = int(lines[-1]) + 1 - len(lines) if len(lines) else 0
        if len(lines):
            self._n_blank += self._n_blank_at_end + blank_before
            self._n_blank_at_end = 0
        self._n_blank_at_end += len(state) - len(lines) - blank_before
        if self._header_is_due and len(lines):
            self._header_is_due = False
            return lines[1:]
        return lines

    def _parse_slowly(self, line: bytes, out: Matrix) -> int:
        """Parse what the compiled loop left over; return the length of the label."""
        wanted = self._layout.dimensions
        fields, length = split_from_right(line, wanted)
        is_complete = len(fields) == wanted and (length >= 0) == self._layout.is_labeled
        if not (is_complete and all(map(is_number, fields))):
            raise ValueError(_explain(line, wanted, fields))
        out[:] = exact_numbers(fields)
        if not np.isfinite(out).all():
            raise ValueError(TOO_LARGE)
        return max(length, 0)

    def _find_surplus(self, labels: Sequence[str]) -> dict[int, str]:
        """Return the rows whose label ends in a number of the vector, or holds another row."""
        found = {}
        for row, label in enumerate(labels):
            last = last_word(label) if label[-1:].isdigit() else b""
            if is_fraction(with_points(last) if self._layout.has_commas else last):
                found[row] = f"more than {counted(self._layout.dimensions, 'number')}"
            elif "\r" in label and is_number(last_word(label.rpartition("\r")[0])):
                found[row] = "two rows with a carriage return but no line end between them"
        return found

    def _notes(self, n_rows: int | None) -> list[Note]:
        notes = notes_on_remarks(self._source)
        if self._layout.header:
            rows, dimensions = self._layout.header
            notes += note_on_header(rows, n_rows)
            if dimensions != self._layout.dimensions:
                notes.append(
                    Note(
                        f"The header says {dimensions:,} dimensions, the rows have "
                        f"{self._layout.dimensions:,}."
                    )
                )
        if self._layout.names_columns:
            notes.append(Note("The first line names the columns.", level="note"))
        if self._layout.is_quoted:
            text = "The labels are in double quotes, which were taken off."
            notes.append(Note(text, level="note"))
        if self._layout.has_commas:
            notes.append(Note("The numbers are written with a decimal comma.", level="note"))
        if self._n_blank:
            notes.append(Note(f"{counted(self._n_blank, 'blank line')} passed over."))
        return notes + note_on_replaced(self._n_replaced)


def _unquoted(label: str) -> str:
    if not (len(label) > 1 and label[0] == label[-1] == '"'):
        return label
    return _quotes_inside(lambda found: found[1] or '"', label[1:-1])


def _explain(line: bytes, wanted: int, fields: list[bytes]) -> str:
    """Say why a line is not a row."""
    if b"\0" in line:
        return "it holds NUL bytes, as a file does that was not written or downloaded to its end"
    for field in fields:
        if is_not_finite(field):
            return describe_field(field)
    all_fields = re.split(rb"[ \t]+", line)
    count = count_trailing_numbers(all_fields)
    if len(all_fields) == wanted + 1 and count < wanted:
        return describe_field(all_fields[-1 - count])
    return f"{counted(count, 'number')} instead of {wanted:,}"


TEXT = Format(_matches, _read)
