"""What is known of a set or of a row, in words."""

from __future__ import annotations

from embedviz.core.vector_set import VectorSet

SHOWN_COLUMNS = 12


def describe_set(vector_set: VectorSet) -> str:
    """Return what is known of a set, a line each."""
    lines = [vector_set.name, f"{len(vector_set):,} vectors × {vector_set.dimensions:,} dimensions"]
    if vector_set.derivation is not None:
        lines.append(f"{vector_set.derivation.recipe}, from {vector_set.derivation.parent.name}")
    elif vector_set.source:
        lines.append(vector_set.source)
    lines.extend(vector_set.notes)
    return "\n".join(lines)


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
