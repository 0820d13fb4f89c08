"""What labels and pictures of rows need to know of the points that they belong to."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.drawing.raster import Colors, Positions
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.highlights import PointHighlights
from embedviz.gui.theme import Theme


class PlacedPoints(Protocol):
    """Points that have places, colors and sizes."""

    @property
    def positions(self) -> Positions:
        """Where they are: float32 array (n, 3)."""

    @property
    def drawn_highlights(self) -> PointHighlights:
        """The highlights that can be seen."""

    def __len__(self) -> int:
        """Return how many there are."""

    def highlighted_rows(self) -> Rows:
        """Return all rows that are seen to be highlighted, ascending."""

    def colors_of(self, rows: Rows, theme: Theme) -> Colors:
        """Return the colors of points, 0xAARRGGBB."""

    def radii(self, rows: Rows, depth: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
        """Return how far points reach on screen with their rings, in pixels."""
