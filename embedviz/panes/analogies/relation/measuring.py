"""What is measured of a relation, off the UI thread: its pictures first, then its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.relations import (
    AppliedWord,
    FoundPairs,
    RelationMeasures,
    apply_relation,
    find_pairs,
    measure_relation,
)
from embedviz.core.analogies.relations.offsets import unit_vectors
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed
from embedviz.panes.analogies.relation.layout import (
    RelationLayout,
    lay_out_fan,
    lay_out_in_place,
)
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import DrawnAs

Floats = NDArray[np.float64]
LayoutKey = tuple[DrawnAs, int]
"""How the arrows are drawn, and along how many axes."""
Tell = Callable[["MeasuredRelation"], None]

_N_ANSWERS = 10
_LAYOUTS: dict[DrawnAs, Callable[..., RelationLayout]] = {
    "in-place": lay_out_in_place,
    "fan": lay_out_fan,
}


@dataclass(frozen=True)
class RelationOfSet:
    """A relation that is measured in a set."""

    vector_set: VectorSet
    relation: OfferedRelation


@dataclass(frozen=True)
class PairAnswer:
    """What the other pairs find for a pair.

    Attributes
    ----------
    label : str
        Of the row nearest to the first word plus the mean offset of the pairs of other words.
    rank : int
        Of the right answer among all rows, from 1.
    """

    label: str
    rank: int

    @property
    def is_right(self) -> bool:
        """Whether it is the right one."""
        return self.rank == 1


@dataclass(frozen=True, eq=False)
class MeasuredRelation:
    """What is known of a relation so far.

    Attributes
    ----------
    of : RelationOfSet
    found : FoundPairs
        The pairs that the set has, and those that were left out.
    n_given : int
        Pairs that there were.
    layouts : dict of (str, int) to RelationLayout
        Empty where there is no pair.
    measures : RelationMeasures or None
        None until they are known.
    """

    of: RelationOfSet
    found: FoundPairs
    n_given: int
    layouts: dict[LayoutKey, RelationLayout] = field(default_factory=dict)
    measures: RelationMeasures | None = None

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """The words of the pairs."""
        return self.found.labels

    @property
    def agreements(self) -> Floats:
        """Cosine of each offset with the mean of the others; NaN where there is none."""
        return self._unknown if self.measures is None else self.measures.agreements

    @property
    def lengths(self) -> Floats:
        """Length of each offset against the mean length of the others; NaN where there is none."""
        return self._unknown if self.measures is None else self.measures.length_ratios

    @property
    def ranks(self) -> Floats:
        """Rank of each right answer, from 1; NaN where it could not be asked for."""
        if self.measures is None:
            return self._unknown
        ranks = self.measures.answers.ranks
        return np.where(ranks > 0, ranks, np.nan)

    @property
    def consistency(self) -> float:
        """Mean cosine of the offsets of two pairs; NaN where there is none."""
        return float("nan") if self.measures is None else self.measures.consistency

    @property
    def _unknown(self) -> Floats:
        return np.full(len(self.labels), np.nan)

    def answer(self, pair: int) -> PairAnswer | None:
        """Return what the other pairs find for one; None where nothing is, or not yet."""
        if self.measures is None:
            return None
        rows, _, ranks = self.measures.answers
        if not ranks[pair] or rows[pair, 0] < 0:
            return None
        label = self.of.vector_set.labels[rows[pair, 0]]
        return PairAnswer(composed(label), int(ranks[pair]))


def measure(of: RelationOfSet, report: Report, tell: Tell | None = None) -> MeasuredRelation:
    """Return all that there is to know of a relation; runs off the UI thread.

    Parameters
    ----------
    of : RelationOfSet
    report : Report
    tell : callable, optional
        Is given the pairs and their pictures as soon as these are there.
    """
    report(0.0, "finding the pairs")
    pairs = of.relation.pairs_in(of.vector_set)
    found = find_pairs(of.vector_set, pairs)
    so_far = MeasuredRelation(of, found, len(pairs), _layouts(of.vector_set, found, report))
    if tell is not None:
        tell(so_far)
    if not len(found):
        measures = measure_relation(of.vector_set, (), 1)
    else:
        rest = part_of(report, 0.2, 1.0)
        measures = measure_relation(of.vector_set, pairs, report=rest)
    return replace(so_far, measures=measures)


def _layouts(
    vector_set: VectorSet, found: FoundPairs, report: Report
) -> dict[LayoutKey, RelationLayout]:
    """Return all pictures of some pairs: which one is looked at changes more often than they do."""
    layouts: dict[LayoutKey, RelationLayout] = {}
    if not len(found):
        return layouts
    rows = found.first, found.second
    first, second = (unit_vectors(vector_set, each) for each in rows)
    for place, (drawn, n_axes) in enumerate(product(_LAYOUTS, (2, 3))):
        report(0.05 * place, "laying out the pairs")
        layouts[drawn, n_axes] = _LAYOUTS[drawn](first, second, rows, n_axes)
    return layouts


def apply_to_words(
    of: RelationOfSet, words: Sequence[str], report: Report
) -> tuple[AppliedWord, ...]:
    """Return the answers of a relation to other words; runs off the UI thread."""
    pairs = of.relation.pairs_in(of.vector_set)
    return apply_relation(of.vector_set, pairs, words, _N_ANSWERS, report=report).words
