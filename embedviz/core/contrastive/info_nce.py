"""The InfoNCE loss with its gradients, in NumPy.

For unit rows u of the first side and v of the second, the loss of the batch is the mean over i of

    -log( exp(uᵢ·vᵢ / τ) / Σⱼ exp(uᵢ·vⱼ / τ) )

(van den Oord, Li and Vinyals 2018, "Representation Learning with Contrastive Predictive Coding"),
the cross-entropy of the scaled cosines against the diagonal. Rows are scaled to unit length here, so
the gradients are those of the rows as they are given, whatever their lengths. A row of zeros has
no direction: its cosines are 0 and so is its gradient.

**Memory.** The cosines are computed for some rows of the first side at a time, so that a batch of n
rows needs blocks of some megabytes and no n × n array. The symmetric loss needs the sums over the
columns first, and computes the cosines of a large batch twice.

**No negatives at all.** A softmax over one candidate is 1 and teaches nothing, whatever the rows
are. What is left of the objective then is its numerator, the pull: the mean of -uᵢ·vᵢ / τ. That is
the loss with `negatives=0`.

**Hard negatives** count for more with `hardness` β: the negatives of a row are weighted by
exp(β · cosine), scaled to the mean 1 (Robinson, Chuang, Sra and Jegelka, ICLR 2021, "Contrastive
Learning with Hard Negative Samples", without their correction for false ones). The gradients are
those of the loss with its weights, not of one in which these are held fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.compiled.checks import require_axes
from embedviz.core.errors import UserError

Floats = NDArray[Any]
"""Array of float32 or float64."""

_BLOCK_NUMBERS = 2_000_000
"""Of a block of cosines: 16 MB where they are float64."""


class InfoNCE(NamedTuple):
    """The loss of a batch, and where each row has to go for it to become larger.

    Attributes
    ----------
    loss : float
    gradient_first, gradient_second : array of shape (n_pairs, n_dimensions)
        With respect to the rows as they were given.
    """

    loss: float
    gradient_first: Floats
    gradient_second: Floats


def info_nce(  # noqa: PLR0913 - a contract
    first: ArrayLike,
    second: ArrayLike,
    temperature: float,
    symmetric: bool = False,
    *,
    negatives: int | None = None,
    hardness: float = 0.0,
    groups: ArrayLike | None = None,
    dtype: np.dtype[Any] | type | None = None,
) -> InfoNCE:
    """Return the InfoNCE loss of a batch of pairs, and its gradients for both sides.

    Parameters
    ----------
    first, second : array of shape (n_pairs, n_dimensions)
        Row i of one side belongs to row i of the other. Of any length.
    temperature : float
        The τ by which cosines are divided, above 0.
    symmetric : bool
        Ask in both directions, and take the mean, as CLIP does. Default: the rows of the first
        side are asked for their partners on the second.
    negatives : int, optional
        How many rows of the batch are wrong answers to each row: those that follow it, from the
        start again behind the end. Default: all others. With 0 the loss is the pull alone.
    hardness : float
        The β by which negatives that are alike count for more; 0: all alike.
    groups : int array of shape (n_pairs,), optional
        Pairs of one group are not negatives of each other: they have the same label, or a row in
        common. Default: no two are.
    dtype : float32 or float64, optional
        What is computed in. Default: float32 where both sides are, else float64.

    Returns
    -------
    InfoNCE
        The loss, and two gradients of the type that is computed in.

    Raises
    ------
    UserError
        When the sides have different shapes, hold NaN or an infinity, or there are no rows.
    ValueError
        When a parameter is out of its range.
    """
    one, other = _checked(first, second, dtype)
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature!r}; it must be above 0")
    if not 0 <= hardness < np.inf:
        raise ValueError(f"hardness is {hardness!r}; it must be from 0 up")
    task = _Task(
        float(temperature),
        float(hardness),
        _checked_negatives(negatives, len(one)),
        _checked_groups(groups, len(one)),
    )
    u, u_scales = _unit_rows(one)
    v, v_scales = _unit_rows(other)
    if not task.negatives:
        loss, gradient_u, gradient_v = _pull(u, v, task.temperature)
    else:
        loss, gradient_u, gradient_v = _one_sided(u, v, task)
        if symmetric:
            back, back_v, back_u = _one_sided(v, u, task.seen_from_behind())
            loss = (loss + back) / 2
            gradient_u, gradient_v = (gradient_u + back_u) / 2, (gradient_v + back_v) / 2
    return InfoNCE(
        loss,
        _through_scaling(gradient_u, u, u_scales),
        _through_scaling(gradient_v, v, v_scales),
    )


def nested_info_nce(
    first: ArrayLike,
    second: ArrayLike,
    temperature: float,
    prefixes: Sequence[int],
    symmetric: bool = False,
    **options: Any,
) -> InfoNCE:
    """Return the sum of the InfoNCE losses of prefixes, each scaled to unit length by itself.

    That is the objective of Matryoshka representations (Kusupati et al., NeurIPS 2022) with
    equal weights.

    Parameters
    ----------
    first, second, temperature, symmetric
        As for `info_nce`, and so are further options by name.
    prefixes : sequence of int
        How many of the first dimensions each of the losses sees.

    Raises
    ------
    UserError, ValueError
        As for `info_nce`; also when there are no prefixes, or not so many dimensions.
    """
    one, other = _checked(first, second, options.pop("dtype", None))
    if not len(prefixes):
        raise ValueError("no prefixes are given; give at least one number of dimensions")
    for length in prefixes:
        if not 1 <= length <= one.shape[1]:
            raise UserError(f"A prefix has {length} dimensions; there are 1 to {one.shape[1]:,}.")
    total, gradients = 0.0, (np.zeros_like(one), np.zeros_like(other))
    loss_of = partial(info_nce, temperature=temperature, symmetric=symmetric, **options)
    for length in prefixes:
        loss, *parts = loss_of(one[:, :length], other[:, :length])
        total += loss
        for gradient, part in zip(gradients, parts, strict=True):
            gradient[:, :length] += part
    return InfoNCE(total, *gradients)


@dataclass(frozen=True)
class _Task:
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

    def seen_from_behind(self) -> _Task:
        """Return the task of the other direction, with the same pairs of rows as negatives."""
        return _Task(
            self.temperature, self.hardness, self.negatives, self.groups, not self.is_behind
        )

    def left_out(self, rows: slice, count: int) -> NDArray[np.bool_] | None:
        """Return what is no negative of some rows, (n_rows, count); None where all others are."""
        mine = np.arange(count)[rows, np.newaxis]
        out = None
        if self.negatives < count - 1:
            way = -1 if self.is_behind else 1
            out = (way * (np.arange(count) - mine)) % count > self.negatives
        if self.groups is not None:
            alike = self.groups[rows, np.newaxis] == self.groups
            out = alike if out is None else out | alike
            out[np.arange(len(mine)), mine[:, 0]] = False
        return out


def _pull(u: Floats, v: Floats, temperature: float) -> InfoNCE:
    scale = -1.0 / (temperature * len(u))
    loss = scale * float(np.einsum("ij,ij->", u, v, dtype=np.float64))
    return InfoNCE(loss, v * u.dtype.type(scale), u * u.dtype.type(scale))


def _one_sided(u: Floats, v: Floats, task: _Task) -> InfoNCE:
    """Return the loss of rows that are asked for their partners, for unit rows."""
    n_rows = len(u)
    total = 0.0
    gradient_u, gradient_v = np.empty_like(u), np.zeros_like(v)
    for rows in _blocks(n_rows):
        cosines = u[rows] @ v.T
        loss, slopes = _softmax_loss(cosines, rows, task)
        total += loss
        slopes /= n_rows
        gradient_u[rows] = slopes @ v
        gradient_v += slopes.T @ u[rows]
    return InfoNCE(total / n_rows, gradient_u, gradient_v)


def _softmax_loss(cosines: Floats, rows: slice, task: _Task) -> tuple[float, Floats]:
    """Return the summed loss of some rows, and its slopes with respect to their cosines.

    The array of cosines is used up: the slopes are written over it where possible.
    """
    out = task.left_out(rows, cosines.shape[1])
    if task.hardness:
        return _weighted_loss(cosines, rows, out, task)
    mine = np.arange(len(cosines)), np.arange(rows.start, rows.stop)
    cosines /= task.temperature
    if out is not None:
        cosines[out] = -np.inf
    right = cosines[mine]
    cosines -= cosines.max(axis=1, keepdims=True)
    peaks = right - cosines[mine]
    np.exp(cosines, out=cosines)
    sums = cosines.sum(axis=1)
    loss = float(np.sum(np.log(sums, dtype=np.float64) + (peaks - right)))
    cosines /= sums[:, np.newaxis]
    cosines[mine] -= 1
    cosines /= task.temperature
    return loss, cosines


def _weighted_loss(
    cosines: Floats, rows: slice, out: NDArray[np.bool_] | None, task: _Task
) -> tuple[float, Floats]:
    """Return the same where negatives that are alike count for more.

    With a = cosine / τ and the weights wⱼ = m exp(β cⱼ) / Σₖ exp(β cₖ) of m negatives, the loss of
    a row is -a₊ + log(exp a₊ + Σⱼ wⱼ exp aⱼ). Sums of exponentials are kept as logarithms.
    """
    mine = np.arange(len(cosines)), np.arange(rows.start, rows.stop)
    right = cosines[mine] / task.temperature
    negatives = cosines.copy()
    negatives[mine] = -np.inf
    if out is not None:
        negatives[out] = -np.inf
    counts = np.isfinite(negatives).sum(axis=1)
    with np.errstate(divide="ignore"):  # Of a row that has no negatives.
        log_counts = np.log(counts)
    pushes, push_logs = _soft(negatives, 1 / task.temperature + task.hardness)
    weights, weight_logs = _soft(negatives, task.hardness)
    wrong = np.where(counts > 0, log_counts + push_logs - weight_logs, -np.inf)
    logs = np.logaddexp(right, wrong)
    share = np.exp(wrong - logs)[:, np.newaxis]
    pushes *= 1 / task.temperature + task.hardness
    weights *= task.hardness
    pushes -= weights
    pushes *= share
    pushes[mine] = -share[:, 0] / task.temperature
    return float(np.sum(logs - right)), pushes.astype(cosines.dtype, copy=False)


def _soft(cosines: Floats, factor: float) -> tuple[Floats, Floats]:
    """Return the softmax of rows times a factor, and the logarithm of the sums before it."""
    scaled = cosines * factor
    peaks = scaled.max(axis=1, keepdims=True)
    peaks[~np.isfinite(peaks)] = 0.0
    scaled -= peaks
    np.exp(scaled, out=scaled)
    sums = scaled.sum(axis=1, keepdims=True)
    scaled /= np.where(sums > 0, sums, 1)
    with np.errstate(divide="ignore"):
        logs = np.log(sums) + peaks
    return scaled, logs[:, 0]


def _blocks(n_rows: int) -> Iterator[slice]:
    step = max(1, _BLOCK_NUMBERS // n_rows)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def _unit_rows(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows of unit length, and one over their lengths, (n, 1); 0 for a row of zeros."""
    # First by the largest number, or the squares of very long and very short rows overflow.
    peaks = np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
    safe = np.where(peaks > 0, peaks, 1)
    unit = rows / safe
    lengths = np.sqrt(np.einsum("ij,ij->i", unit, unit))[:, np.newaxis]
    lengths[lengths == 0] = 1
    unit /= lengths
    return unit, np.where(peaks > 0, 1 / (lengths * safe), 0).astype(rows.dtype)


