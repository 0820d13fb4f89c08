"""All that can be said of a file of vectors, for a person at a terminal and for a program.

The whole file is read, with the rows left out that are not vectors, so that everything is counted.
Texts from the file are shown without the characters that would move the cursor of a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.notes import counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.scanning import scan_rows
from embedviz.core.wording import in_words
from embedviz.formats.opening import inspect, open_file

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN_ROWS = 3
_SHOWN_NUMBERS = 5
_WIDTH = 9
"""Of a column of numbers, at the least."""
_READ = 0.9


def diagnose(
    path: Path, settings: ReadSettings, *, is_quick: bool = False, report: Report = silent
) -> dict[str, Any]:
    """Return what is known of a file, as values that JSON can hold.

    Parameters
    ----------
    path : Path
    settings : ReadSettings
    is_quick : bool
        Look at the first rows only; what is counted is then None.
    report : Report

    Returns
    -------
    dict
        `path`, `format`; `rows_in_file` (None when it is not known), `rows_are_estimated`,
        `rows_promised` (by a header; None when nothing says it), `rows_read`, `dimensions`,
        `dtype` (in the file); `bytes_on_disk`, `bytes_in_memory`, `is_mapped`, `is_quick`; `key`,
        `keys` (what else there is, with descriptions), `vector_column`, `vector_columns`,
        `label_column`, `label_columns`; `metadata`: a list of {`name`, `type`}; `first_rows`: a
        list of {`label`, `numbers`}; `bad_rows` (left out: cut short, not finite),
        `repeated_labels`, `zero_rows`, `repeated_vectors`; `notes`.

    Raises
    ------
    UserError
        As `load`.
    """
    settings = replace(settings, on_bad_rows="skip", scans_later=True)
    if is_quick:
        return _diagnose_start(path, settings, report)
    opened = open_file(path, settings, part_of(report, 0.0, _READ))
    assert opened.opened is not None
    facts = opened.opened.facts
    scan = scan_rows(opened.vectors, part_of(report, _READ, 1.0))
    report(1.0, "read")
    n_memory = 0 if facts.is_mapped else opened.vectors.nbytes
    return {
        "path": str(opened.opened.path),
        "format": opened.opened.format_name,
        "rows_in_file": opened.opened.n_rows,
        "rows_are_estimated": False,
        **_described(facts, opened.vectors, opened.labels, opened.metadata),
        "rows_read": len(opened),
        "bytes_on_disk": opened.opened.path.stat().st_size,
        "bytes_in_memory": n_memory,
        "is_quick": False,
        "bad_rows": facts.n_bad + scan.n_not_finite,
        "repeated_labels": facts.n_repeated + len(opened.labels) - len(set(opened.labels)),
        "zero_rows": scan.n_zero,
        "repeated_vectors": scan.n_duplicate,
        "notes": [note.text for note in opened.notes],
    }


def _diagnose_start(path: Path, settings: ReadSettings, report: Report) -> dict[str, Any]:
    found = inspect(path, settings, report)
    counts = ("bad_rows", "repeated_labels", "zero_rows", "repeated_vectors")
    return {
        "path": str(found.path),
        "format": found.format_name,
        "rows_in_file": found.n_rows,
        "rows_are_estimated": found.is_estimated,
        **_described(found.facts, found.vectors, found.labels, found.metadata),
        "rows_read": len(found.vectors),
        "bytes_on_disk": found.n_bytes,
        "bytes_in_memory": found.n_memory,
        "is_quick": True,
        **dict.fromkeys(counts),
        "notes": [note.text for note in found.notes],
    }


def _described(
    facts: FileInfo, vectors: Matrix, labels: Sequence[str], metadata: pa.Table | None
) -> dict[str, Any]:
    fields = () if metadata is None else metadata.schema
    shown = zip(labels[:_SHOWN_ROWS], vectors[:_SHOWN_ROWS, :_SHOWN_NUMBERS], strict=True)
    return {
        "rows_promised": facts.promised,
        "dimensions": vectors.shape[1],
        "dtype": facts.dtype,
        "is_mapped": facts.is_mapped,
        "key": facts.key,
        "keys": dict(facts.keys),
        "vector_column": facts.vector_column,
        "vector_columns": list(facts.vector_columns),
        "label_column": facts.label_column,
        "label_columns": list(facts.label_columns),
        "metadata": [{"name": field.name, "type": str(field.type)} for field in fields],
        "first_rows": [{"label": label, "numbers": _numbers(row)} for label, row in shown],
    }


def _numbers(row: Matrix) -> list[float | None]:
    # As short as they are printed elsewhere; JSON knows no other numbers than finite ones.
    return [float(str(value)) if np.isfinite(value) else None for value in row]


def describe(diagnosis: Mapping[str, Any]) -> str:
    """Return a diagnosis as lines for a terminal, what it is about on the left."""
    known = [(title, line) for title, lines in _sections(diagnosis) for line in lines]
    lines = [printable(diagnosis["path"])]
    previous = ""
    for title, line in known:
        lines.append(f"  {title if title != previous else '':<12}{printable(line)}".rstrip())
        previous = title
    return "\n".join(lines)


def printable(text: str) -> str:
    """Return a text in which no character moves the cursor of a terminal, or rings its bell."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _sections(known: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "format", [f"{known['format']}, numbers as {known['dtype']}"]
    yield "vectors", list(_size(known))
    yield "size", [_bytes(known)]
    if known["key"] is not None:
        yield "key", [known["key"]]
    others = {key: text for key, text in known["keys"].items() if key != known["key"]}
    yield "other keys", [f"{key}: {text}" for key, text in others.items()]
    for noun in ("vector", "label"):
        yield f"{noun}s in", list(_columns(known[f"{noun}_column"], known[f"{noun}_columns"]))
    yield "metadata", [f"{each['name']} ({each['type']})" for each in known["metadata"]]
    if not known["is_quick"]:
        yield "rows", [_counts(known)]
    yield "first rows", _rows(known["first_rows"], known["dimensions"])
    yield "notes", list(known["notes"])


