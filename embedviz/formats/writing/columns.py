"""Columns of results in a file: what was counted or measured, for spreadsheets and notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.formats.writing.arrow import SUFFIXES, write_tables
from embedviz.formats.writing.atomic_write import packed_by, replaced_files
from embedviz.formats.writing.rows import write_text_columns

_TEXTS = (".csv", ".tsv")


def save_columns(
    columns: Mapping[str, Sequence[Any]], path: str | PathLike[str], *, report: Report = silent
) -> None:
    """Write columns of equal length to a table.

    Parameters
    ----------
    columns : mapping of str to sequence
        Texts, numbers or True and False; None where there is no value, which is empty in a text.
    path : path
        `.csv` or `.tsv` (also with `.gz`), `.parquet`, `.feather` or `.arrow`.
    report : Report

    Raises
    ------
    UserError
        When the suffix is another one, or the file cannot be written.
    """
    import pyarrow as pa

    path = Path(path).expanduser()
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix in _TEXTS:
        texts = {name: [_text(value) for value in values] for name, values in columns.items()}
        write_text_columns(texts, path, report)
        return
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join([*_TEXTS, *SUFFIXES])
        raise UserError(f"{path.name}: results are written as {known}.")
    report(0.0, "writing the results")
    table = pa.table({name: _array(values) for name, values in columns.items()})
    with replaced_files([path]) as files, packed_by(path, files[0]) as file:
        write_tables([table], table.schema, file, suffix)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _array(values: Sequence[Any]) -> Any:
    """Return an Arrow column; of texts where there is no value at all."""
    import pyarrow as pa

    is_empty = all(value is None for value in values)
    found = pa.array(list(values), pa.string() if is_empty else None)
    return found
