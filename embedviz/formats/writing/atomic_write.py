"""Files that take the place of old ones in one step, when they are complete.

Everything is written to a temporary file in the same folder and brought to the disk first, so that
a crash, a full disk or the end of the process leaves the old file as it was.

Numbers and their labels are two files that belong together, and two files cannot be renamed in one
step. Between the two renames there would be new vectors with old labels. So a third file is put
there in one step before them: it says which temporary files are complete and are to take their
places. From then on the new contents count: whoever opens or writes the vectors next first does
what of it was not done (`finish_saving`). The file holds a mark that names the temporary files, and
no paths, so that one from elsewhere can replace nothing but the two files that it is for.

A killed process leaves its temporary files. Their names hold the machine and the process, and the
next one to write the same file removes those of its own machine whose process has ended.
"""

from __future__ import annotations

import gzip
import os
import platform
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from embedviz.core.errors import UserError
from embedviz.formats.paths import companion_of, require_plain_path

File = IO[bytes]

_ABANDONED_SECONDS = 600
"""Containers may share a folder and a name, but not their processes; what they write is fresh."""
_mark = re.compile("[0-9a-f]{8}-([0-9]{1,10})-[0-9a-f]{8}").fullmatch


@contextmanager
def replaced_files(paths: Sequence[Path]) -> Iterator[list[File]]:
    """Open temporary files that take the place of `paths` when all of them are complete.

    Parameters
    ----------
    paths : sequence of Path
        One file; or one and its `companion_of`, which are replaced together.

    Yields
    ------
    list of binary files

    Raises
    ------
    UserError
        When one of them cannot be written. Nothing is replaced then.
    """
    assert list(paths[1:]) in ([], [companion_of(paths[0])])
    name = paths[0].name
    require_plain_path(paths[0])
    mark = _new_mark()
    temporary: list[Path] = []
    try:
        targets = [_writable_target(path) for path in paths]
        finish_saving(paths[0])
        _remove_abandoned(targets)
        temporary = [_temporary(target, mark) for target in targets]
        with ExitStack() as stack:
            files: list[File] = [stack.enter_context(path.open("xb")) for path in temporary]
            yield files
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        for source, target in zip(temporary, targets, strict=True):
            if target.exists():
                shutil.copymode(target, source)
        if len(paths) == 1:
            temporary[0].replace(targets[0])
            _sync_folder(targets[0].parent)
        else:
            _replace_both(paths[0], mark, temporary, targets)
    except OSError as error:
        raise UserError(
            f"{name} cannot be written: {error.strerror or error}. Choose another place."
        ) from None
    finally:
        if _promised(paths[0]) != mark:
            for path in temporary:
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def finish_saving(path: Path) -> None:
    """Put a file and its companion in their places, where a process ended in the middle of that.

    Parameters
    ----------
    path : Path
        Of the vectors.

    Raises
    ------
    UserError
        When the folder cannot be written.
    """
    path = path.expanduser().absolute()
    if not path.name:
        return  # The root of a disk.
    promise, mark = _promise(path), _promised(path)
    if not _mark(mark):
        return  # Hardly ever is there one.
    targets = [Path(os.path.realpath(each)) for each in (path, companion_of(path))]
    try:
        for target in targets:
            _put(_temporary(target, mark), target)
        _sync_folder(targets[0].parent)
        promise.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path.name} was being saved when the program ended, and this cannot be finished: "
            f"{error.strerror or error}. Allow writing in its folder, and try again."
        ) from None


@contextmanager
def packed_by(path: Path, file: File) -> Iterator[File]:
    """Return a file that packs what is written to it, where the suffix is `.gz`."""
    if path.suffix == ".gz":
        # Without the time, so that the same set makes the same file.
        packed: Any = gzip.GzipFile("", "wb", 6, file, mtime=0)
        with packed:
            yield packed
    else:
        yield file


def _replace_both(
    path: Path, mark: str, temporary: Sequence[Path], targets: Sequence[Path]
) -> None:
    promise = _promise(path)
    draft = _temporary(promise, mark)
    try:
        with draft.open("xb") as file:
            file.write(mark.encode())
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(targets[0].parent)
        draft.replace(promise)
        _sync_folder(promise.parent)
    finally:
        draft.unlink(missing_ok=True)
    try:
        _put(temporary[0], targets[0])
    except OSError:  # A file in use cannot be replaced on Windows. Nothing was done yet.
        promise.unlink(missing_ok=True)
        raise
    _put(temporary[1], targets[1])
    _sync_folder(targets[0].parent)
    promise.unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    with suppress(FileNotFoundError):  # It is in its place already.
        source.replace(target)


def _writable_target(path: Path) -> Path:
    """Return the file behind links.

    Raises
    ------
    UserError
        When something else is there, or the file is write-protected.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    if stat.S_ISDIR(mode):
        raise UserError(f"{path.name} is a folder. Choose another name.")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path.name} is not an ordinary file, so it cannot be replaced.")
    # Renaming over it would be allowed, but not meant.
    if not os.access(target, os.W_OK):
        raise UserError(f"{path.name} is write-protected. Choose another name, or allow writing.")
    return target


def _promise(path: Path) -> Path:
    """Return where it is said that new files are complete."""
    return path.with_name(f".embedviz-{_digest(path.name)}.saving")


def _promised(path: Path) -> str:
    """Return the mark of the new files; nothing where there are none."""
    try:
        with _promise(path).open(encoding="ascii") as file:
            return file.read(64)
    except (OSError, ValueError):
        return ""


def _temporary(target: Path, mark: str) -> Path:
    # Without the name itself, which may be as long as names can be.
    return target.with_name(f".embedviz-{_digest(target.name)}-{mark}.tmp")


def _digest(text: str, size: int = 8) -> str:
    return blake2b(os.fsencode(text), digest_size=size).hexdigest()


def _machine() -> str:
    return _digest(platform.node(), 4)


def _new_mark() -> str:
    return f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


def _remove_abandoned(targets: Sequence[Path]) -> None:
    """Remove temporary files for the same targets of processes that have ended."""
    for target in targets:
        start = f".embedviz-{_digest(target.name)}-"
        for name in os.listdir(target.parent):
            mark = name.removeprefix(start).removesuffix(".tmp")
            if not (name.startswith(start) and name.endswith(".tmp") and _mark(mark)):
                continue
            found = target.with_name(name)
            if mark.startswith(_machine()) and _is_abandoned(found, int(mark.split("-")[1])):
                with suppress(OSError):
                    found.unlink()


def _is_abandoned(path: Path, process: int) -> bool:
    import psutil

    try:
        age = time.time() - path.stat().st_mtime
    except OSError:
        return False
    return age > _ABANDONED_SECONDS and not psutil.pid_exists(process)


def _sync_folder(folder: Path) -> None:
    """Bring the new names to the disk, where the system can do that."""
    with suppress(OSError):  # Windows opens no folders, and some network drives sync none.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
