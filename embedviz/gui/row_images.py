"""Pictures of the rows of a set: a sprite sheet, or the images that a column names.

They are added to a set as steps, so that a session knows them. The files themselves are read in
`image_files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from embedviz.core.derivation.additions import with_notes, with_thumbnails
from embedviz.core.derivation.provenance import Step
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.formats.projector.sprites import sprite_of, sprite_size
from embedviz.gui.image_files import FORMATS, ImageFiles, SpriteSheet, is_there

if TYPE_CHECKING:
    import pyarrow as pa

_SUFFIXES = tuple(f".{kind.decode()}" for kind in sorted(FORMATS))
_LOOKED_AT = 200


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
    if not any(map(is_there, given)):
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


def _names_images(column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    given = [name for name in column.slice(0, _LOOKED_AT).to_pylist() if name]
    return bool(given) and 2 * sum(map(_ends_as_image, given)) > len(given)


def _ends_as_image(name: str) -> bool:
    return name.strip().lower().endswith(_SUFFIXES)
