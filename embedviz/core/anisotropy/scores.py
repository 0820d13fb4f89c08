"""Scores of how isotropic rows are, all at once, each with what it says and who defined it.

`SCORES` is the one list of them: what measures them, the table of the pane, its tooltips, the text
that is copied and the tests all follow it. To add a score is to add an entry.

Mean |cosine|, uniformity and hubness are about pairs of rows, of which there are too many in a
large set. Of these a seeded sample is taken, and `Score.how` says of what the number is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.anisotropy.scored_rows import ScoredRows
from embedviz.core.anisotropy.transform import AffineMap, Transform
from embedviz.core.contrastive.measures import uniformity_optimum
from embedviz.core.covariance import PrincipalAxes, Vector
from embedviz.core.isotropy.hubs import hubness
from embedviz.core.isotropy.mean_direction import mean_cosine_of
from embedviz.core.isotropy.pairwise import chance_of_absolute_cosine
from embedviz.core.isotropy.partition import partition_ratio
from embedviz.core.isotropy.spread import (
    effective_rank_of,
    iso_score_of,
    padded_variances,
    participation_ratio_of,
)
from embedviz.core.progress import Report, silent

EXACT = "exact"


@dataclass(frozen=True)
class Score:
    """One number.

    Attributes
    ----------
    value : float
        nan where it is not defined.
    how : str
        "exact", or of what sample it is.
    error : float
        Its standard error, where it is the mean of a sample; else 0.
    """

    value: float
    how: str = EXACT
    error: float = 0.0


@dataclass(frozen=True)
class ScoreDefinition:
    """What a score is.

    Attributes
    ----------
    name, title : str
    explanation : str
        What it says, in a line.
    sees : str
        What it is about, where others say another thing: "the spread, not the mean".
    source : str
        Who defined it, and when.
    work : str
        The title of their work.
    measure : callable
        Takes `ScoredRows`, and gives the `Score`.
    evenness : callable
        Takes a value and the number of dimensions; from 0, as anisotropic as can be, to 1.
    isotropic : callable
        Takes the number of dimensions; the value where every direction is alike.
    form : str
        Of its digits.
    is_quick : bool
        Whether it follows from variances and the sum of unit rows alone.
    weight : float
        How long it takes beside the others.
    """

    name: str
    title: str
    explanation: str
    sees: str
    source: str
    work: str
    measure: Callable[[ScoredRows], Score]
    evenness: Callable[[float, int], float]
    isotropic: Callable[[int], float]
    form: str = ".3f"
    is_quick: bool = False
    weight: float = 0.1

    def text(self, value: float) -> str:
        """Return a value as it is shown; a dash where it is not defined."""
        return "–" if math.isnan(value) else format(value, self.form).replace("-", "−")


@dataclass(frozen=True)
class Scores:
    """All scores of some rows.

    Attributes
    ----------
    values : mapping of str to Score
        By name, in the order of `SCORES`.
    n_rows : int
        How many rows there are.
    n_without_direction : int
        How many of them are all zeros, and left out of what is about directions.
    dimensions : int
        Of the mapped rows.
    """

    values: Mapping[str, Score]
    n_rows: int
    n_without_direction: int
    dimensions: int


def measure(
    vectors: ArrayLike,
    mapping: AffineMap | None = None,
    *,
    axes: PrincipalAxes | None = None,
    seed: int = 0,
    report: Report = silent,
) -> Scores:
    """Return all scores of rows, as they are or mapped.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block; at most 64 million mapped numbers are in memory.
    mapping : AffineMap, optional
        Default: the rows are scored as they are.
    axes : PrincipalAxes, optional
        Of `vectors`, where they are known already.
    seed : int
        For the samples of a large set.
    report : callable

    Returns
    -------
    Scores
        What is about directions is of the mapped rows at unit length, what is about variances of
        the mapped rows as they are, over as many dimensions as these have: with "zca" all, with
        "pca" from centered on those that are kept. So IsoScore, which alone asks how many there
        are, rises at exactly centered where "pca" drops dimensions.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    report(0.0, "measuring the spread")
    rows = ScoredRows(vectors, mapping, axes=axes, seed=seed)
    rows.reporting(report, 0.0, 0.15)
    _ = rows.covariance
    rows.reporting(report, 0.15, 0.3)
    n_directions = rows.unit.n_rows
    done, whole = 0.0, sum(each.weight for each in SCORES)
    values = {}
    for each in SCORES:
        start, done = done, done + each.weight
        rows.reporting(report, 0.3 + 0.7 * start / whole, 0.3 + 0.7 * done / whole)
        values[each.name] = each.measure(rows)
    return Scores(values, rows.n_vectors, rows.n_vectors - n_directions, rows.dimensions)


