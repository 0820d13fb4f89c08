"""Inspection of a file before it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.core.arrays import Matrix
from embedviz.core.notes import Note, counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.formats.reading import ReadResult
from embedviz.formats.source import Source

_BELIEVED = 1.25
"""How many times more rows, or fewer, a header may promise than there seem to be."""

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Inspection:
    """Contents of a file, as its header and its first rows say.

    Attributes
    ----------
    path : Path
        Absolute.
    settings : ReadSettings
        With which it would be opened.
    format_name : str
    n_bytes : int
        On disk.
    n_rows : int or None
        In the file, as far as it is known.
    is_estimated : bool
        Whether that is a guess from the first rows, or what a header claims.
    dimensions : int
    facts : FileInfo
    labels : list of str
        Of the first rows.
    vectors : float32 array of shape (first rows, dimensions)
    metadata : pyarrow.Table or None
        Of the first rows.
    notes : sequence of Note
        What is known of the file so far.
    """

    path: Path
    settings: ReadSettings
    format_name: str
    n_bytes: int
    n_rows: int | None
    is_estimated: bool
    dimensions: int
    facts: FileInfo
    labels: Sequence[str]
    vectors: Matrix
    metadata: pa.Table | None
    notes: Sequence[Note]

    @property
    def n_memory(self) -> int | None:
        """Bytes of memory that the rows to be opened take: none of them where they are mapped."""
        if self.n_rows is None:
            return None
        rows = min(
            size for size in (self.n_rows, self.settings.max_rows, self.settings.sample) if size
        )
        is_mapped = self.facts.is_mapped and self.settings.sample is None
        return 0 if is_mapped else 4 * rows * self.dimensions


def finding_of(result: ReadResult, source: Source, settings: ReadSettings) -> Inspection:
    """Return what the first rows of a file tell."""
    facts = result.facts
    promised, estimated = facts.promised, facts.estimated
    notes = list(result.notes)
    if result.n_rows is None and _are_far_apart(promised, estimated):
        notes.append(
            Note(
                f"The header promises {counted(promised or 0, 'row')}, the file seems to have "
                f"about {estimated or 0:,}."
            )
        )
        promised = None
    known = [result.n_rows, promised, estimated]
    return Inspection(
        path=source.path,
        settings=settings,
        format_name=result.format_name,
        n_bytes=source.size if result.n_bytes is None else result.n_bytes,
        n_rows=next((count for count in known if count is not None), None),
        is_estimated=result.n_rows is None,
        dimensions=result.vectors.shape[1],
        facts=facts,
        labels=result.labels or [],
        vectors=result.vectors,
        metadata=result.metadata,
        notes=notes,
    )


def _are_far_apart(promised: int | None, estimated: int | None) -> bool:
    """Return whether a header cannot be believed, for how much of the file its rows would be."""
    if promised is None or estimated is None:
        return False
    return not estimated / _BELIEVED <= promised <= estimated * _BELIEVED
