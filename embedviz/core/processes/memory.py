"""Available memory, asked for before it is taken.

Within a container the machine's own figures say nothing of the container's limit, so the control
groups of this process are asked as well. What they count as used holds the pages of files that were
read, which are given back when memory is needed: those are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from embedviz.core.errors import ChoiceRequired
from embedviz.core.wording import in_words

_OWN_GROUPS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_FILES = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
"""By the controllers of a hierarchy: limit, usage, and the line of `memory.stat` to subtract."""

_KEPT_FREE = 0.05
"""Of what is available, for everything else that goes on."""
_ASKED_FROM = 64 << 20
"""Bytes below which nobody asks: it takes a fraction of a millisecond."""


def available_memory() -> int:
    """Return the bytes that can be taken without swapping, or ending another program."""
    import psutil

    return min([int(psutil.virtual_memory().available), *_free_in_groups()])


def _free_in_groups() -> Iterator[int]:
    """Yield what each control group around this process, and so also the smallest, has left."""
    try:
        lines = _OWN_GROUPS.read_text().splitlines()
    except OSError:  # Not on Linux.
        return
    for line in lines:
        _, controllers, own = [*line.split(":", 2), "", ""][:3]
        if controllers not in _FILES:
            continue
        limit, usage, cached = _FILES[controllers]
        root = _GROUPS / controllers
        folder = root / own.lstrip("/")
        for group in (folder, *folder.parents):
            if not group.is_relative_to(root):
                break
            try:
                most = int((group / limit).read_text())
                used = int((group / usage).read_text())
            except (OSError, ValueError):  # No such group here, or no limit: "max".
                continue
            yield max(most - used + _number_after(group / "memory.stat", cached), 0)


def _number_after(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.split()[:1] == [name]), 0)


def require_memory(name: str, n_rows: int, dimensions: int, n_had: int = 0) -> None:
    """Refuse a float32 matrix that does not fit into the memory.

    Parameters
    ----------
    name : str
        Of the file.
    n_rows, dimensions : int
        Of the matrix.
    n_had : int
        How many of the rows there is memory for already.

    Raises
    ------
    ChoiceRequired
        With the sizes, and the sample that would fit.
    """
    row_bytes = 4 * dimensions
    needed = n_rows * row_bytes
    if needed < _ASKED_FROM:
        return
    free = int(available_memory() * (1 - _KEPT_FREE)) + n_had * row_bytes
    if needed <= free:
        return
    # A sample is thinned out when there are twice as many rows.
    fitting = max(free // (4 * row_bytes), 1)
    rounded = 10 ** (len(str(fitting)) - 1)
    fitting = fitting // rounded * rounded
    reason = (
        f"{name}: about {n_rows:,} rows of {dimensions:,} numbers need {in_words(needed)} of "
        f"memory, and {in_words(free)} are free. Open a random sample of up to {fitting:,} rows"
    )
    raise ChoiceRequired(
        f"{reason}: --sample {fitting} on the command line, sample={fitting} in Python.",
        "sample",
        {str(fitting): f"A random sample of {fitting:,} rows"},
        reason=f"{reason}.",
    )
