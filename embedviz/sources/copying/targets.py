"""What copied rows are written to: a table of LanceDB, or a folder of Parquet parts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from embedviz.core.errors import UserError
from embedviz.sources.copying.work_folder import remove_others
from embedviz.sources.databases.lancedb.table import SUFFIX, what_lacks

if TYPE_CHECKING:
    import pyarrow as pa

_OTHERS = (
    ".npy", ".npz", ".csv", ".tsv", ".txt", ".vec", ".bin", ".jsonl", ".json", ".feather",
    ".arrow", ".gz", ".safetensors", ".h5", ".hdf5",
)  # fmt: skip


class RowTarget(Protocol):
    """Place that rows are written to, part by part.

    Attributes
    ----------
    folder : Path
        A folder that nobody looks into until all is written.
    """

    folder: Path

    def field_names(self, names: Sequence[str]) -> list[str]:
        """Return what columns are called there, which may hold fewer kinds of names."""

    def write_part(self, number: int, tables: Iterator[pa.Table], schema: pa.Schema) -> list[Any]:
        """Write a part; return what `finish` needs to know of it, as JSON has it."""

    def finish(self, parts: Sequence[list[Any]], schema: pa.Schema) -> None:
        """Make one of all parts, and remove what belongs to none of them."""


class ParquetTarget:
    """Folder with a Parquet file for each part."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def field_names(self, names: Sequence[str]) -> list[str]:
        """Return the names: Parquet takes any."""
        return list(names)

    def write_part(self, number: int, tables: Iterator[pa.Table], schema: pa.Schema) -> list[Any]:
        """Write a part to a file that is complete or not there at all."""
        from embedviz.formats.writing.arrow import write_tables

        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"part-{number:06}.parquet"
        unfinished = path.with_name(f".{path.name}.tmp")
        with unfinished.open("wb") as file:
            write_tables(tables, schema, file, ".parquet", _vectors_in(schema))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return [path.name]

    def finish(self, parts: Sequence[list[Any]], schema: pa.Schema) -> None:
        """Remove files that belong to no part."""
        remove_others(self.folder, {name for each in parts for name in each})


def target_of(path: Path, folder: Path) -> RowTarget:
    """Return what is written for a path, by its suffix; its files go to `folder` first.

    Raises
    ------
    UserError
        When the suffix is that of a single file, or LanceDB is not installed.
    """
    if path.name.casefold().endswith(SUFFIX):
        if lacks := what_lacks():
            raise UserError(lacks)
        from embedviz.sources.copying.lance_target import LanceTarget

        return LanceTarget(folder)
    if path.suffix.casefold() in _OTHERS:
        raise UserError(
            f"{path.name}: all rows are written to a table of LanceDB, OUT{SUFFIX}, or to a folder "
            "of Parquet, OUT. Choose one of these names."
        )
    return ParquetTarget(folder)


def _vectors_in(schema: pa.Schema) -> list[str]:
    import pyarrow as pa

    return [each.name for each in schema if pa.types.is_fixed_size_list(each.type)]
