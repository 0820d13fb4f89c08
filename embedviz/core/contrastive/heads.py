"""Heads: the small map from given vectors to unit rows of a few outputs that training gives.

A head is a matrix and a bias, or two of each with a curve between them. What it was trained with,
such as the centering of its inputs, is folded into these, so whoever has the arrays needs nothing
else: a dozen lines of NumPy apply them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent

ACTIVATIONS = ("tanh", "relu")
"""Curves of a hidden layer."""
Start = Literal["random", "identity"]
STARTS: tuple[Start, ...] = get_args(Start)
"""Weights that a head may have before it learns."""


@dataclass(frozen=True, eq=False)
class Head:
    """Map x ↦ x·matrix + bias, made unit length; or with a hidden layer before it.

    Attributes
    ----------
    matrix : float64 array of shape (n_inputs, n_outputs)
        With a hidden layer (n_hidden, n_outputs).
    bias : float64 array of shape (n_outputs,)
    hidden_matrix : float64 array of shape (n_inputs, n_hidden), optional
    hidden_bias : float64 array of shape (n_hidden,), optional
    activation : {"tanh", "relu"}
        Of the hidden layer.
    """

    matrix: Vector
    bias: Vector
    hidden_matrix: Vector | None = None
    hidden_bias: Vector | None = None
    activation: str = "tanh"

    def __post_init__(self) -> None:
        if (self.hidden_matrix is None) != (self.hidden_bias is None):
            raise ValueError("a hidden layer has both a matrix and a bias")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}; it must be 'tanh' or 'relu'")
        before = self.matrix.shape[:1]
        if self.hidden_matrix is not None and self.hidden_bias is not None:
            _require_layer(self.hidden_matrix, self.hidden_bias)
            before = self.hidden_bias.shape
        _require_layer(self.matrix, self.bias)
        if self.matrix.shape[:1] != before:
            raise ValueError(
                f"the matrix has {len(self.matrix)} rows for a hidden layer of {before[0]}"
            )

    @property
    def n_inputs(self) -> int:
        """Dimensions of the vectors that it takes."""
        first = self.matrix if self.hidden_matrix is None else self.hidden_matrix
        return len(first)

    @property
    def n_outputs(self) -> int:
        """Dimensions of the rows that it gives."""
        return len(self.bias)

    def apply(self, vectors: ArrayLike, report: Report = silent) -> Matrix:
        """Return the outputs for vectors, as unit rows.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_inputs)
        report : Report

        Returns
        -------
        float32 array of shape (n_vectors, n_outputs)

        Raises
        ------
        UserError
            When the vectors have another number of dimensions.
        """
        rows = as_table(vectors, "vectors")
        require_axes(rows, 2, "vectors")
        if rows.shape[1] != self.n_inputs:
            raise UserError(
                f"The vectors have {rows.shape[1]:,} dimensions; this head was trained on vectors "
                f"of {self.n_inputs:,}. Give it vectors of the same model."
            )
        result = np.empty((len(rows), self.n_outputs), np.float32)
        for start, block in row_blocks(rows):
            report(start / len(rows), "applying the head")
            # In float64: where the mean is far from zero, the bias takes most of the product back.
            outputs = self._raw(block.astype(np.float64))
            scale_to_unit_length(outputs)
            result[start : start + len(block)] = outputs
        return result

    def _raw(self, rows: Vector) -> Vector:
        if self.hidden_matrix is not None and self.hidden_bias is not None:
            rows = rows @ self.hidden_matrix + self.hidden_bias
            rows = np.tanh(rows) if self.activation == "tanh" else np.maximum(rows, 0)
        outputs: Vector = rows @ self.matrix + self.bias
        return outputs

    def arrays(self) -> dict[str, Vector]:
        """Return the arrays by name, as `numpy.savez` takes them and `head_from_arrays` reads."""
        found = {"matrix": self.matrix, "bias": self.bias}
        if self.hidden_matrix is not None and self.hidden_bias is not None:
            found |= {"hidden_matrix": self.hidden_matrix, "hidden_bias": self.hidden_bias}
        return found

    def numpy_snippet(self, file: str = "head.npz") -> str:
        """Return Python text with a function `embed` that does what `apply` does.

        Parameters
        ----------
        file : str
            Where the arrays will have been saved.
        """
        return (
            "import numpy as np\n\n"
            f"with np.load({file!r}) as arrays:\n"
            "    head = dict(arrays)\n\n\n"
            f"{self.numpy_function()}"
        )

    def numpy_function(self) -> str:
        """Return the text of `embed` alone, which needs NumPy as `np` and the arrays as `head`."""
        curve = "np.tanh(rows)" if self.activation == "tanh" else "np.maximum(rows, 0)"
        hidden = (
            ""
            if self.hidden_matrix is None
            else '    rows = rows @ head["hidden_matrix"] + head["hidden_bias"]\n'
            f"    rows = {curve}\n"
        )
        return (
            "def embed(vectors):\n"
            f'    """Return unit rows of {self.n_outputs} for vectors of {self.n_inputs}."""\n'
            "    rows = np.asarray(vectors, dtype=np.float64)\n"
            f"{hidden}"
            '    rows = rows @ head["matrix"] + head["bias"]\n'
            "    lengths = np.linalg.norm(rows, axis=1, keepdims=True)\n"
            "    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)\n"
        )


def head_from_arrays(arrays: Mapping[str, NDArray[Any]], activation: str = "tanh") -> Head:
    """Return the head that has these arrays, as `Head.arrays` gave them.

    Parameters
    ----------
    arrays : mapping of str to array
        Such as an opened `.npz`. A text `activation` among them is which curve it has.
    activation : {"tanh", "relu"}
        Where none is among them.

    Raises
    ------
    UserError
        When one is missing, or they do not fit together.
    """
    missing = [name for name in ("matrix", "bias") if name not in arrays]
    if missing:
        raise UserError(f"These arrays are no head: {' and '.join(missing)} is not among them.")
    names = ("matrix", "bias", "hidden_matrix", "hidden_bias")
    given = {name: np.asarray(arrays[name], np.float64) for name in names if name in arrays}
    curve = str(arrays["activation"]) if "activation" in arrays else activation
    try:
        return Head(**given, activation=curve)
    except ValueError as error:
        raise UserError(f"These arrays are no head: {error}.") from None


def _require_layer(matrix: Vector, bias: Vector) -> None:
    if matrix.ndim != 2 or bias.shape != matrix.shape[1:] or not matrix.size:
        raise ValueError(f"a matrix {matrix.shape} has no bias of the shape {bias.shape}")
    if not (np.isfinite(matrix).all() and np.isfinite(bias).all()):
        raise ValueError("a number of it is NaN or an infinity")
