"""Words of the page: how well cosines follow judgments, and what was left out."""

from __future__ import annotations

import math

from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text
from embedviz.panes.analogies.similarity.measuring import MeasuredSimilarity

INVITATION = (
    "Load pairs of words that people have judged: a file with two words and a score in each line, "
    "as WordSim-353 or SimLex-999 is published, by the list above or by dropping it here. Judged "
    "pairs of this set, added by File → Add Pairs…, are taken too."
)
_MOST_NAMED = 4
_LONGEST = 24
COLORS = (
    "Named: pairs that cosine and people place most differently; blue: nearer than people say, "
    "orange: farther."
)


def pair_name(first: str, second: str) -> str:
    """Return the words of a pair, shortened where they are texts."""
    names = (one_line(each) or "␣" for each in (first, second))
    return " · ".join(n if len(n) <= _LONGEST else n[: _LONGEST - 1] + "…" for n in names)


def describe_correlation(measured: MeasuredSimilarity) -> str:
    """Return the result in a sentence."""
    report = measured.report
    if report is None:
        return "Nothing was measured."
    if math.isnan(report.spearman):
        return f"{counted(report.n_pairs, 'pair')}: no correlation, as all values are equal."
    words = f"Spearman {number_text(report.spearman, 3)}"
    if not math.isnan(report.low):
        low, high = number_text(report.low, 3), number_text(report.high, 3)
        words += f" (95 % interval {low} to {high})"
    words += f", Pearson {number_text(report.pearson, 3)}"
    least, most = report.pearson_interval
    if not math.isnan(least):
        words += f" ({number_text(least, 3)} to {number_text(most, 3)})"
    return words


def describe_pairs_left_out(measured: MeasuredSimilarity) -> str:
    """Return how many pairs counted, and which did not."""
    report = measured.report
    if report is None:
        return measured.problem
    said = [f"{counted(report.n_pairs, 'pair')} of {one_line(report.name)}"]
    if math.isnan(report.low) and not math.isnan(report.spearman):
        said.append("too few for an interval")
    if measured.skipped:
        named = "; ".join(pair_name(a, b) for a, b, _ in measured.skipped[:_MOST_NAMED])
        more = ", …" if len(measured.skipped) > _MOST_NAMED else ""
        said.append(f"{len(measured.skipped):,} skipped, as a word is unknown ({named}{more})")
    if report.malformed:
        said.append(f"{counted(report.malformed, 'line')} left out, being no pair with a score")
    said += [
        f"{each.name or 'no part of speech'} {number_text(each.spearman, 3)}"
        for each in report.groups
    ]
    if measured.note:
        said.append(measured.note.rstrip("."))
    return f"{' · '.join(said)}. {COLORS}"
