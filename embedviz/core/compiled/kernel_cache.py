"""The cache of compiled kernels, which knows the sources of all that a kernel calls.

Numba compiles what a kernel calls into it, also from another file, but looks only at the file of
the kernel itself when it decides whether what lies in its cache is up to date: a callee that was
changed in another file went on as it was. So the stamp of a kernel is made of the files of all
kernels that its module has imported when the kernel is declared, and of those that they call in
turn: whatever it calls, or what is declared below it calls, is among them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile

_sources: dict[int, frozenset[str]] = {}
"""The files that each kernel is compiled from, by its id: kernels are there until the end."""

Stamp = tuple[tuple[str, int, int], ...]


def sources_of(function: Callable[..., Any]) -> frozenset[str]:
    """Return the files of a function and of all kernels that it can call."""
    found = {function.__code__.co_filename}
    for value in list(function.__globals__.values()):
        if isinstance(value, ModuleType):
            found |= _sources_in(value)
        else:
            found |= _sources.get(id(value), frozenset())
    return frozenset(found)


def note_sources(kernel: Any, sources: frozenset[str]) -> None:
    """Let kernels that call this one know what it is compiled from."""
    _sources[id(kernel)] = sources


class KernelCache(FunctionCache):
    """Numba's cache of one kernel, which is out of date when any of its sources was changed.

    Parameters
    ----------
    function : callable
        What is compiled.
    sources : frozenset of str
        From `sources_of`.
    """

    def __init__(self, function: Callable[..., Any], sources: frozenset[str]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        own = self._impl.locator.get_source_stamp()
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(own, _stamp(sources)),
        )


@cache
def _sources_in(module: ModuleType) -> frozenset[str]:
    """Return the files of all kernels that another module has."""
    values = list(vars(module).values())
    found: frozenset[str] = frozenset()
    return found.union(*(_sources.get(id(value), ()) for value in values))


def _stamp(sources: frozenset[str]) -> Stamp:
    return tuple(_stamp_of_file(each) for each in sorted(sources))


@cache
def _stamp_of_file(path: str) -> tuple[str, int, int]:
    try:
        found = os.stat(path)
    except OSError:  # In an archive: then it does not change either.
        return path, 0, 0
    return path, found.st_mtime_ns, found.st_size
