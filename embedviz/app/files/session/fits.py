"""What a map was fitted on, in session files: its arrays, with all of their bits.

Rows that were selected once, or those of a set that is closed, cannot be had again; and another
mean would be another set. Of 384 dimensions this takes 1.6 MB.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from embedviz.app.files.packed import pack_array, unpack_array
from embedviz.app.files.values import Unfit, from_json
from embedviz.core.anisotropy.fit import Fit
from embedviz.core.covariance import PrincipalAxes

_ARRAYS = ("mean", "axes", "variances")


def fit_to_json(fit: Fit) -> dict[str, Any]:
    """Return a fit as JSON."""
    return {
        **{name: pack_array(getattr(fit.axes, name)) for name in _ARRAYS},
        "n_rows": fit.axes.n_rows,
        "n_distinct": fit.axes.n_distinct,
        "shrinkage": fit.shrinkage,
        "left_out": list(fit.left_out),
        "source": fit.source,
    }


def read_fit(value: Any) -> Fit | None:
    """Return the fit; None where there is none.

    Raises
    ------
    Unfit
        When it is damaged.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Unfit("no fit")
    mean, axes, variances = (unpack_array(value.get(name)) for name in _ARRAYS)
    n_axes, dimensions = len(variances), mean.size
    if (mean.shape, axes.shape, variances.shape) != (
        (dimensions,),
        (n_axes, dimensions),
        (n_axes,),
    ):
        raise Unfit("arrays that do not belong together")
    if not all(np.isfinite(each).all() for each in (mean, axes, variances)):
        raise Unfit("numbers that are not finite")
    if (variances < 0).any() or (np.diff(variances) > 0).any():
        raise Unfit("variances that are none")
    counts = (from_json(int, value.get(name)) for name in ("n_rows", "n_distinct"))
    shrinkage = from_json(float | None, value.get("shrinkage"))
    left_out = from_json(tuple[int, ...], value.get("left_out", []))
    if shrinkage is not None and not 0 <= shrinkage <= 1:
        raise Unfit("a shrinkage that is none")
    if list(left_out) != sorted(set(left_out)) or not all(0 <= j < dimensions for j in left_out):
        raise Unfit("dimensions that there are not")
    source = from_json(str, value.get("source", ""))
    return Fit(PrincipalAxes(mean, axes, variances, *counts), shrinkage, left_out, source)
