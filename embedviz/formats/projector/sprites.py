"""Sheets with the pictures of all rows, as the Embedding Projector's settings name them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from embedviz.formats.projector.settings import find_file, is_meant, read_settings, settings_near


def sprite_size(sheet: Path) -> tuple[int, int] | None:
    """Return the width and height of one picture, from the Projector's settings near the sheet.

    Those are in the folder of the sheet or one of the two above. None when there are no settings,
    or none for this sheet.

    Parameters
    ----------
    sheet : path
        The image with the pictures of all rows.
    """
    for folder, embedding in settings_near(sheet):
        if embedding.picture_size is not None and is_meant(folder, embedding.sheet, sheet):
            return embedding.picture_size
    return None


class Sprite(NamedTuple):
    """A sheet of pictures, and the width and height of one, where they are known."""

    sheet: Path
    size: tuple[int, int] | None


def sprite_of(vectors: Path, name: str | None = None) -> Sprite | None:
    """Return the sheet with the pictures of the rows of a file, as the Projector's settings say.

    Parameters
    ----------
    vectors : path
        Near the settings, as in `sprite_size`; or the settings themselves.
    name : str, optional
        Which of the vectors in the settings.
    """
    own = [(vectors.parent, embedding) for embedding in read_settings(vectors)]
    named = [pair for pair in own if name is None or pair[1].name == name]
    near = ((f, e) for f, e in settings_near(vectors) if is_meant(f, e.vectors, vectors))
    for folder, embedding in named if own else near:
        sheet = find_file(folder, embedding.sheet)
        if sheet is not None:
            return Sprite(sheet, embedding.picture_size)
    return None
