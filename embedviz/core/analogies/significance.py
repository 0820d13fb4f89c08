"""When something is beyond chance, also where several are asked about at once.

Of twenty relations that are nothing, one has a p value below 0.05. So p values are corrected for
how many there are: by Holm (1979), "A simple sequentially rejective multiple test procedure", which
bounds the chance of a single false finding; or by Benjamini and Hochberg (1995), "Controlling the
false discovery rate", which bounds the share of false ones among those found.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Vector

SIGNIFICANT = 0.05
"""A p value, corrected where there are several, below which something is said to be there."""

Correction = Literal["Holm", "Benjamini-Hochberg"]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)


def correct_p_values(p_values: ArrayLike, correction: Correction = "Holm") -> Vector:
    """Return p values corrected for how many they are; NaN is none and stays.

    Parameters
    ----------
    p_values : array-like of float
    correction : {"Holm", "Benjamini-Hochberg"}

    Returns
    -------
    float64 array of shape (n,)
        In the same order.

    Raises
    ------
    ValueError
        When the correction is neither.
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"correction is {correction!r}; it must be one of {CORRECTIONS}")
    given = np.asarray(p_values, dtype=np.float64)
    corrected = np.full(len(given), np.nan)
    places = np.flatnonzero(~np.isnan(given))
    places = places[np.argsort(given[places], kind="stable")]
    count = len(places)
    if correction == "Holm":
        raised = np.maximum.accumulate(given[places] * (count - np.arange(count)))
    else:
        raised = given[places] * count / (1 + np.arange(count))
        raised = np.minimum.accumulate(raised[::-1])[::-1]
    corrected[places] = np.minimum(raised, 1.0)
    return corrected