def quick_scores(transform: Transform, mean_cosine: float = math.nan) -> dict[str, float]:
    """Return the scores that a dial knows at once, by name, as `measure` has them.

    Parameters
    ----------
    transform : Transform
        Fitted on all of the rows that are scored, or the mean cosine is all that is known.
    mean_cosine : float
        Of the mapped rows; nan: not known.
    """
    found = {} if math.isnan(mean_cosine) else {"mean_cosine": mean_cosine}
    if transform.fit.source:
        return found
    variances = mapped_variances(transform)
    return found | {
        "iso_score": iso_score_of(variances),
        "effective_rank": effective_rank_of(variances),
        "participation_ratio": participation_ratio_of(variances),
    }


def mapped_variances(transform: Transform) -> Vector:
    """Return the variances along the principal axes of mapped rows, those that were fitted.

    As many as the mapped rows have dimensions, in no order.
    """
    axes, settings = transform.fit.axes, transform.settings
    first, n_kept = settings.remove_top, len(transform.kept.variances)
    # Shrinkage gives directions a variance that the rows do not have.
    own = padded_variances(axes.variances[first : first + n_kept], n_kept)
    if settings.centering == 1:
        return padded_variances(own * transform.factors**2, n_columns(transform))
    outer = np.concatenate([axes.variances[:first], axes.variances[first + n_kept :]])
    return padded_variances(
        np.concatenate([own, (1 - settings.centering) ** 2 * outer]), n_columns(transform)
    )


def n_columns(transform: Transform) -> int:
    """Return how many dimensions mapped rows have."""
    settings = transform.settings
    if settings.centering == 1 and settings.method == "pca":
        return len(transform.kept.variances)
    return transform.fit.axes.dimensions


def _mean_cosine(rows: ScoredRows) -> Score:
    return Score(mean_cosine_of(rows.unit.total, rows.unit.n_rows))


def _absolute_cosine(rows: ScoredRows) -> Score:
    return Score(rows.pairs.absolute, _how_paired(rows), rows.pairs.absolute_error)


def _uniformity(rows: ScoredRows) -> Score:
    means = rows.pairs
    error = means.potential_error / means.potential if means.n_sampled else 0.0
    return Score(means.uniformity, _how_paired(rows), error)


def _partition_ratio(rows: ScoredRows) -> Score:
    unit = rows.unit
    how = f"of a random {len(unit.kept):,} of the rows" if unit.is_sample else EXACT
    return Score(partition_ratio(unit.kept, rows.report), how)


def _hubness(rows: ScoredRows) -> Score:
    compared, how = rows.unit.compared, EXACT
    if len(compared) < rows.n_vectors:
        how = f"of a random {len(compared):,} of the rows, among each other"
    return Score(hubness(compared, report=rows.report), how)


def _how_paired(rows: ScoredRows) -> str:
    n_sampled = rows.pairs.n_sampled
    return f"of {n_sampled:,} random pairs" if n_sampled else EXACT


def _within(share: float) -> float:
    return share if math.isnan(share) else min(max(share, 0.0), 1.0)


def _of_chance(value: float, dimensions: int) -> float:
    chance = chance_of_absolute_cosine(dimensions)
    return _within((1 - value) / (1 - chance)) if chance < 1 else 1.0


def _of_dimensions(value: float, dimensions: int) -> float:
    return _within((value - 1) / (dimensions - 1)) if dimensions > 1 else 1.0


