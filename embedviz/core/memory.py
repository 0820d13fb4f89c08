"""How much memory there is, asked before it is taken.

Within a container the machine's own figures say nothing of the container's limit, so the control
group's is asked as well.
"""

from __future__ import annotations

from pathlib import Path

from embedviz.core.errors import Undecided

_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
_KEPT_FREE = 0.05
"""Of what is available, for everything else that goes on."""
_ASKED_FROM = 64 << 20
"""Bytes below which nobody asks: it takes a fraction of a millisecond."""


def available_memory() -> int:
    """Return the bytes that can be taken without swapping, or ending another program."""
    import psutil

    available = int(psutil.virtual_memory().available)
    for limit, usage in _GROUPS:
        try:
            free = int(Path(limit).read_text()) - int(Path(usage).read_text())
        except (OSError, ValueError):  # No such group, or no limit: "max".
            continue
        available = min(available, max(free, 0))
    return available


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
    Undecided
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
    raise Undecided(
        f"{reason}: --sample {fitting} on the command line, sample={fitting} in Python.",
        "sample",
        {str(fitting): f"A random sample of {fitting:,} rows"},
        reason=f"{reason}.",
    )


def in_words(n_bytes: int) -> str:
    """Return a size as people write it: "3.1 GB"."""
    size, unit = float(n_bytes), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:,.2g} {unit}"
