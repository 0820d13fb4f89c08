"""Thumbnails that are files: sprite sheets of the Embedding Projector, and one image for each row.

A sheet is decoded once and cut when a picture is drawn. Single files are decoded when they are
drawn, at the size of a thumbnail, and the latest are kept: a set may have a million of them. What
decodes is Qt's reader, told to take nothing but pictures made of pixels (drawings such as SVG may
name other files), and none that would need more memory than 256 MB.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from math import ceil, isqrt
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader
from shiboken6 import isValid

from embedviz.core.errors import UserError
from embedviz.core.thumbnails import Pixels

THUMBNAIL_SIDE = 96
"""Pixels of the longer side: what is drawn at points is no larger, on any screen."""
LARGE_SIDE = 256
"""The same for the card beside a point."""
KEPT_BYTES = 64 << 20
"""Of decoded files; the ones that were not drawn for the longest time are dropped beyond."""

FORMATS = frozenset(b"png jpg jpeg gif bmp webp tif tiff ppm pgm pbm ico".split())
_MOST_PIXELS = 1 << 26
"""Of one image: 256 MB when it is decoded."""
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
        When the file is no image that can be read, or has no room for so many pictures.
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
    """Return a small picture of an image file, or None when it is no image or not there.

    Parameters
    ----------
    path : path
    side : int
        Pixels of its longer side at most; smaller images stay as they are.
    """
    if not is_there(path):
        return None
    reader = _reader(path)
    size = reader.size()
    if bytes(reader.format().data()) not in FORMATS or _has_too_many_pixels(size):
        return None
    if size.isValid() and max(size.width(), size.height()) > side:
        small = size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(small.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else _pixels_of(image)


def _read_sheet(path: Path) -> QImage:
    if not is_there(path):
        raise UserError(f"There is no file {path.name}. Was it moved or renamed?")
    reader = _reader(path)
    size = reader.size()
    if _has_too_many_pixels(size):
        raise UserError(
            f"{path.name} has {size.width():,} × {size.height():,} pixels; 8,192 × 8,192 can be "
            "read. Make the pictures in it smaller."
        )
    image = reader.read() if bytes(reader.format().data()) in FORMATS else QImage()
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


def is_there(path: Path) -> bool:
    """Return whether this is a file, and no device, from which one would read forever."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # A name that is too long for the system, or has a NUL in it.
        return False
