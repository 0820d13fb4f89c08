"""Settings of two-stage search whose recall is measured, and what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.matryoshka.coarse_to_fine.codes import Precision

SHORTLISTS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Lengths of shortlists that are usual, as far as a set has so many rows."""


@dataclass(frozen=True, eq=False)
class RecallGrid:
    """Recall of two-stage search over coarse lengths and shortlists.

    Attributes
    ----------
    lengths, shortlists : tuple of int
        Ascending.
    recall : float64 array of shape (n_lengths, n_shortlists)
        Mean share of the true neighbors that are found, 0 to 1; NaN where it is not measured (yet).
    count : int
        How many neighbors: recall@count.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first stage.
    n_queries, n_counted : int
        How many rows were asked, and how many of them have neighbors of their own, so that the mean
        is of these.
    """

    lengths: tuple[int, ...]
    shortlists: tuple[int, ...]
    recall: NDArray[np.float64]
    count: int
    precision: Precision
    n_queries: int
    n_counted: int


def grid_lengths(n_dimensions: int) -> tuple[int, ...]:
    """Return coarse lengths to measure: 8, 16, 32 … and all; 1, 2 and 4 where there is little."""
    first = 3 if n_dimensions >= 32 else 0
    powers = (2**i for i in range(first, 31) if 2**i < n_dimensions)
    return (*powers, n_dimensions) if n_dimensions else ()


def grid_shortlists(n_vectors: int, count: int = 10) -> tuple[int, ...]:
    """Return shortlists to measure: from `count` rows up, and fewer than a row has others."""
    others = n_vectors - 1
    usual = [each for each in SHORTLISTS if count < each < others]
    return (count, *usual) if 0 < count <= others else ()
