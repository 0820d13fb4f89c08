"""Recording of a run: how its rows stand, and what is measured of them.

A view records after each step that it draws, so this takes a few milliseconds. What needs pairs of
rows is measured on a sample of at most 1,000 rows, the same for the whole run.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.contrastive.evenness import best_uniformity, loss_floor
from embedviz.core.contrastive.products import product
from embedviz.core.contrastive.runs.candidates import candidate_counts, felt_negatives
from embedviz.core.contrastive.runs.frames import Measures, RunFrame
from embedviz.core.contrastive.training import Training
from embedviz.core.isotropy.mean_direction import mean_cosine_of
from embedviz.core.isotropy.spread import effective_rank_of

MOST_MEASURED = 1_000
"""Rows of which pairs are measured: a million pairs, whose mean is known to some thousandths."""
MOST_PAIRS_SHOWN = 48
_ENOUGH = 0.9
"""Of what the best three axes show: axes that follow the frame before need not show more."""
_MOST_TURNS = 8
_BLOCK_ROWS = 200
"""Rows whose pairs are measured at a time: a product that needs no second thread."""
_STAYING = 1e-3
"""Beside the mean square along an axis: how much axes hold on to where they are, so that they stay
where rows have no spread at all."""
_MOST_WEIGHTS = 2_000_000
"""Bytes of the weights that are kept with each frame."""
_NO_SPREAD = 1e-10
"""Variance of unit rows below which there is only rounding."""


def record(training: Training, previous: RunFrame | None = None) -> RunFrame:
    """Return how a run stands.

    Parameters
    ----------
    training : Training
    previous : RunFrame, optional
        The one before it, whose axes the new ones follow, so that the picture does not turn.

    Raises
    ------
    UserError
        When the numbers have overflowed.
    """
    outputs = training.outputs()
    axes, share = None, 1.0
    if outputs.shape[1] > 3:
        axes, share = _axes(outputs, None if previous is None else previous.axes)
        positions = product(outputs, axes.T)
    else:
        positions = np.zeros((len(outputs), 3), np.float32)
        positions[:, : outputs.shape[1]] = outputs
    first, second = _last_batch(training)
    return RunFrame(
        positions,
        share,
        _measures(training, outputs, first, second),
        product(first[:MOST_PAIRS_SHOWN], second[:MOST_PAIRS_SHOWN].T),
        axes,
        training.dials,
        len(first),
        _weights_of(training),
    )


def _weights_of(training: Training) -> tuple[Matrix, ...]:
    weights = training.weights()
    return tuple(weights) if sum(each.nbytes for each in weights) <= _MOST_WEIGHTS else ()


def _axes(outputs: Matrix, previous: Matrix | None) -> tuple[Matrix, float]:
    """Return three axes (3, n_outputs) through the origin, and the share that they show.

    Not through the mean: rows that all have one direction then lie on the sphere, and not inside.
    """
    moments = product(outputs.T, outputs).astype(np.float64)
    total = float(np.trace(moments)) or 1.0
    if previous is None or previous.shape != (3, len(moments)):
        variances, directions = np.linalg.eigh(moments)
        best = directions[:, :-4:-1].T
        best = best * np.where(best.sum(axis=1) < 0, -1.0, 1.0)[:, np.newaxis]
        return best.astype(np.float32), min(1.0, float(variances[:-4:-1].sum()) / total)
    most = float(np.linalg.eigvalsh(moments)[:-4:-1].sum())
    axes = previous.astype(np.float64)
    # Subspace iteration from the axes before, and not the best ones anew: of rows that fill all
    # dimensions alike, any three axes are nearly the best, and they would be others at each step.
    held = moments + _STAYING * total / len(moments) * np.eye(len(moments))
    for _ in range(_MOST_TURNS):
        left, _, right = np.linalg.svd(axes @ held, full_matrices=False)
        axes = left @ right
        shown = float(np.einsum("ij,jk,ik->", axes, moments, axes, optimize=True))
        if shown >= _ENOUGH * most:
            break
    return axes.astype(np.float32), min(1.0, shown / total)


def _last_batch(training: Training) -> tuple[Matrix, Matrix]:
    """Return both sides of the last batch as unit rows; no rows before the first step."""
    if training.batch is None:
        empty = np.empty((0, training.shape.n_outputs), np.float32)
        return empty, empty
    first, second = training.batch.first.copy(), training.batch.second.copy()
    scale_to_unit_length(first)
    scale_to_unit_length(second)
    return first, second


def _measures(training: Training, outputs: Matrix, first: Matrix, second: Matrix) -> Measures:
    floor, chance = bounds(training)
    n_negatives, felt = felt_negatives(training, first, second)
    apart = first - second
    # A row of zeros has no direction.
    has_direction = np.einsum("ij,ij->i", outputs, outputs) > 0.5
    n_rows = int(np.count_nonzero(has_direction))
    sample = outputs[_sample(len(outputs))]
    return Measures(
        step=len(training.losses),
        loss=training.losses[-1] if training.losses else float("nan"),
        floor=floor,
        chance=chance,
        alignment=float(np.einsum("ij,ij->", apart, apart)) / len(apart)
        if len(apart)
        else float("nan"),
        uniformity=_uniformity(sample),
        best_uniformity=best_uniformity(n_rows, training.shape.n_outputs),
        mean_cosine=mean_cosine_of(outputs.sum(axis=0, dtype=np.float64), n_rows),
        effective_rank=_effective_rank(sample),
        n_negatives=n_negatives,
        felt_negatives=felt,
    )


def bounds(training: Training) -> tuple[float, float]:
    """Return what the loss is at best and by chance, under the dials as they are.

    Returns
    -------
    floor : float
        Of rows spread evenly, whose partners have one direction (`loss_floor`).
    chance : float
        The log of the number of candidates, the loss where all cosines are equal; nan without
        negatives, where there is nothing to guess.

    Notes
    -----
    The nested loss is the sum over its prefixes, and so are both of these. Hard negatives lift the
    floor, and leave chance where it is: where all cosines are equal, so are the weights. Where
    pairs of a group are no negatives of each other, rows have different numbers of candidates, and
    the mean counts.
    """
    dials, n_outputs = training.dials, training.shape.n_outputs
    lengths = sorted({*dials.prefixes, n_outputs}) if dials.prefixes else [n_outputs]
    if dials.negatives == 0:
        return -len(lengths) / dials.temperature, float("nan")
    floor = chance = 0.0
    counts, n_directions = candidate_counts(training)
    for count, share in counts:
        # A row that has no negatives, though there could be some, has the loss 0.
        if count > 1:
            chance += share * len(lengths) * math.log(count)
            floor += share * sum(
                loss_floor(count, dials.temperature, length, dials.hardness, n_directions)
                for length in lengths
            )
    return floor, chance


@lru_cache(maxsize=16)
def _sample(n_rows: int) -> Rows:
    if n_rows <= MOST_MEASURED:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(0).choice(n_rows, MOST_MEASURED, replace=False))


def _uniformity(rows: Matrix) -> float:
    """Return what `measures.uniformity` does, of unit rows and in float32, four times as fast."""
    rows = rows[np.einsum("ij,ij->i", rows, rows) > 0.5]
    n_rows = len(rows)
    if n_rows < 2:
        return float("nan")
    total, fourfold = 0.0, rows * np.float32(4)
    for start in range(0, n_rows, _BLOCK_ROWS):
        # Each pair once: with the rows from this block on, of which its own count double.
        exponents = product(fourfold[start : start + _BLOCK_ROWS], rows[start:].T)
        exponents -= np.float32(4)
        np.exp(exponents, out=exponents)
        sums = exponents.sum(axis=0).astype(np.float64)
        own = len(exponents)
        total += float(2 * sums[own:].sum() + sums[:own].sum()) - float(np.trace(exponents))
    return math.log(max(total, 1e-30) / (n_rows * (n_rows - 1)))


def _effective_rank(rows: Matrix) -> float:
    centered: NDArray[np.float32] = rows - rows.mean(axis=0)
    variances: Vector = np.linalg.eigvalsh(product(centered.T, centered).astype(np.float64))
    if variances.sum() < _NO_SPREAD * len(rows):
        return float("nan")
    return effective_rank_of(np.maximum(variances, 0))
