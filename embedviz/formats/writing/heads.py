"""Trained heads to files, for other programs: the arrays, and the lines of NumPy that apply them.

The arrays are float64 and called `matrix` (n_inputs, n_outputs) and `bias` (n_outputs,); a head
with a hidden layer has `hidden_matrix` (n_inputs, n_hidden) and `hidden_bias` (n_hidden,) too, and
`matrix` is then (n_hidden, n_outputs). The curve of the hidden layer, `activation`, is a text.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from embedviz.core.contrastive.heads import Head
from embedviz.formats.writing.scripted_arrays import ScriptedArrays, write_scripted

_FIRST_LINE = "# A head trained by embedviz, applied with NumPy alone."


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
    written = ScriptedArrays(
        what="a head",
        variable="head",
        arrays=head.arrays(),
        texts={"activation": head.activation},
        first_line=_FIRST_LINE,
        members=("matrix", "bias"),
        imports="",
        body=head.numpy_function(),
    )
    return write_scripted(path, written)
