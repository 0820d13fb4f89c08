"""Settings of the page on two-stage search, but for those that its setting is made of.

The length, the shortlist and the precision are the pane's, whose lists show them for one query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from embedviz.core.settings import Settings, setting


@dataclass(frozen=True)
class TwoStageSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    wanted_recall : float
        Which the cheapest setting reaches, 0 to 1.
    rows : int
        To compute memory and money for.
    price : str
        Of a GB of memory for a month, as it was typed; empty: none.
    """

    name: ClassVar[str] = "matryoshka.two-stage"

    wanted_recall: float = setting(
        0.95,
        "Recall wanted",
        "which the cheapest setting of two stages reaches",
        least=0.0,
        most=1.0,
        step=0.01,
    )
    rows: int = setting(
        100_000_000, "Rows", "number of rows to compute memory and money for", least=1
    )
    price: str = setting(
        "", "Price", "of a GB of memory for a month, such as 0.09 or 0.09 USD", in_form=False
    )
