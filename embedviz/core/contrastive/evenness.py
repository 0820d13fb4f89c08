"""What a run can reach at best: the loss and the uniformity of rows that are spread evenly."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from embedviz.core.contrastive.measures import uniformity_optimum


def log_mean_exponential(steepness: float, dimensions: int) -> float:
    """Return log E exp(steepness · t), t being the cosine of two independent directions.

    Parameters
    ----------
    steepness : float
        From 0 up; a temperature's is 1 / τ.
    dimensions : int
        From 1 up, where the cosine is 1 or -1.

    Notes
    -----
    With d dimensions it is Σₖ (s²/4)ᵏ / (k! (d/2)ₖ), a Bessel function in other words. All terms
    are positive, so their logarithms are added up about the largest and nothing is lost,
    whatever the steepness.
    """
    if not 0 <= steepness < math.inf:
        raise ValueError(f"steepness is {steepness!r}; it must be from 0 up")
    if dimensions < 1:
        raise ValueError(f"dimensions is {dimensions!r}; it must be from 1 up")
    if steepness == 0:
        return 0.0
    half = dimensions / 2
    peak = (math.hypot(half, steepness) - half) / 2
    width = 50 + 12 * math.sqrt(peak)
    k = np.arange(max(0, int(peak - width)), int(peak + width) + 1, dtype=np.float64)
    terms = (
        k * (2 * (math.log(steepness) - math.log(2)))
        - gammaln(k + 1)
        - gammaln(k + half)
        + gammaln(half)
    )
    largest = float(terms.max())
    return largest + math.log(float(np.exp(terms - largest).sum()))


@lru_cache(maxsize=4096)
def loss_floor(
    n_candidates: int,
    temperature: float,
    n_outputs: int,
    hardness: float = 0.0,
    n_directions: int | None = None,
) -> float:
    """Return the loss of rows whose partners have one direction, and which are spread evenly.

    Parameters
    ----------
    n_candidates : int
        Right and wrong answers together; 1: the loss has no negatives.
    temperature : float
    n_outputs : int
    hardness : float
        By which negatives that are alike count for more.
    n_directions : int, optional
        How many rows, or groups of rows, are spread over the sphere, none of which is a negative
        of its own; that matters where they are few for the temperature. Default: without end.

    Returns
    -------
    float
        Up to n_outputs + 1 candidates the least loss that there is, that of a simplex. Of more,
        the loss with the mean of exp(cosine / τ) over the sphere, which is what the least loss
        comes to as candidates grow in number (Wang and Isola 2020); with a number of directions,
        the least that this mean can be for so many. A run with few candidates for its temperature
        can come out below it: they happen to be none of the near ones.
    """
    if n_candidates < 1:
        raise ValueError(f"n_candidates is {n_candidates!r}; it must be from 1 up")
    steepness = 1 / temperature
    others = n_candidates - 1
    if not others:
        return -steepness
    if n_candidates <= n_outputs + 1:
        # All cosines of a simplex are equal, so a hard negative counts as much as any.
        gap = -steepness * n_candidates / others
    else:
        gap = _gap(steepness, hardness, n_outputs, n_directions)
    return float(np.logaddexp(0.0, math.log(others) + gap))


def _gap(steepness: float, hardness: float, n_outputs: int, n_directions: int | None) -> float:
    """Return the log of a negative's weight beside that of a partner, when many are averaged."""
    weight = log_mean_exponential(hardness, n_outputs)
    gap = log_mean_exponential(steepness + hardness, n_outputs) - steepness - weight
    if n_directions is None or n_directions < 2:
        return gap
    # As in `best_uniformity`: with itself, a row's mean is no less than that over the sphere.
    simplex = -steepness * n_directions / (n_directions - 1)
    rest = n_directions * math.exp(gap) - math.exp(hardness - weight)
    return simplex if rest <= 0 else max(simplex, math.log(rest / (n_directions - 1)))


@lru_cache(maxsize=256)
def best_uniformity(n_rows: int, n_outputs: int) -> float:
    """Return below which no uniformity of so many rows can be.

    Parameters
    ----------
    n_rows : int
        From 2 up. The more there are, the nearer it is to `uniformity_optimum`, from below: no row
        is compared with itself.
    n_outputs : int

    Notes
    -----
    With each row beside itself, the mean of exp(-2 ‖x - y‖²) is no less than that over the sphere,
    for the kernel is positive definite. And as it is convex in the cosine, whose mean is no less
    than -1 / (n - 1), it is no less than for a simplex.
    """
    if n_rows < 2:
        return float("nan")
    simplex = -4.0 * n_rows / (n_rows - 1)
    rest = n_rows * math.exp(uniformity_optimum(n_outputs)) - 1
    return simplex if rest <= 0 else max(simplex, math.log(rest / (n_rows - 1)))
