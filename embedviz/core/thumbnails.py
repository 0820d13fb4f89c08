"""Pictures of the rows of a set: of digits, products, faces.

A thumbnail is read when it is drawn, never before: a set of a million rows may have a million
files. What decodes files is in `gui.row_images`, since the core knows no Qt; here is what all kinds
of thumbnails have in common, and the kind that is an array already.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError

Pixels = NDArray[np.uint8]
"""An array of shape (height, width, 4): red, green, blue and opacity."""

INK = (112, 122, 136)
"""A gray that can be read on light and on dark ground."""


class Thumbnails(Protocol):
    """One picture for each row of a set."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def image(self, row: int) -> Pixels | None:
        """Return the picture of a row, uint8 (height, width, 4), or None when there is none."""


class ImageArray:
    """Thumbnails that are in memory as one array.

    Parameters
    ----------
    array : array of shape (n_rows, height, width), (…, 3) or (…, 4)
        Gray, RGB or RGBA: integers from 0 to 255, or floats from 0 to 1.
    is_ink : bool
        Whether the gray of a pixel is how much ink there is, as in a scan of handwriting: then
        the ground is transparent, and the picture looks right on light and dark.

    Attributes
    ----------
    is_ink : bool
        The drawer may give the ink the color of the point, and takes the opacity alone.

    Raises
    ------
    UserError
        When the array has another shape, or numbers outside of that range.
    """

    def __init__(self, array: ArrayLike, *, is_ink: bool = False) -> None:
        pixels = np.asarray(array)
        channels = pixels.shape[3:]
        if pixels.ndim not in (3, 4) or channels not in ((), (3,), (4,)) or 0 in pixels.shape[1:3]:
            raise UserError(
                f"An array of shape {pixels.shape} holds no pictures: (n, height, width) is "
                "needed, and 3 or 4 channels after that if they are in color."
            )
        if is_ink and channels:
            raise UserError("Pictures in color have no ink. Give one number for each pixel.")
        self._pixels = _to_bytes(pixels)
        self.is_ink = is_ink

    def __len__(self) -> int:
        return len(self._pixels)

    def image(self, row: int) -> Pixels | None:
        """See `Thumbnails.image`."""
        pixels = self._pixels[row]
        image = np.full((*pixels.shape[:2], 4), 255, dtype=np.uint8)
        if self.is_ink:
            image[..., :3] = INK
            image[..., 3] = pixels
        elif pixels.ndim == 2:
            image[..., :3] = pixels[..., np.newaxis]
        else:
            image[..., : pixels.shape[2]] = pixels
        return image


class ChosenImages:
    """The thumbnails of some rows of a set, for a set of its own."""

    def __init__(self, thumbnails: Thumbnails, rows: Rows) -> None:
        self._thumbnails = thumbnails
        self._rows = rows
        self.is_ink: bool = getattr(thumbnails, "is_ink", False)

    def __len__(self) -> int:
        return len(self._rows)

    def image(self, row: int) -> Pixels | None:
        """See `Thumbnails.image`."""
        return self._thumbnails.image(int(self._rows[row]))


def _to_bytes(pixels: NDArray[Any]) -> Pixels:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype.kind not in "fiub":
        raise UserError(f"Values of type {pixels.dtype} are not pixels.")
    most = 1 if pixels.dtype.kind in "fb" else 255
    if pixels.size and not (pixels.min() >= 0 and pixels.max() <= most):
        raise UserError(
            f"Pixels run from {pixels.min():.4g} to {pixels.max():.4g}; integers must be from 0 "
            "to 255, other numbers from 0 to 1."
        )
    return np.asarray(np.round(pixels * (255 // most)), dtype=np.uint8)
