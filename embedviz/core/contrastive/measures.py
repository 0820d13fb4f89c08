"""Alignment and uniformity, the two things that a contrastive loss trades against each other.

Wang and Isola (ICML 2020, "Understanding Contrastive Representation Learning through Alignment and
Uniformity on the Hypersphere"): partners should be near each other, and all rows together should
leave no part of the sphere empty. Both are smaller where they are better.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Vector
from embedviz.core.compiled.checks import require_length
from embedviz.core.contrastive.rows import unit_rows
from embedviz.core.errors import UserError
from embedviz.core.pairs.row_pairs import sampled_pairs
from embedviz.core.progress import Report, silent

MOST_EXACT_ROWS = 20_000
_SAMPLED_PAIRS = 2_000_000
_BLOCK_PRODUCTS = 8_000_000


def alignment(first: ArrayLike, second: ArrayLike) -> float:
    """Return the mean squared distance of partners, both scaled to unit length.

    Parameters
    ----------
    first, second : array of shape (n_pairs, n_dimensions)

    Returns
    -------
    float
        From 0, where partners have one direction, to 4; nan when there are no pairs. A row of
        zeros stays where it is.

    Raises
    ------
    UserError
        When the sides have different shapes, or hold NaN or an infinity.
    """
    one, other = unit_rows(first), unit_rows(second)
    require_length(other, len(one), "second rows", "first rows")
    if one.shape[1] != other.shape[1]:
        raise UserError(
            f"The two sides have {one.shape[1]:,} and {other.shape[1]:,} dimensions. Compare "
            "vectors of one model."
        )
    if not len(one):
        return float("nan")
    difference = one - other
    return float(np.einsum("ij,ij->", difference, difference) / len(one))


def uniformity(vectors: ArrayLike, seed: int = 0, report: Report = silent) -> float:
    """Return log E exp(-2 ‖x - y‖²) over all pairs of different rows, scaled to unit length.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Up to 20,000 rows, all pairs count; of more, two million that are drawn at random.
    seed : int
        For these.
    report : Report

    Returns
    -------
    float
        From 0, where all rows have one direction, down; rows that are spread evenly over the
        sphere have `uniformity_optimum`. nan when there are fewer than two rows with a direction.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    unit = unit_rows(vectors)
    unit = unit[np.einsum("ij,ij->i", unit, unit) > 0]
    n_rows = len(unit)
    if n_rows < 2:
        return float("nan")
    if n_rows > MOST_EXACT_ROWS:
        return _sampled(unit, seed, report)
    total = 0.0
    step = max(1, _BLOCK_PRODUCTS // n_rows)
    for start in range(0, n_rows, step):
        report(start / n_rows, "measuring distances")
        # Each pair once: with the rows from this block on, of which its own count double.
        block = unit[start : start + step]
        total += 2 * _potential(block @ unit[start + len(block) :].T)
        total += _potential(block @ block.T) - len(block)
    return math.log(max(total, 0.0) / (n_rows * (n_rows - 1)) or float(np.finfo(float).tiny))


def uniformity_optimum(dimensions: int) -> float:
    """Return the uniformity of rows that are spread evenly over the sphere, without end.

    Parameters
    ----------
    dimensions : int
        From 1 up, where the two directions of one dimension are the sphere.

    Notes
    -----
    E exp(-2 ‖x - y‖²) = exp(-4) E exp(4 t), where t is the cosine of two independent directions;
    its square has the Beta(1/2, (d - 1)/2) distribution, so E t²ᵏ = Πᵢ (2i + 1)/(d + 2i), i < k.
    """
    if dimensions < 1:
        raise ValueError(f"dimensions is {dimensions!r}; it must be from 1 up")
    total = term = 1.0
    for k in range(200):
        term *= 16.0 * (2 * k + 1) / ((dimensions + 2 * k) * (2 * k + 1) * (2 * k + 2))
        total += term
    return math.log(total) - 4.0


def _sampled(unit: Vector, seed: int, report: Report) -> float:
    first, second = sampled_pairs(len(unit), _SAMPLED_PAIRS, np.random.default_rng(seed)).T
    total, step = 0.0, max(1, _BLOCK_PRODUCTS // unit.shape[1])
    for start in range(0, len(first), step):
        report(start / len(first), "measuring distances")
        part = slice(start, start + step)
        total += _potential(np.einsum("ij,ij->i", unit[first[part]], unit[second[part]]))
    return math.log(total / len(first) or float(np.finfo(float).tiny))


def _potential(cosines: Vector) -> float:
    """Return the sum of exp(-2 ‖x - y‖²) over pairs of unit rows, from their cosines."""
    cosines -= 1.0
    cosines *= 4.0
    return float(np.exp(cosines, out=cosines).sum())
