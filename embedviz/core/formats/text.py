r"""word2vec text, GloVe text and fastText `.vec`: a label and its numbers on each line.

Written for the ugliest line: labels may hold spaces, NBSP, U+0085 or nothing at all, so a line ends
at `\n` only, the last D fields are the vector and all that is left of them is the label. Whether
there is a header, and what D is, is decided by the lines themselves; the header's row count is
only compared in the end. Where a header's D and the lines disagree, the lines decide, unless the
field too many looks like a part of the label ("item 23" rather than "the 0.418").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.formats.labels import decode_spans, note_on_replaced
from embedviz.core.formats.numbers import (
    BLANK,
    DOUBTFUL,
    TOO_LARGE,
    describe_field,
    exact_numbers,
    is_fraction,
    is_not_finite,
    is_number,
    parse_lines,
)
from embedviz.core.formats.reading import (
    BadRows,
    Contents,
    Format,
    ReadSettings,
    RowNumbers,
    counted,
    counts_rest,
    require_dimensions,
)
from embedviz.core.formats.rows import RowCollector, keep_rows
from embedviz.core.formats.source import (
    BLANKS,
    MOST_FIELDS,
    Bytes,
    Source,
    block_bytes,
    count_lines,
    line_blocks,
)
from embedviz.core.progress import Report
from embedviz.core.vector_set import Matrix

find_header = re.compile(rb" *([0-9]{1,40})[ \t]+([0-9]{1,40})[ \t\r]*(?:\n|\Z)").match
"""Matches the line `N D` at the start of a text."""

_MOST_ROWS = 10**10

_has_wide_gaps = re.compile(rb"[0-9.][ \t]{2,}[-+.0-9]").search


@dataclass(frozen=True)
class Layout:
    """How the lines of a file are made.

    Attributes
    ----------
    header : (int, int) or None
        The numbers of rows and dimensions that the first line claims.
    dimensions : int
    is_labeled : bool
    is_aligned : bool
        Whether there are several spaces between numbers, so that those after a label are none of
        its own.
    names_columns : bool
        Whether the first line has names for the columns, as R writes it.
    is_quoted : bool
        Whether these are in quotes, and so the labels.
    """

    header: tuple[int, int] | None
    dimensions: int
    is_labeled: bool
    is_aligned: bool = False
    names_columns: bool = False
    is_quoted: bool = False


def find_layout(source: Source) -> Layout | None:
    """Return the layout of the file, or None when its lines are not labels and numbers."""
    lines = source.lines
    found = find_header(lines[0]) if lines else None
    claimed = (int(found[1]), int(found[2])) if found else None
    body = [_Line.of(line) for line in lines[1 if claimed else 0 :]]
    if not body:
        is_header = claimed and b"\t" not in lines[0]
        return Layout(claimed, claimed[1], is_labeled=True) if claimed and is_header else None
    if claimed and claimed[1] > 1:
        body = _with_tabs(lines[1:], claimed[1]) or body
    if all(line.is_bare for line in body):
        count = _most_common([line.n_numbers for line in body])
        if claimed is None or claimed[1] == count:
            return Layout(claimed, count, is_labeled=False)
    dimensions = _most_common([line.dimensions for line in body])
    if 2 * sum(line.dimensions == dimensions > 0 for line in body) < len(body):
        return None
    if dimensions == 1 and any(len(line.fields) != 2 for line in body):
        return None  # Any sentence may end in a number.
    if claimed and _header_is_believed(claimed[1], body):
        dimensions = claimed[1]
    is_promised = claimed is not None and claimed[1] == dimensions
    texts = lines[1:] if claimed else lines
    n_of_table = 0 if is_promised else sum(_is_of_table(line, dimensions) for line in texts)
    if 2 * n_of_table > len(texts):
        return None
    n_aligned = sum(bool(_has_wide_gaps(line)) for line in lines)
    names_columns = claimed is None and len(body) > 1 and body[0].has_names(dimensions)
    return Layout(
        claimed,
        dimensions,
        is_labeled=True,
        is_aligned=2 * n_aligned > len(body),
        names_columns=names_columns,
        is_quoted=names_columns and all(map(_is_quoted, body[0].fields)),
    )


def _most_common(counts: list[int]) -> int:
    return Counter(counts).most_common(1)[0][0]


@dataclass(frozen=True)
class _Line:
    fields: list[bytes]
    n_numbers: int

    @classmethod
    def of(cls, line: bytes, *, takes_tabs: bool = False) -> _Line:
        line = line.rstrip(BLANKS)
        is_tabbed = line.rfind(b"\t") > line.rfind(b" ")
        if (is_tabbed and not takes_tabs) or line.count(b" ") + line.count(b"\t") > MOST_FIELDS:
            return cls([], 0)
        fields = re.split(rb"[ \t]+", line)
        return cls(fields, _trailing_numbers(fields))

    @property
    def dimensions(self) -> int:
        return max(min(self.n_numbers, len(self.fields) - 1), 0)

    @property
    def is_bare(self) -> bool:
        """Whether there are only numbers, the first too detailed for a label."""
        fields = self.fields[self.fields[:1] == [b""] :]
        return len(fields) == self.n_numbers > 0 and bool(is_fraction(fields[0]))

    def has_names(self, dimensions: int) -> bool:
        """Whether these are names of that many columns of numbers, and perhaps of the labels."""
        names = set(self.fields)
        is_long = len(self.fields) - dimensions in (0, 1)
        return is_long and len(names) == len(self.fields) and not any(map(is_number, names))


def _is_quoted(field: bytes) -> bool:
    return len(field) > 1 and field[:1] == field[-1:] == b'"'


def _is_of_table(line: bytes, dimensions: int) -> bool:
    """Return whether there are columns before the numbers, or one of theirs, as in "a,b,0.5 1"."""
    _, length = _split_from_right(line.rstrip(BLANKS), dimensions)
    label = line[: max(length, 0)].strip(BLANKS)
    parts = re.split(rb"[,;|]", label)
    return b"\t" in label or (len(parts) > 1 and bool(is_fraction(parts[-1])))


def _with_tabs(lines: list[bytes], claimed: int) -> list[_Line] | None:
    """Return lines with tabs between their numbers, if they are as long as the header claims."""
    body = [_Line.of(line, takes_tabs=True) for line in lines]
    n_fitting = sum(
        line.dimensions >= claimed or (line.is_bare and line.n_numbers == claimed) for line in body
    )
    return body if 2 * n_fitting > len(body) else None


def _trailing_numbers(fields: list[bytes]) -> int:
    for count, field in enumerate(reversed(fields)):
        if not (is_number(field) or is_not_finite(field)):
            return count
    return len(fields)


def _header_is_believed(claimed: int, body: list[_Line]) -> bool:
    fitting = [line for line in body if line.dimensions >= claimed > 0]
    if 2 * len(fitting) < len(body):
        return False
    longer = [line for line in fitting if line.dimensions > claimed]
    return not any(is_fraction(line.fields[-claimed - 1]) for line in longer)


def require_true_header(name: str, promised: int) -> None:
    """Refuse a header that counts more rows than any file has.

    Raises
    ------
    UserError
    """
    if promised > _MOST_ROWS:
        raise UserError(
            f"{name} claims {counted(promised, 'row')}. Its header is damaged, or it is no file of "
            "vectors."
        )


def note_on_header(promised: int, n_rows: int | None) -> list[str]:
    """Return the sentence about a header that counts wrong, if it does."""
    if n_rows in (None, promised):
        return []
    return [f"The header promises {counted(promised, 'row')}, the file has {n_rows:,}."]


def _matches(source: Source) -> bool:
    return find_layout(source) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> Contents:
    layout = find_layout(source)
    assert layout is not None
    if layout.header:
        require_true_header(source.name, layout.header[0])
    require_dimensions(source.name, layout.dimensions)
    return _LineReader(source, settings, layout).read(report)


class _LineReader:
    """Reads the lines of one file, block by block."""

    def __init__(self, source: Source, settings: ReadSettings, layout: Layout) -> None:
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
        self._line = 1
        self._n_replaced = 0
        self._n_blank = 0
        self._n_blank_at_end = 0

    def read(self, report: Report) -> Contents:
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
        contents = self._rows.contents(name if self._layout.is_labeled else "text without labels")
        contents.notes += self._notes(contents.n_rows)
        contents.facts.promised = self._layout.header[0] if self._layout.header else None
        return contents

    def _add(self, block: Bytes, fraction: float) -> None:
        n_lines = int(np.count_nonzero(block == ord("\n")))
        starts, stops = np.empty((2, n_lines), np.int64)
        state = np.empty(n_lines, np.uint8)
        vectors = self._rows.space_for(n_lines, fraction)
        parse_lines(block, vectors, self._layout.is_labeled, starts, stops, state)
        lines = self._find_rows(state)
        keep_rows(vectors, lines)
        problems: dict[int, str] = {}
        for row in np.flatnonzero(state[lines] == DOUBTFUL).tolist():
            start, stop = starts[lines[row]], stops[lines[row]]
            try:
                length = self._parse_slowly(block[start:stop].tobytes(), vectors[row])
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
        fields, length = _split_from_right(line, wanted)
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
            if label[-1:].isdigit() and is_fraction(last_word(label)):
                found[row] = f"more than {counted(self._layout.dimensions, 'number')}"
            elif "\r" in label and is_number(last_word(label.rpartition("\r")[0])):
                found[row] = "two rows with a carriage return but no line end between them"
        return found

    def _notes(self, n_rows: int | None) -> list[str]:
        notes = []
        if self._layout.header:
            rows, dimensions = self._layout.header
            notes += note_on_header(rows, n_rows)
            if dimensions != self._layout.dimensions:
                notes.append(
                    f"The header says {dimensions:,} dimensions, the rows have "
                    f"{self._layout.dimensions:,}."
                )
        if self._layout.names_columns:
            notes.append("The first line names the columns.")
        if self._n_blank:
            notes.append(f"{counted(self._n_blank, 'blank line')} passed over.")
        return notes + note_on_replaced(self._n_replaced)


def _unquoted(label: str) -> str:
    is_quoted = len(label) > 1 and label[0] == label[-1] == '"'
    return label[1:-1].replace('\\"', '"') if is_quoted else label


def last_word(label: str) -> bytes:
    """Return what follows the last space or tab, nothing if there is none."""
    words = re.split("[ \t]", label)
    return words[-1].encode("utf-8", "replace") if len(words) > 1 else b""


def _split_from_right(line: bytes, count: int) -> tuple[list[bytes], int]:
    """Return the last `count` fields, and the length of what is left, -1 if there is nothing."""
    blanked = line.replace(b"\t", b" ")
    fields: list[bytes] = []
    end = len(line)
    while len(fields) < count and end >= 0:
        while fields and end > 0 and blanked[end - 1] == ord(" "):
            end -= 1
        cut = blanked.rfind(b" ", 0, end)
        fields.append(line[cut + 1 : end])
        end = cut
    return fields[::-1], end


def _explain(line: bytes, wanted: int, fields: list[bytes]) -> str:
    """Say why a line is no row."""
    if b"\0" in line:
        return "it holds NUL bytes, as a file does that was not written or downloaded to its end"
    for field in fields:
        if is_not_finite(field):
            return describe_field(field)
    all_fields = re.split(rb"[ \t]+", line)
    count = _trailing_numbers(all_fields)
    if len(all_fields) == wanted + 1 and count < wanted:
        return describe_field(all_fields[-1 - count])
    return f"{counted(count, 'number')} instead of {wanted:,}"


TEXT = Format(_matches, _read)
