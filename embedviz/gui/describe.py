"""What is known of a set or of a row, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    from embedviz.core.scanning import Scan

SHOWN_COLUMNS = 12


def describe_set(vector_set: VectorSet, scan: Scan | None = None) -> str:
    """Return what is known of a set, a line each.

    Parameters
    ----------
    vector_set : VectorSet
    scan : Scan, optional
        What was found in its rows since it was opened.
    """
    lines = [vector_set.name, f"{len(vector_set):,} vectors × {vector_set.dimensions:,} dimensions"]
    if vector_set.derivation is not None:
        lines.append(f"{vector_set.derivation.recipe}, from {vector_set.derivation.parent.name}")
        if part := describe_part(vector_set):
            lines.append(part)
    elif vector_set.source:
        lines.append(vector_set.source)
    lines.extend(vector_set.notes)
    if scan is not None:
        lines.extend(describe_scan(scan))
    return "\n".join(lines)


def describe_size(vector_set: VectorSet) -> str:
    """Return "10,000 × 300", with how many rows the file has where not all were opened."""
    part = describe_part(vector_set).partition(" rows, ")[0]
    rows = f"{part} rows" if part else f"{len(vector_set):,}"
    return f"{rows} × {vector_set.dimensions:,}"


def describe_part(vector_set: VectorSet) -> str:
    """Return what part of its file a set is: "10,000 of 400,000 rows, random sample, seed 0".

    Nothing where it has all rows of the file, but for bad and repeated ones.
    """
    origin = vector_set.origin
    opened = origin.opened
    if opened is None or len(vector_set) != len(origin):
        return ""
    settings, facts, count = opened.settings, opened.facts, len(origin)
    total = opened.n_rows
    if total is not None and total - facts.n_bad - facts.n_repeated <= count:
        return ""
    if settings.sample is not None and count == settings.sample:
        how = f"random sample, seed {settings.seed}"
        if settings.max_rows is not None:
            how += f", of the first {settings.max_rows:,}"
    elif settings.max_rows is not None:
        how = "the first of the file"
    else:
        return ""
    return f"{describe_share(count, total, facts.promised or facts.estimated)}, {how}"


def describe_share(count: int, total: int | None, estimate: int | None) -> str:
    """Return "40 of 400 rows", with the estimate where the total is not known."""
    if total is not None:
        return f"{count:,} of {total:,} rows"
    return f"{count:,} rows" if estimate is None else f"{count:,} of ≈ {estimate:,} rows"


def describe_scan(scan: Scan) -> list[str]:
    """Return what was found in the rows of a set that was opened before they were looked at."""
    said = []
    if scan.n_not_finite:
        said.append(
            f"{_rows(scan.n_not_finite, 'holds', 'hold')} NaN or infinities ({_first(scan)})."
        )
    if scan.n_zero:
        said.append(f"{_rows(scan.n_zero, 'is', 'are')} all zeros, without a direction.")
    if scan.n_duplicate:
        said.append(f"{_rows(scan.n_duplicate, 'repeats', 'repeat')} an earlier row.")
    if not scan.is_complete:
        said.append(f"The rows were looked at as far as {scan.n_seen:,} of {scan.n_rows:,}.")
    return said


def describe_holes(vector_set: VectorSet, scan: Scan) -> str:
    """Return the sentence about rows of an open set that hold NaN or infinities."""
    held = _rows(scan.n_not_finite, f"of {vector_set.name} holds", f"of {vector_set.name} hold")
    return f"{held} NaN or infinities ({_first(scan)}): what is computed with them means nothing."


def _rows(count: int, one: str, several: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {several}"


def _first(scan: Scan) -> str:
    shown = ", ".join(f"{row:,}" for row in list(scan.first_not_finite)[:3])
    more = ", …" if scan.n_not_finite > min(len(scan.first_not_finite), 3) else ""
    return f"row{'' if scan.n_not_finite == 1 else 's'} {shown}{more}"


def describe_row(vector_set: VectorSet, row: int) -> str:
    """Return the label of a row and what its metadata say, a line each."""
    label = vector_set.labels[row]
    return "\n".join([label, *describe_metadata(vector_set, row)])


def describe_metadata(vector_set: VectorSet, row: int) -> list[str]:
    """Return the row's number and its metadata, without what repeats its label."""
    lines = [f"row {row:,} of {len(vector_set):,}, from 0"]
    for name in vector_set.metadata.column_names[:SHOWN_COLUMNS]:
        value = vector_set.metadata.column(name)[row].as_py()
        if value is not None and value != vector_set.labels[row]:
            lines.append(f"{name}: {str(value)[:200]}")
    return lines
