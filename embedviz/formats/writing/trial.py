"""Trial of what is about to be written: whether its first rows are opened as what they are.

What a text is, is judged by its first rows; so labels such as "2 3" may be taken for numbers, or
numbers whose bytes are letters for a text. Those who save are told before there is a file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report, silent
from embedviz.formats.writing.atomic_write import File
from embedviz.formats.writing.written_rows import WrittenRows


def require_readable(
    written: WrittenRows, write: Callable[[WrittenRows, File, Report], None], suffix: str
) -> None:
    """Refuse a format in which the rows would be opened as others.

    Parameters
    ----------
    written : WrittenRows
        The first rows of what is to be written.
    write : callable
        Writes them.
    suffix : str
        Of the format: ".csv".

    Raises
    ------
    UserError
        Which rows would be others, and what to save as.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        with path.open("wb") as file:
            write(written, file, silent)
        # By its name, as readers are: who writes need not know how files are recognized.
        open_file = import_module("embedviz.formats.opening").open_file
        column = written.names()[0] if suffix == ".csv" else None
        try:
            found = open_file(path, ReadSettings(label_column=column, on_bad_rows="skip"))
        except UserError:
            raise _refused(written, suffix, 0, "would not be opened as vectors") from None
    vectors = written.vectors(slice(0, len(written)))
    finite = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    if found.vectors.tobytes() != vectors[finite].tobytes():
        raise _refused(written, suffix, 0, "would be opened as other vectors")
    if suffix == ".tsv":
        return  # Its labels are in another file.
    for row, label in zip(finite.tolist(), found.labels, strict=True):
        if written.labels[row].encode("utf-8", "replace") != label.encode("utf-8", "replace"):
            raise _refused(written, suffix, row, f"would be opened as {label[:50]!r}")


def _refused(written: WrittenRows, suffix: str, row: int, what: str) -> UserError:
    return UserError(
        f"The rows cannot be told from other text in a {suffix} file: row {row:,} "
        f"({written.labels[row][:50]!r}) {what}. Save as .parquet or .npy."
    )
