"""Table in the format of LanceDB, of which rows are read; whatever goes wrong is told in words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name

PACKAGE = "lance"
HOW_TO_INSTALL = "pip install 'embedviz[lancedb]'"

SUFFIX = ".lance"
_VERSIONS = "_versions"
_BUFFERED_BYTES = 128 << 20
"""Read ahead of what is asked for; the engine's own measure is 2 GB."""

_PLACE_IN_ITS_SOURCE = re.compile(r",? */?[\w./-]+\.rs:\d+(:\d+)?")


def what_lacks() -> str:
    """Return what has to be installed, with the command; empty: nothing."""
    if find_spec(PACKAGE) is None:
        return f"Tables of LanceDB need the packages lancedb and pylance: {HOW_TO_INSTALL}"
    return ""


def is_table(folder: Path) -> bool:
    """Return whether a folder is a table: it has versions, and data or none yet."""
    return (folder / _VERSIONS).is_dir()


class LanceTable:
    """Table as it was when it was opened: what is written to it afterwards is not seen.

    Parameters
    ----------
    folder : Path
    version : int, optional
        An earlier state. Default: the latest.

    Raises
    ------
    UserError
        When it cannot be read, or the package is not installed.
    """

    def __init__(self, folder: Path, version: int | None = None) -> None:
        lacking = what_lacks()
        if lacking:
            raise UserError(lacking)
        # Read by the engine, which else counts in the centers of an index where it describes one.
        os.environ.setdefault("LANCE_INCLUDE_VECTOR_CENTROIDS", "false")
        self.folder = folder
        self._rows: Any = None
        with self.worded():
            self._rows = import_module(PACKAGE).dataset(str(folder), version=version)

    @property
    def rows(self) -> Any:
        """The table as the engine gives it.

        Raises
        ------
        UserError
            When it was closed.
        """
        if self._rows is None:
            raise UserError(f"{self._name} was closed. Open it again.")
        return self._rows

    @property
    def schema(self) -> pa.Schema:
        """Fields and their types."""
        return self.rows.schema

    @property
    def version(self) -> int:
        """Number of the state that is read."""
        return int(self.rows.version)

    @property
    def stamp(self) -> str:
        """Number and time of that state, which another table in its place does not have."""
        with self.worded():
            written = next((v for v in self.rows.versions() if v["version"] == self.version), None)
        return f"{self.version}" + (f" of {written['timestamp'].isoformat()}" if written else "")

    def count(self) -> int:
        """Return the number of rows, without those that were deleted."""
        with self.worded():
            return int(self.rows.count_rows())

    def n_bytes(self) -> int:
        """Return the size of its files on disk, in bytes."""
        total = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                try:
                    total += (Path(folder) / name).stat().st_size
                except OSError:  # Tidied away meanwhile.
                    continue
        return total

    def read(
        self, columns: Sequence[str], first: int = 0, end: int | None = None, **options: Any
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows from one place and before another, in their order.

        Parameters
        ----------
        columns : sequence of str
        first, end : int
            Places, from 0.
        options : Any
            As of the engine's `scanner`.
        """
        if end is not None and end <= first:
            return
        if first or end is not None:
            options |= {"offset": first, "limit": None if end is None else end - first}
        condition = options.get("filter") or ""
        with self.worded(condition):
            reader = self.rows.scanner(
                columns=list(columns), io_buffer_size=_BUFFERED_BYTES, **options
            ).to_reader()
        while True:
            with self.worded(condition):
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def take(self, places: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
        """Return the rows at some places, in the order given."""
        asked: list[str] | dict[str, str] = list(columns)
        if not set(columns) <= set(self.schema.names):
            # By a list, a member of a structure would come within a structure of its own.
            top = set(self.schema.names)
            asked = {name: f"`{name}`" if name in top else name for name in columns}
        with self.worded():
            return self.rows.take(pa.array(places), columns=asked)

    def search(
        self, columns: Sequence[str], nearest: Mapping[str, Any], condition: str = ""
    ) -> pa.Table:
        """Return the rows that the engine finds nearest, with `_distance`, the smallest first."""
        with self.worded(condition):
            return self._nearest(columns, nearest, condition).to_table()

    def plan(self, nearest: Mapping[str, Any]) -> str:
        """Return how the engine would search, in its own words."""
        with self.worded():
            return str(self._nearest(["_distance"], nearest, "").explain_plan())

    def _nearest(self, columns: Sequence[str], nearest: Mapping[str, Any], condition: str) -> Any:
        return self.rows.scanner(
            columns=[*columns, *(() if "_distance" in columns else ("_distance",))],
            nearest=dict(nearest),
            filter=condition or None,
            prefilter=True,
        )

    def close(self) -> None:
        """Let go of it."""
        self._rows = None

    @contextmanager
    def worded(self, condition: str = "") -> Iterator[None]:
        """Tell what the engine could not do as a `UserError`.

        Parameters
        ----------
        condition : str
            What the rows had to meet, which the user may have mistyped.
        """
        try:
            yield
        except (OSError, ValueError, RuntimeError, TypeError, pa.ArrowException) as error:
            raise UserError(self._sentence(error, condition)) from error

    @property
    def _name(self) -> str:
        return f"The table {shown_name(self.folder.name.removesuffix(SUFFIX))!r}"

    def _sentence(self, error: Exception, condition: str) -> str:
        text = str(error)
        if isinstance(error, PermissionError) or "ermission denied" in text:
            return f"{self._name} may not be read by you. Ask for permission to read {self.folder}."
        if not is_table(self.folder):
            return (
                f"{self._name} is not there any more: {self.folder} was removed or moved. "
                "What was read of it stays."
            )
        reason = _PLACE_IN_ITS_SOURCE.sub("", text.split("\n")[0]).strip().rstrip(".")
        reason = reason.removeprefix("External error: ").removeprefix("Invalid user input: ")
        if condition:
            return (
                f"LanceDB cannot select rows of {self.folder.name} by “{condition}”: {reason}. "
                "A condition is written as in SQL: year > 1990 AND kind = 'noun'."
            )
        if "Not found" in text:
            return f"{self._name} was replaced while it was open: {reason}. Open it again."
        return f"{self._name} cannot be read: {reason}."
