"""Vector sets to files, each complete or not there at all.

Everything is written to a temporary file in the same folder, brought to the disk, and put in the
place of the old file in one step, so that a crash or a full disk leaves the old file as it was. A
file that holds numbers only has a companion, FILE.metadata.tsv, with the labels and metadata; both
are on the disk before either takes its place.

Numbers are printed with as many digits as bring back the same float32.
"""

from __future__ import annotations

import gzip
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy_format

from embedviz.core.errors import UserError
from embedviz.core.formats.columns import LABEL, unique_names
from embedviz.core.formats.companions import companion_of
from embedviz.core.formats.numbers import is_fraction
from embedviz.core.formats.text import last_word
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import Matrix, Rows, VectorSet

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK_NUMBERS = 1 << 20
_NAMES_OF = {" ": "a space", "\t": "a tab", "\n": "a line break", "\r": "a line break"}

File = IO[bytes]


class WrittenRows:
    """All rows of a set, or some, as they are written; the vectors are copied block by block.

    Parameters
    ----------
    vector_set : VectorSet
    rows : int array, optional
        Which rows, in this order. Default: all.

    Attributes
    ----------
    labels : tuple of str
    metadata : pyarrow.Table
    dimensions : int
    """

    def __init__(self, vector_set: VectorSet, rows: Rows | None = None) -> None:
        self.labels: tuple[str, ...] = vector_set.labels
        self.metadata: pa.Table = vector_set.metadata
        self.dimensions = vector_set.dimensions
        self._vectors, self._rows = vector_set.vectors, rows
        if rows is not None:
            self.labels = tuple(self.labels[row] for row in rows.tolist())
            self.metadata = self.metadata.take(rows) if self.metadata.num_columns else self.metadata

    def __len__(self) -> int:
        return len(self.labels)

    def vectors(self, part: slice) -> Matrix:
        """Return a block of adjacent rows, their numbers side by side."""
        rows = part if self._rows is None else self._rows[part]
        return np.ascontiguousarray(self._vectors[rows], "<f4")


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
        `.vec` or `.txt` (word2vec text), `.bin` (word2vec binary), `.csv`, or `.npy` or `.tsv`
        (numbers only, with labels and metadata in FILE.metadata.tsv beside it); each of the text
        formats also with `.gz`.
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
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix not in _WRITERS or (path.suffix == ".gz" and suffix in (".bin", ".npy")):
        raise UserError(
            f"{path.name}: the suffix says no format to write. Use .vec, .txt, .bin, .npy, .tsv "
            "or .csv; .gz after those of text."
        )
    write = _WRITERS[suffix]
    paths = [path]
    if suffix in (".npy", ".tsv"):
        paths.append(companion_of(path))
    written = WrittenRows(vector_set, rows)
    with replaced_files(paths) as files, packed_by(path, files[0]) as file:
        write(written, file, report)
        for companion in files[1:]:
            _write_metadata(written, companion)


@contextmanager
def packed_by(path: Path, file: File) -> Iterator[File]:
    """Return a file that packs what is written to it, where the suffix is `.gz`."""
    if path.suffix == ".gz":
        # Without the time, so that the same set makes the same file.
        packed: Any = gzip.GzipFile("", "wb", 6, file, mtime=0)
        with packed:
            yield packed
    else:
        yield file


@contextmanager
def replaced_files(paths: Sequence[Path]) -> Iterator[list[File]]:
    """Open temporary files that take the place of `paths` when all of them are complete.

    Yields
    ------
    list of binary files

    Raises
    ------
    UserError
        When one of them cannot be written. Nothing is replaced then.
    """
    targets = [Path(os.path.realpath(path)) for path in paths]
    temporary = [path.with_name(f".{secrets.token_hex(8)}.tmp") for path in targets]
    try:
        with ExitStack() as stack:
            files: list[File] = [stack.enter_context(path.open("xb")) for path in temporary]
            yield files
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        for source, target in zip(temporary, targets, strict=True):
            if target.exists():
                shutil.copymode(target, source)
            source.replace(target)
        _sync_folder(targets[0].parent)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(
            f"{paths[0].name} cannot be written: {reason}. Choose another place."
        ) from None
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Bring the new names to the disk, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders.
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_word2vec_text(written: WrittenRows, file: File, report: Report) -> None:
    require_plain(written.labels, "\n")
    _require_distinct_labels(written)
    for row, label in enumerate(written.labels):
        if is_fraction(last_word(label)):
            raise UserError(
                f"The label of row {row:,} ({label[:50]!r}) ends in a number, which cannot be told "
                "from the vector in this format. Save as .csv or .npy."
            )
    file.write(f"{len(written)} {written.dimensions}\n".encode())
    for rows, numbers in _printed_blocks(written, " ", report):
        lines = zip(written.labels[rows], numbers, strict=True)
        file.write("".join(f"{label} {line}\n" for label, line in lines).encode("utf-8", "replace"))


