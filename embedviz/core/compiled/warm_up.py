"""Compiling all kernels at the first start, in processes of their own.

Compiling takes some 15 s of one processor and holds the GIL: in threads, it would keep the window
from answering and use one processor of two. So it is done by two children, drawing first, which
leave what they compiled in numba's cache on the disk; this process then only loads it. A stamp
beside the cache says that it has been done for these sources and this numba.
"""

from __future__ import annotations

import atexit
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple, cast

import llvmlite
import numba
import numpy as np

from embedviz.core.compiled.kernels import compile_gate, serial_kernel
from embedviz.core.drawing import label_placement, picking, raster
from embedviz.core.vector_set import VectorSet

DRAWING = (raster, label_placement, picking)
"""Modules with the kernels that the first picture needs."""


def prepare(on_drawing_ready: Callable[[], None], *, in_children: bool = True) -> None:
    """Compile all kernels if that was never done; load those that draw.

    Runs in a thread for some seconds at the first start, half a second later.

    Parameters
    ----------
    on_drawing_ready : callable
        Called, in this thread, as soon as points can be drawn.
    in_children : bool
        Whether processes may be started; else only what draws is compiled, here.
    """
    with compile_gate.given_to(module.__name__ for module in DRAWING):
        children = _start_children() if in_children and not is_done("drawing") else []
        for child in children:
            child.wait_for_drawing()
        try:
            for module in DRAWING:
                module.compile_all()
            _note("drawing")
        finally:  # Also when it failed: the first paint then fails too, and says why.
            on_drawing_ready()
        if in_children and not children and not is_done("all"):
            children = _start_children()  # The first start ended before all was compiled.
        for child in children:
            child.go_on()
        done = [child.wait() for child in children]
    if done and all(done):
        _note("all")


def is_done(what: str) -> bool:
    """Return whether "drawing", or "all" kernels, were compiled for this installation."""
    return _stamp(what).exists()


def _note(what: str) -> None:
    with suppress(OSError):  # Where the cache cannot be written, the next start compiles again.
        _stamp(what).touch()


