"""Seeded sample of a collection, the same in every engine that holds the same keys.

Whole numbers are drawn between the smallest and the largest key, and those kept that have a row, in
the order drawn: nothing but the rows of the sample is looked at. Where keys are texts, or lie so
far apart that most draws would miss, all keys are read and those kept whose hash, seeded, is
smallest: a sample that depends neither on their order nor on how they are divided.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import cast

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.sources.databases.protocol import Collection, Keys

_LEAST_DENSITY = 1 / 50
"""Share of the numbers between smallest and largest key that have a row, below which all keys are
read: each draw that misses costs as much as one that hits."""


def sample_keys(
    collection: Collection, n_rows: int, seed: int = 0, report: Report = silent
) -> Keys:
    """Return the keys of a sample, in ascending order.

    Parameters
    ----------
    collection : Collection
    n_rows : int
        How many are wanted; all where there are no more.
    seed : int
    report : Report

    Raises
    ------
    UserError
        When `n_rows` is less than 1, or the collection has no rows.
    """
    if n_rows < 1:
        raise UserError(f"A sample of {n_rows} rows was asked for; at least one must be read.")
    if collection.info.n_rows == 0:
        raise UserError(f"{collection.info.name!r} has no rows.")
    if n_rows < collection.info.n_rows and can_draw(collection):
        return _drawn(collection, n_rows, seed, report)
    return _smallest_hashes(collection, n_rows, seed, report)


def can_draw(collection: Collection) -> bool:
    """Return whether rows are chosen by drawing numbers; else all keys are read to choose some."""
    bounds = collection.bounds()
    if bounds is None:
        return False
    low, high = bounds
    return collection.info.n_rows / (high - low + 1) >= _LEAST_DENSITY


def _drawn(collection: Collection, n_rows: int, seed: int, report: Report) -> Keys:
    low, high = cast(tuple[int, int], collection.bounds())
    density = min(1.0, collection.info.n_rows / (high - low + 1))
    random = np.random.default_rng(seed)
    found = np.empty(0, np.int64)
    drawn = np.empty(0, np.int64)
    while len(found) < n_rows and len(drawn) < high - low + 1:
        report(len(found) / n_rows, "choosing rows")
        wanted = int((n_rows - len(found)) / density * 1.05) + 16
        fresh = random.integers(low, high, wanted, np.int64, endpoint=True)
        _, first = np.unique(fresh, return_index=True)
        fresh = fresh[np.sort(first)]
        fresh = fresh[~np.isin(fresh, drawn)]
        drawn = np.concatenate((drawn, fresh))
        found = np.concatenate((found, cast(np.ndarray, collection.existing(fresh))))
    return np.sort(found[:n_rows])


def _smallest_hashes(collection: Collection, n_rows: int, seed: int, report: Report) -> Keys:
    hashes = np.empty(0, np.uint64)
    keys: Keys | None = None
    n_read, n_all = 0, max(1, collection.info.n_rows)
    for some in collection.all_keys():
        n_read += len(some)
        report(min(1.0, n_read / n_all), "choosing rows")
        hashes = np.concatenate((hashes, _hashes(some, seed)))
        keys = some if keys is None else cast(Keys, np.concatenate((keys, some)))
        if len(keys) > n_rows:
            kept = np.argpartition(hashes, n_rows - 1)[:n_rows]
            hashes, keys = hashes[kept], keys[kept]
    if keys is None:
        raise UserError(f"{collection.info.name!r} has no rows.")
    return cast(Keys, np.sort(keys))


def _hashes(keys: Keys, seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return a number for each key, as good as random, the same for 7 and for "7"."""
    start = blake2b(str(seed).encode(), digest_size=8)
    found = np.empty(len(keys), np.uint64)
    for place, key in enumerate(keys.tolist()):
        each = start.copy()
        each.update(str(key).encode("utf-8", "surrogatepass"))
        found[place] = int.from_bytes(each.digest(), "big")
    return found
