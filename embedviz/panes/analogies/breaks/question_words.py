"""Words about one question: its offset, its point, and why the expected answer is not nearest."""

from __future__ import annotations

import numpy as np

from embedviz.core.wording import one_line
from embedviz.panes.analogies.breaks.explained import ExplainedQuestion


def question_title(explained: ExplainedQuestion) -> str:
    """Return the question and what it came to."""
    if explained.a < 0:
        terms = [one_line(each) for each in explained.wanted.terms]
        n_added = len(explained.wanted.positive)
        asked = " + ".join(terms[:n_added]) + "".join(f" − {each}" for each in terms[n_added:])
    else:
        a, b, c = (explained.label(row) for row in (explained.a, explained.b, explained.c))
        asked = f"{a} is to {b} as {c} is to"
    if explained.best < 0:
        return f"{asked} … nothing: no other row has a direction."
    best = explained.label(explained.best)
    link = "…" if explained.a >= 0 else "≈"
    if explained.expected < 0:
        return f"{asked} {link} {best}"
    if not explained.has_failed:
        return f"{asked} {link} {best}, as expected"
    return f"{asked} {link} {best}, not {explained.label(explained.expected)}"


def describe_offset(explained: ExplainedQuestion) -> str:
    """Return how long the offset of this question is, and where it leads."""
    if explained.a < 0 or np.isnan(explained.lengths[0]):
        return ""
    a, b, c = (explained.label(row) for row in (explained.a, explained.b, explained.c))
    end = explained.label(explained.expected if explained.expected >= 0 else explained.best)
    (first, second), (angle, other) = explained.lengths, explained.angles
    said = (
        f"The offset from {a} to {b} is {first:.2f} long: the two are {angle:.0f}° apart. That "
        f"from {c} to {end} is {second:.2f} long ({other:.0f}°)"
    )
    if np.isnan(explained.between):
        return f"{said}."
    return f"{said}, and has an angle of {explained.between:.0f}° with it; parallel would be 0°."


def describe_point(explained: ExplainedQuestion) -> str:
    """Return what is nearest to the point where the inputs are let in."""
    found = explained.found
    if found is None or explained.best < 0:
        return ""
    nearest = int(found.rows[0])
    best = list(found.rows).index(explained.best)
    angle, first = found.explanation.angles[best], found.explanation.angles[0]
    if found.are_inputs[0]:
        return (
            f"The row nearest to the point is {explained.label(nearest)} itself, a word of the "
            f"question, {first:.0f}° away; {explained.label(explained.best)}, {angle:.0f}° away, "
            "is the nearest of the others. So ≈ means: the nearest row that is not a word of the "
            "question."
        )
    return (
        f"The row nearest to the point is {explained.label(nearest)}, {first:.0f}° away, nearer "
        "than any word of the question: it would be the answer with the inputs let in, too."
    )


def describe_ranks(explained: ExplainedQuestion) -> str:
    """Return what the offset changes in the rank of the expected answer."""
    found = explained.found
    if found is None or explained.expected < 0 or not found.rank:
        return ""
    end = explained.label(explained.expected)
    if explained.c < 0:
        return f"{end} is {ordinal(found.rank)} among the rows that are no words of the question."
    c = explained.label(explained.c)
    before, after = found.rank_by_c, found.rank
    if not before:
        return ""
    said = f"{end} is the {ordinal(before)} nearest neighbor of {c}"
    if before == after == 1:
        return f"{said} already: the offset was not needed."
    if before == after:
        return f"{said}, and with the offset it is {ordinal(after)} as well."
    better = "helps" if after < before else "leads away"
    return f"{said}; with the offset it is {ordinal(after)}: the offset {better}."


def describe_reason(explained: ExplainedQuestion) -> str:
    """Return which term puts another answer before the expected one."""
    found = explained.found
    if found is None or not explained.has_failed or explained.best < 0:
        return ""
    places = [list(found.rows).index(row) for row in (explained.best, explained.expected)]
    more = found.explanation.shares[places[0]] - found.explanation.shares[places[1]]
    total = float(found.scores[places[0]] - found.scores[places[1]])
    terms = [one_line(each) for each in explained.wanted.terms]
    parts = [f"{_signed(value)} by {term}" for value, term in zip(more, terms, strict=True)]
    best, expected = explained.label(explained.best), explained.label(explained.expected)
    main = int(np.argmax(more))
    way = "nearer to" if found.explanation.signs[main] > 0 else "farther from"
    return (
        f"{best} goes before {expected} by {total:.3f} in the cosine: {', '.join(parts)}. Above "
        f"all, it is {way} {terms[main]}."
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def ordinal(number: int) -> str:
    """Return "1st", "22nd", "113th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    if number % 100 in (11, 12, 13):
        ending = "th"
    return f"{number:,}{ending}"
