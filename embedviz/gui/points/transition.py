"""Points and camera on the way from one picture to another.

Two layouts of the same points may have nothing in common, neither center nor scale: a PCA fits
into a circle of one half, a UMAP into one of ten. Were points and camera moved each on their own,
the picture would fly apart and come together again. So the old layout is first put where the new
camera shows it just as the old one did: on screen everything starts exactly where it was, and
then only the points walk, in a picture that is steady.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from embedviz.core.drawing.camera import Camera, camera_between
from embedviz.core.drawing.passes import on_the_way
from embedviz.core.drawing.raster import Positions


class Start(NamedTuple):
    """Where points, camera and area are when a transition begins, and texts by what they say."""

    positions: Positions
    camera: Camera
    area: QRectF
    markers: Mapping[str, NDArray[np.float64]] = MappingProxyType({})
    names: Mapping[str, NDArray[np.float64]] = MappingProxyType({})


class Transition:
    """The way between two layouts of the same points, and between two cameras.

    Between 2-D and 3-D, the way leads through the 3-D camera that looks straight down, which
    shows the same as the 2-D one. A point with a place in only one of the layouts does not move:
    it appears where it will be, and is gone at once where it will not be.

    Parameters
    ----------
    before, after : float32 arrays of shape (n, 3)
        Seen from the origins of `first` and `last`. The same array: only the camera moves.
    first, last : Camera
        Both for the area in which the way is shown.
    end : Camera, optional
        What is seen from when it is over; default: last. Another one where the axes of a 2-D
        picture then take their part of the area.

    Attributes
    ----------
    end : Camera
    """

    def __init__(
        self,
        before: Positions,
        after: Positions,
        first: Camera,
        last: Camera,
        end: Camera | None = None,
    ) -> None:
        self.end = end or last
        self._flattens = first.is_3d and not last.is_3d
        self._to = last.seen_from_above() if self._flattens else last
        self._from = first.seen_from_above() if last.is_3d and not first.is_3d else first
        self._before, self._after, self._moves = before, after, before is not after
        self._factor, self._offset = 1.0, np.zeros(3, dtype=np.float32)
        self._first_origin, self._last_origin = np.array(first.origin), np.array(last.origin)
        if self._moves:
            self._factor, self._offset = _carried_over(self._from, self._to)
            self._from = replace(
                self._from, center=self._to.center, scale=self._to.scale, origin=self._to.origin
            )
            self._now = np.empty_like(after)

    def turn_to(self, after: Positions, last: Camera) -> None:
        """End elsewhere: the layout has changed in the meantime; the kind of camera has not."""
        if not self._moves:
            self._moves, self._now = True, np.empty_like(after)
        self._after, self.end = after, last
        self._last_origin = np.array(last.origin)
        self._to = last.seen_from_above() if self._flattens else last

    def at(self, part: float) -> tuple[Positions, Camera]:
        """Return positions and camera; `part` is 0 at the start and 1 at the end.

        The positions on the way are in the same array every time.
        """
        if part >= 1:
            return self._after, self.end
        camera = camera_between(self._from, self._to, part)
        if not self._moves:
            return self._after, camera
        ends = self._before, self._after
        on_the_way(*ends, self._factor, self._offset, part, self._now)
        return self._now, camera

    def carried(
        self, before: NDArray[np.float64], after: NDArray[np.float64], part: float
    ) -> NDArray[np.float64]:
        """Return where something in the data is that goes along with the points, in the data."""
        if part >= 1 or not self._moves:
            return after
        first = (before - self._first_origin) * self._factor + self._offset
        last = after - self._last_origin
        place: NDArray[np.float64] = first + (last - first) * part + self._last_origin
        return place


def seen_alike(camera: Camera, before: QRectF, after: QRectF) -> Camera:
    """Return the camera that shows in one area of a widget what another showed in another.

    Exact in 2-D; in 3-D, the perspective changes a little where the size does.
    """
    half = min(after.width(), after.height()) / 2
    scaled = replace(camera, scale=camera.scale * 2 * half / min(before.width(), before.height()))
    offset = before.center() - after.center()
    return scaled.panned(offset.x() / half, -offset.y() / half)


def _carried_over(first: Camera, last: Camera) -> tuple[float, NDArray[np.float32]]:
    """Return by what to multiply positions, and what to add, that another camera shows them alike.

    Both cameras look in the same direction.
    """
    factor = last.scale / first.scale
    offset = np.array(last.center) - np.array(first.center) * factor
    return factor, offset.astype(np.float32)
