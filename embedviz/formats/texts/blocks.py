"""What all readers of texts yield: rows of a table, some at a time, with the part that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from embedviz.core.notes import Note
from embedviz.core.progress import Report

if TYPE_CHECKING:
    import pyarrow as pa

TEXT_COLUMN = "text"
"""What the only column of a file is called that has no names."""


@dataclass(frozen=True, eq=False)
class TextBlock:
    """Consecutive rows of a file.

    Attributes
    ----------
    table : pyarrow.Table
        Of strings, numbers, truth values and dates; a column may be missing in some blocks.
    fraction : float
        How much of the file will have been read, 0 to 1.
    """

    table: pa.Table
    fraction: float


class TextReader(Protocol):
    """Reader of the rows of one file.

    Attributes
    ----------
    format_name : str
        What the file is: "CSV".
    n_rows : int or None
        How many rows it has, as far as it says so.
    is_list : bool
        Whether it is a text on each line, and no table.
    """

    format_name: str
    n_rows: int | None
    is_list: bool

    def blocks(self, report: Report, *, is_preview: bool) -> Iterator[TextBlock]:
        """Yield the rows in the order of the file.

        Parameters
        ----------
        report : Report
            Called while waiting; may raise `Cancelled`.
        is_preview : bool
            Whether only the first rows are wanted.

        Raises
        ------
        UserError
        """

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
