"""Candidates: among how many rows, and which, a row of a batch has to find its partner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.contrastive.positives import Drawn
from embedviz.core.contrastive.products import product
from embedviz.core.contrastive.softmax import BatchTask
from embedviz.core.contrastive.training import Training

MOST_ANCHORS = 64
"""Rows of a batch whose softmax is measured, over all of their candidates."""
_BLOCK_PAIRS = 4_000_000


def candidate_counts(training: Training) -> tuple[list[tuple[int, float]], int | None]:
    """Return how many candidates rows of a batch have, each number with the share of the rows.

    Counted in the last batch; before the first step in one of the same size. Beside it, of how many
    groups they are drawn; None where each row is a group of its own.
    """
    size = min(training.dials.batch_size, len(training.learned_pairs))
    groups = _groups(training, size)
    size = size if groups is None else len(groups)
    negatives = size - 1 if training.dials.negatives is None else training.dials.negatives
    negatives = min(negatives, size - 1)
    if groups is None:
        return [(negatives + 1, 1.0)], None
    if negatives == size - 1:
        _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        counts = 1 + size - sizes[places]
    else:
        counts = _counts_of_some(groups, negatives)
    found, times = np.unique(counts, return_counts=True)
    shares = zip(found.tolist(), (times / size).tolist(), strict=True)
    return list(shares), len(np.unique(groups))


def felt_negatives(training: Training, first: Matrix, second: Matrix) -> tuple[float, float]:
    """Return how many negatives rows of the last batch have, and how many push them.

    Parameters
    ----------
    training : Training
    first, second : array of shape (n_pairs, n_outputs)
        Unit rows of the last batch; the first 64 are measured.

    Returns
    -------
    n_negatives : float
        In the mean.
    felt : float
        Exponential of the entropy of their softmax, in the mean; nan where there are none.
    """
    dials, size = training.dials, len(first)
    if not size or dials.negatives == 0:
        return 0.0, float("nan")
    rows = slice(0, min(size, MOST_ANCHORS))
    negatives = size - 1 if dials.negatives is None else min(dials.negatives, size - 1)
    groups = None if training.batch is None else training.batch.rows.groups
    out = BatchTask(1.0, 0.0, negatives, groups).left_out(rows, size)
    exponents = product(first[rows], second.T)
    exponents *= np.float32(1 / dials.temperature + dials.hardness)
    exponents[np.arange(rows.stop), np.arange(rows.stop)] = -np.inf
    if out is not None:
        np.copyto(exponents, -np.inf, where=out)
    counts = np.count_nonzero(exponents > -np.inf, axis=1)
    exponents = exponents[counts > 0]
    if not len(exponents):
        return 0.0, float("nan")
    exponents -= exponents.max(axis=1, keepdims=True)
    exps = np.exp(exponents)
    sums = exps.sum(axis=1)
    means = np.einsum("ij,ij->i", exps, np.maximum(exponents, -1e4)) / sums
    return float(counts.mean()), float(np.exp(np.log(sums) - means).mean())


def _groups(training: Training, size: int) -> NDArray[np.int64] | None:
    if training.batch is not None and len(training.batch.first) == size:
        return training.batch.rows.groups
    numbers = np.random.default_rng(0).permutation(training.learned_pairs)[:size]
    return training.positives.draw(numbers, np.random.default_rng(0)).groups


def _counts_of_some(groups: NDArray[np.int64], negatives: int) -> NDArray[np.int64]:
    task = BatchTask(1.0, 0.0, negatives, groups)
    size = len(groups)
    counts = np.empty(size, np.int64)
    step = max(1, _BLOCK_PAIRS // size)
    for start in range(0, size, step):
        rows = slice(start, min(start + step, size))
        out = task.left_out(rows, size)
        counts[rows] = size if out is None else size - np.count_nonzero(out, axis=1)
    return counts


def batch_around(training: Training, row: int, size: int) -> Drawn:
    """Return a batch of pairs of which the first asks from a row; the same each time.

    Parameters
    ----------
    training : Training
    row : int
    size : int
        Pairs, as long as there are so many.

    Raises
    ------
    UserError
        When the row is in no pair.
    """
    random = np.random.default_rng([0, int(row)])
    number = random.choice(training.positives.numbers_of(int(row)))
    others = random.permutation(training.learned_pairs)
    others = others[others != number][: max(0, size - 1)]
    drawn = training.positives.draw(np.concatenate([[number], others]), random)
    if drawn.first[0] == row:
        return drawn
    first, second = drawn.first.copy(), drawn.second.copy()
    first[0], second[0] = second[0], first[0]
    return Drawn(first, second, drawn.groups)
