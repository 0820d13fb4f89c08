"""Points that are free: training without data, to see what the loss alone does.

Groups of items, each of which is a point of its own on the sphere and is seen with noise. Nothing
but the loss ties them together, and what all have in common, an offset that is added to every
point, as the bias of a head is. Without such an offset nothing that one item learns moves another,
and the collapse that a network shows without negatives could not be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.learners import View
from embedviz.core.contrastive.network import MOMENTUM, SPREAD, TINY, Adam, Shape
from embedviz.core.contrastive.positives import TwoViews, same_category
from embedviz.core.contrastive.training import Training
from embedviz.core.errors import UserError

_CONE = 0.7
"""How far groups begin from one direction: beside a length of 1, the length of what is random."""
_NEAR = 0.2
"""How far items begin from the middle of their group, where each is trained by itself."""
_HASTE_OF_OFFSET = 5.0
"""How many times as far as a point the offset moves in a step: it is what all points have in common
and is learned last otherwise, as for heads (`Network.haste`)."""


FREE_DIALS = Dials(learning_rate=0.03)
"""Dials that suit free points, which in a few hundred steps have to cross the sphere."""


class FreePoints:
    """Points on the sphere, each with numbers of its own, and an offset that all share.

    Parameters
    ----------
    points : float32 array of shape (n_points, n_outputs)
        Where they begin; scaled to unit length.

    Attributes
    ----------
    shape : Shape
        That of a head over inputs that only say which point is meant.
    weights : list of float32 array
        The points, and the offset (n_outputs,).
    """

    def __init__(self, points: Matrix) -> None:
        points = points.astype(np.float32)
        scale_to_unit_length(points)
        self.shape = Shape(*points.shape)
        self.weights = [points, np.zeros(self.shape.n_outputs, np.float32)]
        self._steps = _RowSteps(len(points), self.shape.n_outputs)
        self._adam = Adam()

    def __len__(self) -> int:
        return self.shape.n_inputs

    def view(self, rows: Rows, dials: Dials, random: np.random.Generator) -> View:
        """Return points with noise."""
        outputs = self.outputs(rows)
        if dials.noise:
            outputs += np.float32(dials.noise) * random.standard_normal(outputs.shape, np.float32)
        return View(rows, outputs)

    def outputs(self, rows: Rows | None) -> Matrix:
        """Return points as they are."""
        points, offset = self.weights
        found: Matrix = (points if rows is None else points[rows]) + offset
        return found

    def learn(self, views: Sequence[View], slopes: Sequence[Matrix], dials: Dials) -> None:
        """Move the points that were seen, and the offset."""
        points, offset = self.weights
        total = np.zeros_like(points)
        for view, slope in zip(views, slopes, strict=True):
            np.add.at(total, view.rows, slope)
        seen = np.unique(np.concatenate([view.rows for view in views]))
        moved = points[seen]
        moved -= self._steps.of(seen, total[seen], dials.learning_rate)
        scale_to_unit_length(moved)
        points[seen] = moved
        haste = _HASTE_OF_OFFSET * dials.bias
        self._adam.step([offset], [total.sum(axis=0)], dials.learning_rate, [haste])

    def head(self, weights: Sequence[Matrix] | None = None) -> Head:
        """Refuse."""
        raise UserError(
            "Free points have no head: they are moved one by one, and nothing maps vectors to "
            "them. Train on a set to get a head."
        )


@dataclass
class _RowSteps:
    """Adam for a table of which a step sees some rows only.

    Rows that were not seen do not move: by momentum alone each would go on for some ten steps,
    straight on and blindly, as far as if it were seen in each. So a row has moments and a count of
    steps of its own (as in "lazy" Adam for tables of embeddings). The size of the gradient is kept
    by row and not by number, so that a point moves where its gradient points.
    """

    n_rows: int
    dimensions: int
    _means: Matrix = field(init=False)
    _squares: Matrix = field(init=False)
    _counts: Matrix = field(init=False)

    def __post_init__(self) -> None:
        self._means = np.zeros((self.n_rows, self.dimensions), np.float32)
        self._squares = np.zeros((self.n_rows, 1), np.float32)
        self._counts = np.zeros((self.n_rows, 1), np.float32)

    def of(self, rows: Rows, gradients: Matrix, rate: float) -> Matrix:
        """Return by how much some rows, each given once, are moved against their gradients."""
        counts, means, squares = self._counts[rows] + 1, self._means[rows], self._squares[rows]
        means += np.float32(1 - MOMENTUM) * (gradients - means)
        sizes = np.einsum("ij,ij->i", gradients, gradients)[:, np.newaxis] / self.dimensions
        squares += np.float32(1 - SPREAD) * (sizes - squares)
        self._counts[rows], self._means[rows], self._squares[rows] = counts, means, squares
        lengths = np.sqrt(squares / (1 - np.float32(SPREAD) ** counts)) + np.float32(TINY)
        steps: Matrix = means * (np.float32(rate) / (1 - np.float32(MOMENTUM) ** counts) / lengths)
        return steps


def free_training(
    n_groups: int,
    per_group: int,
    n_outputs: int = 3,
    *,
    together: Literal["item", "group"] = "item",
    dials: Dials | None = None,
    seed: int = 0,
) -> Training:
    """Return the training of free points; all begin in one half of the sphere.

    Parameters
    ----------
    n_groups, per_group : int
        How many groups there are, and items in each.
    n_outputs : int
        Numbers of a point.
    together : {"item", "group"}
        What belongs together: two views of one item, or of two items of a group, which then are
        no negatives of each other. Items that are trained by themselves begin near those of their
        group; if not, all are mixed.
    dials : Dials, optional
        Default: `FREE_DIALS`.
    seed : int

    Returns
    -------
    Training
        Its `groups` say which group each item is in.

    Raises
    ------
    UserError
        When there are fewer than two items, or no groups to be told apart.
    ValueError
        When a parameter is out of its range.
    """
    if together not in ("item", "group"):
        raise ValueError(f"together is {together!r}; it must be 'item' or 'group'")
    sizes = {"n_groups": n_groups, "per_group": per_group, "n_outputs": n_outputs}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} is {size!r}; it must be from 1 up")
    _require_enough(n_groups, per_group, together)
    groups = np.repeat(np.arange(n_groups), per_group)
    points = _first_points(groups, n_outputs, together, np.random.default_rng([seed, 1]))
    n_items = len(groups)
    positives = TwoViews(n_items) if together == "item" else same_category(groups, n_items)
    training = Training(FreePoints(points), n_outputs, positives, dials or FREE_DIALS, seed=seed)
    training.groups = groups
    return training


def _require_enough(n_groups: int, per_group: int, together: str) -> None:
    if n_groups * per_group < 2:
        raise UserError("There is 1 item. Training needs two or more, as each is told from others.")
    if together == "group" and min(n_groups, per_group) < 2:
        raise UserError(
            f"There are {n_groups:,} groups of {per_group:,}. For items of a group to belong "
            "together, give at least two groups of two items, or let each item be its own partner."
        )


def _first_points(
    groups: Rows, n_outputs: int, together: str, random: np.random.Generator
) -> Matrix:
    """Return points in a cone about a random direction, before they are scaled."""
    axis = random.normal(size=n_outputs)
    axis /= np.linalg.norm(axis)
    # The length of what is random does not depend on the number of outputs.
    width = _CONE / np.sqrt(n_outputs)
    if together == "group":
        mixed: Matrix = axis + width * random.normal(size=(len(groups), n_outputs))
        return mixed
    middles = axis + width * random.normal(size=(groups[-1] + 1, n_outputs))
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    apart = random.normal(size=(len(groups), n_outputs)) * (_NEAR / np.sqrt(n_outputs))
    points: Matrix = middles[groups] + apart
    return points
