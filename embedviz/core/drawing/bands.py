"""Bands of an image, drawn in two threads.

Not in parallel kernels of numba: where these run one at a time, a picture would have to wait for
those of long calculations. And one thread more is started for each picture, which takes a tenth
of a millisecond, rather than kept waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from embedviz.core.drawing.extents import NEAREST

MANY = 200_000
"""From this number of dots on, two threads draw them."""


def draw_in_bands(
    draw: Callable[[NDArray[np.uint32], NDArray[np.float64]], None],
    image: NDArray[np.uint32],
    matrix: NDArray[np.float64],
    positions: NDArray[np.float32],
    count: int,
) -> None:
    """Draw points into the upper and the lower part of an image side by side, where they are many.

    Each thread looks at all points in their order and draws what is in its own band of the
    image, so that the picture is that of one thread. About half of the points are in each band.

    Parameters
    ----------
    draw : callable
        Draws points into some rows of the image, with the matrix that belongs to them.
    count : int
        How many of the points are drawn, in dots that take as long.
    """
    split = _middle_row(image, matrix, positions) if count >= MANY else 0
    if not 0 < split < len(image):
        draw(image, matrix)
        return
    lower = matrix.copy()
    lower[1] -= split * matrix[2]
    thread = Thread(target=draw, args=(image[split:], lower), name="embedviz drawing")
    thread.start()
    draw(image[:split], matrix)
    thread.join()


def work_in_halves(work: Callable[[int, int], None], rows: int) -> None:
    """Do some work on the upper and the lower half of all rows side by side.

    Parameters
    ----------
    work : callable
        Takes the first row, and the one after the last.
    rows : int
    """
    thread = Thread(target=work, args=(rows // 2, rows), name="embedviz drawing")
    thread.start()
    work(0, rows // 2)
    thread.join()


def _middle_row(
    image: NDArray[np.uint32], matrix: NDArray[np.float64], positions: NDArray[np.float32]
) -> int:
    """Return a row of pixels above which about half of the points in view are."""
    some = positions[:: max(1, len(positions) // 2000)].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        u, v, w = matrix[:, :3] @ some.T + matrix[:, 3:]
        x, y = u / w, v / w
        seen = (w > NEAREST) & (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
    return int(np.median(y[seen])) if seen.any() else 0
