"""Candidates: among how many rows, and which, a row of a batch has to find its partner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.contrastive.positives import Drawn
from embedviz.core.contrastive.softmax import BatchTask
from embedviz.core.contrastive.training import Training

_BLOCK_PAIRS = 4_000_000


def candidate_counts(training: Training) -> tuple[list[tuple[int, float]], int]:
    """Return how many candidates rows of a batch have, each number with the share of the rows.

    Counted in the last batch; before the first step in one of the same size. Beside it, of how many
    rows, or of how many groups of the batch, candidates are drawn.
    """
    size = min(training.dials.batch_size, len(training.learned_pairs))
    groups = _groups(training, size)
    size = size if groups is None else len(groups)
    negatives = size - 1 if training.dials.negatives is None else training.dials.negatives
    negatives = min(negatives, size - 1)
    if groups is None:
        return [(negatives + 1, 1.0)], training.n_rows
    if negatives == size - 1:
        _, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        counts = 1 + size - sizes[places]
    else:
        counts = _counts_of_some(groups, negatives)
    found, times = np.unique(counts, return_counts=True)
    shares = zip(found.tolist(), (times / size).tolist(), strict=True)
    return list(shares), len(np.unique(groups))


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
