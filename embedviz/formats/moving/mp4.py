"""MP4: H.264 as every player and presentation shows it, by the ffmpeg of imageio-ffmpeg."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

import numpy as np

from embedviz.core.errors import UserError
from embedviz.formats.moving.clip import Clip, Pixels

_QUALITY = "18"
"""Constant rate factor: below what is seen to be lost."""
_THREADS = "4"
"""A fixed number: with another one, the file would be another."""
_COLORS = "bt709"
_SRGB = "iec61966-2-1"


def write_mp4(file: IO[bytes], clip: Clip, frames: Iterable[Pixels]) -> None:
    """Write frames as they come; where a side is odd, its last pixels are there twice.

    Parameters
    ----------
    file : binary file
        Has a name, by which ffmpeg opens it.
    clip : Clip
    frames : iterable of Pixels

    Raises
    ------
    UserError
        When ffmpeg fails, as it words it.
    """
    process = subprocess.Popen(
        _command(clip, file.name), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        with suppress(BrokenPipeError):  # It has said why.
            for pixels in frames:
                process.stdin.write(_even(pixels).tobytes())
            process.stdin.close()
        said = process.stderr.read().decode("utf-8", "replace").strip()
        if process.wait() != 0:
            raise UserError(_reason(said) or f"ffmpeg ended with {process.returncode}.")
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            process.stdin.close()
        process.stderr.close()


def _reason(said: str) -> str:
    """Return what is wrong by the words of ffmpeg: a full disk, or else what it said first."""
    full = os.strerror(errno.ENOSPC)
    return full if full in said else said.partition("\n")[0]


def _command(clip: Clip, path: str) -> list[str]:
    import imageio_ffmpeg

    width, height = clip.width + clip.width % 2, clip.height + clip.height % 2
    given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(clip.fps)]
    colors = f"scale=in_range=pc:out_range=tv:out_color_matrix={_COLORS},format=yuv420p"
    tags = ["-colorspace", _COLORS, "-color_primaries", _COLORS, "-color_trc", _SRGB]
    coded = ["-c:v", "libx264", "-preset", "medium", "-crf", _QUALITY, "-threads", _THREADS]
    # Neither the date nor the version, so that the same frames make the same file.
    exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    written = ["-movflags", "+faststart", "-f", "mp4", "-y", f"file:{path}"]
    quiet = ["-hide_banner", "-loglevel", "error", "-nostats"]
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    return [
        *(ffmpeg, *quiet, *given, "-i", "pipe:0", "-an", "-vf", colors),
        *(*coded, *tags, "-color_range", "tv", *exact, *written),
    ]


def _even(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(pixels)
