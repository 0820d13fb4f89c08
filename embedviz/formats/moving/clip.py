"""Frames of a moving picture, and what there is to know of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Red, green and blue, of shape (height, width, 3)."""


@dataclass(frozen=True)
class Clip:
    """Moving picture as a whole.

    Attributes
    ----------
    width, height : int
        In pixels.
    fps : int
        Frames per second.
    n_frames : int
    repeats : bool
        Whether it begins again at its end.
    """

    width: int
    height: int
    fps: int
    n_frames: int
    repeats: bool = True


class HeldFrame(NamedTuple):
    """Frame that is shown for a while.

    Attributes
    ----------
    pixels : Pixels
    start, length : int
        When it is shown first and how long, in frames of the clip.
    """

    pixels: Pixels
    start: int
    length: int


def merged(frames: Iterable[Pixels]) -> Iterator[HeldFrame]:
    """Yield frames, each once that is the same as the one before it."""
    last: HeldFrame | None = None
    for place, pixels in enumerate(frames):
        if last is not None and np.array_equal(last.pixels, pixels):
            last = last._replace(length=last.length + 1)
            continue
        if last is not None:
            yield last
        last = HeldFrame(pixels, place, 1)
    if last is not None:
        yield last


class ChangedPart(NamedTuple):
    """The part of a frame that is not as in the one before it.

    Attributes
    ----------
    left, top, right, bottom : int
        A box that has it in it, of one pixel at the least.
    changed : bool array (bottom - top, right - left)
    """

    left: int
    top: int
    right: int
    bottom: int
    changed: NDArray[np.bool_]


def changed_part(before: Pixels | None, after: Pixels) -> ChangedPart:
    """Return what is different in a frame; all of it where there is none before it."""
    height, width = after.shape[:2]
    if before is None:
        return ChangedPart(0, 0, width, height, np.ones((height, width), dtype=np.bool_))
    changed = (before != after).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return ChangedPart(0, 0, 1, 1, changed[:1, :1])
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    return ChangedPart(left, top, right, bottom, changed[top:bottom, left:right])
