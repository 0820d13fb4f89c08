"""New tables in the format of LanceDB: the only thing that is ever written with an engine.

The files of each part are complete when its write returns, and belong to no table until all are
committed at once: so a table is never half there, and what was written before a process was killed
can be taken up by another one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from embedviz.core.errors import UserError
from embedviz.formats.companions.columns import unique_names
from embedviz.sources.copying.work_folder import remove_others

_DATA = "data"
_COMMITTED = ("_versions", "_transactions")


class LanceTarget:
    """Table that is written.

    Parameters
    ----------
    folder : Path
        What becomes the table; it may be renamed when `finish` has returned.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def field_names(self, names: Sequence[str]) -> list[str]:
        """Return the names with other characters for dots, which mean members of structures."""
        return unique_names([name.replace(".", "_") for name in names])

    def write_part(self, number: int, tables: Iterator[pa.Table], schema: pa.Schema) -> list[Any]:
        """Write a part to files that no table has yet."""
        lance = import_module("lance.fragment")
        found: list[Any] = []
        for table in tables:
            if not len(table):
                continue
            try:
                # Else it warns on the standard error that there is no table yet.
                made = lance.write_fragments(table, str(self.folder), schema, mode="create")
            except (OSError, ValueError, RuntimeError, TypeError, pa.ArrowException) as error:
                raise _not_written(error) from error
            found += [each.to_json() for each in made]
        for each in found:
            for file in each["files"]:
                _bring_to_disk(self.folder / _DATA / file["path"])
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]

    def finish(self, parts: Sequence[list[Any]], schema: pa.Schema) -> None:
        """Commit all parts as the first version of the table."""
        lance = import_module("lance")
        kept = [each for part in parts for each in part]
        for name in _COMMITTED:  # By a process that ended right after.
            shutil.rmtree(self.folder / name, ignore_errors=True)
        remove_others(
            self.folder / _DATA, {file["path"] for each in kept for file in each["files"]}
        )
        try:
            fragments = [lance.FragmentMetadata.from_json(json.dumps(each)) for each in kept]
            made = lance.LanceOperation.Overwrite(schema, fragments)
            lance.LanceDataset.commit(str(self.folder), made)
        except (OSError, ValueError, RuntimeError, TypeError, pa.ArrowException) as error:
            raise _not_written(error) from error


def _not_written(error: Exception) -> UserError:
    reason = str(error).split("\n")[0].split(", /")[0].strip().rstrip(".")
    return UserError(
        f"LanceDB cannot write these rows: {reason}. Write a folder of Parquet instead."
    )


def _bring_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
