"""The head while it learns: float32 weights, their gradients, and Adam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.contrastive.heads import ACTIVATIONS, STARTS, Head, Start
from embedviz.core.contrastive.products import product

MOMENTUM, SPREAD, TINY = 0.9, 0.999, 1e-8
_MEAN_SIZE = float(np.sqrt(2 / np.pi))
"""Of normal numbers: n of them that have the length 1 sum to this times √n, without their signs."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a head.

    Attributes
    ----------
    n_inputs, n_outputs : int
    hidden : int
        Units of the hidden layer; 0: there is none.
    activation : {"tanh", "relu"}
    start : {"random", "identity"}
        What the first weights are: normal numbers, or those with which each output is the input
        at its place, in which case there is no hidden layer.
    """

    n_inputs: int
    n_outputs: int
    hidden: int = 0
    activation: str = "tanh"
    start: Start = "random"

    def __post_init__(self) -> None:
        if self.start not in STARTS:
            raise ValueError(f"start is {self.start!r}; it must be 'random' or 'identity'")
        if self.start == "identity" and self.hidden:
            raise ValueError("a head with a hidden layer has no identity to start from")
        if self.n_outputs < 1 or self.n_inputs < 1:
            raise ValueError(f"a head has outputs and inputs; these are {self}")
        if self.hidden < 0:
            raise ValueError(f"hidden is {self.hidden!r}; it must be from 0 up")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}; it must be 'tanh' or 'relu'")


class Network:
    """A head's weights, for inputs that are centered and have unit mean length.

    Parameters
    ----------
    shape : Shape
    random : numpy.random.Generator
        For the first weights, where the shape says that they are drawn; biases begin at 0.

    Attributes
    ----------
    weights : list of float32 array
        Matrix and bias of each layer, the hidden one first.
    haste : list of float
        How far each moves in a step, beside the learning rate. Adam moves every number alike, so a
        matrix, with a number for each input, takes an output √n_inputs times as far as its bias
        does. The last bias moves as far as that, or what all rows have in common, such as a
        collapse, would be learned last.
    """

    def __init__(self, shape: Shape, random: np.random.Generator) -> None:
        self.shape = shape
        self.weights: list[Matrix] = []
        before = shape.n_inputs
        if shape.hidden:
            # Rows of length 1 reach the bend of the curve with these.
            self._add_layer(random.normal(size=(before, shape.hidden)))
            before = shape.hidden
        if shape.start == "identity":
            self._add_layer(np.eye(before, shape.n_outputs))
        else:
            # Of the last layer the size matters only beside that of a step.
            self._add_layer(random.normal(size=(before, shape.n_outputs)) / np.sqrt(before))
        self.haste = [1.0] * len(self.weights)
        self.haste[-1] = max(1.0, _MEAN_SIZE * float(np.sqrt(before)))

    def _add_layer(self, matrix: Vector) -> None:
        self.weights += [matrix.astype(np.float32), np.zeros(matrix.shape[1], np.float32)]

    def forward(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """Return the outputs, not yet of unit length, and what the last layer was given."""
        last = rows
        if self.shape.hidden:
            last = product(rows, self.weights[0])
            last += self.weights[1]
            if self.shape.activation == "tanh":
                np.tanh(last, out=last)
            else:
                np.maximum(last, 0, out=last)
        outputs = product(last, self.weights[-2])
        outputs += self.weights[-1]
        return outputs, last

    def gradients(self, rows: Matrix, last: Matrix, slopes: Matrix) -> list[Matrix]:
        """Return the gradients of the weights, from those of the outputs."""
        found = [product(last.T, slopes), slopes.sum(axis=0)]
        if self.shape.hidden:
            back = product(slopes, self.weights[-2].T)
            back *= 1 - last * last if self.shape.activation == "tanh" else last > 0
            found = [product(rows.T, back), back.sum(axis=0), *found]
        return found

    def away_from_orthogonal(self) -> Matrix:
        """Return the gradient of ‖MᵀM - 1‖² / n_outputs, where M is the last matrix."""
        matrix = self.weights[-2]
        products = product(matrix.T, matrix)
        products[np.diag_indices_from(products)] -= 1
        return product(matrix, products) * np.float32(4 / matrix.shape[1])

    def folded(self, mean: Vector, scale: float, weights: Sequence[Matrix] | None = None) -> Head:
        """Return the head that takes rows as they were before (row - mean) · scale.

        Parameters
        ----------
        mean : float64 array of shape (n_inputs,)
        scale : float
        weights : sequence of float32 array, optional
            Earlier ones. Default: those of now.
        """
        given = self.weights if weights is None else weights
        first, bias, *rest = (each.astype(np.float64) for each in given)
        # As numbers that float32 holds, so that a file of them is half as large; the bias takes up
        # what this changes.
        first = _in_float32(first * scale)
        layers = [first, bias - mean @ first, *rest]
        if not self.shape.hidden:
            return Head(layers[0], layers[1])
        return Head(layers[2], layers[3], layers[0], layers[1], self.shape.activation)


def _in_float32(numbers: Vector) -> Vector:
    """Return the nearest numbers that float32 holds; the same where they are beyond its range."""
    with np.errstate(over="ignore", under="ignore"):
        nearest = numbers.astype(np.float32).astype(np.float64)
    return nearest if np.allclose(nearest, numbers, rtol=1e-6, atol=0) else numbers


@dataclass
class Adam:
    """Steps of a size that does not depend on that of the gradients (Kingma and Ba, ICLR 2015)."""

    n_steps: int = 0
    _means: list[Matrix] = field(default_factory=list)
    _squares: list[Matrix] = field(default_factory=list)

    def step(
        self, weights: list[Matrix], gradients: list[Matrix], rate: float, haste: Sequence[float]
    ) -> None:
        """Move weights, in place, each by its haste times the rate."""
        if not self._means:
            self._means = [np.zeros_like(each) for each in weights]
            self._squares = [np.zeros_like(each) for each in weights]
        self.n_steps += 1
        rate *= np.sqrt(1 - SPREAD**self.n_steps) / (1 - MOMENTUM**self.n_steps)
        tiny = np.float32(TINY * np.sqrt(1 - SPREAD**self.n_steps))
        for weight, gradient, mean, square, times in zip(
            weights, gradients, self._means, self._squares, haste, strict=True
        ):
            mean += np.float32(1 - MOMENTUM) * (gradient - mean)
            square += np.float32(1 - SPREAD) * (gradient * gradient - square)
            weight -= np.float32(rate * times) * mean / (np.sqrt(square) + tiny)
