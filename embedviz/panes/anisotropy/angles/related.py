"""Pairs of rows that are related and pairs that are not, by a judge, and their cosines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.errors import UserError
from embedviz.core.judging.ranks import mean_ranks
from embedviz.core.notes import counted
from embedviz.core.pairs import Pairs
from embedviz.core.pairs.judged import group_codes
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.pages.judgments import Judgment, chosen_judgment
from embedviz.panes.anisotropy.judged.settings import JudgedSettings
from embedviz.panes.anisotropy.prepared import DialPosition, Prepared, Turned

Cosines = NDArray[np.float64]

_MOST_PAIRS = 2_000
"""Of each kind: their rows are mapped at each step of the dial."""
_ENDS = 0.2
"""Share of the scale at either end that counts as related, and as not."""


@dataclass(frozen=True)
class WantedRelated:
    """Whose judgment is asked for at which position of the dial. A subject of calculations."""

    position: DialPosition
    judgment: Judgment

    @classmethod
    def by(cls, state: State) -> WantedRelated | None:
        """Return what a state asks for; None where nobody can judge."""
        judgment = chosen_judgment(state, state[JudgedSettings].judge)
        return None if judgment is None else cls(DialPosition.of(state), judgment)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.position.choice.vector_set and WantedRelated.by(state) == self


@dataclass(frozen=True, eq=False)
class RelatedPairs:
    """Pairs that are related and pairs that are not.

    Attributes
    ----------
    related, others : int array of shape (n_pairs, 2)
        Rows of the set.
    words : (str, str)
        What they are.
    """

    related: Rows
    others: Rows
    words: tuple[str, str]


@dataclass(frozen=True, eq=False)
class RelatedCosines:
    """Cosines of related pairs and of others, at one position of the dial.

    Attributes
    ----------
    wanted : WantedRelated
    pairs : RelatedPairs
    before, after : pair of float64 arrays
        Of related pairs, and of others.
    problem : str
        Why there are none; empty where there are.
    """

    wanted: WantedRelated
    pairs: RelatedPairs
    before: tuple[Cosines, Cosines]
    after: tuple[Cosines, Cosines]
    problem: str = ""


def find_related(prepared: Prepared, judgment: Judgment, seed: int = 0) -> RelatedPairs:
    """Return which pairs of rows are related, by scores, by being pairs, or by a category.

    Raises
    ------
    UserError
        When there are none, or none that are not.
    """
    random = np.random.default_rng(seed)
    vector_set, sampled = prepared.vector_set, prepared.cone.rows[prepared.cone.pairs]
    if judgment.pairs is None:
        found = _by_category(vector_set, judgment.name, sampled)
    else:
        found = _by_pairs(judgment.pairs, sampled)
    if not len(found.related) or not len(found.others):
        missing = "related" if not len(found.related) else "unrelated"
        raise UserError(f"No pairs are {missing} by {judgment.name or 'the judged pairs'}.")
    kept = [_drawn(pairs, random) for pairs in (found.related, found.others)]
    return RelatedPairs(kept[0], kept[1], found.words)


def _by_pairs(pairs: Pairs, sampled: Rows) -> RelatedPairs:
    rows = np.stack([pairs.first, pairs.second], axis=1)
    scores = pairs.scores
    if scores is None or not np.ptp(scores) > 0:
        return RelatedPairs(rows, sampled, ("pairs that belong together", "random pairs"))
    low, high = float(scores.min()), float(scores.max())
    step = _ENDS * (high - low)
    ends = [number_text(end, 1) for end in (low, low + step, high - step, high)]
    return RelatedPairs(
        rows[scores >= high - step],
        rows[scores <= low + step],
        (f"pairs judged {ends[2]} to {ends[3]}", f"pairs judged {ends[0]} to {ends[1]}"),
    )


def _by_category(vector_set: VectorSet, name: str, sampled: Rows) -> RelatedPairs:
    codes = group_codes(vector_set.metadata.column(name))
    first, second = codes[sampled].T
    is_known = (first >= 0) & (second >= 0)
    same = first == second
    words = f"pairs with the same {name}", f"pairs with another {name}"
    return RelatedPairs(sampled[is_known & same], sampled[is_known & ~same], words)


def _drawn(pairs: Rows, random: np.random.Generator) -> Rows:
    if len(pairs) <= _MOST_PAIRS:
        return pairs
    return pairs[np.sort(random.choice(len(pairs), _MOST_PAIRS, replace=False))]


def measure_related(
    prepared: Prepared, turned: Turned, wanted: WantedRelated, report: Report
) -> RelatedCosines:
    """Return the cosines of related and other pairs before and after. Runs off the UI thread."""
    report(0.0, "comparing related pairs")
    nothing = np.zeros(0)
    try:
        pairs = find_related(prepared, wanted.judgment)
    except UserError as error:
        none = np.zeros((0, 2), np.intp)
        empty = RelatedPairs(none, none, ("", ""))
        return RelatedCosines(wanted, empty, (nothing, nothing), (nothing, nothing), str(error))
    rows, places = np.unique(np.concatenate([pairs.related, pairs.others]), return_inverse=True)
    places = places.reshape(-1, 2)
    given = np.asarray(prepared.vector_set.vectors[rows], np.float64)
    report(0.3, "comparing related pairs")
    mapped = turned.transform.map().apply(given)
    count = len(pairs.related)
    sides = []
    for table in (given, mapped):
        scale_to_unit_length(table)
        cosines = np.einsum("ij,ij->i", table[places[:, 0]], table[places[:, 1]])
        sides.append((cosines[:count], cosines[count:]))
    return RelatedCosines(wanted, pairs, sides[0], sides[1])


def share_nearer(related: Cosines, others: Cosines) -> float:
    """Return how likely a related pair has a higher cosine than another; ties count as half."""
    ranks = mean_ranks(np.concatenate([related, others]))
    count = len(related)
    above = ranks[:count].sum() - count * (count + 1) / 2
    return float(above / (count * len(others)))


def describe_related(found: RelatedCosines) -> str:
    """Return how far related pairs are from others, before and after."""
    middles = [
        [number_text(float(np.median(x)), 2) for x in each]
        for each in zip(found.before, found.after, strict=True)
    ]
    shares = [100 * share_nearer(*each) for each in (found.before, found.after)]
    related, others = found.pairs.words
    return (
        f"{related[:1].upper()}{related[1:]}: cosine {middles[0][0]} in the middle before, "
        f"{middles[0][1]} after; {others}: {middles[1][0]} before, {middles[1][1]} after. "
        f"A related pair is nearer than another in {shares[0]:.1f} % before, "
        f"{shares[1]:.1f} % after."
    )


def describe_counts(found: RelatedCosines) -> str:
    """Return how many pairs there are of each kind."""
    pairs = found.pairs
    return f"{counted(len(pairs.related), 'related pair')}, {len(pairs.others):,} others."
