"""Files of vectors: how long it takes to open them, beside gensim, and how much memory.

Both sides read a file that was just written, so from memory. The notes say what was read by a
checksum of the matrix and the words: the two sides of a line must show the same one.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .framework import Benchmark, durations

_BLOCK_ROWS = 4096
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
_BASE = len(_SYLLABLES)


class Text(Benchmark):
    """GloVe text as it is handed out: a word and numbers of five or six digits, no header."""

    unit = "s"

    def __init__(self, n_vectors: int, dimensions: int, peer_name: str | None, end: str) -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self.end = end
        kind = "gzip" if end.endswith(".gz") else "text"
        self.name = f"load-{kind}-{n_vectors}x{dimensions}"
        self._found = ""

    def ours(self) -> list[float]:
        with _file(self.end, self._write) as path:
            return _timed(partial(self._load, path), repeat=3)

    def peer(self) -> list[float]:
        from gensim.models import KeyedVectors

        with _file(self.end, self._write) as path:
            load = partial(KeyedVectors.load_word2vec_format, path, no_header=True)
            return _timed(lambda: self._keep(_of_gensim(load())), repeat=1)

    def note(self) -> str:
        return self._found

    def _load(self, path: Path) -> None:
        from embedviz.formats import load

        found = load(path)
        self._keep((found.vectors, found.labels))

    def _keep(self, found: tuple[Any, Any]) -> None:
        if not self._found:  # What comes first is not measured.
            self._found = _checksum(*found)

    def _write(self, file: Any) -> None:
        rng = np.random.default_rng(0)
        values = (rng.standard_normal(1 << 18) * 0.4).tolist()
        printed = [b"%.5g" % v if i % 2 else b"%.6f" % v for i, v in enumerate(values)]
        table = np.array(printed, object)
        for words in _words(self.shape[0]):
            chosen = rng.integers(0, len(table), (len(words), self.shape[1]))
            rows = zip(words, table[chosen].tolist(), strict=True)
            file.write(b"".join(b"%s %s\n" % (word, b" ".join(row)) for word, row in rows))


class Binary(Text):
    """word2vec binary, as gensim writes it."""

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        super().__init__(n_vectors, dimensions, "gensim", ".bin")
        self.name = f"load-binary-{n_vectors}x{dimensions}"

    def peer(self) -> list[float]:
        from gensim.models import KeyedVectors

        with _file(self.end, self._write) as path:
            load = partial(KeyedVectors.load_word2vec_format, path, binary=True)
            return _timed(lambda: self._keep(_of_gensim(load())), repeat=3)

    def _write(self, file: Any) -> None:
        n_vectors, dimensions = self.shape
        rng = np.random.default_rng(0)
        file.write(b"%d %d\n" % self.shape)
        for words in _words(n_vectors):
            rows = rng.standard_normal((len(words), dimensions), dtype=np.float32)
            pairs = zip(words, rows, strict=True)
            file.write(b"".join(word + b" " + row.tobytes() for word, row in pairs))


class Mapped(Benchmark):
    """A NumPy array of a million rows: opened by its header, or with all its rows looked at."""

    def __init__(self, n_vectors: int, dimensions: int, *, scans: bool) -> None:
        self.shape = n_vectors, dimensions
        self.scans = scans
        self.name = f"{'scan' if scans else 'open'}-npy-{n_vectors}x{dimensions}"

    def ours(self) -> list[float]:
        from embedviz.core.origin import ReadSettings
        from embedviz.core.scanning import scan_rows
        from embedviz.formats import open_file

        with _file(".npy", self._write) as path:
            open_now = partial(open_file, path, ReadSettings(scans_later=True))
            if not self.scans:
                return durations(open_now, seconds=0.0)
            vectors = open_now().vectors
            return durations(lambda: scan_rows(vectors), least=3, seconds=0.0)

    def _write(self, file: Any) -> None:
        rng = np.random.default_rng(0)
        description = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(file, description)
        for words in _words(self.shape[0]):
            file.write(rng.standard_normal((len(words), self.shape[1]), dtype=np.float32).data)


class ParquetParts(Benchmark):
    """A folder of Parquet files, beside the same rows in one file.

    The note says what both processes together take more than before, at most.
    """

    unit = "s"
    peer_name = "one file"

    def __init__(self, n_vectors: int, dimensions: int, n_parts: int) -> None:
        self.shape = n_vectors, dimensions
        self.n_parts = n_parts
        self.name = f"load-parquet-{n_parts}-parts-{n_vectors}x{dimensions}"
        self._note = ""

    def ours(self) -> list[float]:
        return self._measured(self.n_parts)

    def peer(self) -> list[float]:
        return self._measured(1)

    def note(self) -> str:
        return self._note

    def _measured(self, n_parts: int) -> list[float]:
        from embedviz.formats import load

        with tempfile.TemporaryDirectory() as folder:
            self._write(Path(folder), n_parts)
            path = Path(folder) if n_parts > 1 else Path(folder, "00.parquet")
            with _most_memory() as most:
                found = load(path)
            checked = _checksum(found.vectors, found.labels)
            self._note = f"{checked}, {most[0] / 1e6:,.0f} MB of memory"
            del found
            return _timed(partial(load, path), repeat=5)

    def _write(self, folder: Path, n_parts: int) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        rng = np.random.default_rng(0)
        n_rows, dimensions = self.shape[0] // self.n_parts, self.shape[1]
        writer = None
        for part in range(self.n_parts):
            rows = rng.standard_normal(n_rows * dimensions, dtype=np.float32)
            names = [_word(row) for row in range(part * n_rows, (part + 1) * n_rows)]
            lists = pa.FixedSizeListArray.from_arrays(pa.array(rows), dimensions)
            table = pa.table({"word": names, "embedding": lists})
            if writer is None or n_parts > 1:
                if writer is not None:
                    writer.close()
                writer = parquet.ParquetWriter(folder / f"{part:02}.parquet", table.schema)
            writer.write_table(table)
        assert writer is not None
        writer.close()


@contextmanager
def _most_memory() -> Iterator[list[int]]:
    """Yield a list that holds, in the end, the most bytes used by this process and its children."""
    import psutil

    process = psutil.Process()
    most, is_done = [0], threading.Event()

    def used() -> int:
        total = 0
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += int(each.memory_full_info().uss)
        return total

    def watch(before: int) -> None:
        while not is_done.wait(0.01):
            most[0] = max(most[0], used() - before)

    watcher = threading.Thread(target=watch, args=(used(),))
    watcher.start()
    try:
        yield most
    finally:
        is_done.set()
        watcher.join()


def _words(count: int) -> Iterator[list[bytes]]:
    """Yield so many words that are all different, in blocks."""
    for start in range(0, count, _BLOCK_ROWS):
        yield [_word(row).encode() for row in range(start, min(start + _BLOCK_ROWS, count))]


def _word(number: int) -> str:
    word = ""
    while number >= 0:
        number, syllable = divmod(number, _BASE)
        word += _SYLLABLES[syllable]
        number -= 1
    return word


@contextmanager
def _file(end: str, write: Callable[[Any], None]) -> Iterator[Path]:
    """Write a file in a temporary folder, which is gone in the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"vectors{end}")
        with gzip.open(path, "wb", 6) if end.endswith(".gz") else path.open("wb") as file:
            write(file)
        yield path


def _timed(work: Callable[[], object], repeat: int) -> list[float]:
    """Return how many seconds some work takes, after it was done once unless it is done once."""

    samples = []
    for _ in range(repeat + 1 if repeat > 1 else 1):
        start = time.perf_counter()
        work()
        samples.append(time.perf_counter() - start)
    return samples[1:] or samples


def _of_gensim(found: Any) -> tuple[Any, Any]:
    return found.vectors, found.index_to_key


def _checksum(vectors: Any, words: Any) -> str:
    """Return what differs where a number or a word does."""
    found = hashlib.sha256()
    for start in range(0, len(vectors), _BLOCK_ROWS):
        found.update(np.ascontiguousarray(vectors[start : start + _BLOCK_ROWS]))
        found.update("\n".join(words[start : start + _BLOCK_ROWS]).encode())
    rows, dimensions = vectors.shape
    return f"{rows}x{dimensions} {4 * vectors.size / 1e6:,.0f} MB, checksum {found.hexdigest()[:8]}"
