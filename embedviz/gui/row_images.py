"""Thumbnails that are files: sprite sheets of the Embedding Projector, and one image for each row.

A sheet is decoded once and cut when a picture is drawn. Single files are decoded when they are
drawn, at the size of a thumbnail, and the latest are kept: a set may have a million of them. What
decodes is Qt's reader, told to take nothing but pictures made of pixels (drawings such as SVG may
name other files), and none that would need more memory than 256 MB.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isqrt
from os import PathLike
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader
from shiboken6 import isValid

from embedviz.core.derivation.additions import with_notes, with_thumbnails
from embedviz.core.derivation.provenance import Step
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.thumbnails import Pixels
from embedviz.core.vector_set import VectorSet
from embedviz.formats.projector.sprites import sprite_of, sprite_size

if TYPE_CHECKING:
    import pyarrow as pa

THUMBNAIL_SIDE = 96
"""Pixels of the longer side: what is drawn at points is not larger, on any screen."""
LARGE_SIDE = 256
"""The same for the card beside a point."""
KEPT_BYTES = 64 << 20
"""Of decoded files; the ones that were not drawn for the longest time are dropped beyond."""

_FORMATS = frozenset(b"png jpg jpeg gif bmp webp tif tiff ppm pgm pbm ico".split())
_SUFFIXES = tuple(f".{kind.decode()}" for kind in sorted(_FORMATS))
_MOST_PIXELS = 1 << 26
"""Of one image: 256 MB when it is decoded."""
_LOOKED_AT = 200
_HERE = Path()


class SpriteSheet:
    """Thumbnails that are the tiles of one image, row by row from the upper left.

    Parameters
    ----------
    path : path
    n : int
        How many pictures there are.
    width, height : int, optional
        Of one picture in pixels. Default: as the Projector lays out sheets, with as many pictures
        in a row as the square root of their number, rounded up.

    Raises
    ------
    UserError
        When the file is not an image that can be read, or has no room for so many pictures.
    """

    def __init__(
        self, path: Path, n: int, width: int | None = None, height: int | None = None
    ) -> None:
        self._sheet = _read_sheet(path)
        sheet = self._sheet.size()
        size = (width, height or width) if width else _size_of_tiles(sheet, n)
        if size is None:
            raise UserError(
                f"{path.name} has {sheet.width():,} × {sheet.height():,} pixels, which cannot be "
                f"cut into {ceil(n**0.5)} pictures a row. Put a projector_config.json beside it "
                "that says how large one picture is (singleImageDim)."
            )
        self._width, self._height = size[0] or 1, size[1] or 1
        self._n_columns = sheet.width() // self._width
        self._n = n
        room = self._n_columns * (sheet.height() // self._height)
        if room < n:
            raise UserError(
                f"{path.name} has room for {room:,} pictures of {self._width} × {self._height} "
                f"pixels, but there are {n:,} rows. Choose the sheet of this set."
            )

    def __len__(self) -> int:
        return self._n

    def image(self, row: int) -> Pixels | None:
        """See `Thumbnails.image`."""
        down, along = divmod(row, self._n_columns)
        width, height = self._width, self._height
        return _pixels_of(self._sheet.copy(along * width, down * height, width, height))


class ImageFiles(QObject):
    """Thumbnails that are a file each, decoded when they are needed.

    `image` waits for the file; `at_hand` does not, and `arrived` says when there is more to draw.

    Parameters
    ----------
    paths : sequence of str, Path or None
        One for each row; None for rows without a picture.
    folder : Path
        From which relative ones are seen.

    Signals
    -------
    arrived : ()
        Some of the pictures that `at_hand` was asked for are there.
    """

    arrived = Signal()

    def __init__(self, paths: Sequence[str | Path | None], folder: Path = _HERE) -> None:
        super().__init__()
        self._paths, self._folder = paths, folder
        self._kept: OrderedDict[int, Pixels | None] = OrderedDict()
        self._n_bytes = 0
        self._changing = Lock()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._is_reading = False

    def __len__(self) -> int:
        return len(self._paths)

    def image(self, row: int) -> Pixels | None:
        """See `Thumbnails.image`."""
        with self._changing:
            if row in self._kept:
                self._kept.move_to_end(row)
                return self._kept[row]
        pixels = self._decoded(row, THUMBNAIL_SIDE)
        self._keep(row, pixels)
        return pixels

    def at_hand(self, row: int) -> Pixels | None:
        """Return the picture of a row if it is decoded; else have it decoded by and by."""
        with self._changing:
            if row in self._kept:
                self._kept.move_to_end(row)
                return self._kept[row]
            self._wanted[row] = None
            self._wanted.move_to_end(row)
            if not self._is_reading:
                self._is_reading = True
                Thread(target=self._read_wanted, name="embedviz pictures", daemon=True).start()
        return None

    def large(self, row: int) -> Pixels | None:
        """Return the picture of a row in a size to look at."""
        return self._decoded(row, LARGE_SIDE)

    def _read_wanted(self) -> None:
        """Decode what is wanted, the latest first: the others may have left the screen."""
        while True:
            with self._changing:
                if not self._wanted:
                    self._is_reading = False
                    return
                row, _ = self._wanted.popitem()
            self._keep(row, self._decoded(row, THUMBNAIL_SIDE))
            if isValid(self):  # Qt may have ended before this thread.
                self.arrived.emit()

    def _decoded(self, row: int, side: int) -> Pixels | None:
        path = self._paths[row]
        return read_thumbnail(self._folder / path, side) if path else None

    def _keep(self, row: int, pixels: Pixels | None) -> None:
        with self._changing:
            if row not in self._kept:
                self._kept[row] = pixels
                self._n_bytes += _bytes_of(pixels)
            while self._n_bytes > KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._n_bytes -= _bytes_of(dropped)


def read_thumbnail(path: Path, side: int = THUMBNAIL_SIDE) -> Pixels | None:
    """Return a small picture of an image file, or None when it is missing or not an image.

    Parameters
    ----------
    path : path
    side : int
        Pixels of its longer side at most; smaller images stay as they are.
    """
    if not _is_there(path):
        return None
    reader = _reader(path)
    size = reader.size()
    if bytes(reader.format().data()) not in _FORMATS or _has_too_many_pixels(size):
        return None
    if size.isValid() and max(size.width(), size.height()) > side:
        small = size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(small.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else _pixels_of(image)


def load_sprites(
    path: str | PathLike[str],
    vector_set: VectorSet,
    width: int | None = None,
    height: int | None = None,
) -> VectorSet:
    """Return a set with the same rows, and the pictures of a sprite sheet.

    Parameters
    ----------
    path : path
        One image with the pictures of all rows, row by row from the upper left, as the Embedding
        Projector takes it.
    vector_set : VectorSet
    width, height : int, optional
        Of one picture in pixels. Default: what the Projector's settings beside the sheet say,
        or else what follows from the size of the sheet.

    Raises
    ------
    UserError
        When it is not an image that can be read, or has no room for so many pictures.
    """
    sheet = Path(path).expanduser()
    if width is None:
        width, height = sprite_size(sheet) or (None, None)
    pictures = SpriteSheet(sheet, len(vector_set), width, height)
    step = AddedSprites(sheet.absolute(), width, height)
    return with_thumbnails(vector_set, pictures, [f"Pictures from {sheet.name}."], step)


def with_image_column(vector_set: VectorSet, column: str) -> VectorSet:
    """Return a set with the same rows, and the images that a column names.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
        Paths: absolute, or as seen from the folder of the file that the set was opened from.

    Raises
    ------
    UserError
        When there is no such column, or none of the first files it names is there.
    """
    if column not in vector_set.metadata.column_names:
        raise UserError(f"{vector_set.name or 'The set'} has no column {column!r}.")
    opened = vector_set.root.path
    folder = Path(opened).parent if opened else Path()
    names = vector_set.metadata.column(column).to_pylist()
    paths = [name if isinstance(name, str) else None for name in names]
    given = [folder / path for path in paths if path][:_LOOKED_AT]
    if not any(map(_is_there, given)):
        first = f" The first is {given[0]}." if given else ""
        raise UserError(
            f"None of the images that column {column!r} names is there.{first} Paths are seen from "
            "the folder of the file with the vectors."
        )
    note = f"Pictures from the files in column {column!r}."
    return with_thumbnails(vector_set, ImageFiles(paths, folder), [note], AddedImageColumn(column))


@dataclass(frozen=True)
class AddedSprites:
    """The step that adds the pictures of a sprite sheet.

    Attributes
    ----------
    path : Path
        Absolute.
    width, height : int or None
        As for `load_sprites`.
    """

    path: Path
    width: int | None = None
    height: int | None = None

    adds_only = True

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set with these pictures."""
        report(0.0, f"pictures from {self.path.name}")
        return load_sprites(self.path, parent, self.width, self.height)


