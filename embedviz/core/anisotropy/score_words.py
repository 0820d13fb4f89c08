"""What scores say beside each other: which way they moved, where two disagree, and as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping

from embedviz.core.anisotropy.scores import EXACT, SCORES, Score, ScoreDefinition, Scores
from embedviz.core.isotropy.pairwise import chance_of_absolute_cosine

_SAME = 0.002
"""Difference of evenness, from 0 to 1, up to which a score is the same."""
_LITTLE = 0.05
"""Mean cosine up to which rows lean to no side."""
_UNEVEN = 0.5
"""IsoScore below which the spread is uneven."""

Values = Mapping[str, float]


def direction_of(each: ScoreDefinition, before: float, after: float, sizes: tuple[int, int]) -> int:
    """Return 1 where a score became more isotropic, -1 where less, 0 where neither is known.

    Parameters
    ----------
    each : ScoreDefinition
    before, after : float
    sizes : pair of int
        Dimensions before and after.
    """
    step = each.evenness(after, sizes[1]) - each.evenness(before, sizes[0])
    if math.isnan(step) or abs(step) < _SAME:
        return 0
    return 1 if step > 0 else -1


def describe_agreement(before: Scores, after: Scores) -> str:
    """Return in one sentence or two where scores disagree, and why; or that they do not."""
    for when, scores in (("After", after), ("Before", before)):
        if found := _describe_canceling(when, scores):
            return found
    sizes = before.dimensions, after.dimensions
    moves = {
        each.name: direction_of(each, _value(before, each), _value(after, each), sizes)
        for each in SCORES
    }
    if not any(moves.values()):
        return "No score has changed."
    worse = [each for each in SCORES if moves[each.name] < 0]
    better = [each for each in SCORES if moves[each.name] > 0]
    if not worse:
        return "All scores that changed say more isotropic. Whether it helps is another question."
    if not better:
        return "All scores that changed say less isotropic."
    # The fewer are the ones to explain.
    word, few = ("less", worse) if len(worse) <= len(better) else ("more", better)
    each = few[0]
    moved = f"{each.text(_value(before, each))} → {each.text(_value(after, each))}"
    others = "" if len(few) == 1 else f" (so {'do' if len(few) > 2 else 'does'} {_titles(few[1:])})"
    rest = "more" if word == "less" else "less"
    return (
        f"{each.title} says {word} isotropic, {moved}{others}, while the others say {rest}: it is "
        f"about {each.sees}."
    )


def _describe_canceling(when: str, scores: Scores) -> str:
    """Return why a mean cosine near zero says little, where another score says it does."""
    values = {name: score.value for name, score in scores.values.items()}
    mean, iso, size = values["mean_cosine"], values["iso_score"], values["mean_absolute_cosine"]
    if not abs(mean) < _LITTLE or not iso < _UNEVEN:
        return ""
    chance = chance_of_absolute_cosine(scores.dimensions)
    larger = f"; |cosine| is {size / chance:.1f} times what chance gives" if size > chance else ""
    return (
        f"{when}, the mean cosine says isotropic ({_text('mean_cosine', mean)}), IsoScore does not "
        f"({_text('iso_score', iso)}): the rows lean to no side, so cosines cancel, but "
        f"{values['participation_ratio']:.0f} of {scores.dimensions:,} dimensions carry the "
        f"variance{larger}."
    )


def describe_rows_left_out(scores: Scores) -> str:
    """Return how many rows have no direction; nothing where all have one."""
    count = scores.n_without_direction
    if not count:
        return ""
    of = f"{count:,} of {scores.n_rows:,} rows"
    return f"{of} {'is' if count == 1 else 'are'} all zeros and left out of what is about angles."


def as_table(before: Scores, after: Scores | None, separator: str = "\t") -> str:
    """Return the scores as lines of text, a line each, with the names of the columns first.

    Parameters
    ----------
    before, after : Scores
    separator : str
        Between columns: "," gives CSV, a tab what spreadsheets take from the clipboard.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(["score", "before", "after", "how before", "how after", "source"])
    for each in SCORES:
        one = before.values[each.name]
        other = None if after is None else after.values[each.name]
        cells = [_exact(one), "" if other is None else _exact(other)]
        hows = [describe_how(one), "" if other is None else describe_how(other)]
        writer.writerow([each.title, *cells, *hows, each.source])
    return text.getvalue()


def describe_how(score: Score) -> str:
    """Return how a number was got: "exact", or of what sample, give or take how much."""
    return f"{score.how}, ± {score.error:.2g}" if score.error else score.how


def describe_value(each: ScoreDefinition, score: Score, dimensions: int) -> str:
    """Return a number with all its digits, how it was got, and what an even cloud has."""
    if math.isnan(score.value):
        return f"{each.title}: not defined for these rows"
    even = each.text(each.isotropic(dimensions))
    how = "" if score.how == EXACT and not score.error else f" ({describe_how(score)})"
    return f"{each.title}: {score.value:.10g}{how}; {even} where every direction is alike"


def _exact(score: Score) -> str:
    return "" if math.isnan(score.value) else repr(score.value)


def _value(scores: Scores, each: ScoreDefinition) -> float:
    return scores.values[each.name].value


def _text(name: str, value: float) -> str:
    return next(each for each in SCORES if each.name == name).text(value)


def _titles(several: list[ScoreDefinition]) -> str:
    names = [each.title for each in several]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
