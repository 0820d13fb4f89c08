"""Settings of the page that asks whether the map helped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from embedviz.core.settings import Settings, setting
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class JudgedSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    judge : str or None
        Name of the pairs, or of the column of categories, that judge; None: the likeliest.
    """

    name: ClassVar[str] = "anisotropy.judged"

    judge: str | None = setting(
        None,
        "Judge",
        "pairs by the name of their file, or a column of categories, that judge the map",
        metavar="NAME",
        in_form=False,
    )

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return no judge by name."""
        return replace(self, judge=None)
