"""Zarr stores, folders or zip archives: what is in one, as its own descriptions say, without Zarr.

AnnData is read from them where the library is installed; other stores are named, with the line of
Python that makes a file of one of their arrays.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embedviz.core.wording import shown_name

MARKS = (".zgroup", ".zarray", "zarr.json", ".zmetadata")
_LONGEST = 1 << 20
_MOST_FILES = 200_000
_MOST_MEMBERS = 1_000


@dataclass(frozen=True)
class ZarrStore:
    """A Zarr store.

    Attributes
    ----------
    path : Path
    within : str
        The folder of an archive that it is in, or nothing.
    is_anndata : bool
    array : str
        A matrix in it, or "NAME"; nothing where the store is one array.
    size : int
        Bytes on disk.
    """

    path: Path
    within: str
    is_anndata: bool
    array: str
    size: int

    @property
    def can_be_read(self) -> bool:
        """Whether it is AnnData, and the library is there."""
        return self.is_anndata and find_spec("zarr") is not None

    def refusal(self) -> str:
        """Return why it is not read, and what to do."""
        name = shown_name(self.path.name)
        opened = f"zarr.open({self.path.as_posix()!r}, mode='r')"
        inside = "/".join(part for part in (self.within.rstrip("/"), self.array) if part)
        chosen = f"[{inside!r}]" if inside else ""
        if self.is_anndata:
            return (
                f"{name} is a Zarr store with AnnData in it, which is read where Zarr is "
                "installed: pip install 'embedviz[zarr]'. Or write it as .h5ad in Python: import "
                f"anndata; anndata.read_zarr({self.path.as_posix()!r}).write_h5ad('cells.h5ad')"
            )
        return (
            f"{name} is a Zarr store, which cannot be read. Export an array of it in Python: "
            f"import numpy, zarr; numpy.save('vectors.npy', {opened}{chosen}[:])"
        )


def store_in_folder(folder: Path) -> ZarrStore | None:
    """Return the store that a folder is, or None."""
    if not any((folder / mark).is_file() for mark in MARKS):
        return None

    def read(name: str) -> bytes:
        with (folder / name).open("rb") as file:
            return file.read(_LONGEST)

    members: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and len(members) < _MOST_MEMBERS:
                members.append(entry.name)
    return _store(folder, "", sorted(members), read, _size_of(folder))


def store_in_archive(path: Path, names: Sequence[str]) -> ZarrStore | None:
    """Return the store that is in a zip archive, or None.

    Parameters
    ----------
    path : Path
    names : sequence of str
        Of all files in the archive.
    """
    found = [name for name in names if name.rpartition("/")[2] in MARKS]
    if not found:
        return None
    within = min(found, key=lambda name: name.count("/")).rpartition("/")[0]
    within += "/" if within else ""

    def read(name: str) -> bytes:
        with zipfile.ZipFile(path) as archive, archive.open(within + name) as file:
            return file.read(_LONGEST)

    inside = [name.removeprefix(within) for name in names if name.startswith(within)]
    members = sorted({name.partition("/")[0] for name in inside if "/" in name})
    return _store(path, within, members[:_MOST_MEMBERS], read, path.stat().st_size)


def _store(
    path: Path, within: str, members: Sequence[str], read: Callable[[str], bytes], size: int
) -> ZarrStore:
    root = _description(read, "")
    is_array = "shape" in root
    attributes = root.get("attributes") or _json(read, ".zattrs")
    is_anndata = isinstance(attributes, dict) and attributes.get("encoding-type") == "anndata"
    matrices = []
    for member in [] if is_array else members:
        shape = _description(read, f"{member}/").get("shape")
        if isinstance(shape, list) and len(shape) == 2:
            matrices.append(member)
    array = "" if is_array else next(iter(matrices), "NAME")
    return ZarrStore(path, within, is_anndata, array, size)


def _description(read: Callable[[str], bytes], place: str) -> dict[str, Any]:
    return _json(read, f"{place}zarr.json") or _json(read, f"{place}.zarray")


def _json(read: Callable[[str], bytes], name: str) -> dict[str, Any]:
    try:
        found = json.loads(read(name))
    except (OSError, KeyError, ValueError, RecursionError, RuntimeError, zipfile.BadZipFile):
        return {}
    return found if isinstance(found, dict) else {}


def _size_of(folder: Path) -> int:
    size = count = 0
    for place, _, files in os.walk(folder):
        for file in files:
            count += 1
            if count > _MOST_FILES:
                return size
            try:
                size += os.stat(os.path.join(place, file)).st_size
            except OSError:
                continue
    return size
