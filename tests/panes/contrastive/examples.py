"""Measures of a run and terms of a loss, as tests change them."""

import math

import numpy as np

from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.core.contrastive.runs.frames import Measures


def measures_at(step, **changes):
    """Return measures of a run that goes well."""
    given = {
        "step": step,
        "loss": math.nan if step == 0 else 1 / step,
        "floor": 0.25,
        "chance": math.log(256),
        "alignment": math.nan if step == 0 else 0.5,
        "uniformity": -2.5,
        "best_uniformity": -3.5,
        "mean_cosine": 0.01,
        "effective_rank": 2.875,
    }
    return Measures(**(given | changes))


def terms_of(cosines, temperature=0.05, anchor=0):
    """Return the terms of a row whose candidates, the partner first, have these cosines."""
    cosines = np.asarray(cosines, np.float64)
    exponents = cosines / temperature
    peak = exponents.max()
    weights = np.exp(exponents - peak)
    loss = peak + np.log(weights.sum()) - exponents[0] if len(cosines) > 1 else -exponents[0]
    return AnchorTerms(
        anchor=anchor,
        candidates=np.arange(len(cosines)) + 10,
        cosines=cosines,
        weights=weights / weights.sum(),
        temperature=temperature,
        loss=float(loss),
        pull=np.zeros(3),
        pushes=np.zeros((len(cosines) - 1, 3)),
        push_on_anchor=np.zeros(3),
    )