SCORES: tuple[ScoreDefinition, ...] = (
    ScoreDefinition(
        name="mean_cosine",
        title="Mean cosine",
        explanation="How alike two rows are on average: how far all lean to one side.",
        sees="the mean direction alone",
        source="Ethayarajh 2019",
        work="How Contextual are Contextualized Word Representations?, EMNLP",
        measure=_mean_cosine,
        evenness=lambda value, _: _within(1 - abs(value)),
        isotropic=lambda _: 0.0,
        form="+.4f",
        is_quick=True,
    ),
    ScoreDefinition(
        name="mean_absolute_cosine",
        title="Mean |cosine|",
        explanation="The same without canceling: cosines of +0.5 and −0.5 are not “unrelated”.",
        sees="the size of cosines, which do not cancel",
        source="Mimno and Thompson 2017; here of all pairs",
        work="The strange geometry of skip-gram with negative sampling, EMNLP",
        measure=_absolute_cosine,
        evenness=_of_chance,
        isotropic=chance_of_absolute_cosine,
        form=".4f",
        weight=1.0,
    ),
    ScoreDefinition(
        name="iso_score",
        title="IsoScore",
        explanation="How evenly the variance is spread over the dimensions; blind to centering.",
        sees="how the variance is spread, over as many dimensions as the mapped rows have",
        source="Rudman et al. 2022",
        work="IsoScore: Measuring the Uniformity of Embedding Space Utilization, Findings of ACL",
        measure=lambda rows: Score(iso_score_of(rows.covariance[0])),
        evenness=lambda value, _: _within(value),
        isotropic=lambda _: 1.0,
        is_quick=True,
    ),
    ScoreDefinition(
        name="partition_ratio",
        title="Partition ratio",
        explanation="Least over most Σ exp(c·x) along the principal directions c, of unit rows.",
        sees="the one direction that most rows have to do with",
        source="Mu and Viswanath 2018",
        work="All-but-the-Top: Simple and Effective Postprocessing for Word Representations, ICLR",
        measure=_partition_ratio,
        evenness=lambda value, _: _within(value),
        isotropic=lambda _: 1.0,
        weight=0.5,
    ),
    ScoreDefinition(
        name="effective_rank",
        title="Effective rank",
        explanation="Dimensions in use: exp of the entropy of the variances.",
        sees="how many dimensions are in use, out of as many as there are",
        source="Roy and Vetterli 2007",
        work="The effective rank: a measure of effective dimensionality, EUSIPCO",
        measure=lambda rows: Score(effective_rank_of(rows.covariance[0])),
        evenness=_of_dimensions,
        isotropic=float,
        form=".1f",
        is_quick=True,
    ),
    ScoreDefinition(
        name="participation_ratio",
        title="Participation ratio",
        explanation="Dimensions that carry the variance, (Σs)²/Σs²: the large ones count for more.",
        sees="the few dimensions of most variance",
        source="Gao et al. 2017",
        work="A theory of multineuronal dimensionality, dynamics and measurement, bioRxiv",
        measure=lambda rows: Score(participation_ratio_of(rows.covariance[0])),
        evenness=_of_dimensions,
        isotropic=float,
        form=".1f",
        is_quick=True,
    ),
    ScoreDefinition(
        name="uniformity",
        title="Uniformity",
        explanation="log E exp(−2‖x−y‖²) of unit rows: 0 where all are one, lower where even.",
        sees="the nearest of all pairs, which count most",
        source="Wang and Isola 2020",
        work=(
            "Understanding Contrastive Representation Learning through Alignment and Uniformity on "
            "the Hypersphere, ICML"
        ),
        measure=_uniformity,
        evenness=lambda value, dimensions: _within(value / uniformity_optimum(dimensions)),
        isotropic=uniformity_optimum,
    ),
    ScoreDefinition(
        name="hubness",
        title="Hubness",
        explanation="Skewness of how often a row is among the 10 nearest of others.",
        sees="who is near to whom, which no variance tells",
        source="Radovanović et al. 2010",
        work="Hubs in Space: Popular Nearest Neighbors in High-Dimensional Data, JMLR",
        measure=_hubness,
        evenness=lambda value, _: 1 / (1 + abs(value)),
        isotropic=lambda _: 0.0,
        form="+.2f",
        weight=2.0,
    ),
    ScoreDefinition(
        name="dead_dimensions",
        title="Dead dimensions",
        explanation="Dimensions that are the same number in all rows, and tell nothing.",
        sees="single dimensions, not directions",
        source="constant: spread below a millionth of the largest one",
        work="",
        measure=lambda rows: Score(float(rows.n_constant)),
        evenness=lambda value, dimensions: _within(1 - value / max(dimensions, 1)),
        isotropic=lambda _: 0.0,
        form=",.0f",
    ),
)
"""All of them, in the order in which they are shown."""