def _through_scaling(gradient: Floats, unit: Floats, scales: Floats) -> Floats:
    """Return the gradient for rows of any length, from that for the same as unit rows."""
    along = np.einsum("ij,ij->i", gradient, unit)[:, np.newaxis]
    return (gradient - along * unit) * scales


def _checked(
    first: ArrayLike, second: ArrayLike, dtype: np.dtype[Any] | type | None
) -> tuple[Floats, Floats]:
    sides = np.asarray(first), np.asarray(second)
    for side in sides:
        require_axes(side, 2, "vectors of a batch")
    if sides[0].shape != sides[1].shape:
        raise UserError(
            f"The two sides have the shapes {sides[0].shape} and {sides[1].shape}; row i of one "
            "belongs to row i of the other, so they must be equal."
        )
    if not sides[0].size:
        raise UserError("There are no pairs, or they have no dimensions. Give at least one pair.")
    wanted = np.dtype(dtype or np.result_type(*sides, np.float32))
    if wanted not in (np.float32, np.float64):
        if dtype is not None:
            raise ValueError(f"dtype is {wanted}; it must be float32 or float64")
        wanted = np.dtype(np.float64)
    one, other = (side.astype(wanted, copy=False) for side in sides)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise UserError("A row holds NaN or an infinity, which has no direction. Leave it out.")
    return one, other


def _checked_negatives(negatives: int | None, n_rows: int) -> int:
    if negatives is None:
        # A single row has no others, and its loss is 0: not what was asked for with none.
        return max(n_rows - 1, 1)
    if negatives < 0:
        raise ValueError(f"negatives is {negatives!r}; it must be from 0 up, or None for all")
    return min(int(negatives), max(n_rows - 1, 1))


def _checked_groups(groups: ArrayLike | None, n_rows: int) -> NDArray[np.int64] | None:
    if groups is None:
        return None
    given = np.asarray(groups)
    if given.shape != (n_rows,) or given.dtype.kind not in "iu":
        raise UserError(
            f"The groups have the shape {given.shape} and the type {given.dtype}; there must be a "
            f"whole number for each of the {n_rows:,} pairs."
        )
    return given.astype(np.int64, copy=False)
