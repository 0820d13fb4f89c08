"""Words of the page of curves: whether the set is ordered, and what is kept at which length."""

from __future__ import annotations

from collections.abc import Mapping

from embedviz.core.matryoshka import OrderVerdict, Overlap, Quality, judge_order, kept_length
from embedviz.core.matryoshka.orderings import Ordering
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text
from embedviz.panes.matryoshka.curves.measuring import DRAWS, NEIGHBORS, MeasuredCurves

_ORDERS = {
    "clearly": "Clearly Matryoshka-ordered",
    "slightly": "Slightly Matryoshka-ordered",
    "same": "Not distinguishable from random dimensions",
    "worse": "Worse than random dimensions",
}
_HIDES = (
    "Overlap with itself can hide what training does; judged pairs (File → Add Pairs…) or a "
    "category would show it."
)


def title_of(measured: MeasuredCurves, count: int) -> str:
    """Return what the values are."""
    quality = next(iter(measured.quality.values()), None)
    if quality is None:
        return f"Mean overlap@{count}"
    assert measured.wanted.judgment is not None
    name = one_line(measured.wanted.judgment.name)
    return {
        "spearman": f"Spearman with {name or 'judged pairs'}",
        "top1": f"Top-1 of {name or 'pairs'}",
        "knn": f"{NEIGHBORS}-NN accuracy of {name}",
    }[quality.measure]


def describe_verdict(measured: MeasuredCurves, count: int) -> str:
    """Return whether the set is ordered, or what is still being measured, in one line.

    Parameters
    ----------
    measured : MeasuredCurves
        With curves that have numbers.
    count : int
        How many neighbors are compared.
    """
    shown = measured.shown(count)
    draws = len(shown["random"].draws) if "random" in shown else 0
    if not measured.is_done and draws < DRAWS:
        return f"Measuring … {draws} of {DRAWS} random orders so far."
    if not draws:
        return ""
    verdict = judge_order(measured.lengths, shown["prefix"].curve, shown["random"].draws)
    return describe_order(verdict, title_of(measured, count), draws)


def describe_curves(measured: MeasuredCurves, count: int, *, can_judge: bool) -> str:
    """Return what the curves say beside the verdict.

    Parameters
    ----------
    measured, count
        As for `describe_verdict`.
    can_judge : bool
        Whether there are judgments, so that judged quality could be shown.
    """
    shown = measured.shown(count)
    curves = shown["prefix"]
    said = [_kept(measured, curves)]
    if isinstance(curves, Overlap) and not can_judge:
        said.append(_HIDES)
    said.append(_describe_rank(shown, *measured.wanted.vector_set.vectors.shape))
    said.extend(_how(curves, len(measured.wanted.vector_set)))
    return " ".join(filter(None, said))


def describe_order(verdict: OrderVerdict, title: str, n_draws: int) -> str:
    """Return whether the set is ordered, with the numbers that say so."""
    if verdict.order == "unknown":
        return "No shorter prefix is there to compare with random dimensions."
    way = "above" if verdict.gap >= 0 else "below"
    widest = number_text(verdict.widest, 3)
    widest = widest if verdict.widest < 0 else f"+{widest}"
    return (
        f"{_ORDERS[verdict.order]}: {_lower(title)} is {abs(verdict.gap):.3f} {way} random on "
        f"average ({widest} at {verdict.at:,}); {n_draws} random orders ±{verdict.spread:.3f}."
    )


def _kept(measured: MeasuredCurves, curves: Overlap | Quality) -> str:
    full, dimensions = float(curves.curve[-1]), measured.lengths[-1]
    most, nearly_all = (kept_length(measured.lengths, curves.curve, x) for x in (0.95, 0.99))
    if most is None or nearly_all is None:
        return f"At full length it is {full:.3f}, of which there is nothing to keep."
    what = "of it" if isinstance(curves, Overlap) else f"of the {full:.3f} at full length"
    if most == dimensions:
        return f"95 % {what} needs all {dimensions:,} dimensions."
    return f"95 % {what} is kept from about {most:,} dimensions on, 99 % from {nearly_all:,}."


def _describe_rank(
    shown: Mapping[Ordering, Overlap | Quality], n_vectors: int, dimensions: int
) -> str:
    rank = min(each.rank for each in shown.values())
    if rank >= dimensions:
        return ""
    if n_vectors <= dimensions:
        begin = f"{counted(n_vectors, 'row')} span at most {counted(n_vectors, 'direction')}"
    else:
        begin = f"The rows lie in {counted(rank, 'direction')}"
    return f"{begin}: from {rank:,} of {dimensions:,} dimensions on, SVD keeps all by construction."


def _how(curves: Overlap | Quality, n_vectors: int) -> list[str]:
    """Return what was left out or drawn."""
    if isinstance(curves, Quality):
        of = "rows" if curves.measure == "knn" else "pairs"
        drawn = [note for note in curves.notes if "drawn" in note]
        return list(curves.notes) if drawn else [f"{curves.n_judged:,} {of}.", *curves.notes]
    said = []
    if curves.n_queries < n_vectors:
        said.append(f"{curves.n_queries:,} of {n_vectors:,} rows are asked, drawn at random.")
    if left := curves.n_queries - curves.n_counted:
        said.append(
            f"{counted(left, 'row')} without neighbors of {'its' if left == 1 else 'their'} own, "
            f"such as zeros and copies, {'does' if left == 1 else 'do'} not count."
        )
    return said


def why_nothing(measured: MeasuredCurves, count: int, n_vectors: int) -> str:
    """Return why there is no curve; empty where there is one."""
    if measured.problem:
        return measured.problem
    prefix = measured.shown(count).get("prefix")
    if prefix is None:
        return ""
    if isinstance(prefix, Quality):
        return (
            ""
            if prefix.curve[-1] == prefix.curve[-1]
            else ("No quality is shown: all cosines of the judged pairs are equal.")
        )
    if n_vectors < 3:
        return (
            f"No overlap is shown: of {counted(n_vectors, 'row')}, each has too few others to "
            "choose neighbors from."
        )
    if not prefix.n_counted:
        return (
            f"No overlap is shown: the nearest rows of each of {prefix.n_queries:,} queries are "
            "all equally near, as they are to rows of zeros and to copies of one row. So a prefix "
            "has nothing to lose."
        )
    return ""


def _lower(title: str) -> str:
    return title[0].lower() + title[1:] if title.startswith("Mean") else title
