"""Settings of the page of word similarity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal, Self

from embedviz.core.errors import UserError
from embedviz.core.settings import Settings, setting
from embedviz.core.vector_set import VectorSet

Listed = Literal["pairs", "skipped"]


@dataclass(frozen=True)
class SimilaritySettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    path : str
        File of word similarity; empty: judged pairs of the set are taken, where it has some.
    judge : str or None
        Which of the pairs of the set, by their name; None: the newest.
    ignore_case : bool
    listed : {"pairs", "skipped"}
        Which pairs are listed: those that were measured, or those that were not.
    """

    name: ClassVar[str] = "analogies.similarity"

    path: str = setting(
        "",
        "Pairs",
        "a file of word similarity, as WordSim-353 or SimLex-999; without: pairs of the set",
        option="similarity",
        metavar="FILE",
        in_form=False,
    )
    judge: str | None = setting(
        None,
        "Judged pairs",
        "judged pairs of the set, by the name of their file",
        option="judged-pairs",
        metavar="NAME",
        in_form=False,
    )
    ignore_case: bool = setting(
        True,
        "Ignore case",
        "Tiger and tiger are the same word; of labels that are then equal, the first counts",
        option="ignore-case-of-pairs",
    )
    listed: Listed = setting(
        "pairs",
        "List",
        "which pairs are listed",
        choices=(("Measured", "pairs"), ("Skipped", "skipped")),
        option="",
        in_form=False,
    )

    def require(self, vector_set: VectorSet) -> None:
        """Raise a UserError where the file of pairs is not there."""
        if self.path and not Path(self.path).exists():
            raise UserError(f"There is no file {self.path}. Name a file of pairs.")

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return no pairs by name; a file stays, since its words may be in the other set too."""
        return replace(self, judge=None)
