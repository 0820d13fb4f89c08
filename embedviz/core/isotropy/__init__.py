"""Isotropy, how evenly a cloud fills its space: scores that do not always agree.

The mean cosine is about directions and sees only how far the unit rows lean to one side: a cloud
that is centered has a mean cosine near zero even when it is a line. IsoScore, effective rank and
participation ratio are about variances, which do not change when a cloud is moved. So the mean
cosine is shown beside IsoScore; Rudman et al. say why the former alone misleads. The mean |cosine|
does not cancel, and hubness is about neighbors, which is what a search feels.

`core.anisotropy.scores` measures all of them at once, with what each says and who defined it.
"""

from __future__ import annotations

from embedviz.core.compiled.kernels import few_rows
from embedviz.core.isotropy.dimensions import outlier_dimensions
from embedviz.core.isotropy.hubs import hubness
from embedviz.core.isotropy.mean_direction import mean_cosine, mean_cosine_of, unit_row_sum
from embedviz.core.isotropy.pairwise import mean_absolute_cosine
from embedviz.core.isotropy.partition import partition_ratio
from embedviz.core.isotropy.spread import (
    effective_rank,
    effective_rank_of,
    iso_score,
    iso_score_of,
    padded_variances,
    participation_ratio,
    participation_ratio_of,
)

__all__ = [
    "compile_all",
    "effective_rank",
    "effective_rank_of",
    "hubness",
    "iso_score",
    "iso_score_of",
    "mean_absolute_cosine",
    "mean_cosine",
    "mean_cosine_of",
    "outlier_dimensions",
    "padded_variances",
    "participation_ratio",
    "participation_ratio_of",
    "partition_ratio",
    "unit_row_sum",
]


def compile_all() -> None:
    """Run the kernels of the measures once."""
    mean_cosine(few_rows())
    mean_absolute_cosine(few_rows())
