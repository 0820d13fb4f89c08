"""Compilation of all kernels at the first start, in processes of their own.

Compiling takes some 15 s of one processor and holds the GIL: in threads, it would keep the window
from answering and use one processor of two. So it is done by two children, drawing first, which
leave what they compiled in numba's cache on the disk; this process then only loads it. A stamp
beside the cache says that it has been done for these sources and this numba.

What is to be compiled is told by functions that run some kernels once: what draws is named here,
since every picture needs it; the others are named by whoever needs them, such as a pane.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast

import llvmlite
import numba

from embedviz.core.compiled.kernels import compile_gate, serial_kernel, used_modules
from embedviz.core.drawing import density, label_placement, passes, picking, raster

Compile = Callable[[], None]
"""A function of a module that runs some kernels once."""

DRAWING: tuple[Compile, ...] = (
    raster.compile_all,
    passes.compile_all,
    label_placement.compile_all,
    picking.compile_all,
)
"""The kernels that the first picture needs."""
SOON: tuple[Compile, ...] = (density.compile_all,)
"""The kernels of a picture that may come next, and that would wait 50 ms for them to be loaded."""
_N_CHILDREN = 2


def prepare(
    on_drawing_ready: Callable[[], None],
    further: Callable[[], Sequence[Compile]] = tuple,
    *,
    in_children: bool = True,
) -> None:
    """Compile all kernels if that was never done; load those that draw.

    Runs in a thread for some seconds at the first start, half a second later. Of the others, those
    that draw a crowd are loaded in the end, so that no picture waits for them.

    Parameters
    ----------
    on_drawing_ready : callable
        Called, in this thread, as soon as points can be drawn.
    further : callable
        Returns what else is to be compiled; called, in this thread, after that, so that nothing
        that it imports is in the way of the first picture.
    in_children : bool
        Whether processes may be started; else only what draws is compiled, here.
    """
    done: list[bool] = []
    with compile_gate.given_to(each.__module__ for each in DRAWING):
        children = _start_children() if in_children and not is_done("drawing") else []
        for child in children:
            child.wait_for_drawing()
        try:
            for compile_all in DRAWING:
                compile_all()
            _note("drawing")
        finally:  # Also when it failed: the first paint then fails too, and says why.
            on_drawing_ready()
        names = [name_of(each) for each in further()] if in_children else []
        everything = "all-" + hashlib.sha256("\n".join(names).encode()).hexdigest()[:8]
        if in_children and not children and not is_done(everything):
            children = _start_children()  # The first start ended before all was compiled.
        for place, child in enumerate(children):
            child.go_on(names[place :: len(children)])
        done = [child.wait() for child in children]
    if done and all(done):
        _note(everything)
    if is_done(everything):
        for compile_all in SOON:
            compile_all()


def name_of(compile_all: Compile) -> str:
    """Return the name under which a child finds a function: "module:function"."""
    return f"{compile_all.__module__}:{compile_all.__qualname__}"


def is_done(what: str) -> bool:
    """Return whether "drawing", or further kernels, were compiled for this installation."""
    return _stamp(what).exists()


def _note(what: str) -> None:
    with suppress(OSError):  # Where the cache cannot be written, the next start compiles again.
        _stamp(what).touch()


class _Child:
    """A process that compiles, and says each name when it is done with it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._known, self._drawing = set(names), set(names)
        self._has_drawn = Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self._process.kill)
        self._listener = Thread(target=self._listen, name="embedviz compiling", daemon=True)
        self._listener.start()

    def wait_for_drawing(self) -> None:
        """Wait until what draws is compiled, or the process has ended for whatever reason."""
        self._has_drawn.wait()

    def go_on(self, names: Sequence[str]) -> None:
        """Let it compile more, now that it is not in the way of the first picture."""
        assert self._process.stdin is not None
        self._known |= set(names)
        with suppress(OSError):  # It has ended for whatever reason.
            self._process.stdin.write("".join(f"{name}\n" for name in names))
            self._process.stdin.close()

    def wait(self) -> bool:
        """Wait for the end; return whether all went well."""
        self._listener.join()
        return self._process.wait() == 0

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            name, modules = _parse(line)
            if name not in self._known:  # Something else in that process had a word to say.
                continue
            compile_gate.allow(modules)
            self._drawing.discard(name)
            if not self._drawing:
                self._has_drawn.set()
        self._has_drawn.set()
        self._process.stdout.close()
        self._process.wait()
        atexit.unregister(self._process.kill)


def _start_children() -> list[_Child]:
    names = [name_of(each) for each in DRAWING]
    try:
        return [_Child(names[place::_N_CHILDREN]) for place in range(_N_CHILDREN)]
    except OSError:  # No processes here: each kernel is then compiled when it is first used.
        return []


def _parse(line: str) -> tuple[str, list[str]]:
    """Return the name of what was compiled, and the modules whose kernels are ready."""
    try:
        name, modules = json.loads(line)
        return str(name), [str(module) for module in modules]
    except (ValueError, TypeError):
        return "", []


def _stamp(what: str) -> Path:
    """Return the file that is there when some kernels are in the cache."""
    parts = [numba.__version__, llvmlite.__version__, sys.version]
    for source in sorted(Path(__file__).parents[2].rglob("*.py")):
        status = source.stat()
        parts.append(f"{source} {status.st_mtime_ns} {status.st_size}")
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder: str = cast(Any, _nothing).stats.cache_path
    return Path(folder) / f"embedviz-{key}.{what}"


@serial_kernel
def _nothing() -> int:
    return 0


def compile_named(names: Iterable[str]) -> Iterator[str]:
    """Run functions by their names, and say when each is done.

    Yields
    ------
    str
        A line of JSON: the name, and the modules whose parallel kernels have been compiled.
    """
    for name in names:
        module, _, function = name.strip().partition(":")
        getattr(import_module(module), function)()
        yield json.dumps([name.strip(), used_modules()])


if __name__ == "__main__":
    # It ends soon: collecting would take a tenth of its time, and save 130 MB.
    gc.disable()
    # What draws is named by the arguments; whatever else comes by standard input, later.
    for finished in compile_named(chain(sys.argv[1:], sys.stdin)):
        print(finished, flush=True)  # noqa: T201 - read by the parent
