"""The softmax over the rows of a batch, for unit rows, without n × n arrays of a large batch.

**Memory.** The cosines are computed for some rows of the first side at a time, so that a batch of n
rows needs blocks of some megabytes and no n × n array. The symmetric loss needs the sums over the
columns first, and computes the cosines of a large batch twice.

**Speed.** The softmax is never written down. With the exponentials e, their sums over the rows and
the right answers apart, the gradient for u is e v / sum less v times the probability of the wrong
answers: what is left to do for n × n numbers is a product, an exponential, a sum and two products.
Where the temperature lets no exponent of unit rows fall below what float32 can hold, 1/τ is taken
off instead of the largest of a row, and both directions share the exponentials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.contrastive.products import product

Floats = NDArray[Any]
"""Array of float32 or float64."""

_BLOCK_NUMBERS = 2_000_000
"""Of a block of cosines: 16 MB where they are float64."""
_LEAST_EXPONENT = 60.0
"""How far below the largest an exponent counts: exp(-60) is 1e-26, a normal number in float32."""


class BatchLoss(NamedTuple):
    """The loss of a batch, and its gradients with respect to the cosines' unit rows.

    Attributes
    ----------
    loss : float
    gradient_u, gradient_v : array of shape (n_pairs, n_dimensions)
    """

    loss: float
    gradient_u: Floats
    gradient_v: Floats


@dataclass(frozen=True)
class BatchTask:
    """What a batch is asked, apart from its rows.

    Attributes
    ----------
    negatives : int
        That follow each row, or go before it where `is_behind`.
    groups : int array or None
    """

    temperature: float
    hardness: float
    negatives: int
    groups: NDArray[np.int64] | None
    is_behind: bool = False

    def seen_from_behind(self) -> BatchTask:
        """Return the task of the other direction, with the same pairs of rows as negatives."""
        return BatchTask(
            self.temperature, self.hardness, self.negatives, self.groups, not self.is_behind
        )

    def left_out(self, rows: slice, count: int) -> NDArray[np.bool_] | None:
        """Return what is no negative of some rows, (n_rows, count); None where all others are."""
        out = None
        if self.negatives < count - 1:
            # Row i is read from count - 1 - i on, where its own place has the distance 0.
            ahead = np.arange(1 - count, count) % count
            behind = ahead[::-1]
            far = (behind if self.is_behind else ahead) > self.negatives
            windows = np.lib.stride_tricks.sliding_window_view(far, count)
            out = windows[::-1][rows]
        if self.groups is not None:
            alike = self.groups[rows, np.newaxis] == self.groups
            out = alike if out is None else out | alike
            mine = np.arange(count)[rows]
            out[np.arange(len(mine)), mine] = False
        return out


def pull(u: Floats, v: Floats, temperature: float) -> BatchLoss:
    """Return the mean of -u·v / τ over partners, for unit rows."""
    scale = -1.0 / (temperature * len(u))
    loss = scale * float(np.einsum("ij,ij->", u, v, dtype=np.float64))
    return BatchLoss(loss, v * u.dtype.type(scale), u * u.dtype.type(scale))


def in_both_directions(u: Floats, v: Floats, task: BatchTask) -> BatchLoss:
    """Return the mean loss of both directions, for unit rows."""
    if task.hardness or _is_cold(task.temperature) or len(u) ** 2 > _BLOCK_NUMBERS:
        loss, gradient_u, gradient_v = one_sided(u, v, task)
        loss_back, back_v, back_u = one_sided(v, u, task.seen_from_behind())
        return BatchLoss(
            (loss + loss_back) / 2, (gradient_u + back_u) / 2, (gradient_v + back_v) / 2
        )
    # The same exponentials serve both, and so each product of matrices is made once. Rows that
    # are no negatives in one direction are none in the other.
    rows = slice(0, len(u))
    exps, gaps = _exponentials(u, v, rows, task)
    forth, back = _Odds.of(exps.sum(axis=1), gaps), _Odds.of(exps.sum(axis=0), gaps)
    n_dimensions, wrong = u.shape[1], (forth.wrong + back.wrong)[:, np.newaxis].astype(u.dtype)
    over_forth, over_back = (
        odds.over_sums[:, np.newaxis].astype(u.dtype) for odds in (forth, back)
    )
    to_u = product(exps, np.hstack([v, v * over_back]))
    to_v = product(exps.T, np.hstack([u * over_forth, u]))
    gradient_u = to_u[:, :n_dimensions] * over_forth + to_u[:, n_dimensions:] - v * wrong
    gradient_v = to_v[:, :n_dimensions] + to_v[:, n_dimensions:] * over_back - u * wrong
    scale = u.dtype.type(0.5 / (task.temperature * len(u)))
    return BatchLoss(
        (forth.loss + back.loss) / (2 * len(u)), gradient_u * scale, gradient_v * scale
    )


def one_sided(u: Floats, v: Floats, task: BatchTask) -> BatchLoss:
    """Return the loss of rows that are asked for their partners, for unit rows."""
    n_rows = len(u)
    total = 0.0
    gradient_u, gradient_v = np.empty_like(u), np.zeros_like(v)
    for rows in _blocks(n_rows):
        if task.hardness:
            loss, slopes = _weighted_loss(product(u[rows], v.T), rows, task)
            gradient_u[rows] = product(slopes, v)
            gradient_v += product(slopes.T, u[rows])
            total += loss
            continue
        exps, gaps = _exponentials(u, v, rows, task)
        odds = _Odds.of(exps.sum(axis=1), gaps)
        over_sums = odds.over_sums[:, np.newaxis].astype(u.dtype)
        wrong = odds.wrong[:, np.newaxis].astype(u.dtype)
        gradient_u[rows] = product(exps, v) * over_sums - v[rows] * wrong
        gradient_v += product(exps.T, u[rows] * over_sums)
        gradient_v[rows] -= u[rows] * wrong
        total += odds.loss
    scale = u.dtype.type(1 / n_rows if task.hardness else 1 / (task.temperature * n_rows))
    return BatchLoss(total / n_rows, gradient_u * scale, gradient_v * scale)


class _Odds(NamedTuple):
    """How some rows did.

    Attributes
    ----------
    loss : float
        Summed over them.
    over_sums : float64 array of shape (n_rows,)
        One over the sum of the exponentials of all candidates.
    wrong : float64 array of shape (n_rows,)
        Probability of all wrong answers together.
    """

    loss: float
    over_sums: NDArray[np.float64]
    wrong: NDArray[np.float64]

    @classmethod
    def of(cls, others: Floats, gaps: NDArray[np.float64]) -> _Odds:
        """Return the odds from the sums over the wrong answers, and the gap of the right one.

        With the right answer apart, a loss of nearly nothing keeps its digits.
        """
        wrong = others.astype(np.float64)
        with np.errstate(divide="ignore"):  # Of a row that has no negatives.
            losses = np.logaddexp(0.0, np.log(wrong) + gaps)
        over_sums = 1 / (wrong + np.exp(-gaps))
        return cls(float(losses.sum()), over_sums, wrong * over_sums)


def _is_cold(temperature: float) -> bool:
    """Return whether exponentials of cosines need the largest of their row to be taken off."""
    return 2 / temperature > _LEAST_EXPONENT


def _exponentials(
    u: Floats, v: Floats, rows: slice, task: BatchTask
) -> tuple[Floats, NDArray[np.float64]]:
    """Return exp(uᵢ·vⱼ / τ - peakᵢ) for some rows, and how far below its peak the right answer is.

    What is no negative is 0, and so are the right answers. The peak is the largest exponent that
    there is in a row, or could be where this is near enough.
    """
    scaled = u[rows] * u.dtype.type(1 / task.temperature)
    exponents = product(scaled, v.T)
    own = np.arange(len(exponents)), np.arange(rows.start, rows.stop)
    right = exponents[own].astype(np.float64)
    out = task.left_out(rows, len(v))
    if _is_cold(task.temperature):
        if out is not None:
            np.copyto(exponents, -np.inf, where=out)
        peaks = exponents.max(axis=1)
        exponents -= peaks[:, np.newaxis]
        # Numbers too small for all their digits make processors slow, and count for nothing.
        np.maximum(exponents, -_LEAST_EXPONENT, out=exponents)
        gaps = peaks - right
    else:
        exponents -= u.dtype.type(1 / task.temperature)
        gaps = 1 / task.temperature - right
    np.exp(exponents, out=exponents)
    exponents[own] = 0
    if out is not None:
        np.copyto(exponents, 0, where=out)
    return exponents, gaps


def _weighted_loss(cosines: Floats, rows: slice, task: BatchTask) -> tuple[float, Floats]:
    """Return the summed loss of some rows, and its slopes with respect to their cosines.

    Negatives that are alike count for more. With a = cosine / τ and the weights
    wⱼ = m exp(β cⱼ) / Σₖ exp(β cₖ) of m negatives, the loss of a row is
    -a₊ + log(exp a₊ + Σⱼ wⱼ exp aⱼ). Sums of exponentials are kept as logarithms. The cosines
    are used up.
    """
    own = np.arange(len(cosines)), np.arange(rows.start, rows.stop)
    right = cosines[own].astype(np.float64)
    cosines[own] = -np.inf
    out = task.left_out(rows, cosines.shape[1])
    if out is not None:
        np.copyto(cosines, -np.inf, where=out)
    peaks = cosines.max(axis=1, keepdims=True)
    peaks[np.isneginf(peaks)] = 0
    cosines -= peaks
    steep = 1 / task.temperature + task.hardness
    pushes, push_sums = _exponentials_of(cosines, steep)
    weights, weight_sums = _exponentials_of(cosines, task.hardness)
    counts = np.count_nonzero(weights, axis=1)
    with np.errstate(divide="ignore"):  # Of a row that has no negatives.
        wrong = np.log(counts * push_sums / np.where(counts > 0, weight_sums, 1))
    gaps = wrong + (peaks[:, 0] - right) / task.temperature
    losses = np.logaddexp(0.0, gaps)
    share = np.exp(gaps - losses)
    for part, factor, sums in ((pushes, steep, push_sums), (weights, task.hardness, weight_sums)):
        scales = share * factor / np.where(sums > 0, sums, 1)
        part *= scales[:, np.newaxis].astype(part.dtype)
    pushes -= weights
    pushes[own] = -share / task.temperature
    return float(losses.sum()), pushes


def _exponentials_of(offsets: Floats, factor: float) -> tuple[Floats, NDArray[np.float64]]:
    """Return exp(factor · offset) of negatives, 0 where there is none, and the sums of rows."""
    exps = offsets * offsets.dtype.type(factor)
    np.maximum(exps, -_LEAST_EXPONENT, out=exps, where=np.isfinite(exps))
    np.exp(exps, out=exps)
    return exps, exps.sum(axis=1).astype(np.float64)


def _blocks(n_rows: int) -> Iterator[slice]:
    step = max(1, _BLOCK_NUMBERS // n_rows)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))
