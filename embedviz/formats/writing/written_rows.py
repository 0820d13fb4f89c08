"""The rows of a set as they are written: blocks of vectors, and columns of labels and metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.notes import ROW_KINDS, note_on_some_rows
from embedviz.core.progress import Report
from embedviz.core.texts.encoder_of import encoder_of_rows
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.columns import LABEL, unique_names

if TYPE_CHECKING:
    import pyarrow as pa


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
    notes : list of Note
        Those that say which rows of a file these are.
    metadata : pyarrow.Table
        Without a column that repeats the labels under the name of the labels.
    dimensions : int
    encoder : EncoderSettings or None
        What made the rows.
    """

    def __init__(self, vector_set: VectorSet, rows: Rows | None = None) -> None:
        self.labels: tuple[str, ...] = vector_set.labels
        self.metadata = _without_labels(vector_set)
        self.dimensions = vector_set.dimensions
        self.encoder = encoder_of_rows(vector_set)
        # A set that is derived from another has the same rows, but notes of its own.
        self.notes = [note for note in vector_set.root.notes if note.kind in ROW_KINDS]
        self._vectors, self._rows = vector_set.vectors, rows
        if rows is not None:
            note = note_on_some_rows(len(rows), len(vector_set), vector_set.name)
            self.notes.append(note)
            self.labels = tuple(self.labels[row] for row in rows.tolist())
            self.metadata = self.metadata.take(rows) if self.metadata.num_columns else self.metadata

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def first_numbers(self) -> NDArray[np.float32]:
        """First number of each row."""
        column = self._vectors[:, 0]
        return np.asarray(column if self._rows is None else column[self._rows], np.float32)

    def vectors(self, part: slice) -> Matrix:
        """Return a block of adjacent rows, their numbers side by side."""
        rows = part if self._rows is None else self._rows[part]
        return np.ascontiguousarray(self._vectors[rows], "<f4")

    def blocks(self, n_numbers: int, report: Report, most: int = 1 << 20) -> Iterator[slice]:
        """Yield adjacent rows of about so many numbers, `most` rows at most, telling how far."""
        step = min(max(n_numbers // max(self.dimensions, 1), 1), most)
        for start in range(0, len(self), step):
            report(start / len(self), f"{start:,} rows written")
            yield slice(start, min(start + step, len(self)))

    def names(self, *others: str) -> list[str]:
        """Return what the columns are called: labels, metadata and `others`, each name once."""
        return unique_names([LABEL, *self.metadata.column_names, *others])


def _without_labels(vector_set: VectorSet) -> pa.Table:
    metadata = vector_set.metadata
    for position, name in enumerate(metadata.column_names):
        if name == LABEL and texts_of(metadata.column(position)) == list(vector_set.labels):
            return metadata.remove_column(position)
    return metadata


def texts_of(column: pa.ChunkedArray) -> list[str]:
    """Return the values of a column as they are written in text; nothing where there is none."""
    return ["" if value is None else str(value) for value in column.to_pylist()]


def text_columns(written: WrittenRows) -> dict[str, Sequence[str]]:
    """Return the labels and the metadata as text, by column name."""
    columns = [texts_of(column) for column in written.metadata.columns]
    return dict(zip(written.names(), [written.labels, *columns], strict=True))
