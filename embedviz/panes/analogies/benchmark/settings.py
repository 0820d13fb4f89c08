"""Settings of the page of the benchmark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal, Self

from embedviz.core.errors import UserError
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet

Filter = Literal["asked", "right", "wrong", "skipped", "gained", "lost"]
Detail = Literal["wrong", "questions"]

FILTERS: tuple[tuple[str, Filter], ...] = (
    ("All asked", "asked"),
    ("Right", "right"),
    ("Wrong", "wrong"),
    ("Skipped", "skipped"),
    ("Only right in the other set", "gained"),
    ("Only right here", "lost"),
)
PREFIX = "prefix:"
"""What stands before a number of dimensions, where a set is compared with its first ones."""
SET = "set:"
"""What stands before the name of another set."""


@dataclass(frozen=True)
class BenchmarkSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    path : str
        File of questions; empty: the bundled relations are asked.
    all_methods : bool
        Whether all methods are measured, side by side, or the chosen one alone.
    restrict_vocab : int or None
        How many of the first rows are looked at; None: all.
    case_insensitive : bool
    dummy4unknown : bool
        Whether a question with an unknown word counts as wrong.
    compare : str
        What the set is compared with: nothing; "whitened"; "prefix:" and a number of dimensions;
        or "set:" and the name of another open set.
    section : str
        The line that is chosen: empty for all questions.
    detail : {"wrong", "questions"}
        What is listed of it.
    filter : str
        Which of its questions are listed.
    """

    name: ClassVar[str] = "analogies.benchmark"

    path: str = setting(
        "",
        "Questions",
        "a file of analogy questions, as Google's, MSR's or BATS's; without: the bundled relations",
        option="questions",
        metavar="FILE",
        in_form=False,
    )
    all_methods: bool = setting(
        True,
        "Measure all methods",
        "count what each method answers right, not only the chosen one",
        option="all-methods",
    )
    restrict_vocab: int | None = setting(
        300_000,
        "Only the first",
        "how many rows may be asked and answered, usually the most frequent words; gensim takes "
        "300,000",
        least=1,
        unit="rows",
        unset="all rows",
        option="restrict-vocab",
    )
    case_insensitive: bool = setting(
        True,
        "Ignore case",
        "Paris and PARIS are the same word; of labels that are then equal, the first counts",
        option="ignore-case",
    )
    dummy4unknown: bool = setting(
        False,
        "Count unknown words as wrong",
        "a question with a word that is not in the set counts as wrong, and is not skipped",
        option="count-unknown",
    )
    compare: str = setting(
        "",
        "Compare with",
        "what else the questions are asked of: whitened, prefix:128, or set:NAME of an open set",
        option="compare",
        metavar="WHAT",
        in_form=False,
    )
    section: str = setting("", "Section", "the section that is looked at", in_form=False)
    detail: Detail = setting(
        "wrong",
        "Below",
        "what is listed: the most frequent wrong answers, or the questions one by one",
        choices=(("Wrong answers", "wrong"), ("Questions", "questions")),
        option="list",
        in_form=False,
    )
    filter: Filter = setting(
        "asked", "List", "which questions are listed", choices=FILTERS, option="", in_form=False
    )

    def require(self, vector_set: VectorSet) -> None:
        """Raise a UserError where the file of questions is not there."""
        if self.path and not Path(self.path).exists():
            raise UserError(f"There is no file {self.path}. Name a file of questions.")

    @property
    def prefix_compared(self) -> int | None:
        """How many of the first dimensions the set is compared with; None: with something else."""
        number = self.compare.removeprefix(PREFIX)
        is_prefix = self.compare.startswith(PREFIX) and number.isascii() and number.isdigit()
        return int(number) if is_prefix and len(number) < 10 else None

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return settings with values that a set can have: a prefix is shorter than its rows."""
        fitting = clamped(self)
        known = fitting.compare in ("", "whitened") or fitting.compare.startswith(SET)
        length = fitting.prefix_compared
        if known or (length is not None and 1 <= length < vector_set.dimensions):
            return fitting
        return replace(fitting, compare="")
