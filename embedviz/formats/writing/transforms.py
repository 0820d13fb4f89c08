"""Fitted maps to files, for other programs: mean and matrix, and the NumPy lines that apply them.

The arrays are `mean` (n_dimensions,), `matrix` (n_dimensions, n_columns) and `variances` (n_kept,),
float64; `check_rows` and `check_cosines` let whoever applies them see that it does the same. What
the map is, what it was fitted on and its rank are texts.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from embedviz.core.anisotropy.exported import ExportedTransform
from embedviz.formats.writing.scripted_arrays import (
    ScriptedArrays,
    scripted_files,
    write_scripted,
)

_FIRST_LINE = "# A linear map exported by embedviz, applied with NumPy alone."


def write_transform(path: str | PathLike[str], exported: ExportedTransform) -> tuple[Path, Path]:
    """Write the arrays of a map, and beside them a Python file that applies them.

    Parameters
    ----------
    path : path
        `.npz` or `.safetensors`, beside which FILE.py is written; or `.py`, with FILE.npz. Each
        file is complete or not there at all.
    exported : ExportedTransform

    Returns
    -------
    (Path, Path)
        What was written: the arrays, then the Python file.

    Raises
    ------
    UserError
        When the suffix is another one, a file of the same name beside it is something else, or one
        cannot be written.
    """
    return write_scripted(path, _scripted(exported))


def transform_files(path: str | PathLike[str]) -> tuple[Path, Path]:
    """Return the files that `write_transform` writes: the arrays, then the Python file.

    Raises
    ------
    UserError
        When the suffix is another one.
    """
    return scripted_files(path, "a transform")


def transform_snippet(path: Path, exported: ExportedTransform) -> str:
    """Return the lines that apply the arrays of a file, to be pasted into a notebook."""
    arrays, _ = transform_files(path)
    return _scripted(exported, _AT_THE_END).script(arrays, stands_beside=False)


def _scripted(exported: ExportedTransform, end: str = "") -> ScriptedArrays:
    return ScriptedArrays(
        what="a transform",
        variable="transform",
        arrays=exported.arrays(),
        texts=exported.texts(),
        first_line=_FIRST_LINE,
        members=("mean", "matrix", "variances"),
        imports=_comment(exported) + ("" if end else "import sys\n"),
        body=_FUNCTIONS + (end or _AS_A_PROGRAM),
    )


def _comment(exported: ExportedTransform) -> str:
    """Return what the map is, as lines of a comment."""
    facts = (
        f"{exported.name}: {exported.description}",
        f"Fitted on {exported.fitted_on}; {exported.rank}.",
        *exported.notes,
    )
    # One line each, whatever a set is called.
    return "".join(f"# {' '.join(fact.split())}\n" for fact in facts)


_FUNCTIONS = '''\
def apply(rows, unit_length=True):
    """Return mapped rows, (n_rows, n_columns), of unit length unless asked not to be."""
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(transform["mean"]):
        raise ValueError(f"rows of shape {rows.shape}, not (n, {len(transform['mean'])})")
    mapped = (rows - transform["mean"]) @ transform["matrix"]
    if unit_length:
        # By the largest number first, or the squares of very long rows overflow.
        for size in (lambda: np.abs(mapped).max(axis=1), lambda: np.linalg.norm(mapped, axis=1)):
            sizes = size()[:, None]
            mapped /= np.where(sizes > 0, sizes, 1.0)
        mapped[~rows.any(axis=1)] = 0.0  # A row of zeros, such as a blank text, has no direction.
    return mapped


def check():
    """Print what the map is, and how far it is from what embedviz makes of the same rows."""
    for name in ("description", "fitted_on", "rank", "notes"):
        print(f"{name.replace('_', ' ')}: {transform[name]}")
    mapped = apply(transform["check_rows"])
    wrong = np.abs(mapped @ mapped.T - transform["check_cosines"]).max()
    print(f"cosines of {len(mapped)} made-up rows differ by at most {wrong:.1e} from embedviz")
    return wrong


'''
_AS_A_PROGRAM = """\
if __name__ == "__main__":
    if check() > 1e-5:
        sys.exit("They should not differ by more than 1e-5.")
    if len(sys.argv) == 3:  # ROWS.npy MAPPED.npy
        given = np.load(sys.argv[1], mmap_mode="r", allow_pickle=False)
        np.save(sys.argv[2], apply(given).astype(np.float32))
"""
_AT_THE_END = "check()\n"
