"""Folders of Parquet or Arrow files that are one set, as Spark and vector databases write them.

The parts are in the order of their names, folder by folder. What programs keep for themselves is no
part: its name begins with `_` or `.`.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.wording import shown_name

_SUFFIXES = (".parquet", ".parq", ".pq", ".feather", ".arrow", ".arrows", ".ipc")
_MAGICS = (b"PAR1", b"ARROW1")
_OTHERS = frozenset(
    (
        ".zarray",
        ".zgroup",
        "zarr.json",
        "_versions",
        "chroma.sqlite3",
        "projector_config.json",
        "projector_config.pbtxt",
    )
)
"""Where one of these is, the folder is something else: see `refused.folders`."""
_DATA_SET = "dataset_info.json"
_KEPT_BESIDE = ("cache-", "indices-", "tmp")
"""What the data sets of Hugging Face keep beside their parts."""
_FEWEST_BYTES = 12
"""Of a part: how it begins and how it ends."""
_MOST_ENTRIES = 100_000
_MOST_LEVELS = 16
_MOST_NAMED = 5


@dataclass(frozen=True)
class Parts:
    """The files of a folder that are read one after the other.

    Attributes
    ----------
    names : tuple of str
        Within the folder, with `/` between folders.
    others : tuple of str
        Files that are no parts.
    size : int
        Bytes of all parts together.
    newest : int
        When one of them was last written, in ns.
    """

    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    size: int = 0
    newest: int = 0


def parts_in(folder: Path) -> Parts:
    """Return the parts in a folder and the folders in it; none where it is something else.

    Links to folders are not followed.

    Raises
    ------
    UserError
        When there are too many files to look at.
    OSError
        When it may not be read.
    """
    if folder.resolve().parent == folder.resolve():  # All that is on the disk is no set.
        return Parts()
    names: list[str] = []
    others: list[str] = []
    size = newest = n_entries = 0
    waiting = [("", 0)]
    while waiting:
        place, level = waiting.pop()
        entries = _entries_in(folder / place, is_first=not place)
        if entries is None:
            others.append(place)
            continue
        known = {entry.name for entry in entries}
        if known & _OTHERS:
            return Parts()
        n_entries += len(entries)
        if n_entries > _MOST_ENTRIES:
            raise _too_many(folder)
        folders = []
        for entry in entries:
            name = place + entry.name
            if entry.name.startswith(("_", ".")):
                continue
            if entry.is_dir(follow_symlinks=False):
                if level < _MOST_LEVELS:
                    folders.append((f"{name}/", level + 1))
            elif _is_part(entry, is_data_set=_DATA_SET in known):
                stat = entry.stat()
                names.append(name)
                size, newest = size + stat.st_size, max(newest, stat.st_mtime_ns)
            else:
                others.append(name)
        waiting += reversed(folders)
    return Parts(tuple(sorted(names, key=_order)), tuple(others), size, newest)


def _entries_in(folder: Path, *, is_first: bool) -> list[os.DirEntry[str]] | None:
    """Return what is in a folder, by name; None for one that may not be read, but for the first."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        if is_first:
            raise
        return None


def _too_many(folder: Path) -> UserError:
    return UserError(
        f"{shown_name(folder.name)} is a folder of more than {_MOST_ENTRIES:,} "
        "files. Choose a smaller one in it, or a file."
    )


def place_in_parts(parts: Sequence[tuple[str, int | None]]) -> Callable[[int], str]:
    """Return what says where a row is, as in "row 3 (from 0) of 2.parquet".

    Parameters
    ----------
    parts : sequence of (str, int or None)
        The name of each, and how many rows it has where that is known.
    """
    ends: list[int] = []
    for _, count in parts:
        if count is None:
            break
        ends.append((ends[-1] if ends else 0) + count)

    def place(row: int) -> str:
        part = bisect_right(ends, row)
        if part == len(ends):  # After a part that does not say how long it is.
            return f"row {row:,} (from 0) of all"
        first = ends[part - 1] if part else 0
        return f"row {row - first:,} (from 0) of {shown_name(parts[part][0])}"

    return place


def name_of_parts(parts: Parts) -> str:
    """Return what a folder is called as a format."""
    of_parquet = [name.lower().endswith((".parquet", ".parq", ".pq")) for name in parts.names]
    kind = "Parquet" if all(of_parquet) else "Parquet and Arrow" if any(of_parquet) else "Arrow"
    return f"Folder of {kind}"


def notes_on_parts(parts: Parts) -> list[Note]:
    """Return the sentences about what was read of a folder, and what was not."""
    count = len(parts.names)
    order = f", in the order of their names, from {shown_name(parts.names[0])}" if count > 1 else ""
    notes = [Note(f"{counted(count, 'file')} of the folder read{order}.", level="note")]
    if parts.others:
        named = ", ".join(map(shown_name, parts.others[:_MOST_NAMED]))
        more = ", …" if len(parts.others) > _MOST_NAMED else ""
        are = "is" if len(parts.others) == 1 else "are"
        text = f"{counted(len(parts.others), 'other file')} in it {are} not read ({named}{more})."
        notes.append(Note(text))
    return notes


def _order(name: str) -> tuple[str, ...]:
    return tuple(name.split("/"))


def _is_part(entry: os.DirEntry[str], *, is_data_set: bool) -> bool:
    """Return whether a file is a part, by its name or by how it begins."""
    try:
        if not entry.is_file() or (is_data_set and entry.name.startswith(_KEPT_BESIDE)):
            return False
        if entry.name.lower().endswith(_SUFFIXES):
            return True
        # Files of the system, which may wait for ever when they are read, have no size.
        if "." in entry.name.lstrip(".") or entry.stat().st_size < _FEWEST_BYTES:
            return False
        with open(entry.path, "rb") as file:
            return file.read(6).startswith(_MAGICS)
    except OSError:  # Whoever may not read it cannot say that it is one.
        return False
