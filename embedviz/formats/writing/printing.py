"""Vectors and columns as lines of text, many at a time.

Arrow prints numbers with as many digits as bring back the same float32, and joins texts without a
Python object for each. Printing takes far longer than writing, so two blocks are printed at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from embedviz.core.arrays import Matrix

if TYPE_CHECKING:
    import pyarrow as pa

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS = 2


def to_texts(texts: Sequence[str]) -> pa.Array:
    """Return texts as an Arrow array; halves of surrogate pairs, which UTF-8 cannot hold, as ?."""
    import pyarrow as pa

    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return pa.array(clean, pa.large_string())


def print_vectors(vectors: Matrix, separator: str, before: str = "", after: str = "") -> pa.Array:
    """Return the numbers of each row as one text.

    Parameters
    ----------
    vectors : float32 array of shape (n_rows, n_dimensions)
    separator : str
        Between the numbers.
    before, after : str
        Around each row.

    Returns
    -------
    pyarrow array of n_rows texts
    """
    import pyarrow as pa
    from pyarrow import compute

    numbers = pa.array(np.ascontiguousarray(vectors).ravel()).cast(pa.string())
    bounds = np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1]
    lines = compute.binary_join(pa.ListArray.from_arrays(bounds, numbers), separator)
    lines = lines.cast(pa.large_string())
    return _join([_word(before), lines, _word(after)], "") if before + after else lines


def with_fraction(lines: pa.Array, separator: str) -> pa.Array:
    """Return lines of numbers, the first of which is written with a point where it is whole."""
    from pyarrow import compute

    return compute.replace_substring_regex(lines, rf"^(-?[0-9]+){separator}", rf"\1.0{separator}")


def join_lines(columns: Sequence[pa.Array], separator: str, end: str) -> memoryview:
    """Return columns of texts as lines, ready to be written.

    Parameters
    ----------
    columns : sequence of pyarrow arrays of texts
        Of the same length, without gaps.
    separator : str
        Between the columns.
    end : str
        After each line.
    """
    import pyarrow as pa

    lines = _join([column.cast(pa.large_string()) for column in columns], separator)
    lines = _join([lines, _word(end)], "")
    _, offsets, data = lines.buffers()
    if data is None:
        return memoryview(b"")
    bounds = np.frombuffer(offsets, np.int64)[lines.offset :][[0, len(lines)]]
    return memoryview(data)[bounds[0] : bounds[1]]


def _join(texts: Sequence[Any], separator: str) -> pa.Array:
    from pyarrow import compute

    return compute.binary_join_element_wise(*texts, _word(separator))


def _word(text: str) -> pa.Scalar:
    import pyarrow as pa

    return pa.scalar(text, pa.large_string())


def computed_ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield `work(item)` for each item in order, while the next ones are computed in threads."""
    waiting: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > _THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
