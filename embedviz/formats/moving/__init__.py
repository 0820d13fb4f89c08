"""Moving pictures as files: animated WebP, GIF and PNG, and MP4.

What encodes runs in a child process, which is given one frame after the other: encoders hold the
interpreter for tenths of a second, and none of the frames is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from embedviz.core.errors import UserError

EXTRA = "animation"


@dataclass(frozen=True)
class MovingFormat:
    """A format of moving pictures.

    Attributes
    ----------
    title, note : str
        What it is called, and what it is good for.
    module, function : str
        Where it is written.
    packages : tuple of str
        What Python has to be able to import for that.
    share : float
        How large a file is about, as a share of what its frames are as PNG one by one: measured on
        an orbit of the map and on a sweep of the Anisotropy pane.
    most_fps : int
        Frames per second that every program shows.
    """

    title: str
    note: str
    module: str
    function: str
    packages: tuple[str, ...] = ("PIL",)
    share: float = 1.0
    most_fps: int = 60


MOVING_FORMATS: Mapping[str, MovingFormat] = MappingProxyType(
    {
        ".webp": MovingFormat(
            "Animated WebP", "small; for web pages", f"{__name__}.webp", "write_webp", share=0.3
        ),
        ".gif": MovingFormat(
            "GIF",
            "shown everywhere; 256 colors a frame",
            f"{__name__}.gif",
            "write_gif",
            share=0.3,
            most_fps=50,
        ),
        ".png": MovingFormat(
            "Animated PNG", "exact; large", f"{__name__}.apng", "write_apng", share=0.8
        ),
        ".mp4": MovingFormat(
            "MP4 (H.264)",
            "for slides and videos",
            f"{__name__}.mp4",
            "write_mp4",
            ("imageio_ffmpeg",),
            share=0.12,
        ),
    }
)
"""By suffix. To add one: write a function as the others have it, and name it here."""
_DISTRIBUTIONS = {"PIL": "pillow", "imageio_ffmpeg": "imageio-ffmpeg"}


def moving_format_of(path: str | Path) -> MovingFormat:
    """Return the format that the suffix of a path stands for.

    Raises
    ------
    UserError
        When it stands for none, and when a package that it needs is not installed.
    """
    name = Path(path).name
    found = MOVING_FORMATS.get(Path(path).suffix.lower())
    if found is None:
        raise UserError(
            f"{name}: moving pictures are written as {', '.join(MOVING_FORMATS)}; end the name so."
        )
    if missing := missing_packages(found):
        raise UserError(
            f"{name}: {found.title} is written with {' and '.join(missing)}, which is not "
            f'installed. Run: pip install "embedviz[{EXTRA}]"'
        )
    return found


def missing_packages(kind: MovingFormat) -> tuple[str, ...]:
    """Return the packages that a format needs and that are not installed."""
    return tuple(_DISTRIBUTIONS[each] for each in kind.packages if find_spec(each) is None)
