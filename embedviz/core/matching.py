"""Matching of the rows of two sets: the same row of one file, or the same label.

Where the labels are only the numbers of rows, they mean something in the same file alone, or where
both sets have as many rows, as the same things embedded by two models have. They are not words.
"""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.vector_set import VectorSet

_FEW = 2000
_known: WeakKeyDictionary[VectorSet, WeakKeyDictionary[VectorSet, Rows]] = WeakKeyDictionary()


def share_rows(one: VectorSet, other: VectorSet) -> bool:
    """Return whether both came from one file, so that a row means the same in both."""
    return one.root.identity is other.root.identity


def share_labels(one: VectorSet, other: VectorSet) -> bool:
    """Return whether a label means the same in both: a text does, the number of a row may not."""
    if not (one.is_numbered or other.is_numbered):
        return True
    if one.is_numbered != other.is_numbered:
        return False
    file = _first_file(one)
    return len(one) == len(other) or (file is not None and file == _first_file(other))


def _first_file(vector_set: VectorSet) -> Path | None:
    """Return the file that the rows of a set are from, however few of them."""
    if vector_set.provenance is None:
        return None
    path = getattr(vector_set.provenance.line[0].step, "path", None)
    return path if isinstance(path, Path) else None


def matching_rows(source: VectorSet, target: VectorSet, rows: Rows) -> Rows:
    """Return the rows of `target` that stand for rows of `source`.

    Parameters
    ----------
    source, target : VectorSet
    rows : int array
        Rows of `source`.

    Returns
    -------
    int array
        Sorted, each once. Rows whose label `target` lacks are left out; of several rows with one
        label, the first is taken. None where labels do not mean the same in both.
    """
    if share_rows(source, target):
        return rows
    if not share_labels(source, target):
        return np.empty(0, dtype=np.intp)
    if len(rows) <= _FEW:
        found = (target.find(source.labels[row]) for row in rows.tolist())
        return np.unique(np.array([row for row in found if row is not None], dtype=np.intp))
    matched = _all_matching(source, target).take(rows)
    # A hundred times as fast as sorting a million of them.
    is_matched = np.zeros(len(target) + 1, dtype=bool)  # One more, for -1.
    is_matched[matched] = True
    return np.flatnonzero(is_matched[:-1])


def is_quick(source: VectorSet, target: VectorSet, rows: Rows) -> bool:
    """Return whether `matching_rows` takes no time to speak of for these rows."""
    if share_rows(source, target) or len(rows) <= _FEW or not share_labels(source, target):
        return True
    return target.root in _known.get(source.root, {})


def match_all(source: VectorSet, target: VectorSet) -> None:
    """Make matching any rows of two sets quick from now on: half a second for a million labels."""
    if not share_rows(source, target) and share_labels(source, target):
        _all_matching(source, target)


def _all_matching(source: VectorSet, target: VectorSet) -> Rows:
    """Return the row of `target` for each row of `source`, or -1; kept while both are open."""
    # By the sets of the files, which all sets derived from them share.
    by_target = _known.setdefault(source.root, WeakKeyDictionary())
    if target.root not in by_target:
        rows = map(target.find, source.labels)
        found = (-1 if row is None else row for row in rows)
        by_target[target.root] = np.fromiter(found, dtype=np.intp, count=len(source))
    return by_target[target.root]