class _Child:
    """A process that compiles, and says each name when it is done with it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._drawing = {name for name in names if STEPS[name].draws}
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

    def go_on(self) -> None:
        """Let it compile the rest, now that it is not in the way of the first picture."""
        assert self._process.stdin is not None
        with suppress(OSError):  # It has ended for whatever reason.
            self._process.stdin.close()

    def wait(self) -> bool:
        """Wait for the end; return whether all went well."""
        self._listener.join()
        return self._process.wait() == 0

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            name = line.strip()
            if name not in STEPS:  # Something else in that process had a word to say.
                continue
            compile_gate.allow(f"embedviz.core.{module}" for module in STEPS[name].modules)
            self._drawing.discard(name)
            if not self._drawing:
                self._has_drawn.set()
        self._has_drawn.set()
        self._process.stdout.close()
        self._process.wait()
        atexit.unregister(self._process.kill)


def _start_children() -> list[_Child]:
    try:
        return [_Child(names) for names in _SHARES]
    except OSError:  # No processes here: each kernel is then compiled when it is first used.
        return []


def _stamp(what: str) -> Path:
    """Return the file that is there when some kernels are in the cache."""
    parts = [numba.__version__, llvmlite.__version__, sys.version]
    for source in sorted(Path(__file__).parents[1].rglob("*.py")):
        status = source.stat()
        parts.append(f"{source} {status.st_mtime_ns} {status.st_size}")
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder: str = cast(Any, _nothing).stats.cache_path
    return Path(folder) / f"embedviz-{key}.{what}"


@serial_kernel
def _nothing() -> int:
    return 0


def _some_vectors() -> VectorSet:
    vectors = np.random.default_rng(0).normal(size=(64, 40)).astype(np.float32)
    return VectorSet(vectors, [f"row {i}" for i in range(len(vectors))])


def _compile_marks() -> None:
    label_placement.compile_all()
    picking.compile_all()


def _compile_density() -> None:
    from embedviz.core.drawing.density import compile_all

    compile_all()


def _compile_neighbors() -> None:
    from embedviz.core.isotropy import mean_cosine
    from embedviz.core.neighbors import METRICS, NeighborSearch, cosine_table

    vectors = _some_vectors().vectors
    for metric in METRICS:
        NeighborSearch(vectors, metric).nearest(vectors[0], 3, exclude=(0,))
    cosine_table(vectors[:3])
    mean_cosine(vectors)


def _compile_graph() -> None:
    from embedviz.core.neighbors.graph import neighbor_graph, neighbors_within
    from embedviz.core.neighbors.tiles import GRAPH_METRICS
    from embedviz.core.projections.trust import trustworthiness

    vectors = _some_vectors().vectors
    for metric in GRAPH_METRICS:
        neighbor_graph(vectors, 3, metric)
    neighbors_within(vectors, [1, 2, 3], 2)
    trustworthiness(vectors, vectors[:, :2])


def _compile_prefixes() -> None:
    from embedviz.core.matryoshka import PrefixSearch, overlap_curve

    vectors = _some_vectors().vectors
    query = PrefixSearch(vectors).query(vectors[0])
    for length in (8, 16, 40):
        query.top(length, 3, exclude=(0,))
    for ordering in ("prefix", "random", "svd"):
        overlap_curve(vectors, [8, 40], 3, 5, ordering, draws=1)


def _compile_cone() -> None:
    from embedviz.core.cone import Cone

    Cone(_some_vectors().vectors).after(0.5, 8)


def _compile_analogies() -> None:
    from embedviz.core.analogies import METHODS, parallelogram, solve

    some = _some_vectors()
    for method in METHODS:
        solve(some, ["row 1", "row 2"], ["row 3"], method=method)
    parallelogram(some.vectors[:4]).transform(some.vectors)


def _compile_readers() -> None:
    from embedviz.core.scanning import scan_rows
    from embedviz.formats import load
    from embedviz.formats.binary import fasttext

    fasttext.compile_all()
    some = _some_vectors()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.txt"
        lines = (
            f"w{row} " + " ".join(f"{number:.4f}" for number in vector)
            for row, vector in enumerate(some.vectors.tolist())
        )
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        scan_rows(load(path).vectors)
        path.write_text('[{"text": "some", "embedding": [0.1, 0.2]}]', encoding="utf-8")
        load(path)


class WarmUpStep(NamedTuple):
    """Kernels that are compiled together.

    Attributes
    ----------
    compile : callable
        Runs each of them once.
    modules : tuple of str
        The modules of `embedviz.core` with parallel kernels that it makes ready.
    draws : bool
        Whether the first picture needs them.
    """

    compile: Callable[[], None]
    modules: tuple[str, ...]
    draws: bool = False


STEPS = {
    "raster": WarmUpStep(raster.compile_all, ("drawing.raster",), draws=True),
    "marks": WarmUpStep(_compile_marks, ("drawing.label_placement", "drawing.picking"), draws=True),
    "density": WarmUpStep(_compile_density, ()),
    "neighbors": WarmUpStep(_compile_neighbors, ("neighbors", "isotropy")),
    "graph": WarmUpStep(
        _compile_graph, ("neighbors.tiles", "neighbors.tile_heaps", "neighbors.tile_ranks")
    ),
    "analogies": WarmUpStep(_compile_analogies, ("analogies.scoring",)),
    "cone": WarmUpStep(_compile_cone, ("cone",)),
    "prefixes": WarmUpStep(
        _compile_prefixes,
        (
            "matryoshka",
            "matryoshka.prefix_search",
            "matryoshka.prefix_neighbors",
            "matryoshka.orderings",
        ),
    ),
    "readers": WarmUpStep(_compile_readers, ()),
}
"""What can be compiled, by name. To add kernels: write a function that runs them once."""

_SHARES = (
    ("raster", "density", "analogies", "graph", "cone"),
    ("marks", "neighbors", "prefixes", "readers"),
)


def compile_steps(names: Sequence[str]) -> Iterator[str]:
    """Compile kernels by the names of their steps, and yield each name when it is done.

    Before the first step that is not for drawing, it waits until standard input ends.
    """
    may_go_on = False
    for name in names:
        if not (STEPS[name].draws or may_go_on):
            may_go_on = sys.stdin.read() == ""
        STEPS[name].compile()
        yield name


if __name__ == "__main__":
    for finished in compile_steps(sys.argv[1:]):
        print(finished, flush=True)  # noqa: T201 - read by the parent
