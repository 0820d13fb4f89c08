"""Kernels that call kernels of another file: a change there is seen."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from embedviz.core.compiled.kernels import sources_of
from embedviz.core.neighbors import tile_ranks

CALLEE = """
from embedviz.core.compiled.kernels import serial_kernel

@serial_kernel
def inner(x):
    return x + {more}
"""
CALLER = """
import callee
from callee import inner
from embedviz.core.compiled.kernels import serial_kernel

@serial_kernel
def outer(x):
    return 10 * inner(x)

@serial_kernel
def by_module(x):
    return 100 * callee.inner(x)

print(outer(1), by_module(1), sum(outer.stats.cache_hits.values()))
"""


def run(folder):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-B", str(folder / "caller.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_changed_callee_in_another_file_is_compiled_anew(tmp_path):
    (tmp_path / "caller.py").write_text(textwrap.dedent(CALLER))
    (tmp_path / "callee.py").write_text(textwrap.dedent(CALLEE.format(more=1)))
    assert run(tmp_path) == ["20", "200", "0"]
    assert run(tmp_path) == ["20", "200", "1"]  # From the cache.
    (tmp_path / "callee.py").write_text(textwrap.dedent(CALLEE.format(more=22)))
    assert run(tmp_path) == ["230", "2300", "0"]


def test_sources_are_the_files_of_all_that_can_be_called():
    """Also what a kernel that is declared below calls: _count, _score, exact_score."""
    files = {Path(path).name for path in sources_of(tile_ranks._count.__wrapped__)}
    assert {"tile_ranks.py", "tile_heaps.py", "row_kernels.py"} <= files
    assert "raster.py" not in files
