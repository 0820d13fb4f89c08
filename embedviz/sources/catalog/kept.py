"""Files that were downloaded: which there are, and taking one away again."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.formats.companions.download_record import SUFFIX, DownloadRecord, read_record
from embedviz.sources.catalog.lock import LOCKED, only_one


@dataclass(frozen=True)
class KeptFile:
    """File that was downloaded.

    Attributes
    ----------
    path : Path
    n_bytes : int
    record : DownloadRecord
    """

    path: Path
    n_bytes: int
    record: DownloadRecord


def kept_files(root: Path) -> list[KeptFile]:
    """Return all files that were downloaded and are still there, by name.

    Parameters
    ----------
    root : Path
        Folder of all downloads.
    """
    found = []
    for beside in sorted(root.glob(f"*/*/*{SUFFIX}")):
        path = beside.with_name(beside.name.removesuffix(SUFFIX))
        record = read_record(path)
        with suppress(OSError):
            if record is not None and path.is_file():
                found.append(KeptFile(path, path.stat().st_size, record))
    return sorted(found, key=lambda each: (each.record.name or each.path.name).lower())


def kept_in(folder: Path) -> Path | None:
    """Return the file that was downloaded to the folder of one download; None: it is not there."""
    for beside in sorted(folder.glob(f"*{SUFFIX}")):
        path = beside.with_name(beside.name.removesuffix(SUFFIX))
        if path.is_file():
            return path
    return None


def n_bytes_begun(folder: Path) -> int:
    """Return how many bytes of a download are there that was not finished."""
    total = 0
    for path in folder.glob("*.part*"):
        with suppress(OSError):
            total += 0 if path.name.endswith(".json") else path.stat().st_size
    return total


def remove_kept(folder: Path) -> None:
    """Remove what was downloaded to the folder of one download, and what was begun.

    The record stays: sessions say from it where the file can be had again.

    Raises
    ------
    UserError
        When it is being downloaded, or cannot be removed.
    """
    found = [path for path in folder.glob("*") if not path.name.endswith((SUFFIX, ".lock"))]
    try:
        with only_one(folder / LOCKED):
            for path in found:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be emptied: {error.strerror or error}.") from None


def free_bytes(folder: Path) -> int | None:
    """Return how much room is left on the disk of a folder, which may not exist; None: unknown."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None
