"""Settings of the page of the spectrum and the dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting

MeasureOfDimensions = Literal["share", "spread"]


@dataclass(frozen=True)
class SpectrumSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    dimensions : {"share", "spread"}
        What is shown of each dimension: its share of the mean cosine, or its mean and standard
        deviation.
    """

    name: ClassVar[str] = "anisotropy.spectrum"

    dimensions: MeasureOfDimensions = setting(
        "share",
        "Of each dimension",
        "of each dimension: its share of the mean cosine, or its mean and standard deviation",
        choices=(("Share of the mean cosine", "share"), ("Mean and spread", "spread")),
        option="each-dimension",
    )
