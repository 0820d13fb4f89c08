"""The InfoNCE loss with its gradients, in NumPy.

For unit rows u of the first side and v of the second, the loss of the batch is the mean over i of

    -log( exp(uᵢ·vᵢ / τ) / Σⱼ exp(uᵢ·vⱼ / τ) )

(van den Oord, Li and Vinyals 2018, "Representation Learning with Contrastive Predictive Coding"),
the cross-entropy of the scaled cosines against the diagonal. Rows are scaled to unit length here,
so the gradients are those of the rows as they are given, whatever their lengths. A row of zeros
has no direction: its cosines are 0 and so is its gradient.

**No negatives at all.** A softmax over one candidate is 1 and teaches nothing, whatever the rows
are. What is left of the objective then is its numerator, the pull: the mean of -uᵢ·vᵢ / τ. That is
the loss with `negatives=0`.

**Hard negatives** count for more with `hardness` β: the negatives of a row are weighted by
exp(β · cosine), scaled to the mean 1 (Robinson, Chuang, Sra and Jegelka, ICLR 2021, "Contrastive
Learning with Hard Negative Samples", without their correction for false ones). The gradients are
those of the loss with its weights, not of one in which these are held fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.contrastive.rows import require_finite, require_partners
from embedviz.core.contrastive.softmax import BatchTask, Floats, in_both_directions, one_sided, pull
from embedviz.core.errors import UserError


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


def info_nce(
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
    task = BatchTask(
        float(temperature),
        float(hardness),
        _checked_negatives(negatives, len(one)),
        _checked_groups(groups, len(one)),
    )
    u, u_scales = _unit_rows(one)
    v, v_scales = _unit_rows(other)
    if not task.negatives:
        loss, gradient_u, gradient_v = pull(u, v, task.temperature)
    else:
        ask = in_both_directions if symmetric else one_sided
        loss, gradient_u, gradient_v = ask(u, v, task)
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
    options = {**options, "temperature": temperature, "symmetric": symmetric}
    for length in prefixes:
        loss, *parts = info_nce(one[:, :length], other[:, :length], **options)
        total += loss
        for gradient, part in zip(gradients, parts, strict=True):
            gradient[:, :length] += part
    return InfoNCE(total, *gradients)


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
    turned: Floats = (gradient - along * unit) * scales
    return turned


def _checked(
    first: ArrayLike, second: ArrayLike, dtype: np.dtype[Any] | type | None
) -> tuple[Floats, Floats]:
    sides = as_table(first, "vectors of a batch"), as_table(second, "vectors of a batch")
    for side in sides:
        require_axes(side, 2, "vectors of a batch")
    require_partners(*sides)
    if not sides[0].size:
        raise UserError("There are no pairs, or they have no dimensions. Give at least one pair.")
    wanted = np.dtype(dtype or np.result_type(*sides, np.float32))
    if wanted not in (np.float32, np.float64):
        if dtype is not None:
            raise ValueError(f"dtype is {wanted}; it must be float32 or float64")
        wanted = np.dtype(np.float64)
    one, other = (side.astype(wanted, copy=False) for side in sides)
    for side in (one, other):
        require_finite(side)
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