@dataclass(frozen=True)
class AddedImageColumn:
    """The step that adds the images that a column names.

    Attributes
    ----------
    column : str
    """

    column: str

    adds_only = True

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set with these images."""
        report(0.0, f"pictures in column {self.column}")
        return with_image_column(parent, self.column)


PICTURE_STEPS: dict[str, type[Step]] = {"sprites": AddedSprites, "images": AddedImageColumn}
"""By the name under which sessions keep them."""


def with_own_pictures(vector_set: VectorSet) -> VectorSet:
    """Return a set with the pictures that come with its file, or the set itself.

    Those are the images that a column names, or the sprite sheet in the Projector's settings near
    the file. What cannot be read is said in the notes: the vectors are what was opened.
    """
    if vector_set.thumbnails is not None or not vector_set.path:
        return vector_set
    columns = image_columns(vector_set)
    opened = vector_set.opened
    sprite = sprite_of(Path(vector_set.path), None if opened is None else opened.facts.key)
    try:
        if sprite is not None:
            return load_sprites(sprite.sheet, vector_set, *(sprite.size or ()))
        return with_image_column(vector_set, columns[0]) if columns else vector_set
    except UserError as error:
        return with_notes(vector_set, [f"Pictures are not shown. {error}"])


def image_columns(vector_set: VectorSet) -> list[str]:
    """Return the columns that name image files, in the order of the file."""
    metadata = vector_set.metadata
    return [name for name in metadata.column_names if _names_images(metadata.column(name))]


def image_of(vector_set: VectorSet, row: int) -> QImage | None:
    """Return the picture of a row, in a size to look at; None when it has none."""
    pictures = vector_set.thumbnails
    if pictures is None:
        return None
    pixels = pictures.large(row) if isinstance(pictures, ImageFiles) else pictures.image(row)
    if pixels is None:
        return None
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def _read_sheet(path: Path) -> QImage:
    if not _is_there(path):
        raise UserError(f"There is no file {path.name}. Was it moved or renamed?")
    reader = _reader(path)
    size = reader.size()
    if _has_too_many_pixels(size):
        raise UserError(
            f"{path.name} has {size.width():,} × {size.height():,} pixels; 8,192 × 8,192 can be "
            "read. Make the pictures in it smaller."
        )
    image = reader.read() if bytes(reader.format().data()) in _FORMATS else QImage()
    if image.isNull():
        raise UserError(
            f"{path.name} cannot be read as an image. Choose a PNG or JPEG with the pictures of "
            "all rows."
        )
    return image


def _reader(path: Path) -> QImageReader:
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)  # Photographs say which side is up.
    return reader


def _has_too_many_pixels(size: QSize) -> bool:
    return size.isValid() and size.width() * size.height() > _MOST_PIXELS


def _size_of_tiles(sheet: QSize, n: int) -> tuple[int, int] | None:
    """Return the size of one of n pictures, as large as a sheet of the Projector has them.

    The sheet is square, so it may have empty rows at its end; some tools cut these off.
    """
    n_columns = isqrt(max(n, 1) - 1) + 1
    n_filled = ceil(max(n, 1) / n_columns)
    if sheet.width() % n_columns:
        return None
    width = sheet.width() // n_columns
    fitting = [
        sheet.height() // rows for rows in (n_columns, n_filled) if not sheet.height() % rows
    ]
    if not fitting or not width or not fitting[0]:
        return None
    # Square ones where both would do.
    return width, width if width in fitting else fitting[0]


def _pixels_of(image: QImage) -> Pixels:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()


def _bytes_of(pixels: Pixels | None) -> int:
    return 100 if pixels is None else pixels.nbytes


def _is_there(path: Path) -> bool:
    """Return whether this is a file, not a device, from which one would read forever."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # A name that is too long for the system, or has a NUL in it.
        return False


def _names_images(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    given = [name for name in column.slice(0, _LOOKED_AT).to_pylist() if name]
    return bool(given) and 2 * sum(map(_ends_as_image, given)) > len(given)


def _ends_as_image(name: str) -> bool:
    return name.strip().lower().endswith(_SUFFIXES)
