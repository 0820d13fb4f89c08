"""How well vectors as they are do what a contrastive loss asks for, by pairs that belong together.

The first row of each pair is asked which of all second rows is its partner. Rows that pairs connect
with it, also through further pairs, are no wrong answers and are not among the candidates; where a
chain runs through more than nine tenths of the pairs, only those that one pair joins with it are
not. So rows of one category, in a ring of pairs, are not asked to be told apart.

The cost is bounded: of many pairs, and of many rows, some are drawn at random, which the notes say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, eye_array

from embedviz.core.arrays import Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.contrastive.measures import uniformity, uniformity_optimum
from embedviz.core.contrastive.positives import Belonging, belonging_pairs, connected_pairs
from embedviz.core.contrastive.rows import finite_rows
from embedviz.core.covariance import kept_directions, map_rows, principal_axes, spread_powers
from embedviz.core.errors import UserError
from embedviz.core.isotropy.pairwise import MOST_EXACT_ROWS
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent

MOST_PAIRS = 10_000
MOST_AXES_ROWS = 100_000
"""Rows that the principal axes are computed from."""
DRAWN_ROWS = 10_000
"""Rows that the uniformity of more than 20,000 is measured on."""
_MOST_NUMBERS = 1 << 25
_EXACT_PAIRS = 5_000
"""Pairs up to which cosines are computed in float64."""
_MOST_JOINED = 0.9
"""The share of the pairs that may hang together and leave the others as wrong answers."""
_BLOCK_COSINES = 2_000_000

Floats = NDArray[Any]
Take = Callable[[Rows], Floats]
"""Takes row numbers, and returns these rows."""


@dataclass(frozen=True)
class PairQuality:
    """How near partners are to each other, and how far from all other rows.

    Attributes
    ----------
    loss : float
        InfoNCE: the mean of -log(exp(cosine with the partner / τ) / Σ exp(cosine / τ)) over the
        candidates.
    chance : float
        The loss where all cosines are equal: the log of the number of candidates, which is that
        of the pairs less those that connected rows leave out.
    top1, top5 : float
        The share of the first rows whose partner is the nearest candidate, or among the nearest
        five, 0 to 1. Candidates that are as near count against it.
    alignment : float
        Mean squared distance of partners as unit rows, 0 to 4; smaller is better.
    uniformity : float
        Of all rows, from 0 down; smaller is better. nan where there are no directions.
    best_uniformity : float
        Of rows that are spread evenly over the sphere.
    temperature : float
        The τ of the loss.
    n_pairs : int
        How many pairs were asked for.
    n_rows, dimensions : int
        Of the vectors as they were measured.
    notes : tuple of str
        What was left out or drawn, as sentences.
    """

    loss: float
    chance: float
    top1: float
    top5: float
    alignment: float
    uniformity: float
    best_uniformity: float
    temperature: float
    n_pairs: int
    n_rows: int
    dimensions: int
    notes: tuple[str, ...] = ()


def measure_pairs(
    vectors: ArrayLike,
    pairs: Any,
    temperature: float = 0.05,
    *,
    seed: int = 0,
    report: Report = silent,
) -> PairQuality:
    """Return how well vectors tell the partners of pairs from other rows.

    Parameters
    ----------
    vectors : array of shape (n_rows, n_dimensions)
        Of any length; read where they are needed, never copied as a whole.
    pairs : object with arrays `first` and `second`, and maybe `scores`; or array of shape (n, 2)
        Rows. With scores, those in the upper fifth of their range belong together; the others are
        left out, and so is a row that is paired with itself.
    temperature : float
        The τ of the loss, above 0.
    seed : int
        Of what is drawn: 10,000 of more pairs, and for the uniformity 10,000 of more than 20,000
        rows; fewer where these would be more than 33 million numbers.
    report : Report
        May raise `Cancelled`.

    Raises
    ------
    UserError
        When fewer than two pairs join different rows that belong together, a row is not there, a
        row holds NaN or an infinity, or all rows of the pairs are equal.
    """
    rows = _table(vectors)
    questions = PairQuestions.of(pairs, rows.shape, seed)
    return _measured(partial(finite_rows, rows), questions, rows.shape[1], temperature, report)


def measure_whitened(
    vectors: ArrayLike,
    pairs: Any,
    temperature: float = 0.05,
    *,
    strength: float = 1.0,
    seed: int = 0,
    report: Report = silent,
) -> PairQuality:
    """Return what `measure_pairs` would after whitening, which only the rows it needs go through.

    Parameters
    ----------
    vectors, pairs, temperature, report
        As for `measure_pairs`.
    strength : float
        The t of s^(-t/2), from 0, only centered, to 1, fully whitened.
    seed : int
        Also of the 100,000 rows that the principal axes of more are computed from.

    Raises
    ------
    UserError
        Also when the vectors have no direction with a variance.
    """
    rows = _table(vectors)
    questions = PairQuestions.of(pairs, rows.shape, seed)
    places, notes = _drawn(len(rows), MOST_AXES_ROWS, seed, "The axes are those of {} rows")
    sample = rows if places is None else finite_rows(rows, places)
    axes = principal_axes(sample, part_of(report, 0.0, 0.4))
    kept = kept_directions(axes)
    if not kept.rank:
        raise UserError(
            "All rows are equal, so there is nothing to whiten. Use vectors that differ."
        )
    scales = spread_powers(kept.variances / kept.variances[0], strength)
    matrix = kept.axes.T * (scales / np.sqrt(kept.variances[0]))

    def take(places: Rows) -> Floats:
        return map_rows(finite_rows(rows, places), axes.mean, matrix)

    questions.notes.extend(notes)
    return _measured(take, questions, kept.rank, temperature, part_of(report, 0.4, 1.0))


@dataclass
class PairQuestions:
    """What is asked: pairs, what else is no wrong answer, and rows to measure the uniformity of."""

    first: Rows
    second: Rows
    groups: NDArray[np.int64]
    links: csr_array | None
    n_rows: int
    spread: Rows
    notes: list[str]

    @classmethod
    def of(cls, pairs: Any, shape: tuple[int, ...], seed: int) -> PairQuestions:
        """Choose from pairs those that belong together, and draw from those where they are many."""
        n_rows, dimensions = shape
        found = belonging_pairs(pairs, n_rows)
        _require_two(found, pairs)
        groups, is_chained = connected_pairs(found.first, found.second, n_rows, _MOST_JOINED)
        notes = _describe_left_out(found)
        links = None
        if is_chained.any():
            links = _links(found, n_rows)
            # Each pair a group of its own: the links say what is joined with it.
            groups[is_chained] = n_rows + groups.max() + np.flatnonzero(is_chained)
            notes.append(
                "Nearly all pairs hang together in a chain, where only rows that one pair joins "
                "are no wrong answers."
            )
        affordable = max(2, _MOST_NUMBERS // max(dimensions, 1))
        most = min(MOST_PAIRS, affordable)
        places, drawn = _drawn(len(groups), most, seed, "Measured on {} pairs")
        chosen = slice(None) if places is None else places
        most = affordable if n_rows <= MOST_EXACT_ROWS else min(DRAWN_ROWS, affordable)
        spread, told = _drawn(n_rows, most, seed, "The uniformity is that of {} rows")
        return cls(
            found.first[chosen],
            found.second[chosen],
            groups[chosen],
            links,
            n_rows,
            np.arange(n_rows) if spread is None else spread,
            [*notes, *drawn, *told],
        )

    def left_out(self, block: slice) -> csr_array:
        """Return which second rows are no candidates for some first ones, (n, n_pairs), sparse.

        The partners are among them.
        """
        members = self._members
        out: csr_array = members[block] @ members.T
        if self.links is not None:
            out = out + self.links[self.first[block]][:, self.second]
        return out

    @cached_property
    def _members(self) -> csr_array:
        """Which pair is in which group; sparse, as nearly all pairs are alone in theirs."""
        _, places = np.unique(self.groups, return_inverse=True)
        ones = np.ones(len(places), dtype=bool)
        return coo_array((ones, (np.arange(len(places)), places))).tocsr()


def _measured(
    take: Take, questions: PairQuestions, dimensions: int, temperature: float, report: Report
) -> PairQuality:
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature is {temperature!r}; it must be above 0")
    report(0.0, "taking the rows of the pairs")
    first, second = _sides(take, questions)
    losses, chances, ranks = _answers(
        first, second, questions, temperature, part_of(report, 0.1, 0.6)
    )
    apart: Floats = first - second
    spread = uniformity(take(questions.spread), report=part_of(report, 0.6, 1.0))
    return PairQuality(
        loss=float(losses.mean()),
        chance=float(chances.mean()),
        top1=float((ranks < 1).mean()),
        top5=float((ranks < 5).mean()),
        alignment=float(np.einsum("ij,ij->", apart, apart, dtype=np.float64) / len(apart)),
        uniformity=spread,
        best_uniformity=uniformity_optimum(max(dimensions, 1)),
        temperature=float(temperature),
        n_pairs=len(first),
        n_rows=questions.n_rows,
        dimensions=dimensions,
        notes=tuple(questions.notes),
    )


def _sides(take: Take, questions: PairQuestions) -> tuple[Floats, Floats]:
    """Return the unit rows of all pairs.

    Raises
    ------
    UserError
        When all of them are equal.
    """
    kind = np.float64 if len(questions.first) <= _EXACT_PAIRS else np.float32
    first: Floats = take(questions.first).astype(kind)
    second: Floats = take(questions.second).astype(kind)
    if (first == first[0]).all() and (second == first[0]).all():
        raise UserError(
            "All rows that the pairs name are equal, so nothing tells partners from other rows. "
            "Use vectors that differ."
        )
    scale_to_unit_length(first)
    scale_to_unit_length(second)
    return first, second


def _answers(
    first: Floats, second: Floats, questions: PairQuestions, temperature: float, report: Report
) -> tuple[Floats, Floats, Rows]:
    """Return for each pair the loss, that by chance, and how many candidates are as near."""
    n_pairs = len(first)
    losses, chances = np.empty(n_pairs), np.empty(n_pairs)
    ranks = np.empty(n_pairs, dtype=np.intp)
    # Products of float32 round differently in each block.
    same = first.dtype.type(1e-6 if first.dtype == np.float32 else 1e-9)
    step = max(1, _BLOCK_COSINES // n_pairs)
    for start in range(0, n_pairs, step):
        report(start / n_pairs, "looking for partners")
        block = slice(start, min(start + step, n_pairs))
        cosines = first[block] @ second.T
        places = np.arange(len(cosines))
        # How much nearer than the partner; the exponents of this sum up to the loss.
        cosines -= cosines[places, places + start][:, np.newaxis]
        out = questions.left_out(block).tocoo()
        cosines[out.coords] = -np.inf
        cosines[places, places + start] = 0
        ranks[block] = np.count_nonzero(cosines >= -same, axis=1) - 1
        chances[block] = np.log(n_pairs + 1 - np.bincount(out.coords[0], minlength=len(cosines)))
        cosines *= 1 / temperature
        peaks = cosines.max(axis=1)
        cosines -= peaks[:, np.newaxis]
        sums = np.exp(cosines, out=cosines).sum(axis=1, dtype=np.float64)
        losses[block] = peaks + np.log(sums)
    return losses, chances, ranks


def _table(vectors: ArrayLike) -> Floats:
    rows: Floats = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    return rows


def _drawn(count: int, most: int, seed: int, what: str) -> tuple[Rows | None, list[str]]:
    """Return which are drawn, in order, and words on it; None where they are not more."""
    if count <= most:
        return None, []
    places = np.random.default_rng(seed).choice(count, most, replace=False)
    return np.sort(places), [f"{what.format(f'{most:,} of the {count:,}')}, drawn at random."]


def _links(found: Belonging, n_rows: int) -> csr_array:
    """Return which rows one pair joins, and each row with itself."""
    ones = np.ones(len(found.first), dtype=bool)
    one_way = coo_array((ones, (found.first, found.second)), shape=(n_rows, n_rows)).tocsr()
    itself = eye_array(n_rows, dtype=bool, format="csr")
    joined: csr_array = one_way + one_way.T.tocsr() + itself
    return joined


def _require_two(found: Belonging, pairs: Any) -> None:
    n_left = len(found.first)
    if n_left >= 2:
        return
    n_unmatched = int(getattr(pairs, "n_unmatched", 0))
    said = [f"{counted(n_unmatched, 'pair')} of other labels"] if n_unmatched else []
    said += [f"{counted(found.n_same, 'pair')} of a row with itself"] if found.n_same else []
    said += [f"{counted(found.n_low, 'pair')} with lower scores"] if found.n_low else []
    others = f", beside {' and '.join(said)}" if said else ""
    raise UserError(
        f"{'No pair joins' if not n_left else 'Only 1 pair joins'} two different rows of this set "
        f"that belong together{others}. At least two are needed, as the row of one is the wrong "
        "answer to the other. Add pairs of this set."
    )


def _describe_left_out(found: Belonging) -> list[str]:
    notes = []
    if found.n_low and found.least is not None:
        notes.append(
            f"{found.n_low:,} of {counted(found.n_given, 'pair')} left out, which score below "
            f"{found.least:.3g}, where the upper fifth of the scores begins."
        )
    if found.n_same:
        notes.append(f"{counted(found.n_same, 'pair')} of a row with itself left out.")
    return notes
