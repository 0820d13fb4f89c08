"""Rows gathered while a file is read: one growing float32 array and the labels beside it.

The array is as large as the rows so far and the part of the file they came from suggest. What the
header of a file claims is never believed: one that promises 10¹² rows allocates nothing.

A sample is drawn while reading, since the number of rows is not known before the end: each row of
the file gets a random number in turn, and the rows with the smallest ones are kept. So the same
seed chooses the same rows from the same data in any format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.notes import Note, counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.processes.row_storage import row_storage
from embedviz.formats.reading import BadRows, ReadResult, RowNumbers, note_on_limit

_BLOCK_ROWS = 4096
_COLUMNS_AT_ONCE = 32
_SHOWN = 3
_FASTEST_GROWTH = 8  # Times the rows so far, however little of the file they seem to be.
_NOT_FINITE = "a number is NaN or infinite"

ORDINARY, ZERO, NOT_FINITE = 0, 1, 2


@serial_kernel
def _mark_rows(bits: NDArray[np.int32], marks: NDArray[np.uint8]) -> None:
    # Without their sign, the bits of floats are ordered as the floats are, NaN above infinity.
    for i in range(bits.shape[0]):
        largest = 0
        for j in range(bits.shape[1]):
            largest = max(largest, bits[i, j] & 0x7FFFFFFF)
        marks[i] = 1 if largest == 0 else 2 * (largest >= 0x7F800000)


def mark_rows(vectors: Matrix) -> NDArray[np.uint8]:
    """Return for each row ORDINARY, ZERO (all its numbers are) or NOT_FINITE (one number is)."""
    marks = np.empty(len(vectors), np.uint8)
    _mark_rows(vectors.view(np.int32), marks)
    return marks


def note_on_zeros(count: int) -> list[Note]:
    """Return the sentence about rows without a direction, if there are any."""
    if not count:
        return []
    are = "is" if count == 1 else "are"
    return [Note(f"{counted(count, 'row')} {are} all zeros: kept, but without a direction.")]


class RowCollector:
    """Collector of rows, block by block, in the order of the file.

    Parameters
    ----------
    dimensions : int
    settings : ReadSettings
        `max_rows` and `sample` are obeyed here.
    bad : BadRows
    is_labeled : bool
    keeps_duplicates : bool
        Otherwise only the first row of each label is kept, as gensim does.
    """

    def __init__(
        self,
        dimensions: int,
        settings: ReadSettings,
        bad: BadRows,
        *,
        is_labeled: bool = True,
        keeps_duplicates: bool = True,
    ) -> None:
        self._settings = settings
        self._bad = bad
        self.storage = row_storage(dimensions)
        self._count = 0
        self._labels: list[str] | None = [] if is_labeled else None
        # No set: the garbage collector would visit a million labels all over the memory, and hold
        # up the window meanwhile; it leaves a dictionary of strings alone.
        self._seen: dict[str, None] | None = None if keeps_duplicates else {}
        self._rows: list[RowNumbers] = []
        self._marks: list[NDArray[np.uint8]] = []
        self._n_seen = 0
        self._n_read = 0
        self._n_accepted = 0
        self._n_repeated = 0
        self._first_repeated: list[str] = []
        self._is_cut = False
        self._n_rest: int | None = None
        self._fraction = 0.0
        self._random = np.random.default_rng(settings.seed)
        self._keys: list[np.ndarray] = []

    @property
    def n_read(self) -> int:
        """Number of rows that were seen so far, bad ones included."""
        return self._n_read

    @property
    def kept_rows(self) -> RowNumbers:
        """Rows of the file that are kept so far, ascending."""
        return np.concatenate(self._rows) if self._rows else np.empty(0, np.int64)

    @property
    def is_full(self) -> bool:
        """Whether as many rows were read as were asked for."""
        return self._n_accepted >= (self._settings.max_rows or np.inf)

    def expect(self, n_rows: int) -> None:
        """Refuse a file, before it is read, whose rows will not fit into the memory.

        Parameters
        ----------
        n_rows : int
            How many the file seems to have.

        Raises
        ------
        ChoiceRequired
            With the sizes, and the sample that would fit.
        """
        limit, sample = self._settings.max_rows or n_rows, 2 * (self._settings.sample or n_rows)
        self.storage.require(self._bad.name, min(n_rows, limit, sample))

    def space_for(self, count: int, fraction: float) -> Matrix:
        """Return free rows to write the next `count` vectors to.

        Parameters
        ----------
        count : int
        fraction : float
            How much of the file will have been read with them, 0 to 1.
        """
        needed = self._count + count
        self._fraction = fraction
        self.storage.release(self._count)
        if needed > len(self.storage.matrix):
            estimate = needed / max(fraction, 1 / _FASTEST_GROWTH) * 1.02 + 16
            limits = [self._settings.max_rows or estimate, 2 * (self._settings.sample or estimate)]
            size = max(needed, int(min(estimate, min(limits) + count)))
            self.storage.require(self._bad.name, size)
            self.storage.grow(size, self._count)
        return self.storage.matrix[self._count : needed]

    def add(
        self,
        count: int,
        labels: Sequence[str] | None,
        problems: Mapping[int, str],
        place: Callable[[int], str],
    ) -> None:
        """Take in the rows that were written to the space.

        Parameters
        ----------
        count : int
            Rows, bad ones included.
        labels : sequence of str, length count, or None
            None for a file without labels. What is there for bad rows does not matter.
        problems : mapping of row to reason
            The bad rows of this block. Those that are not finite need not be among them.
        place : callable
            Says where in the file a row of this block is, as in "line 31".

        Raises
        ------
        UserError
            At the first bad row, unless bad rows are to be skipped.
        """
        space = self.storage.matrix[self._count : self._count + count]
        marks = mark_rows(space)
        good = marks != NOT_FINITE
        problems = {int(i): _NOT_FINITE for i in np.flatnonzero(~good)} | dict(problems)
        good[list(problems)] = False
        repeated = self._find_repeated(good, labels)
        good[repeated] = False
        kept, end = self._cut_at_limit(good)
        for row in sorted(problems):
            if row < end:
                self._bad.add(place(row), problems[row])
        if labels is not None:
            found = [labels[row] for row in repeated if row < end]
            self._n_repeated += len(found)
            if len(self._first_repeated) <= _SHOWN:
                first = dict.fromkeys([*self._first_repeated, *found])
                self._first_repeated = list(first)[: _SHOWN + 1]
        keep_rows(space, kept)
        if self._labels is not None and labels is not None:
            self._labels.extend(labels if len(kept) == len(labels) else [labels[i] for i in kept])
        self._rows.append(kept + self._n_read)
        self._marks.append(marks[kept])
        if self._settings.sample is not None:
            self._keys.append(self._random.random(count)[kept])
        self._count += len(kept)
        self._n_accepted += len(kept)
        self._n_read += end
        self._n_seen += count
        self._thin_out(2)

    def stop(self) -> None:
        """Take down that the file has more rows than were asked for."""
        self._is_cut = True

    def count_rest(self, n_rest: int) -> None:
        """Take down how many rows there are after all that were added."""
        self._n_rest = n_rest

    def contents(self, format_name: str) -> ReadResult:
        """Return everything collected."""
        self._thin_out(1)
        vectors = self.storage.taken(self._count)
        notes = self._bad.notes()
        if self._n_repeated:
            notes.append(_note_on_repeated(self._n_repeated, self._first_repeated))
        n_zero = sum(int(np.count_nonzero(marks == ZERO)) for marks in self._marks)
        notes += note_on_zeros(n_zero) + self._notes_on_choice()
        rows = self.kept_rows
        n_rows = None if self._is_cut else self._n_read
        if self._n_rest is not None:
            n_rows = self._n_seen + self._n_rest
        facts = FileInfo(
            estimated=round(self._n_seen / self._fraction)
            if self._is_cut and self._fraction
            else None,
            n_bad=self._bad.count,
            n_repeated=self._n_repeated,
            n_zero=n_zero,
        )
        return ReadResult(
            format_name, vectors, self._labels, rows, n_rows, notes=notes, facts=facts
        )

    def _find_repeated(self, good: np.ndarray, labels: Sequence[str] | None) -> list[int]:
        seen = self._seen
        if labels is None or seen is None:
            return []
        distinct = dict.fromkeys(labels)
        if good.all() and len(distinct) == len(labels) and seen.keys().isdisjoint(distinct):
            seen.update(distinct)
            return []
        repeated = []
        for row in np.flatnonzero(good).tolist():
            if labels[row] in seen:
                repeated.append(row)
            seen[labels[row]] = None
        return repeated

    def _cut_at_limit(self, good: np.ndarray) -> tuple[RowNumbers, int]:
        kept = np.flatnonzero(good).astype(np.int64)
        if self._settings.max_rows is None:
            return kept, len(good)
        free = self._settings.max_rows - self._n_accepted
        if len(kept) < free:
            return kept, len(good)
        end = int(kept[free - 1]) + 1 if free else 0
        self._is_cut = self._is_cut or end < len(good)
        return kept[:free], end

    def _thin_out(self, slack: int) -> None:
        """Drop rows that are out of the sample, once there are `slack` times as many."""
        sample = self._settings.sample
        if sample is None or self._count <= slack * sample:
            return
        keys = np.concatenate(self._keys)
        kept = np.sort(np.argpartition(keys, sample - 1)[:sample])
        keep_rows(self.storage.matrix[: self._count], kept)
        self._keys = [keys[kept]]
        self._rows = [np.concatenate(self._rows)[kept]]
        self._marks = [np.concatenate(self._marks)[kept]]
        if self._labels is not None:
            self._labels = [self._labels[i] for i in kept]
        self._count = sample

    def _notes_on_choice(self) -> list[Note]:
        limit, sample = self._settings.max_rows, self._settings.sample
        notes = []
        if limit is not None and self._is_cut and not self._settings.is_preview:
            notes.append(note_on_limit(limit))
        if sample is not None and self._n_accepted > sample:
            of = counted(self._n_accepted, "row")
            text = f"A random sample of {sample:,} of {of}, seed {self._settings.seed}."
            notes.append(Note(text, "sample", "note"))
        return notes


def keep_rows(matrix: Matrix, kept: RowNumbers) -> None:
    """Move the rows `kept` (ascending) to the front of the matrix, in place."""
    if len(kept) == 0 or kept[-1] == len(kept) - 1:
        return
    for start in range(0, len(kept), _BLOCK_ROWS):
        stop = min(start + _BLOCK_ROWS, len(kept))
        matrix[start:stop] = matrix[kept[start:stop]]


def reorder_rows(matrix: Matrix, order: RowNumbers) -> None:
    """Put the rows of a matrix in another order, in place."""
    for start in range(0, matrix.shape[1], _COLUMNS_AT_ONCE):
        matrix[:, start : start + _COLUMNS_AT_ONCE] = matrix[
            order, start : start + _COLUMNS_AT_ONCE
        ]


def renumber_rows(result: ReadResult, rows: RowNumbers) -> None:
    """Take these as the numbers of the rows, by which labels are joined, where they can be.

    Where only a part was read, or rows were left out, those in the file tell another order.
    """
    end = result.n_rows
    if end is None and np.array_equal(rows, result.rows + 1):
        return  # The index counts from 1.
    is_below = end is None or not len(rows) or rows[-1] < end
    if is_below and (rows >= 0).all() and (np.diff(rows) > 0).all():
        result.rows = rows


def _note_on_repeated(count: int, first: Sequence[str]) -> Note:
    what = "its label was" if count == 1 else "their labels were"
    kept = "row" if len(first) == 1 else "of each"
    return Note(
        f"{counted(count, 'row')} left out, {what} there before ({_some(first)}): the first {kept} "
        "is kept.",
        "repeated labels",
    )


def _some(labels: Sequence[str]) -> str:
    shown = ", ".join(repr(label[:50]) for label in labels[:_SHOWN])
    return shown + (", …" if len(labels) > _SHOWN else "")
