"""Declaration of compiled loops, and when they may run side by side.

Every kernel releases the GIL: without that, one long kernel stalls the window. Every kernel is
cached on disk: compiling one takes about a second, loading it a few milliseconds.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from threading import Condition, Lock, current_thread, main_thread
from typing import Any, ParamSpec, TypeVar, cast

# Threads that wait for each other give up their processor soon: where another program keeps a
# processor busy, a kernel of 0.2 ms else takes 8 ms, waiting for a thread that waits for its turn.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.compiled.kernel_cache import KernelCache, note_sources, sources_of

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
    compiled: Any = numba.njit(nogil=True, fastmath=FAST_MATH, parallel=parallel)(function)
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
