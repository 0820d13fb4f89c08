"""The loss of one row, term by term, and the forces that it exerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.rows import unit_rows
from embedviz.core.contrastive.runs.candidates import batch_around
from embedviz.core.contrastive.softmax import BatchTask
from embedviz.core.contrastive.training import Training


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
    point : float64 array of shape (n_outputs,)
        Unit row of the anchor as it was seen, with dropout or noise.
    points : float64 array of shape (n_candidates, n_outputs)
        Those of the candidates.
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
    point: Vector = field(default_factory=lambda: np.zeros(0))
    points: Vector = field(default_factory=lambda: np.zeros((0, 0)))


def anchor_terms(training: Training, row: int, n_candidates: int | None = None) -> AnchorTerms:
    """Return the loss of one row as a batch of the run would have it.

    The row, its partner, the other candidates and what is dropped or added as noise are drawn with
    a seed of the row's own, so from step to step only what the run changes is seen to change.

    Parameters
    ----------
    training : Training
    row : int
        Its partner is what the run gives it: a second view of itself, a row that it is paired
        with, or one of its category.
    n_candidates : int, optional
        As if batches had so many pairs. Default: as many as they have.

    Returns
    -------
    AnchorTerms
        Of the loss in which the row asks for its partner, over all outputs: of the nested loss
        that is the last part, and of the symmetric loss one of the two directions. Negatives are
        those of the batch under the dials; pairs of the anchor's group are none.

    Raises
    ------
    UserError
        When the row is not there or in no pair, or the numbers have overflowed.
    """
    dials = training.dials
    drawn = batch_around(training, row, n_candidates or dials.batch_size)
    random = np.random.default_rng([1, row])
    first = training.view(drawn.first[:1], random)
    second = training.view(drawn.second, random)
    kept = np.arange(len(drawn.second))
    if dials.negatives is not None:
        kept = kept[: dials.negatives + 1]
    if drawn.groups is not None:
        task = BatchTask(1.0, 0.0, len(drawn.groups), drawn.groups)
        out = task.left_out(slice(0, 1), len(drawn.groups))
        assert out is not None
        kept = kept[~out[0][kept]]
    anchor, points = unit_rows(first.outputs)[0], unit_rows(second.outputs[kept])
    terms = _terms(points @ anchor, dials)
    order = np.concatenate([[0], 1 + np.argsort(-terms.weights[1:], kind="stable")])
    return _with_forces(
        row, drawn.second[kept][order], dials, anchor, points[order], terms.ordered(order)
    )


class _Terms(NamedTuple):
    loss: float
    cosines: Vector
    weights: Vector
    slopes: Vector

    def ordered(self, order: Rows) -> _Terms:
        """Return the terms of candidates in another order."""
        return _Terms(self.loss, self.cosines[order], self.weights[order], self.slopes[order])


def _terms(cosines: Vector, dials: Dials) -> _Terms:
    """Return the loss, the softmax, and the slopes of the loss for the cosines, partner first.

    As `softmax._weighted_loss` says it for a batch, in float64.
    """
    steep = 1 / dials.temperature
    if dials.negatives == 0:
        return _Terms(-steep * float(cosines[0]), cosines, np.ones(1), np.array([-steep]))
    exponents = steep * cosines
    shares = np.zeros_like(cosines)
    if len(cosines) > 1:
        hard = dials.hardness * cosines[1:]
        shares[1:] = np.exp(hard - logsumexp(hard))
        exponents[1:] += np.log(len(hard)) + hard - logsumexp(hard)
    total = float(logsumexp(exponents))
    weights = np.exp(exponents - total)
    slopes = (steep + dials.hardness) * weights - dials.hardness * weights[1:].sum() * shares
    # From the wrong answers, so that the right one keeps its digits where it is nearly certain.
    slopes[0] = -steep * weights[1:].sum()
    return _Terms(total - float(exponents[0]), cosines, weights, slopes)


def _with_forces(
    row: int, candidates: Rows, dials: Dials, anchor: Vector, points: Vector, terms: _Terms
) -> AnchorTerms:
    cosines = terms.cosines[:, np.newaxis]
    # Tangent at the anchor, and at each candidate; a row of zeros has no direction and no force.
    on_anchor = -terms.slopes[:, np.newaxis] * (points - cosines * anchor) * bool(anchor.any())
    has_direction = points.any(axis=1, keepdims=True)
    on_points = -terms.slopes[:, np.newaxis] * (anchor - cosines * points) * has_direction
    return AnchorTerms(
        anchor=row,
        candidates=candidates,
        cosines=terms.cosines,
        weights=terms.weights,
        temperature=dials.temperature,
        loss=terms.loss,
        pull=on_anchor[0],
        pushes=on_points[1:],
        push_on_anchor=on_anchor[1:].sum(axis=0),
        point=anchor,
        points=points,
    )
