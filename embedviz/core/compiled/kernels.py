"""Declaration of compiled loops, and when they may run side by side.

Every kernel releases the GIL: without that, one long kernel stalls the window. Every kernel is
cached on disk: compiling one takes about a second, loading it a few milliseconds.

Numba compiles what a kernel calls into it, also from another file, but looks only at the file of
the kernel itself when it decides whether what lies in its cache is up to date: a callee that was
changed in another file went on as it was. So the stamp of a kernel is made of the files of all
kernels that its module has imported when the kernel is declared, and of those that they call in
turn: whatever it calls, or what is declared below it calls, is among them.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache, wraps
from threading import Condition, Lock, current_thread, main_thread
from types import ModuleType
from typing import Any, ParamSpec, TypeVar, cast

# Threads that wait for each other give up their processor soon: where another program keeps a
# processor busy, a kernel of 0.2 ms else takes 8 ms, waiting for a thread that waits for its turn.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import numba
import numpy as np
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")

# Sums may be reordered, which is what makes them fast; infinities and NaN keep their meaning.
FAST_MATH: Any = {"contract", "reassoc", "nsz", "arcp"}
FEW_NUMBERS = 16_000_000
"""A pass over fewer numbers than this is not worth a second thread that may have to wait."""

_one_at_a_time = Lock()


class CompileGate:
    """Gate that lets some kernels go first, while others wait.

    Compiling kernels, and loading them from the cache, holds the GIL and takes numba's own lock.
    Where all threads do it at once, the first picture comes last.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._allowed: set[str] | None = None

    @contextmanager
    def given_to(self, modules: Iterable[str]) -> Iterator[None]:
        """Hold back every parallel kernel but those of some modules, until this ends."""
        self._allowed = set(modules)
        try:
            yield
        finally:
            with self._changed:
                self._allowed = None
                self._changed.notify_all()

    def allow(self, modules: Iterable[str]) -> None:
        """Let the kernels of further modules run too."""
        with self._changed:
            if self._allowed is not None:
                self._allowed.update(modules)
            self._changed.notify_all()

    def holds_back(self, module: str) -> bool:
        """Return whether kernels of this module have to wait now."""
        with self._changed:
            return self._allowed is not None and module not in self._allowed

    def wait(self, module: str) -> None:
        """Wait until a kernel of this module may run. The main thread never waits."""
        if self._allowed is None or current_thread() is main_thread():
            return
        with self._changed:
            self._changed.wait_for(lambda: self._allowed is None or module in self._allowed)


compile_gate = CompileGate()
_used: set[str] = set()


def used_modules() -> list[str]:
    """Return the modules of which parallel kernels have run in this process."""
    return sorted(_used)


def few_rows() -> NDArray[np.float32]:
    """Return some vectors to run kernels with once, so that they are compiled; shape (64, 40)."""
    return np.random.default_rng(0).normal(size=(64, 40)).astype(np.float32)


def serial_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop that runs in the calling thread."""
    return cast(Callable[P, R], _compiled(function))


def parallel_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over `numba.prange`.

    Callers are let in one after the other where numba runs threads by its own `workqueue`, which
    is always there but ends the process when two parallel kernels run at once.
    """
    compiled = _compiled(function, parallel=True)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        compile_gate.wait(function.__module__)
        _used.add(function.__module__)
        with nullcontext() if _may_run_side_by_side() else _one_at_a_time:
            return cast(R, compiled(*args, **kwargs))

    return call


def _compiled(function: Callable[..., Any], *, parallel: bool = False) -> Any:
    """Return a compiled function, cached until one of its sources changes."""
    # Nobody calls it from C: without a wrapper for that, compiling takes 9 % less.
    options: Any = {"parallel": parallel, "no_cfunc_wrapper": True}
    compiled: Any = numba.njit(nogil=True, fastmath=FAST_MATH, **options)(function)
    sources = sources_of(function)
    note_sources(compiled, sources)
    with suppress(RuntimeError):  # Where no folder can be written, each start compiles again.
        compiled._cache = KernelCache(function, sources)
    return compiled


def _may_run_side_by_side() -> bool:
    try:
        return numba.threading_layer() in ("omp", "tbb")  # type: ignore[attr-defined]
    except ValueError:  # Not known before the first parallel kernel has run.
        return False


@contextmanager
def threads_for(numbers: int, few: int = FEW_NUMBERS) -> Iterator[None]:
    """Let parallel kernels run in this thread alone when they have little to read.

    A second thread saves a millisecond or two on ten million numbers. But where the processors
    are busy, all threads wait for the one that has to wait for its turn: measured on two busy
    processors, a pass of 2 ms then takes 20 to 70 ms, and 4 ms in one thread.

    Parameters
    ----------
    numbers : int
        How many numbers the kernels will read.
    few : int
        Fewer than this are read by one thread.
    """
    threads = numba.get_num_threads()
    if numbers < few:
        numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


# The cache, which knows the sources of all that a kernel calls.

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
