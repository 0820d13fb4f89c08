"""Return of freed memory to the system, by the allocator of the C library.

glibc gives threads up to eight places of their own per processor to allocate in, and learns from
each large array that is freed to keep twice as much at the end of each place. A window whose tasks
come and go in threads of their own so keeps hundreds of megabytes that nothing uses; `malloc_trim`
returns little of them, as it leaves the ends of those places alone.
"""

from __future__ import annotations

import ctypes

# From malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8

_MOST_ARENAS = 2
"""Threads seldom allocate at the same moment: most of what takes long is one call of a kernel."""
_MAPPED_BYTES = 16 << 20
"""Larger arrays are mapped, and returned as they are freed: 0.2 ms a megabyte to take them anew."""
_KEPT_BYTES = 32 << 20
"""Freed memory at the end of a place that is kept for what is allocated next."""


def return_freed_memory() -> bool:
    """Let the allocator of this process return what was freed; to be called before threads start.

    Returns
    -------
    bool
        Whether it could be told; other systems than Linux return freed memory by themselves.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # Windows, macOS, musl.
        return False
    given = (
        (_ARENA_MAX, _MOST_ARENAS),
        (_MMAP_THRESHOLD, _MAPPED_BYTES),
        (_TRIM_THRESHOLD, _KEPT_BYTES),
    )
    told = [mallopt(what, value) for what, value in given]  # Each, also after one that fails.
    return all(told)