def _write_word2vec_binary(written: WrittenRows, file: File, report: Report) -> None:
    require_plain(written.labels, " \n")
    _require_distinct_labels(written)
    file.write(f"{len(written)} {written.dimensions}\n".encode())
    for rows in _row_blocks(written, report):
        for label, vector in zip(written.labels[rows], written.vectors(rows), strict=True):
            file.write(label.encode("utf-8", "replace") + b" " + vector.tobytes())


def _write_array(written: WrittenRows, file: File, report: Report) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(written), written.dimensions)}
    npy_format.write_array_header_1_0(file, header)
    for rows in _row_blocks(written, report):
        file.write(written.vectors(rows).data)


def _write_tensors(written: WrittenRows, file: File, report: Report) -> None:
    for _, numbers in _printed_blocks(written, "\t", report):
        file.write("".join(f"{line}\n" for line in numbers).encode())


def _write_table(written: WrittenRows, file: File, report: Report) -> None:
    columns = text_columns(written)
    names = [*columns, *(f"d{i}" for i in range(written.dimensions))]
    before = after = ""
    if any(name[-1].isdigit() for name in columns):  # These could pass for dimensions.
        names = [*columns, "vector"]
        before, after = '"[', ']"'
    file.write((",".join(map(quoted, names)) + "\r\n").encode("utf-8", "replace"))
    for rows, numbers in _printed_blocks(written, ",", report):
        texts = [map(quoted, values[rows]) for values in columns.values()]
        lines = zip(*texts, (f"{before}{line}{after}" for line in numbers), strict=True)
        file.write("".join(",".join(line) + "\r\n" for line in lines).encode("utf-8", "replace"))


def _write_metadata(written: WrittenRows, file: File) -> None:
    """Write the labels, with a header and further columns where there is metadata."""
    columns = text_columns(written)
    for column, texts in columns.items():
        require_plain(texts, "\t\r\n", column)
    lines = map("\t".join, zip(*columns.values(), strict=True))
    if len(columns) > 1:
        file.write(("\t".join(columns) + "\n").encode())
    file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


_WRITERS: dict[str, Write] = {
    ".vec": _write_word2vec_text,
    ".txt": _write_word2vec_text,
    ".bin": _write_word2vec_binary,
    ".npy": _write_array,
    ".tsv": _write_tensors,
    ".csv": _write_table,
}


def _row_blocks(written: WrittenRows, report: Report) -> Iterator[slice]:
    step = max(_BLOCK_NUMBERS // max(written.dimensions, 1), 1)
    for start in range(0, len(written), step):
        report(start / len(written), f"{start:,} rows written")
        yield slice(start, min(start + step, len(written)))


def _printed_blocks(
    written: WrittenRows, separator: str, report: Report
) -> Iterator[tuple[slice, list[str]]]:
    """Yield blocks of rows and their numbers, a line for each."""
    import pyarrow as pa

    dimensions = written.dimensions
    for rows in _row_blocks(written, report):
        texts = pa.array(written.vectors(rows).ravel()).cast(pa.string()).to_pylist()
        starts = range(0, len(texts), dimensions)
        yield rows, [separator.join(texts[start : start + dimensions]) for start in starts]


def text_columns(written: WrittenRows) -> dict[str, Sequence[str]]:
    """Return the labels and the metadata as text, by column name."""
    metadata = written.metadata
    texts = {
        name: ["" if value is None else str(value) for value in metadata[name].to_pylist()]
        for name in metadata.column_names
    }
    if LABEL in texts and tuple(texts[LABEL]) == written.labels:
        del texts[LABEL]
    names = unique_names([LABEL, *texts])
    return dict(zip(names, [written.labels, *texts.values()], strict=True))


def quoted(text: str) -> str:
    """Return a field of a CSV file, in quotes where it needs them."""
    if not re.search('[",;\r\n]|^ | $', text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def require_plain(texts: Sequence[str], forbidden: str, column: str = LABEL) -> None:
    """Refuse texts with characters that end a text in the format."""
    search = re.compile(f"[{forbidden}]").search
    for row, text in enumerate(texts):
        if found := search(text):
            raise UserError(
                f"The {column} of row {row:,} ({text[:50]!r}) has {_NAMES_OF[found[0]]} in it, "
                "which this format cannot hold. Save as .csv."
            )


def _require_distinct_labels(written: WrittenRows) -> None:
    first_rows: dict[str, int] = {}
    for row, label in enumerate(written.labels):
        first = first_rows.setdefault(label, row)
        if first != row:
            raise UserError(
                f"Rows {first:,} and {row:,} are both labeled {label[:50]!r}, but word2vec files "
                "hold each label once. Save as .csv or .npy."
            )
