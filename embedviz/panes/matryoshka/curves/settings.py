"""Settings of the page of curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting

MeasureName = Literal["judged", "overlap1", "overlap10", "overlap100"]


@dataclass(frozen=True)
class CurvesSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    measure : {"judged", "overlap1", "overlap10", "overlap100"}
        What the curves are of; overlap@10 in place of judged quality where nobody judges.
    """

    name: ClassVar[str] = "matryoshka.curves"

    measure: MeasureName = setting(
        "judged",
        "Measure",
        "what the curves are of; overlap@10 where neither pairs nor a category judge",
        choices=(
            ("Judged quality", "judged"),
            ("Overlap@1", "overlap1"),
            ("Overlap@10", "overlap10"),
            ("Overlap@100", "overlap100"),
        ),
    )
