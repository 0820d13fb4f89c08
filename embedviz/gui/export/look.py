"""Look of a figure: its size, theme and texts, and what of the picture is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CSS_DPI = 96
"""Pixels of the screen per inch, as style sheets and SVG count them; a point is 1/72 inch."""

Kind = Literal["png", "svg", "pdf"]
KINDS: tuple[Kind, ...] = ("png", "svg", "pdf")

LEGEND_PLACES: dict[str, tuple[float, float] | None] = {
    "margin": None,
    "upper-left": (0.0, 0.0),
    "upper-right": (1.0, 0.0),
    "lower-left": (0.0, 1.0),
    "lower-right": (1.0, 1.0),
}
"""Where a legend can be put; see `LegendPlace`."""
LEGENDS = ("as-shown", *LEGEND_PLACES, "none")

PRESETS: dict[str, tuple[int, int]] = {
    "slide": (1280, 720),
    "half-slide": (640, 720),
    "one-column": (336, 252),
    "two-columns": (692, 432),
    "square": (800, 800),
}
"""Width and height in CSS pixels: a 16:9 slide of 13⅓ inches, and columns of 89 and 183 mm."""


@dataclass(frozen=True)
class FigureLook:
    """How a figure looks.

    Attributes
    ----------
    width, height : int
        In CSS pixels, of 1/96 inch; 0: as large as the picture is on screen.
    scale : float
        Pixels of a PNG per CSS pixel.
    theme : str
        A name of `FIGURE_THEMES`; empty: as the window has it.
    is_transparent : bool
        Whether nothing is painted where there is only the ground.
    text_scale, label_scale : float
        Size of all text, and of labels beside that, against what is shown.
    title, subtitle : str
        Lines above the picture.
    has_caption : bool
        Whether the line below points is there.
    legend : str
        One of `LEGENDS`.
    dpi : float
        Resolution that a PNG names; 0: that which makes it as large as in CSS pixels.
    has_recipe : bool
        Whether the file says what it shows, so that embedviz can show it again.
    has_paths : bool
        Whether it says where files are, too.
    """

    width: int = 0
    height: int = 0
    scale: float = 2.0
    theme: str = ""
    is_transparent: bool = False
    text_scale: float = 1.0
    label_scale: float = 1.0
    title: str = ""
    subtitle: str = ""
    has_caption: bool = True
    legend: str = "as-shown"
    dpi: float = 0.0
    has_recipe: bool = True
    has_paths: bool = False

    @property
    def named_dpi(self) -> float:
        """The resolution that a PNG names, in pixels per inch."""
        return self.dpi or CSS_DPI * self.scale
