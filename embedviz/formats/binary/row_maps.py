"""Maps read back from the files that they were exported to: whitening, and trained heads.

What is in the file decides which of them it is: see `writing.transforms` and `writing.heads`.
Nothing of it is run, and nothing is unpickled.
"""

from __future__ import annotations

import json
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.anisotropy.transform import AffineMap
from embedviz.core.contrastive.heads import head_from_arrays
from embedviz.core.derivation.row_map import RowMap
from embedviz.core.errors import UserError

_MOST_BYTES = 4 << 30
"""Of all arrays of a map; one of 16,384 × 16,384 numbers has half of it."""
_TYPES = {"F64": "<f8", "F32": "<f4"}
_AFFINE = {"mean", "matrix"}
_HEAD = {"matrix", "bias"}


def read_row_map(path: str | PathLike[str]) -> RowMap:
    """Return the map in a file.

    Parameters
    ----------
    path : path
        `.npz` or `.safetensors`, as `embedviz whiten --export` and the panes write them; or the
        `.py` beside an `.npz`.

    Raises
    ------
    UserError
        When it is no such file, is damaged, or the arrays do not fit together.
    """
    path = Path(path).expanduser()
    arrays_path = path.with_suffix(".npz") if path.suffix.lower() == ".py" else path
    try:
        is_npz = zipfile.is_zipfile(arrays_path)
        arrays = (_npz if is_npz else _safetensors)(arrays_path)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "it is not one, or damaged"
        raise UserError(
            f"{arrays_path.name} cannot be read as a map ({reason}). Give a .npz or .safetensors "
            "that embedviz whiten --export or a pane has written."
        ) from None
    if set(arrays) >= _AFFINE:
        return _affine(arrays, arrays_path.name)
    if set(arrays) >= _HEAD:
        return RowMap.of_head(head_from_arrays(arrays))
    found = ", ".join(sorted(arrays)) or "none"
    raise UserError(
        f"{arrays_path.name} holds no map: there are the arrays {found}, where a whitening has "
        "mean and matrix, and a trained head matrix and bias."
    )


def _affine(arrays: dict[str, Any], name: str) -> RowMap:
    mean, matrix = (np.asarray(arrays[each], np.float64) for each in ("mean", "matrix"))
    if mean.ndim != 1 or matrix.ndim != 2 or len(mean) != len(matrix) or not matrix.size:
        raise UserError(
            f"{name} holds no map: a mean {mean.shape} does not fit a matrix {matrix.shape}."
        )
    if not (np.isfinite(mean).all() and np.isfinite(matrix).all()):
        raise UserError(f"{name} holds no map: a number of it is NaN or an infinity.")
    description = " ".join(str(arrays.get("description", "")).split()) or "linear map"
    return RowMap.of_affine(AffineMap(mean, matrix), description)


def _npz(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        _require_size(sum(each.file_size for each in archive.infolist()), path)
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _safetensors(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    _require_size(size, path)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= size - 8:
            raise ValueError("no header")
        header = json.loads(file.read(length))
        data = file.read()
    found: dict[str, Any] = dict(header.pop("__metadata__", {}))
    for name, each in header.items():
        start, end = each["data_offsets"]
        if not 0 <= start <= end <= len(data):
            raise ValueError("beyond the end")
        found[name] = np.frombuffer(data[start:end], _TYPES[each["dtype"]]).reshape(each["shape"])
    return found


def _require_size(n_bytes: int, path: Path) -> None:
    if n_bytes > _MOST_BYTES:
        raise UserError(f"{path.name} is no map: it claims {n_bytes / 1e9:,.0f} GB.")
