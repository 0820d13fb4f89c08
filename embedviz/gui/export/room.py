"""Limits of pictures: what painters can count, and the memory that there is."""

from __future__ import annotations

from embedviz.core.errors import UserError
from embedviz.core.processes.memory import available_memory
from embedviz.core.wording import in_words

_MOST_PIXELS = 32_767
"""Along one side: painters of Qt count no further."""
_BYTES_A_PIXEL = 20
"""Of memory, for the picture, its points and what is written: measured, 10 to 15."""


def require_room(width: int, height: int, scale: float) -> None:
    """Refuse a picture that cannot be painted, or would take more memory than there is.

    Parameters
    ----------
    width, height : int
        In pixels, before scaling.
    scale : float

    Raises
    ------
    UserError
    """
    wide, high = round(width * scale), round(height * scale)
    asked = f"{width:,} × {height:,} pixels at scale {scale:g}"
    if max(wide, high) > _MOST_PIXELS:
        raise UserError(
            f"A picture of {asked} is {wide:,} × {high:,}; at most {_MOST_PIXELS:,} can be drawn "
            "along a side. Choose a smaller size or scale."
        )
    needed, free = _BYTES_A_PIXEL * wide * high, available_memory()
    if needed > free:
        raise UserError(
            f"A picture of {asked} takes about {in_words(needed)} of memory, and "
            f"{in_words(free)} are free. Choose a smaller size or scale."
        )
