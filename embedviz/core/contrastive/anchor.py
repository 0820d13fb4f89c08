"""The loss of one row, term by term, and the forces that it exerts."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.covariance import Vector


@dataclass(frozen=True, eq=False)
class AnchorTerms:
    """The InfoNCE loss of one row among its candidates, and its gradients.

    Attributes
    ----------
    anchor : int
        The row that asks.
    candidates : int array of shape (n_candidates,)
        Rows that may be its partner, the partner first, then by falling weight.
    cosines : float64 array of shape (n_candidates,)
    weights : float64 array of shape (n_candidates,)
        The softmax over cosine / temperature, with hard negatives as the run weighs them; sums
        to 1.
    temperature : float
    loss : float
        -log of the first weight; without negatives, minus the first cosine / temperature.
    pull : float64 array of shape (n_outputs,)
        Minus the gradient of the loss with respect to the anchor's unit row, as far as it comes
        from the partner; tangent to the sphere.
    pushes : float64 array of shape (n_candidates - 1, n_outputs)
        Minus the gradient with respect to the unit row of each negative; tangent there.
    push_on_anchor : float64 array of shape (n_outputs,)
        Minus the gradient with respect to the anchor, as far as it comes from all negatives.
    """

    anchor: int
    candidates: Rows
    cosines: Vector
    weights: Vector
    temperature: float
    loss: float
    pull: Vector
    pushes: Matrix | Vector
    push_on_anchor: Vector
