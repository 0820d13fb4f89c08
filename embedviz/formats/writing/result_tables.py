"""Tables of results as CSV, TSV, Parquet or Feather: written whole, or the old file stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.formats.writing.arrow import write_tables
from embedviz.formats.writing.atomic_write import File, packed_by, replaced_files
from embedviz.formats.writing.saving import quoted

RESULT_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".feather", ".arrow")
_BLOCK_LINES = 10_000


def save_results(
    columns: Mapping[str, Sequence[Any]], path: str | PathLike[str], report: Report = silent
) -> None:
    """Write columns of results to a table.

    Parameters
    ----------
    columns : mapping of name to values
        Texts, numbers or bools, all of one length; None becomes an empty field, or null.
    path : path
        `.csv`, `.tsv` (both also with `.gz`), `.parquet`, `.feather` or `.arrow`.
    report : callable

    Raises
    ------
    UserError
        When the suffix is another one, or the file cannot be written.
    """
    path = Path(path).expanduser()
    name = path.name.lower()
    if not name.endswith(RESULT_SUFFIXES):
        raise UserError(f"{path.name}: results are written as {', '.join(RESULT_SUFFIXES)}.")
    suffix = Path(name.removesuffix(".gz")).suffix
    with replaced_files([path]) as files, packed_by(path, files[0]) as file:
        if suffix in (".csv", ".tsv"):
            _write_text(columns, suffix, file, report)
        else:
            _write_arrow(columns, suffix, file)


def _write_arrow(columns: Mapping[str, Sequence[Any]], suffix: str, file: File) -> None:
    import pyarrow as pa

    table = pa.table({name: pa.array(list(values)) for name, values in columns.items()})
    write_tables([table], table.schema, file, suffix)


def _write_text(
    columns: Mapping[str, Sequence[Any]], suffix: str, file: File, report: Report
) -> None:
    separator, end = (",", "\r\n") if suffix == ".csv" else ("\t", "\n")
    file.write((separator.join(columns) + end).encode())
    count = len(next(iter(columns.values()), ()))
    for start in range(0, count, _BLOCK_LINES):
        report(start / count, f"{start:,} lines written")
        parts = [values[start : start + _BLOCK_LINES] for values in columns.values()]
        lines = (separator.join(map(_field, each)) + end for each in zip(*parts, strict=True))
        file.write("".join(lines).encode("utf-8", "replace"))


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    # Tabs are quoted too, so that no word breaks a line of either kind.
    text = str(value)
    return quoted(text) if "\t" not in text else '"' + text.replace('"', '""') + '"'
