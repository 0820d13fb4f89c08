"""Words of the page of relations: what is known of one, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from embedviz.core.analogies.relations import AppliedWord, RelationMeasures
from embedviz.core.analogies.significance import SIGNIFICANT
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.panes.analogies.relation.layout import RelationLayout
from embedviz.panes.analogies.relation.measuring import MeasuredRelation

_FEW = 5
NO_RELATION = (
    "None of the bundled relations has two pairs of words in this set.\n"
    "Add pairs of its labels: with Add above, or by dropping a file of them here."
)


def describe_relation(measured: MeasuredRelation) -> str:
    """Return how well the offsets of the pairs agree, and what their mean finds."""
    count, measures = len(measured.labels), measured.measures
    if not count:
        return describe_none(measured)
    if count == 1:
        return "1 pair: there is no other offset to compare its own with. Add a second pair."
    pairs = counted(count, "pair")
    if measures is None:
        return f"{pairs}: measuring …"
    said = f"{pairs}: {_verdict(measures)} ({describe_null(measures)})"
    what, n_asked = noun_of(measured.of.relation.name), measures.n_asked
    if not n_asked:
        return f"{said}."
    n_right = round(measures.accuracy * n_asked)
    return f"{said}; the mean offset of the others finds {what} of {n_right:,} of {n_asked:,}."


def _verdict(measures: RelationMeasures) -> str:
    if measures.p_value < SIGNIFICANT:
        return "the offsets agree"
    if not measures.n_shuffles:
        return "no way to tell from chance whether the offsets agree"
    if 1 / (1 + measures.n_shuffles) >= SIGNIFICANT:
        return "too few to tell from chance whether the offsets agree"
    return "the offsets agree no more than those of shuffled pairs"


def describe_null(measures: RelationMeasures) -> str:
    """Return the consistency beside that of shuffled pairs, with the p value."""
    spread = measures.null_std
    decimals = 2
    while decimals < 5 and 0 < spread < 0.95 * 10.0**-decimals:
        decimals += 1  # As many as the spread has, so that the relation can be told from it.
    value, mean, std = (
        number_text(each, decimals) for each in (measures.consistency, measures.null_mean, spread)
    )
    if math.isnan(measures.null_mean):
        return f"consistency {value}, and no other pairing is possible"
    return f"consistency {value}, shuffled pairs {mean} ± {std}, p = {p_text(measures.p_value)}"


def p_text(p_value: float) -> str:
    """Return a p value with one or two digits that count."""
    if math.isnan(p_value):
        return "–"
    if p_value >= 0.095:
        return f"{p_value:.2f}"
    return f"{p_value:.{max(-math.floor(math.log10(max(p_value, 1e-9))), 2)}f}"


def describe_none(measured: MeasuredRelation) -> str:
    """Return why there is no pair."""
    given, name = measured.n_given, one_line(measured.of.relation.name)
    if not given:
        return f"“{name}” has no pairs."
    whole, can = (
        ("The only pair", "cannot") if given == 1 else (f"None of the {given:,} pairs", "can")
    )
    return f"{whole} of “{name}” {can} be measured in this set. {describe_missing(measured)}"


def describe_missing(measured: MeasuredRelation) -> str:
    """Return which pairs were left out, and why; "" for none."""
    return " ".join(measured.found.notes)


def describe_picture(layout: RelationLayout, *, is_fan: bool) -> str:
    """Return what is drawn, and how much of it the picture holds."""
    shape = "plane" if layout.positions.shape[1] == 2 else "space"
    share = percent(layout.space.share)
    if is_fan:
        return (
            f"All offsets from one origin, their mean to the right: this {shape} holds {share} of "
            "their squared length; all numbers are from all dimensions."
        )
    return (
        f"PCA of the words of the pairs: this {shape} holds {share} of their variance; all numbers "
        "are from all dimensions."
    )


def noun_of(name: str) -> str:
    """Return what a relation finds, by its name: "the capital"; else "the second word"."""
    _, arrow, second = one_line(name).replace("->", "→").rpartition("→")
    return f"the {second.strip()}" if arrow and second.strip() else "the second word"


def describe_ranking(
    known: Sequence[MeasuredRelation | None], corrected: Sequence[float], *, is_busy: bool
) -> str:
    """Return how many relations are measured, and of how many p says that they are no accident.

    Parameters
    ----------
    known : sequence of MeasuredRelation or None
        None where a relation is not measured yet.
    corrected : sequence of float
        The p values by Holm's method, NaN where there is none, as of a single pair.
    is_busy : bool
        Whether the others are still being measured.
    """
    done = [each.measures for each in known if each is not None and each.measures is not None]
    if len(done) < len(known):
        waits = "" if is_busy else "; the rest was stopped"
        return f"{len(done)} of {counted(len(known), 'relation')} measured{waits}."
    tested = [p_value for p_value in corrected if not math.isnan(p_value)]
    if not tested:
        return "No relation could be tested."
    found = sum(p_value < SIGNIFICANT for p_value in tested)
    return (
        f"{counted(len(tested), 'relation')} tested, p corrected for that by Holm's method: "
        f"{found} below {SIGNIFICANT:g}. A click shows a relation."
    )


def describe_unknown(applied: Sequence[AppliedWord]) -> str:
    """Return how many words the set lacks, and some of them; "" where it has all."""
    unknown = [one_line(each.label) for each in applied if each.row < 0]
    if not unknown:
        return ""
    more = f" and {len(unknown) - _FEW:,} more" if len(unknown) > _FEW else ""
    verb = "is" if len(unknown) == 1 else "are"
    return (
        f"{len(unknown):,} of {counted(len(applied), 'word')} {verb} not in the set: "
        f"{', '.join(unknown[:_FEW])}{more}."
    )
