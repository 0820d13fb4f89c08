"""Pictures of the rows of a set: of digits, products, faces.

A thumbnail is read when it is drawn, never before: a set of a million rows may have a million
files. What decodes files is in `gui.pictures`, since the core knows no Qt; here is what all kinds
of thumbnails have in common, the kind that is an array already, and what the Embedding Projector's
settings say of its sprite sheets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.errors import UserError
from embedviz.core.vector_set import Rows

Pixels = NDArray[np.uint8]
"""An array of shape (height, width, 4): red, green, blue and opacity."""

INK = (112, 122, 136)
"""A gray that can be read on light and on dark ground."""

_CONFIGURATIONS = ("projector_config.json", "projector_config.pbtxt")
_LONGEST_CONFIGURATION = 4 << 20


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


def sprite_size(sheet: Path) -> tuple[int, int] | None:
    """Return the width and height of one picture, from the Projector's settings near the sheet.

    Those are `projector_config.json` as the web page reads it, or `projector_config.pbtxt` as
    TensorBoard and PyTorch write it, in the folder of the sheet or one of the two above. None when
    there are no settings, or none for this sheet.

    Parameters
    ----------
    sheet : path
        The image with the pictures of all rows.
    """
    for folder, sprite in _sprites_near(sheet):
        if sprite.size is not None and _is_meant(folder, sprite.sheet, sheet):
            return sprite.size
    return None


def sprite_sheet_of(vectors: Path) -> Path | None:
    """Return the sheet with the pictures of the rows of a file, as the Projector's settings say.

    Parameters
    ----------
    vectors : path
        Near the settings, as in `sprite_size`.
    """
    for folder, sprite in _sprites_near(vectors):
        if _is_meant(folder, sprite.vectors, vectors):
            for sheet in (_within(folder, sprite.sheet), folder / _last_part(sprite.sheet)):
                if sheet.is_file():
                    return sheet
    return None


class _Sprite(NamedTuple):
    """What the settings say of a sheet: the files as they are written there."""

    vectors: str
    sheet: str
    size: tuple[int, int] | None


def _is_meant(folder: Path, written: str, path: Path) -> bool:
    """Return whether settings in a folder mean a file: by its path, or by its name beside them."""
    is_beside = folder == path.parent and _last_part(written) == path.name
    return bool(written) and (is_beside or _within(folder, written) == path)


def _within(folder: Path, written: str) -> Path:
    return folder / written.replace("\\", "/")  # Settings may be from Windows.


def _last_part(written: str) -> str:
    return re.split(r"[/\\]", written)[-1]


def _sprites_near(path: Path) -> Iterator[tuple[Path, _Sprite]]:
    """Yield the folder and the content of all settings near a file."""
    for folder in path.absolute().parents[:3]:
        for name in _CONFIGURATIONS:
            for sprite in _sprites(folder / name):
                yield folder, sprite


def _sprites(path: Path) -> Iterator[_Sprite]:
    """Yield what the settings in a file say of sheets."""
    try:
        if path.stat().st_size > _LONGEST_CONFIGURATION:
            return
        text = path.read_text(encoding="utf-8-sig")
        found = list(_from_json(json.loads(text)) if path.suffix == ".json" else _from_proto(text))
    except (OSError, ValueError, RecursionError):  # Not there, or somebody else's file.
        return
    for vectors, sheet, size in found:
        if isinstance(sheet, str) and sheet:
            yield _Sprite(
                vectors if isinstance(vectors, str) else "",
                sheet,
                (int(size[0]), int(size[1])) if _is_size(size) else None,
            )


def _is_size(size: Any) -> bool:
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(type(length) is int and length > 0 for length in size)
    )


def _from_json(settings: Any) -> Iterator[tuple[Any, Any, Any]]:
    embeddings = settings.get("embeddings") if isinstance(settings, dict) else None
    for embedding in embeddings if isinstance(embeddings, list) else []:
        sprite = embedding.get("sprite") if isinstance(embedding, dict) else None
        if isinstance(sprite, dict):
            yield embedding.get("tensorPath"), sprite.get("imagePath"), sprite.get("singleImageDim")


def _from_proto(text: str) -> Iterator[tuple[Any, Any, Any]]:
    for embedding in re.split(r"\bembeddings\s*:?\s*\{", text)[1:]:
        vectors = re.search(r'\btensor_path\s*:\s*"([^"]*)"', embedding)
        for body in re.findall(r"\bsprite\s*:?\s*\{([^{}]*)\}", embedding):
            sheet = re.search(r'\bimage_path\s*:\s*"([^"]*)"', body)
            # Written one by one, or as a list in brackets.
            sizes = re.findall(r"\bsingle_image_dim\s*:\s*\[?([\d\s,]+)", body)
            numbers = [int(number) for found in sizes for number in re.findall(r"\d+", found)]
            yield vectors and vectors[1], sheet and sheet[1], numbers


def _to_bytes(pixels: NDArray[Any]) -> Pixels:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype.kind not in "fiub":
        raise UserError(f"Values of type {pixels.dtype} are no pixels.")
    most = 1 if pixels.dtype.kind in "fb" else 255
    if pixels.size and not (pixels.min() >= 0 and pixels.max() <= most):
        raise UserError(
            f"Pixels run from {pixels.min():.4g} to {pixels.max():.4g}; integers must be from 0 "
            "to 255, other numbers from 0 to 1."
        )
    return np.asarray(np.round(pixels * (255 // most)), dtype=np.uint8)
