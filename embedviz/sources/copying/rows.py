"""Rows of a whole collection, folder or file, as they are read to be written elsewhere.

They come in parts that are always the same as long as nothing there has changed, so that a copy can
be taken up again where it ended; and of a part a few megabytes at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from embedviz.core.arrays import Matrix

if TYPE_CHECKING:
    import pyarrow as pa

PART_BYTES = 64_000_000
"""Of the vectors of a part, where the source does not divide itself."""
BLOCK_BYTES = 16_000_000
"""Of the vectors that are read at a time."""
SHOWN = 3
"""So many rows that are left out are named."""


@dataclass(frozen=True)
class SourcePart:
    """Part of a source.

    Attributes
    ----------
    n_rows : int
        How many rows it has, also of those without a vector; an estimate for an engine that does
        not say.
    piece : Any
        What the source knows it by.
    """

    n_rows: int
    piece: Any


@dataclass(frozen=True, eq=False)
class SourceBlock:
    """Rows that were read.

    Attributes
    ----------
    vectors : float32 array of shape (n_rows, n_dimensions)
        NaN and infinities may be among them.
    columns : pyarrow.Table
        Everything else, of the same rows.
    names : sequence
        What the rows are called where one has to be pointed to; as many as rows.
    n_without : int
        Rows that have no vector, or one of another length; they are in none of the above.
    first_without : tuple of str
        What the first of them are called.
    """

    vectors: Matrix
    columns: pa.Table
    names: Sequence[Any]
    n_without: int = 0
    first_without: tuple[str, ...] = ()


class RowSource(Protocol):
    """Rows to be copied.

    Attributes
    ----------
    name : str
    n_rows : int
    dimensions : int
    columns : pyarrow.Schema
        Of everything but the vectors.
    vector_column : str
        What the vectors are called there.
    said : dict of str
        What is written down of the columns, as `formats.writing.arrow` does it: which one holds
        the labels, for example.
    stamp : str
        Another one where rows there have changed.
    parts : sequence of SourcePart
    left_out : tuple of str
        Fields of it that are not copied.
    """

    name: str
    n_rows: int
    dimensions: int
    columns: pa.Schema
    vector_column: str
    said: dict[str, Any]
    stamp: str
    parts: Sequence[SourcePart]
    left_out: tuple[str, ...]

    def blocks(self, part: SourcePart) -> Iterator[SourceBlock]:
        """Yield the rows of a part in their order."""

    def close(self) -> None:
        """Let go of it; may be called twice."""
