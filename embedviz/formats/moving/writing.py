"""A moving picture written to a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Report, silent
from embedviz.formats.moving import moving_format_of
from embedviz.formats.moving.clip import Clip, Pixels
from embedviz.formats.writing.atomic_write import replaced_files

_MODULE = "embedviz.formats.moving.child"
_SHUTDOWN_SECONDS = 3.0
_POLL_SECONDS = 0.05
_NEARLY = 0.98


def write_clip(
    path: str | Path, clip: Clip, frames: Iterable[Pixels], report: Report = silent
) -> None:
    """Write frames as they come, by a child process; at most two of them are in memory here.

    Parameters
    ----------
    path : str or Path
        Its suffix is a key of `MOVING_FORMATS`. An old file is replaced when all is written.
    clip : Clip
    frames : iterable of Pixels
        As many as the clip has.
    report : Report

    Raises
    ------
    UserError
        When a package is missing, and when the file cannot be written, such as on a full disk. An
        old file is then untouched.
    """
    path = Path(path)
    moving_format_of(path)
    with replaced_files([path]) as (file,):
        child = ChildProcess(_MODULE, "writes pictures", shutdown_timeout=_SHUTDOWN_SECONDS)
        try:
            facts = {"suffix": path.suffix.lower(), "path": file.name, "clip": asdict(clip)}
            child.send(Message("begin", facts))
            for place, pixels in enumerate(frames):
                report(_NEARLY * place / clip.n_frames, f"frame {place + 1:,} of {clip.n_frames:,}")
                if _is_done(child, path.name, 0.0):
                    break
                child.send(Message("frame", arrays={"pixels": pixels}))
            while not _is_done(child, path.name, _POLL_SECONDS):
                report(_NEARLY, f"completing {path.name}")
        finally:
            child.end()


def _is_done(child: ChildProcess, name: str, timeout: float) -> bool:
    """Return whether all is written.

    Raises
    ------
    UserError
        When it cannot be.
    """
    for message in child.receive(timeout):
        if message is None:
            raise UserError(f"{name} was not written: the encoder died ({child.how_it_ended()}).")
        if message.kind == "failed":
            raise UserError(f"{name} cannot be written: {message.facts['reason']}")
        if message.kind == "done":
            return True
    return False
