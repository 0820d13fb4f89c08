"""Settings of the page of word similarity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from embedviz.core.settings import Settings


@dataclass(frozen=True)
class SimilaritySettings(Settings):
    """Settings of the page."""

    name: ClassVar[str] = "analogies.similarity"
