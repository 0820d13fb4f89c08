"""Arrays for other programs, and beside them a Python file that applies them with NumPy alone.

The arrays are the members of an `.npz` or the tensors of a safetensors file, whose layout is
simple enough to need no library. Texts are arrays of text in an `.npz`, and metadata in
safetensors. Nothing is pickled.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.formats.writing.atomic_write import File, replaced_files

_ALIGNMENT = 8
_TYPES = {"<f8": "F64", "<f4": "F32"}


@dataclass(frozen=True, eq=False)
class ScriptedArrays:
    """What is written.

    Attributes
    ----------
    what : str
        What it is, for messages: "a head".
    variable : str
        What the script calls the mapping of names to arrays.
    arrays : mapping of str to array
        Of floats.
    texts : mapping of str to str
    first_line : str
        Of the script: a comment by which an earlier one is known.
    members : sequence of str
        Arrays by which an earlier `.npz` is known.
    imports : str
        Lines of the script before `from pathlib import Path`.
    body : str
        The rest of the script, which has the arrays in its variable.
    """

    what: str
    variable: str
    arrays: Mapping[str, NDArray[Any]]
    texts: Mapping[str, str]
    first_line: str
    members: Sequence[str]
    imports: str
    body: str

    def script(self, arrays: Path, *, stands_beside: bool = True) -> str:
        """Return the text that applies the arrays of a file.

        Parameters
        ----------
        arrays : Path
        stands_beside : bool
            Whether the text is a file beside it; else it names the whole path, for a notebook.
        """
        is_npz = arrays.suffix.lower() == ".npz"
        imports = self.imports if is_npz else f"import json\n{self.imports}"
        loading = (_LOAD_NPZ if is_npz else _LOAD_SAFETENSORS).format(name=self.variable)
        path = f"Path(__file__).with_name({arrays.name!r})"
        if not stands_beside:
            path = f"Path({str(arrays.absolute())!r})"
        return (
            f"{self.first_line}\n{imports}from pathlib import Path\n\nimport numpy as np\n\n"
            f"path = {path}\n{loading}\n\n{self.body}"
        )


def scripted_files(path: str | PathLike[str], what: str) -> tuple[Path, Path]:
    """Return the files of arrays and of text that are written for a path.

    Raises
    ------
    UserError
        When its suffix is none of .npz, .safetensors and .py.
    """
    path = Path(path).expanduser()
    suffix = path.suffix.lower()
    if suffix == ".py":
        return path.with_suffix(".npz"), path
    if suffix in (".npz", ".safetensors"):
        return path, path.with_suffix(".py")
    raise UserError(
        f"{path.name}: the suffix says no format for {what}. Use .npz or .safetensors, beside "
        "which a .py with the lines that apply it is written."
    )


def write_scripted(path: str | PathLike[str], written: ScriptedArrays) -> tuple[Path, Path]:
    """Write arrays, and beside them the Python file. Each is complete or not there at all.

    Parameters
    ----------
    path : path
        `.npz` or `.safetensors`, beside which FILE.py is written; or `.py`, with FILE.npz.
    written : ScriptedArrays

    Returns
    -------
    (Path, Path)
        The arrays, then the Python file.

    Raises
    ------
    UserError
        When the suffix is another one, a file of the same name beside it is something else, or one
        cannot be written.
    """
    path = Path(path).expanduser()
    arrays, script = scripted_files(path, written.what)
    if path != script:
        _require_ours(script, path, lambda found: _begins(found, written.first_line))
    else:
        _require_ours(arrays, path, lambda found: _holds(found, written.members))
    with replaced_files([arrays]) as files:
        write = _write_npz if arrays.suffix.lower() == ".npz" else _write_safetensors
        write(files[0], written)
    with replaced_files([script]) as files:
        files[0].write(written.script(arrays).encode())
    return arrays, script


def _require_ours(beside: Path, path: Path, is_ours: Callable[[Path], bool]) -> None:
    """Refuse to replace what nobody has chosen, unless it was written by an earlier call."""
    try:
        if not beside.exists() or is_ours(beside):
            return
    except (OSError, ValueError, zipfile.BadZipFile):
        pass
    raise UserError(
        f"Beside {path.name}, {beside.name} would be written, and another file of that name is "
        "there. Choose another name."
    )


def _begins(path: Path, line: str) -> bool:
    with path.open("rb") as file:
        return file.read(len(line.encode())) == line.encode()


def _holds(path: Path, members: Sequence[str]) -> bool:
    with zipfile.ZipFile(path) as archive:
        return {f"{name}.npy" for name in members} <= set(archive.namelist())


def _write_npz(file: File, written: ScriptedArrays) -> None:
    texts = {name: np.array(text) for name, text in written.texts.items()}
    arrays: dict[str, Any] = {**written.arrays, **texts}
    np.savez(file, **arrays)


def _write_safetensors(file: File, written: ScriptedArrays) -> None:
    header: dict[str, object] = {"__metadata__": dict(written.texts)}
    arrays = {
        name: np.ascontiguousarray(array, "<f4" if array.dtype.itemsize == 4 else "<f8")
        for name, array in written.arrays.items()
    }
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        kind = _TYPES[array.dtype.str]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for array in arrays.values():
        file.write(array.tobytes())


_LOAD_NPZ = """\
with np.load(path, allow_pickle=False) as arrays:
    {name} = dict(arrays)
"""
_LOAD_SAFETENSORS = """\
data = path.read_bytes()
start = 8 + int.from_bytes(data[:8], "little")
about = json.loads(data[8:start])
{name} = dict(about.pop("__metadata__"))
for key, tensor in about.items():
    kind = {{"F64": "<f8", "F32": "<f4"}}[tensor["dtype"]]
    numbers = np.frombuffer(data[start:][slice(*tensor["data_offsets"])], kind)
    {name}[key] = numbers.reshape(tensor["shape"])
"""
