"""Settings of the page of angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting

ChartName = Literal["both", "angles", "cosines", "related"]


@dataclass(frozen=True)
class AnglesSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    chart : {"both", "angles", "cosines", "related"}
        Which histograms are shown; "related": of the cosines before and after, with related pairs
        and others apart.
    limit : float
        The cosine above which pairs are counted.
    """

    name: ClassVar[str] = "anisotropy.angles"

    chart: ChartName = setting(
        "both",
        "Histogram",
        "of the angles of pairs of rows, of their cosines, both side by side, or of the cosines of "
        "related pairs and others apart, as the judge has it",
        choices=(
            ("Both", "both"),
            ("Angles", "angles"),
            ("Cosines", "cosines"),
            ("Related", "related"),
        ),
        option="histogram",
    )
    limit: float = setting(
        0.6,
        "Count above",
        "the cosine above which pairs are counted",
        least=-1.0,
        most=1.0,
        step=0.05,
        option="count-above",
    )
