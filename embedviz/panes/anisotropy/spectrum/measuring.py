"""Measures of the dimensions of a set, off the UI thread."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.errors import UserError
from embedviz.core.isotropy.dimensions import (
    DimensionProfile,
    mean_cosine_without,
    profile_dimensions,
)
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True, eq=False)
class MeasuredDimensions:
    """What is known of the dimensions of a set.

    Attributes
    ----------
    vector_set : VectorSet
    profile : DimensionProfile or None
        None where there is a problem.
    mean_without : float
        Mean cosine without the rogue dimensions; nan where there are none.
    problem : str
        Why there is nothing; empty where there is.
    """

    vector_set: VectorSet
    profile: DimensionProfile | None
    mean_without: float = float("nan")
    problem: str = ""


def measure(vector_set: VectorSet, report: Report) -> MeasuredDimensions:
    """Measure each dimension, and the mean cosine without rogue ones. Runs off the UI thread."""
    vectors = vector_set.vectors
    try:
        profile = profile_dimensions(vectors, lambda done, words: report(0.6 * done, words))
        if not len(profile.outliers):
            return MeasuredDimensions(vector_set, profile)
        without = mean_cosine_without(
            vectors, profile.outliers, lambda done, words: report(0.6 + 0.4 * done, words)
        )
    except UserError as error:
        return MeasuredDimensions(vector_set, None, problem=str(error))
    return MeasuredDimensions(vector_set, profile, without)
