"""Settings of the page of one analogy that are not of its question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.settings import Settings, setting

PictureName = Literal["plane", "map"]


@dataclass(frozen=True)
class QuestionSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    picture : {"plane", "map"}
        Where the words are drawn: in the plane that they lie in best, or as the map has all rows.
    """

    name: ClassVar[str] = "analogies.question"

    picture: PictureName = setting(
        "plane",
        "Picture",
        "the plane in which the words of the question lie best, or the layout of the map",
        choices=(("Plane of these words", "plane"), ("Layout of the map", "map")),
    )
