"""What is said of an answered question: the sum of a score, the gap, the rank, what is left out."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.core.analogies.explaining import describe_odd_terms, is_by_frequency
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.widgets.ranked_list import Ranked
from embedviz.gui.widgets.signed_bars import signed
from embedviz.panes.analogies.question.solving import (
    SHOWN,
    AnswerCandidate,
    Solved,
    describe_texts,
)
from embedviz.panes.analogies.question.wanted import WantedAnswer
from embedviz.panes.analogies.question.writing import write_question

_MOST_BARS = 6
"""Terms of a question whose parts are drawn; with more, a bar would be a dot."""
_LONGEST = 30
_SUMMED = 5
"""Terms of a question whose sum is written out."""


def lines_of(solved: Solved) -> list[Ranked]:
    """Return the answers as lines of a list: with what each owes to which term, and its row."""
    signed_cosines = solved.explanation.cosines * solved.explanation.signs
    shares = signed_cosines[:, solved.wanted.order]
    n_terms = len(solved.wanted.labels)
    return [
        Ranked(
            each.row,
            each.label,
            each.score,
            "input" if each.is_input else "",
            f"{each.row + 1:,}",
            tuple(shares[each.place - 1].tolist()) if 1 < n_terms <= _MOST_BARS else (),
        )
        for each in solved.answers
    ]


def titles_of(wanted: WantedAnswer) -> tuple[list[str], str, str]:
    """Return what the columns of the answers are: of the bars, of the note, of the score."""
    bars = [f"{wanted.signs[each]}{one_line(wanted.labels[each])}" for each in wanted.order]
    if not 1 < len(bars) <= _MOST_BARS:
        bars = []
    score = "cosine" if wanted.method == "3CosAdd" else "score"
    return bars, "rank" if is_by_frequency(wanted.vector_set) else "row", score


def short_question(wanted: WantedAnswer) -> str:
    """Return a question for a marker; a long one only by what it asks for."""
    written = one_line(write_question(wanted.positive, wanted.negative))
    return written if len(written) <= _LONGEST else "the point asked for"


def _short(label: str, length: int) -> str:
    text = one_line(label)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def describe_gap(solved: Solved, focus: int) -> str:
    """Return how far an answer is from the point, in all dimensions: "0.62 · 31.5°"."""
    gap, angle = _gap(solved, solved.answers[focus])
    return f"{gap:.2f} · {angle:.1f}°"


def _gap(solved: Solved, answer: AnswerCandidate) -> tuple[float, float]:
    place = answer.place - 1
    return float(solved.explanation.gaps[place]), float(solved.explanation.angles[place])


def describe_answer(solved: Solved, focus: int) -> str:
    """Return why an answer is one: its sum, its gap, its row."""
    if focus >= len(solved.answers):
        return ""
    answer = solved.answers[focus]
    said = [_describe_sum(solved, answer)]
    gap, angle = _gap(solved, answer)
    if len(solved.wanted.labels) > 1:
        said.append(f"{gap:.2f} and {angle:.1f}° from the point asked for.")
    said.append(f"{describe_row(solved.vector_set, answer.row)}.")
    return " ".join(filter(None, said))


def describe_row(vector_set: VectorSet, row: int) -> str:
    """Return which row of how many: its rank by frequency, where the order is that."""
    what = "Row {:,} of {:,}"
    if is_by_frequency(vector_set):
        what += ", by frequency"
    return what.format(row + 1, len(vector_set))


def _describe_sum(solved: Solved, answer: AnswerCandidate) -> str:
    """Return how a score is made of the cosines with the terms."""
    wanted, explanation = solved.wanted, solved.explanation
    cosines = explanation.cosines[answer.place - 1]
    n_terms, label = len(wanted.labels), _short(answer.label, _LONGEST)
    if not 1 < n_terms <= _SUMMED:
        return ""
    if wanted.method == "3CosAdd":
        parts = [signed(each, 3) for each in (cosines * explanation.signs)[wanted.order]]
        terms = " ".join(f"{each[0]} {each[1:]}" for each in parts).removeprefix("+ ")
        return f"{label}: {answer.score:.3f} = ({terms}) / {explanation.total_length:.3f}."
    if wanted.method == "3CosMul":
        halves = [f"{(1 + each) / 2:.3f}" for each in cosines]
        n_added = len(wanted.positive)
        above, below = (" · ".join(each) for each in (halves[:n_added], halves[n_added:]))
        over = f" / ({below})" if below else ""
        return f"{label}: {answer.score:.3f} = {above}{over}, each (1 + cosine) / 2."
    a, b, c = (_short(each, 16) for each in (wanted.negative[0], *wanted.positive))
    return f"{label}: {answer.score:.3f} is the cosine of {label} − {c} with {b} − {a}."


def describe_left_out(solved: Solved) -> str:
    """Return what leaving the inputs out changes: which would have won, at which score."""
    if len(solved.wanted.labels) < 2:
        return ""
    inputs = solved.left_out
    if not inputs:
        return f"No term of the question is among the first {SHOWN}."
    terms = [
        f"{_short(each.label, 20)} {_ordinal(each.place)} ({each.score:.2f})" for each in inputs
    ]
    listed = " and ".join([", ".join(terms[:-1]), terms[-1]]) if len(terms) > 1 else terms[0]
    if not solved.wanted.exclude_inputs:
        return f"Inputs are shown: {listed}."
    return f"Inputs are left out; else {listed}."


def _ordinal(place: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{place}{'th' if 10 < place % 100 < 14 else ends.get(place % 10, 'th')}"


def describe_picture(solved: Solved) -> str:
    """Return what the picture is, and what else must be known to read it."""
    wanted = solved.wanted
    odd = describe_odd_terms(solved.vector_set, wanted.positive, wanted.negative)
    said: Sequence[str] = [
        describe_texts(solved.texts),
        *(each.rstrip(".") for each in odd),
        solved.vector_set.name,
        f"{wanted.method} over {len(solved.places.positions):,} rows",
        solved.places.words,
    ]
    if len(wanted.labels) > 1:
        said = [*said, "the gap is measured in all dimensions"]
    return " · ".join(filter(None, said))
