"""Points and camera on the way from one picture to another."""

from __future__ import annotations

import numpy as np

from embedviz.core.camera import Camera, blended
from embedviz.core.raster import Positions


class Journey:
    """The way between two layouts of the same points, and between two cameras.

    Between 2-D and 3-D, the way leads through the 3-D camera that looks straight down, which
    shows the same as the 2-D one.

    Parameters
    ----------
    before, after : float32 arrays of shape (n, 3)
    first, last : Camera
    """

    def __init__(self, before: Positions, after: Positions, first: Camera, last: Camera) -> None:
        self._before, self._after, self._last = before, after, last
        changes_kind = first.is_3d != last.is_3d
        self._from = first.seen_from_above() if changes_kind and last.is_3d else first
        self._to = last.seen_from_above() if changes_kind and first.is_3d else last

    def at(self, part: float) -> tuple[Positions, Camera]:
        """Return positions and camera; `part` is 0 at the start and 1 at the end."""
        if part >= 1:
            return self._after, self._last
        if self._before is self._after:
            return self._after, blended(self._from, self._to, part)
        moved = self._before + (self._after - self._before) * np.float32(part)
        return moved, blended(self._from, self._to, part)
