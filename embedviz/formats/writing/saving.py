"""Vector sets to files, each complete or not there at all.

A file that holds numbers only has a companion, FILE.metadata.tsv, with the labels and metadata;
both are replaced together: see `atomic_write`. Numbers are printed with as many digits as bring
back the same float32: see `printing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy_format

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.columns import LABEL
from embedviz.formats.paths import companion_of
from embedviz.formats.text.number_fields import is_fraction
from embedviz.formats.text.word_vector_layouts import last_word
from embedviz.formats.writing.arrow import SUFFIXES, write_feather, write_parquet
from embedviz.formats.writing.atomic_write import File, packed_by, replaced_files
from embedviz.formats.writing.printing import (
    computed_ahead,
    join_lines,
    print_vectors,
    to_texts,
    with_fraction,
)
from embedviz.formats.writing.trial import require_readable
from embedviz.formats.writing.written_rows import WrittenRows, text_columns

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_NUMBERS = 1 << 20
_BYTE_ORDER_MARK = "\ufeff"
_NAMES_OF = {
    "\0": "a NUL character",
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
}


Write = Callable[[WrittenRows, File, Report], None]


def save(
    vector_set: VectorSet,
    path: str | PathLike[str],
    *,
    rows: Rows | None = None,
    report: Report = silent,
) -> None:
    """Write a set, or some of its rows, in the format that the suffix names.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
        Everything: `.parquet`, `.feather` or `.arrow`, `.csv`, `.jsonl`, or `.npy` or `.tsv`
        (numbers only, with labels and metadata in FILE.metadata.tsv beside it). Labels and vectors:
        `.vec` or `.txt` (word2vec text), `.bin` (word2vec binary). Those of text also with `.gz`.
    rows : int array, optional
        Which rows, in this order. Default: all.
    report : callable
        Called between blocks.

    Raises
    ------
    UserError
        When the suffix is another one, the labels cannot be kept in this format, or the file
        cannot be written. The old file is then still there.
    """
    path = Path(path).expanduser()
    suffix = _format_suffix(path)
    write = _WRITERS[suffix]
    written = WrittenRows(vector_set, rows)
    n_tried = min(len(written), _TRIED_ROWS, _TRIED_NUMBERS // max(written.dimensions, 1))
    if suffix in _JUDGED and n_tried:
        first = np.arange(n_tried) if rows is None else rows[:n_tried]
        require_readable(WrittenRows(vector_set, first), write, suffix)
    with replaced_files(written_files(path)) as files, packed_by(path, files[0]) as file:
        write(written, file, report)
        for companion in files[1:]:
            _write_metadata(written, companion)


def written_files(path: Path) -> list[Path]:
    """Return the files that are written for a path: with it, where it needs one, its companion.

    Raises
    ------
    UserError
        When the suffix says no format to write.
    """
    return [path, companion_of(path)] if _format_suffix(path) in _NUMBERS_ONLY else [path]


def left_out(vector_set: VectorSet, path: str | PathLike[str]) -> list[str]:
    """Return the columns of metadata that the format of a path does not hold.

    Raises
    ------
    UserError
        When the suffix says no format to write.
    """
    if _format_suffix(Path(path)) not in _LABELS_ONLY:
        return []
    return list(WrittenRows(vector_set).metadata.column_names)


def lost_notes(vector_set: VectorSet, path: str | PathLike[str]) -> list[str]:
    """Return what is known of which rows a set holds and the format of a path does not keep.

    Raises
    ------
    UserError
        When the suffix says no format to write.
    """
    is_kept = _format_suffix(Path(path)) in SUFFIXES
    return [] if is_kept else [note.text for note in WrittenRows(vector_set).notes]


def _format_suffix(path: Path) -> str:
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix in _WRITERS and (path.suffix != ".gz" or suffix in _PACKED):
        return suffix
    raise UserError(
        f"{path.name}: the suffix says no format to write. Use {', '.join(_WRITERS)}; .gz after "
        "those of text."
    )


def _write_word2vec_text(written: WrittenRows, file: File, report: Report) -> None:
    require_plain(written.labels, "\0\n")
    _require_distinct_labels(written)
    if not any(label.strip() for label in written.labels):
        raise UserError("All labels are blank, which this format cannot hold. Save as .parquet.")
    for row, label in enumerate(written.labels):
        if is_fraction(last_word(label)):
            raise UserError(
                f"The label of row {row:,} ({label[:50]!r}) ends in a number, which cannot be told "
                "from the vector in this format. Save as .parquet or .npy."
            )
    file.write(f"{len(written)} {written.dimensions}\n".encode())

    def lines(rows: slice) -> memoryview:
        numbers = print_vectors(written.vectors(rows), " ")
        return join_lines([to_texts(written.labels[rows]), numbers], " ", "\n")

    _write_blocks(lines, written, file, report)


def _write_word2vec_binary(written: WrittenRows, file: File, report: Report) -> None:
    require_plain(written.labels, "\0 \n")
    _require_distinct_labels(written)
    file.write(f"{len(written)} {written.dimensions}\n".encode())
    for rows in written.blocks(_BLOCK_NUMBERS, report):
        data, size = written.vectors(rows).tobytes(), 4 * written.dimensions
        vectors = (data[i * size : (i + 1) * size] for i in range(rows.stop - rows.start))
        labels = (label.encode("utf-8", "replace") for label in written.labels[rows])
        file.write(b"".join(chain.from_iterable(zip(labels, repeat(b" "), vectors))))


def _write_array(written: WrittenRows, file: File, report: Report) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(written), written.dimensions)}
    npy_format.write_array_header_1_0(file, header)
    for rows in written.blocks(_BLOCK_NUMBERS, report):
        file.write(written.vectors(rows).data)


def _write_tensors(written: WrittenRows, file: File, report: Report) -> None:
    first = written.first_numbers
    # Whole numbers that are all different would be taken for what the rows are called.
    is_like_ids = bool((first == np.floor(first)).all()) and len(np.unique(first)) == len(first)

    def lines(rows: slice) -> memoryview:
        numbers = print_vectors(written.vectors(rows), "\t")
        if is_like_ids:
            numbers = with_fraction(numbers, "\t")
        return join_lines([numbers], "", "\n")

    _write_blocks(lines, written, file, report)


def _write_table(written: WrittenRows, file: File, report: Report) -> None:
    columns = text_columns(written)
    for column, texts in columns.items():
        require_plain(texts, "\0", column)
        _require_no_lists(texts, column)
    if _are_numbers(written.labels):
        raise UserError(
            "The labels are numbers, not all of them whole, which would be taken for a column of "
            "numbers in a CSV file. Save as .parquet."
        )
    names = [*columns, *(f"d{i}" for i in range(written.dimensions))]
    around = "", ""
    if any(name[-1].isdigit() for name in columns):  # These could pass for dimensions.
        names = written.names("vector")
        around = '"[', ']"'
    # All or none: of a few in quotes, it may remain unclear that they are not a part of the text.
    is_odd = any(_needs_quotes(text) for texts in columns.values() for text in texts)
    write = _in_quotes if is_odd else str
    file.write((",".join(map(quoted, names)) + "\r\n").encode("utf-8", "replace"))

    def lines(rows: slice) -> memoryview:
        texts = [to_texts([*map(write, values[rows])]) for values in columns.values()]
        numbers = print_vectors(written.vectors(rows), ",", *around)
        return join_lines([*texts, numbers], ",", "\r\n")

    _write_blocks(lines, written, file, report)


_is_number = re.compile(r"[+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]+)?)|nan|NaN|").fullmatch
_is_whole = re.compile(r"[+-]?[0-9]*").fullmatch


def _are_numbers(labels: Sequence[str]) -> bool:
    return all(map(_is_number, labels)) and not all(map(_is_whole, labels))


def _require_no_lists(texts: Sequence[str], column: str) -> None:
    first = next((text for text in texts if text.strip()), "").strip()
    if first[:1] == "[" and first[-1:] == "]":
        raise UserError(
            f"Column {column!r} holds lists, which would be taken for vectors in a CSV file. Save "
            "as .parquet."
        )


def _write_records(written: WrittenRows, file: File, report: Report) -> None:
    """Write a JSON object per line; its last entry is the vector."""
    *names, vector = written.names("vector")
    blank = [column.null_count == len(column) for column in written.metadata.columns]

    def lines(rows: slice) -> memoryview:
        others = written.metadata.slice(rows.start, rows.stop - rows.start).columns
        values: list[Sequence[Any]] = [written.labels[rows]]
        # Of a column without any value, a reader would learn nothing from nulls.
        for column, is_blank in zip(others, blank, strict=True):
            values.append([""] * len(column) if is_blank else column.to_pylist())
        records = (dict(zip(names, each, strict=True)) for each in zip(*values, strict=True))
        starts = [json.dumps(each, ensure_ascii=False, default=str)[:-1] for each in records]
        numbers = print_vectors(written.vectors(rows), ", ", f", {json.dumps(vector)}: [", "]}")
        return join_lines([to_texts(starts), _as_json(numbers)], "", "\n")

    _write_blocks(lines, written, file, report)


def _as_json(numbers: pa.Array) -> pa.Array:
    """Return numbers with those that are none in the words of JSON readers."""
    from pyarrow import compute

    numbers = compute.replace_substring(numbers, "nan", "NaN")
    return compute.replace_substring(numbers, "inf", "Infinity")


def _write_metadata(written: WrittenRows, file: File) -> None:
    """Write the labels, with a header and further columns where there is metadata."""
    columns = text_columns(written)
    for column, texts in columns.items():
        require_plain(texts, "\0\t\r\n", column)
    if len(columns) > 1:
        if _look_quoted(columns.values()):  # Else their own quotes would be taken off.
            columns = {
                name: [_in_quotes(text) if '"' in text else text for text in texts]
                for name, texts in columns.items()
            }
        file.write(("\t".join(columns) + "\n").encode("utf-8", "replace"))
    elif written.labels and written.labels[0].startswith(_BYTE_ORDER_MARK):
        file.write(_BYTE_ORDER_MARK.encode())  # One is dropped.
    for rows in written.blocks(_BLOCK_NUMBERS, silent):
        texts = [to_texts(values[rows]) for values in columns.values()]
        file.write(join_lines(texts, "\t", "\n"))


def _look_quoted(columns: Iterable[Sequence[str]]) -> bool:
    """Return whether all fields with quotes in them are quoted as a spreadsheet does it."""
    is_quoted = re.compile('"(?:[^"]|"")*"').fullmatch
    return all(is_quoted(text) for texts in columns for text in texts if '"' in text)


_WRITERS: dict[str, Write] = {
    ".vec": _write_word2vec_text,
    ".txt": _write_word2vec_text,
    ".bin": _write_word2vec_binary,
    ".npy": _write_array,
    ".tsv": _write_tensors,
    ".csv": _write_table,
    ".jsonl": _write_records,
    ".parquet": write_parquet,
    ".feather": write_feather,
    ".arrow": write_feather,
}
_PACKED = (".vec", ".txt", ".tsv", ".csv", ".jsonl")
_NUMBERS_ONLY = (".npy", ".tsv")
_JUDGED = (".vec", ".txt", ".bin", ".tsv", ".csv")
_TRIED_ROWS, _TRIED_NUMBERS = 200, 1 << 18
_LABELS_ONLY = (".vec", ".txt", ".bin")


def _write_blocks(
    lines: Callable[[slice], memoryview], written: WrittenRows, file: File, report: Report
) -> None:
    # Reported where it is written, and so stopped there too.
    blocks = written.blocks(_BLOCK_NUMBERS, report)
    for block in computed_ahead(lines, blocks):
        file.write(block)


def quoted(text: str) -> str:
    """Return a field of a CSV file, in quotes where it needs them."""
    return _in_quotes(text) if _needs_quotes(text) else text


_needs_quotes = re.compile('[",;\r\n]|^ | $').search


def _in_quotes(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def require_plain(texts: Sequence[str], forbidden: str, column: str = LABEL) -> None:
    """Refuse texts with characters that end a text in the format."""
    search = re.compile(f"[{forbidden}]").search
    for row, text in enumerate(texts):
        if found := search(text):
            raise UserError(
                f"The {column} of row {row:,} ({text[:50]!r}) has {_NAMES_OF[found[0]]} in it, "
                "which this format cannot hold. Save as .parquet, which holds any text."
            )


def _require_distinct_labels(written: WrittenRows) -> None:
    first_rows: dict[str, int] = {}
    for row, label in enumerate(written.labels):
        first = first_rows.setdefault(label, row)
        if first != row:
            raise UserError(
                f"Rows {first:,} and {row:,} are both labeled {label[:50]!r}, but word2vec files "
                "hold each label once. Save as .parquet or .npy."
            )
