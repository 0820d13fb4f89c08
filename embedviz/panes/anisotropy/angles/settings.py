"""Settings of the page of angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting

ChartName = Literal["both", "angles", "cosines"]


@dataclass(frozen=True)
class AnglesSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    chart : {"both", "angles", "cosines"}
        Which histograms are shown.
    limit : float
        The cosine above which pairs are counted.
    """

    name: ClassVar[str] = "anisotropy.angles"

    chart: ChartName = setting(
        "both",
        "Histogram",
        "of the angles of pairs of rows, of their cosines, or both side by side",
        choices=(("Both", "both"), ("Angles", "angles"), ("Cosines", "cosines")),
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
