"""Trained heads to files, for other programs: the arrays, and the lines of NumPy that apply them.

The arrays are float64 and called `matrix` (n_inputs, n_outputs) and `bias` (n_outputs,); a head
with a hidden layer has `hidden_matrix` (n_inputs, n_hidden) and `hidden_bias` (n_hidden,) too, and
`matrix` is then (n_hidden, n_outputs). The curve of the hidden layer, `activation`, is a text among
the arrays of an `.npz`, and among the metadata of safetensors.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.contrastive.heads import Head
from embedviz.core.errors import UserError
from embedviz.formats.writing.atomic_write import File, replaced_files

_FIRST_LINE = "# A head trained by embedviz, applied with NumPy alone."
_ALIGNMENT = 8


def write_head(path: str | PathLike[str], head: Head) -> tuple[Path, ...]:
    """Write the arrays of a head, and beside them a Python file with a function that applies them.

    Parameters
    ----------
    path : path
        `.npz` or `.safetensors`, beside which FILE.py is written; or `.py`, with FILE.npz. Each
        file is complete or not there at all.
    head : Head

    Returns
    -------
    tuple of Path
        What was written: the arrays, then the Python file.

    Raises
    ------
    UserError
        When the suffix is another one, a file of the same name beside it is something else, or one
        cannot be written.
    """
    path = Path(path).expanduser()
    arrays, script = _files_of(path)
    if path != script:
        _require_ours(script, path, _is_script)
    else:
        _require_ours(arrays, path, _is_head)
    with replaced_files([arrays]) as files:
        (_write_npz if arrays.suffix.lower() == ".npz" else _write_safetensors)(files[0], head)
    with replaced_files([script]) as files:
        files[0].write(_script_of(arrays, head).encode())
    return arrays, script


def _files_of(path: Path) -> tuple[Path, Path]:
    """Return the files of arrays and of text."""
    suffix = path.suffix.lower()
    if suffix == ".py":
        return path.with_suffix(".npz"), path
    if suffix in (".npz", ".safetensors"):
        return path, path.with_suffix(".py")
    raise UserError(
        f"{path.name}: the suffix says no format for a head. Use .npz or .safetensors, beside "
        "which a .py with the lines that apply it is written."
    )


def _require_ours(beside: Path, path: Path, is_ours: Callable[[Path], bool]) -> None:
    """Refuse to replace what nobody has chosen, unless it is of an earlier head."""
    try:
        if not beside.exists() or is_ours(beside):
            return
    except (OSError, ValueError, zipfile.BadZipFile):
        pass
    raise UserError(
        f"Beside {path.name}, {beside.name} would be written, and another file of that name is "
        "there. Choose another name."
    )


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_FIRST_LINE)) == _FIRST_LINE.encode()


def _is_head(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return {"matrix.npy", "bias.npy"} <= set(archive.namelist())


def _write_npz(file: File, head: Head) -> None:
    arrays: dict[str, Any] = {**head.arrays(), "activation": np.array(head.activation)}
    np.savez(file, **arrays)


def _write_safetensors(file: File, head: Head) -> None:
    header: dict[str, object] = {"__metadata__": {"activation": head.activation}}
    arrays = {name: array.astype("<f8") for name, array in head.arrays().items()}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for array in arrays.values():
        file.write(array.tobytes())


def _script_of(arrays: Path, head: Head) -> str:
    is_npz = arrays.suffix.lower() == ".npz"
    standard, loading = ("", _LOAD_NPZ) if is_npz else ("import json\n", _LOAD_SAFETENSORS)
    return (
        f"{_FIRST_LINE}\n{standard}from pathlib import Path\n\nimport numpy as np\n\n"
        f"path = Path(__file__).with_name({arrays.name!r})\n{loading}\n\n{head.numpy_function()}"
    )


_LOAD_NPZ = """\
with np.load(path) as arrays:
    head = dict(arrays)
"""
_LOAD_SAFETENSORS = """\
data = path.read_bytes()
start = 8 + int.from_bytes(data[:8], "little")
head = {
    name: np.frombuffer(data[start:][slice(*about["data_offsets"])], "<f8").reshape(about["shape"])
    for name, about in json.loads(data[8:start]).items()
    if name != "__metadata__"
}
"""
