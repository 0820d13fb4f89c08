"""Settings of the page of where analogies break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from embedviz.core.settings import Settings


@dataclass(frozen=True)
class BreaksSettings(Settings):
    """Settings of the page."""

    name: ClassVar[str] = "analogies.breaks"
