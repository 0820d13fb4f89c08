"""Rows of a set that a reader has opened: mapped where the file allows it, or in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.texts.encoder_settings import encoder_to_json
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.columns import unique_names
from embedviz.formats.writing.arrow import VECTOR
from embedviz.formats.writing.kept_notes import notes_to_json
from embedviz.formats.writing.printing import to_texts
from embedviz.formats.writing.written_rows import WrittenRows
from embedviz.sources.copying.rows import BLOCK_BYTES, PART_BYTES, SourceBlock, SourcePart

if TYPE_CHECKING:
    import pyarrow as pa

KEY = "id"


class SetSource:
    """Rows of a set.

    Rows that are only called by their numbers get these as a column of whole numbers, `id`, by
    which a database then knows them.

    Parameters
    ----------
    vector_set : VectorSet
    """

    def __init__(self, vector_set: VectorSet) -> None:
        import pyarrow as pa

        self.vector_set = vector_set
        self._written = written = WrittenRows(vector_set)
        self.name = vector_set.name or "the set"
        self.n_rows, self.dimensions = len(written), written.dimensions
        self.left_out: tuple[str, ...] = ()
        self._is_numbered = vector_set.is_numbered and KEY not in written.metadata.column_names
        names, kinds = written.names(VECTOR), [pa.string(), *written.metadata.schema.types]
        if self._is_numbered:
            names, kinds = unique_names([KEY, *names[1:]]), [pa.int64(), *kinds[1:]]
        *columns, self.vector_column = names
        self.columns: pa.Schema = pa.schema(list(zip(columns, kinds, strict=True)))
        self.said = _said(written, names, is_numbered=self._is_numbered)
        self.stamp = _stamp_of(vector_set)
        step = max(1, PART_BYTES // (4 * self.dimensions))
        starts = range(0, self.n_rows, step)
        self.parts: Sequence[SourcePart] = [
            SourcePart(min(step, self.n_rows - start), (start, min(start + step, self.n_rows)))
            for start in starts
        ]

    def blocks(self, part: SourcePart) -> Iterator[SourceBlock]:
        """Yield the rows of a part in their order."""
        first, end = part.piece
        step = max(1, BLOCK_BYTES // (4 * self.dimensions))
        for start in range(first, end, step):
            rows = slice(start, min(start + step, end))
            vectors = self._written.vectors(rows)
            yield SourceBlock(vectors, self._columns_of(rows), range(rows.start, rows.stop))

    def _columns_of(self, rows: slice) -> pa.Table:
        import pyarrow as pa

        labels = self._written.labels[rows]
        first = pa.array(map(int, labels), pa.int64()) if self._is_numbered else to_texts(labels)
        others = self._written.metadata.slice(rows.start, rows.stop - rows.start).columns
        return pa.table([first.cast(self.columns.types[0]), *others], schema=self.columns)

    def close(self) -> None:
        """Nothing is held."""


def _said(written: WrittenRows, names: list[str], *, is_numbered: bool) -> dict[str, Any]:
    said: dict[str, Any] = {} if is_numbered else {"label_column": names[0]}
    if written.notes:
        said["notes"] = notes_to_json(written.notes)
    if written.encoder is not None:
        said["encoder"] = encoder_to_json(written.encoder)
    return said


def _stamp_of(vector_set: VectorSet) -> str:
    """Return what is another text where the file, how it is read, or rows in memory are."""
    origin = vector_set.origin
    digest = blake2b(f"{vector_set.vectors.shape}".encode(), digest_size=16)
    if origin is not None and origin.stamp is not None:
        digest.update(json.dumps([origin.description, origin.stamp], default=str).encode())
        digest.update(repr(origin.settings).encode())
    else:
        step = max(1, BLOCK_BYTES // (4 * vector_set.dimensions))
        for start in range(0, len(vector_set), step):
            digest.update(np.ascontiguousarray(vector_set.vectors[start : start + step]).data)
    return digest.hexdigest()
