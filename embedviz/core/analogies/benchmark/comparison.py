"""Comparison of two sets of vectors, or two methods, on the same analogy questions.

Only questions that were asked of both count. Of these, b were answered correctly by the first
alone and c by the second alone; McNemar's test asks whether such a difference is to be expected of
two that are equally good. It is the exact one, two-sided: twice the smaller tail of the binomial
distribution of b among b + c with probability ½, at most 1. Over the sections, p values are
adjusted by Holm's method (1979), which keeps the probability of any false alarm among them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from embedviz.core.analogies.benchmark.asked import Flags
from embedviz.core.analogies.benchmark.results import BenchmarkReport
from embedviz.core.analogies.significance import Correction, correct_p_values
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError

CORRECTION: Correction = "Holm"
"""How p values of sections are adjusted for being several."""


@dataclass(frozen=True)
class SectionComparison:
    """Counts of two reports on the questions of a section that both were asked.

    Attributes
    ----------
    name : str
    first_correct, second_correct : int
    n_both : int
        Questions asked of both.
    n_first_alone : int
        Asked of both, and answered correctly by the first alone: McNemar's b.
    n_second_alone : int
        McNemar's c.
    p_value : float
        Of McNemar's exact test, two-sided; 1 where both answer the same ones correctly.
    adjusted_p_value : float
        The same by Holm's method over the sections with a question; of all questions together,
        as it is.
    """

    name: str
    first_correct: int
    second_correct: int
    n_both: int
    n_first_alone: int
    n_second_alone: int
    p_value: float
    adjusted_p_value: float

    @property
    def first_accuracy(self) -> float:
        """Share that the first answered correctly; 0 when none was asked."""
        return self.first_correct / self.n_both if self.n_both else 0.0

    @property
    def second_accuracy(self) -> float:
        """Share that the second answered correctly; 0 when none was asked."""
        return self.second_correct / self.n_both if self.n_both else 0.0

    @property
    def difference(self) -> float:
        """The second's accuracy minus the first's."""
        return self.second_accuracy - self.first_accuracy


@dataclass(frozen=True, eq=False)
class BenchmarkComparison:
    """Two reports on the same questions.

    Attributes
    ----------
    sections : list of SectionComparison
        In the order of the file.
    whole : SectionComparison
        Of all questions together.
    n_first_only, n_second_only : int
        Questions that were asked of one alone, as the other does not know a word; left out.
    first_places, second_places : int arrays of shape (n_both,)
        Where the questions that count are among those asked of each.
    """

    sections: list[SectionComparison]
    whole: SectionComparison
    n_first_only: int
    n_second_only: int
    first_places: Rows
    second_places: Rows


def compare_reports(first: BenchmarkReport, second: BenchmarkReport) -> BenchmarkComparison:
    """Return how two reports on the same questions differ, section by section.

    Raises
    ------
    UserError
        When they are of different questions.
    """
    if not first.questions.asks_same_as(second.questions):
        raise UserError(
            f"The one result is of {first.questions.name} and the other of "
            f"{second.questions.name}, or of other questions. Run both on the same file."
        )
    numbers, first_places, second_places = np.intersect1d(
        first.answers.numbers, second.answers.numbers, assume_unique=True, return_indices=True
    )
    one = first.answers.is_correct[first_places]
    other = second.answers.is_correct[second_places]
    sections = []
    for section in first.questions.sections:
        inside = (numbers >= section.first) & (numbers < section.last)
        sections.append(compare_answers(section.name, one[inside], other[inside]))
    asked = [place for place, section in enumerate(sections) if section.n_both]
    corrected = correct_p_values([sections[place].p_value for place in asked], CORRECTION)
    for place, p in zip(asked, corrected.tolist(), strict=True):
        sections[place] = replace(sections[place], adjusted_p_value=p)
    return BenchmarkComparison(
        sections,
        compare_answers("all", one, other),
        first.n_asked - len(numbers),
        second.n_asked - len(numbers),
        first_places,
        second_places,
    )


def compare_answers(name: str, one: Flags, other: Flags) -> SectionComparison:
    """Return how the answers of two to the same questions differ; p is not corrected.

    Parameters
    ----------
    name : str
        Of the section.
    one, other : bool arrays of shape (n_both,)
        Whether the answers of each are right.
    """
    first_alone, second_alone = int((one & ~other).sum()), int((other & ~one).sum())
    p = mcnemar(first_alone, second_alone)
    return SectionComparison(
        name, int(one.sum()), int(other.sum()), len(one), first_alone, second_alone, p, p
    )


def mcnemar(b: int, c: int) -> float:
    """Return the two-sided p value of McNemar's exact test.

    Parameters
    ----------
    b, c : int
        How many questions the one alone, and the other alone, answered correctly.
    """
    n, least = b + c, min(b, c)
    if not n:
        return 1.0
    # By logarithms, as 2 to the power n is beyond floating point from 1,024 questions on.
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
        for k in range(least + 1)
    ]
    tail = math.fsum(math.exp(each) for each in logs)
    return min(1.0, 2 * tail)
