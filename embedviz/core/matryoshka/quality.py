"""Judged quality of prefixes against their length: Spearman, top-1 retrieval, k-NN accuracy.

Overlap compares a set with itself, so a model that was trained for short prefixes looks hardly
better than another. Judgments tell: pairs of rows with scores, pairs of rows that belong together,
or a category of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.errors import UserError
from embedviz.core.judging.judges import Judge, category_judge, pair_judge
from embedviz.core.matryoshka.judged_prefixes import prefix_values
from embedviz.core.matryoshka.orderings import ORDERINGS, Ordering, Reordering, Reorderings
from embedviz.core.matryoshka.overlap import spread_of
from embedviz.core.neighbors.top_k import checked_prefix
from embedviz.core.progress import Report, part_of, silent


@dataclass(frozen=True, eq=False)
class Quality:
    """The judged quality of prefixes in one order of the dimensions.

    Attributes
    ----------
    measure : {"spearman", "top1", "knn"}
        Spearman correlation of the cosines of pairs with their scores, -1 to 1; the share of pairs
        whose second row is the nearest candidate to the first; or the share of rows whose category
        is that of most of their nearest neighbors.
    curve : float64 array of shape (n_lengths,)
        The mean of the draws. NaN where cosines are all equal.
    full : float
        On all dimensions, the same in all orders.
    chance : float
        What guessing gets.
    n_judged : int
        How many pairs or rows it is measured on.
    rank : int
        As of `Overlap`: from so many dimensions on, the curve is `full` by construction.
    notes : tuple of str
        What was left out or drawn, as sentences.
    draws : float64 array of shape (n_draws, n_lengths)
    spread : float64 array of shape (n_lengths,)
        The standard deviation of the draws; 0 where there is one.
    """

    measure: str
    curve: NDArray[np.float64]
    full: float
    chance: float
    n_judged: int
    rank: int
    notes: tuple[str, ...]
    draws: NDArray[np.float64]
    spread: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spread", spread_of(self.draws))


OnQuality = Callable[[Ordering, Quality], None]


def measure_quality(  # noqa: PLR0913 - as the overlaps
    vectors: ArrayLike,
    dimensions: Sequence[int],
    pairs: Any = None,
    category: Iterable[Any] | None = None,
    neighbors: int = 10,
    orderings: Sequence[Ordering] = ORDERINGS,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
    on_found: OnQuality | None = None,
    reorderings: Reorderings | None = None,
) -> dict[Ordering, Quality]:
    """Return the judged quality on so many dimensions, in several orders of them.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    dimensions : sequence of int
        Numbers of dimensions, in any order.
    pairs : object with arrays `first` and `second`, and maybe `scores`
        Rows. With scores that differ, the measure is "spearman", else "top1": candidates are the
        second rows of all pairs but those that pairs connect with the first row.
    category : iterable of length n_vectors
        In place of pairs: texts or numbers, None where it is not known. The measure is "knn":
        each row is judged by the others, the nearest `neighbors` of which vote; of categories with
        as many votes, that of the nearer row wins. Rows without a category or a direction do not
        take part, and a row that is alone in its category is asked nothing.
    neighbors : int
        How many vote; in a small set at most half of the other rows.
    orderings : sequence of {"prefix", "random", "variance", "svd"}
        As for `overlap_curve`.
    draws, seed : int
        Of the random orders. The seed also draws 2,000 rows or pairs where there are more that
        would be asked, and fewer in very large sets; the notes say so.
    report : Report
    on_found : callable, optional
        Called with an ordering and its quality once it is known; with "random" after each draw.
    reorderings : Reorderings, optional
        Of these vectors, where they are known already.

    Raises
    ------
    UserError
        When there are not so many dimensions; there are neither pairs nor a category, or both;
        fewer than two pairs or categories; or a row of the pairs is not there, or holds NaN.
    """
    rows = checked_matrix(vectors)
    wanted = np.array([checked_prefix(k, rows.shape[1]) for k in dimensions], dtype=np.intp)
    if (pairs is None) == (category is None):
        raise UserError("Quality is judged by pairs or by a category: give one of them.")
    for ordering in orderings:
        if ordering not in ORDERINGS:
            raise ValueError(f"ordering is {ordering!r}; it must be one of {', '.join(ORDERINGS)}")
    judge = (
        pair_judge(rows, pairs, seed)
        if category is None
        else category_judge(rows, category, checked_count(neighbors, "neighbors", 1), seed)
    )
    if reorderings is None:
        reorderings = Reorderings(rows, draws=draws, seed=seed)
    lengths = np.union1d(wanted, [rows.shape[1]]).astype(np.intp)
    places = np.searchsorted(lengths, wanted)
    found: dict[Ordering, Quality] = {}
    for ordering, drawn, arrange in _curves(judge, reorderings, orderings, lengths, report):
        found[ordering] = Quality(
            judge.measure,
            drawn[:, places].mean(axis=0),
            float(drawn[0, -1]),
            judge.chance,
            judge.n_judged,
            arrange.rank,
            judge.notes,
            drawn[:, places],
        )
        if on_found is not None:
            on_found(ordering, found[ordering])
    return found


def _curves(
    judge: Judge,
    reorderings: Reorderings,
    orderings: Sequence[Ordering],
    lengths: Rows,
    report: Report,
) -> Iterator[tuple[Ordering, NDArray[np.float64], Reordering]]:
    """Yield the curves of each order, (n_draws, n_lengths); after each random draw."""
    steps = 1 + sum(reorderings.n_orders(each) + (each == "svd") for each in orderings)
    (plain,) = reorderings.of("prefix")
    values = prefix_values(judge, plain, lengths, part_of(report, 0, 1 / steps))
    done = 1
    for ordering in orderings:
        drawn: list[NDArray[np.float64]] = []
        found: Report = silent
        if ordering == "svd":
            found = part_of(report, done / steps, (done + 1) / steps)
            done += 1
        for arrange in reorderings.of(ordering, found):
            part = part_of(report, done / steps, (done + 1) / steps)
            is_plain = ordering == "prefix"
            drawn.append(values if is_plain else _shorter(judge, arrange, lengths, values, part))
            done += 1
            yield ordering, np.array(drawn), arrange


def _shorter(
    judge: Judge, arrange: Reordering, lengths: Rows, plain: NDArray[np.float64], report: Report
) -> NDArray[np.float64]:
    """Return the quality at all lengths; on all dimensions, no order changes it."""
    if len(lengths) < 2:
        return plain
    return np.append(prefix_values(judge, arrange, lengths[:-1], report), plain[-1])