def _size(known: Mapping[str, Any]) -> Iterator[str]:
    in_file, read = known["rows_in_file"], known["rows_read"]
    rows = read if in_file is None else in_file
    about = "at least " if in_file is None else "about " if known["rows_are_estimated"] else ""
    yield f"{about}{rows:,} × {known['dimensions']:,}"
    if known["is_quick"]:
        yield f"only the first {counted(read, 'row')} looked at"
    elif read != rows:
        yield f"{counted(read, 'row')} of them read"
    promised = known["rows_promised"]
    if promised is not None and promised != in_file:
        yield f"the file says {promised:,}"


def _bytes(known: Mapping[str, Any]) -> str:
    disk, memory = in_words(known["bytes_on_disk"]), known["bytes_in_memory"]
    if known["is_mapped"]:
        return f"{disk} on disk, used from there"
    return f"{disk} on disk" + ("" if memory is None else f", {in_words(memory)} in memory")


def _columns(chosen: str | None, possible: Sequence[str]) -> Iterator[str]:
    if chosen is not None:
        others = [name for name in possible if name != chosen]
        yield chosen + (f" (or {', '.join(others)})" if others else "")


def _counts(known: Mapping[str, Any]) -> str:
    counts = [
        counted(known["bad_rows"], "bad row"),
        counted(known["repeated_labels"], "repeated label"),
        counted(known["zero_rows"], "row") + " of zeros",
        counted(known["repeated_vectors"], "repeated vector"),
    ]
    return ", ".join(counts)


def _rows(rows: Sequence[Mapping[str, Any]], dimensions: int) -> list[str]:
    """Return a line for each row, the numbers in columns, with two spaces between them at least."""
    table = [
        ["nan" if value is None else f"{value:.4g}" for value in row["numbers"]] for row in rows
    ]
    width = max((len(number) + 2 for numbers in table for number in numbers), default=0)
    lines = []
    for row, numbers in zip(rows, table, strict=True):
        shown = "".join(f"{number:>{max(width, _WIDTH)}}" for number in numbers)
        more = "  …" if dimensions > len(numbers) else "   "
        # The label comes last: in some scripts its letters have another width.
        lines.append(f"{shown}{more}  {row['label'][:60]}")
    return lines
