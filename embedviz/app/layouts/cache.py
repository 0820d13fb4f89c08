"""Layouts on the disk, by content and settings, so that none is computed twice.

A layout is found again for the same numbers in the same order, whatever the file is called: the
name of its file is a hash of the vectors and of every setting. It is stored as an `.npz`, which is
one file, is written in one step, has a checksum, and needs no pickle; a file that is damaged is
removed and the layout computed anew. Nothing here raises an error: a cache that cannot be read or
written costs time, not work.

Some layouts come with the program, of the sets that come with it: the first picture that anyone
sees takes no time. They are files of the same kind in a folder that is only read.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QStandardPaths

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import row_blocks
from embedviz.core.errors import UserError
from embedviz.core.projections import PROJECTIONS, Projection
from embedviz.core.samples import resource_path
from embedviz.core.vector_set import VectorSet

FOLDER_VARIABLE = "EMBEDVIZ_CACHE_DIR"
"""The environment variable that names another folder for caches."""

MOST_BYTES = 500_000_000
"""All layouts together; those that were not used for the longest time are removed beyond."""

_VERSION = 1
# What NumPy raises for a file that is not an archive of arrays, or a damaged one.
_DAMAGED = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)

_contents: WeakKeyDictionary[VectorSet, str] = WeakKeyDictionary()
_changing = Lock()


@dataclass(frozen=True)
class _Bundled:
    """A layout that comes with the program: where it is, and of what."""

    path: Path
    content: str
    shape: tuple[int, ...]
    method: str
    settings: dict[str, Any]


def find(vector_set: VectorSet, projection: Projection, n_components: int) -> Matrix | None:
    """Return a layout that was kept, or that comes with the program; None when there is none.

    Reads all vectors the first time (15 ms for 10,000 × 384), so call it off the UI thread.

    Parameters
    ----------
    vector_set : VectorSet
    projection : Projection
        All of its settings count.
    n_components : {2, 3}

    Returns
    -------
    float32 array of shape (n_vectors, n_components), or None
    """
    key = _key(vector_set, projection, n_components)
    shape = (len(vector_set), n_components)
    bundled = _bundled().get(key)
    if bundled is not None:
        return _read(bundled.path, shape)
    path = _path(key)
    positions = _read(path, shape, removes_damaged=True)
    if positions is not None:
        with suppress(OSError):
            os.utime(path)
    return positions


def keep(
    vector_set: VectorSet, projection: Projection, n_components: int, positions: Matrix
) -> None:
    """Let a finished layout be found again, also after the next start.

    Parameters
    ----------
    vector_set : VectorSet
    projection : Projection
    n_components : {2, 3}
    positions : float32 array of shape (n_vectors, n_components)
    """
    path = _path(_key(vector_set, projection, n_components))
    with suppress(UserError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_layout(path, vector_set, projection, n_components, positions)
        _remove_oldest(path.parent)


def is_bundled(vector_set: VectorSet, projection: Projection, n_components: int) -> bool:
    """Return whether a layout comes with the program."""
    return _may_be_bundled(vector_set) and (
        _key(vector_set, projection, n_components) in _bundled()
    )


def first_choice(vector_set: VectorSet) -> Projection | None:
    """Return the method of a layout that comes with the program, so that it is shown first.

    Quick for all other sets: their vectors are only read when they have the shape of one.
    """
    if not _may_be_bundled(vector_set):
        return None
    content = _content(vector_set)
    by_name = {kind.__name__: kind for kind in PROJECTIONS.values()}
    for bundled in _bundled().values():
        if bundled.content == content and bundled.method in by_name:
            return by_name[bundled.method](**_from_json(bundled.settings))
    return None


def write_layout(
    path: Path,
    vector_set: VectorSet,
    projection: Projection,
    n_components: int,
    positions: Matrix,
) -> None:
    """Write a layout to a file, which says of what it is.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    from embedviz.formats.writing.atomic_write import replaced_files  # Not before the window is up.

    about = {
        "key": _key(vector_set, projection, n_components),
        "content": _content(vector_set),
        "shape": vector_set.vectors.shape,
        "method": type(projection).__name__,
        "settings": _settings(projection),
        "n_components": n_components,
    }
    with replaced_files([path]) as files:
        np.savez(
            files[0],
            positions=np.asarray(positions, dtype=np.float32),
            about=np.array(json.dumps(about)),
        )


def _key(vector_set: VectorSet, projection: Projection, n_components: int) -> str:
    of = [_VERSION, _content(vector_set), type(projection).__name__, n_components]
    text = json.dumps([*of, _settings(projection)], sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _settings(projection: Any) -> dict[str, Any]:
    """Return settings so that equal ones are written alike: 30 and 30.0, of Python or NumPy."""
    return {name: _plain(value) for name, value in asdict(projection).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bool | str) or value is None:
        return value
    return int(value) if float(value).is_integer() else float(value)


def _from_json(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings as they were: JSON has lists for tuples."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()}


def _content(vector_set: VectorSet) -> str:
    """Return a hash of the vectors; computed once for each set."""
    with _changing:
        known = _contents.get(vector_set)
    if known is None:
        known = _hash(vector_set.vectors)
        with _changing:
            _contents[vector_set] = known
    return known


def _hash(vectors: Matrix) -> str:
    digest = blake2b(f"{vectors.shape} {vectors.dtype.str}".encode(), digest_size=16)
    if vectors.size:
        for _, block in row_blocks(vectors):
            digest.update(np.ascontiguousarray(block).data)
    return digest.hexdigest()


def _path(key: str) -> Path:
    given = os.environ.get(FOLDER_VARIABLE)
    if not given:
        caches = QStandardPaths.StandardLocation.GenericCacheLocation
        given = str(Path(QStandardPaths.writableLocation(caches)) / "embedviz")
    return Path(given) / "layouts" / f"{key}.npz"


def _read(path: Path, shape: tuple[int, int], *, removes_damaged: bool = False) -> Matrix | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            _require_shape(archive, shape)
            positions: Matrix = archive["positions"]
        return positions
    except OSError:
        return None
    except Exception:  # noqa: BLE001 - a damaged file fails in ever new ways, and helps nobody
        if removes_damaged:
            with suppress(OSError):
                path.unlink()
        return None


def _require_shape(archive: Any, shape: tuple[int, int]) -> None:
    """Raise a ValueError before memory is taken for what is not a layout of this shape."""
    with archive.zip.open("positions.npy") as member:
        version = np.lib.format.read_magic(member)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        found, _, dtype = read(member)
    if found != shape or dtype != np.float32:
        raise ValueError(f"{dtype} of shape {found} in place of {shape}")


def _remove_oldest(folder: Path) -> None:
    """Remove the layouts that were not used for the longest time, until the others fit."""
    found = []
    for path in folder.iterdir():
        with suppress(OSError):  # Removed by another window just now.
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= MOST_BYTES:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def _may_be_bundled(vector_set: VectorSet) -> bool:
    return any(each.shape == vector_set.vectors.shape for each in _bundled().values())


@cache
def _bundled() -> dict[str, _Bundled]:
    """Return the layouts that come with the program, by their key."""
    found = {}
    with suppress(UserError):  # An installation without them.
        for path in sorted(resource_path("layouts").glob("*.npz")):
            with suppress(OSError, *_DAMAGED), path.open("rb") as file:
                about = json.loads(str(np.load(file, allow_pickle=False)["about"]))
                found[about["key"]] = _Bundled(
                    path,
                    about["content"],
                    tuple(about["shape"]),
                    about["method"],
                    about["settings"],
                )
    return found
