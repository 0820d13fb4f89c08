r"""JSON cut into rows in one compiled pass; its lists of numbers never become Python objects.

A file is one document or several. The kernel knows the path to the rows, such as the elements of
`data`, and copies everything but blank space and lists of numbers to a skeleton that the ordinary
parser reads in no time: for each row one piece, and what is around the rows of a document, its
frame, in the gaps between them. Three words of Python's JSON that stand for no number mark what was
cut out: a list of numbers is `-Infinity`, all the rows in a container are `[Infinity, how many]`,
and the words themselves become `1e999`, which is the same number.

The grammar is checked on the way, so that an error has its place, and the depth is limited, so that
no parser can run out of stack. Scalars are left to the parser of the skeleton.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Offsets
from embedviz.formats.json.codes import (
    AT,
    COLON,
    COUNT,
    DEPTH,
    DOCUMENTS,
    DONE,
    LISTS,
    MORE,
    MOST_DEPTH,
    NAME,
    OUT,
    ROOM,
    START,
    UNITS,
    VALUE,
)
from embedviz.formats.json.grammar import scan
from embedviz.formats.json.steps import KEY, Step
from embedviz.formats.json.units import holds_rows


@dataclass
class Path:
    """The way to the rows as the kernel reads it.

    Attributes
    ----------
    kinds : int8 array
        KEY, ITEM or MEMBER for each step.
    keys : uint8 array
        The names of the KEY steps one after the other, each as plain UTF-8 and as escaped ASCII.
    ends : int64 array
        Where each of them ends, two for each step.
    """

    kinds: NDArray[np.int8]
    keys: Bytes
    ends: Offsets

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Path:
        """Return the path that the steps make."""
        kinds = [KEY if isinstance(step, str) else step for step in steps]
        names: list[bytes] = []
        for step in steps:
            for is_ascii in (False, True):
                text = json.dumps(step if isinstance(step, str) else "", ensure_ascii=is_ascii)
                names.append(text[1:-1].encode("utf-8", "surrogatepass"))
        ends = np.cumsum([len(name) for name in names], dtype=np.int64)
        keys = np.frombuffer(b"".join(names) + b"\0", np.uint8)
        return cls(np.array(kinds, np.int8), keys, ends)


class JsonScan:
    """State between two blocks of a file, and what was found in the last one.

    Parameters
    ----------
    steps : sequence of str, ITEM or MEMBER, or None
        The path to the rows, nothing where each document is one; None where all is frame.
    is_lines : bool
        Whether no document goes on after the end of its line.
    """

    def __init__(self, steps: Sequence[Step] | None, *, is_lines: bool) -> None:
        self.path = Path.of(steps or ())
        self.is_lines = is_lines
        self._has_rows = steps is not None
        self._state = np.zeros(10, np.int64)
        self._containers = np.zeros(MOST_DEPTH + 2, np.uint8)
        self._hits = np.zeros(MOST_DEPTH + 2, np.uint8)
        self._hits[0] = 1
        self._make_room(1 << 20, 1 << 12)

    def _make_room(self, n_bytes: int, count: int) -> None:
        self._out = np.empty(n_bytes, np.uint8)
        self._units, self._documents = np.empty((2, count, 5), np.int64)
        self._lists = np.empty((4 * count, 2), np.int64)

    def run(self, text: Bytes, start: int, *, is_last: bool) -> tuple[int, int]:
        """Read on from `start`; return how it ended, and where.

        Parameters
        ----------
        text : uint8 array
        start : int
        is_last : bool
            Whether the file ends with the text.

        Returns
        -------
        int, int
            MORE: to be run again from there with more text; ROOM: to be run again from there once
            what was found is taken; DONE: all is read. Otherwise what is wrong, and where.
        """
        while True:
            self._state[OUT:START] = 0
            self._state[AT] = start
            status, at = scan(
                text,
                is_last,
                self.is_lines,
                self._has_rows,
                self.path.kinds,
                self.path.keys,
                self.path.ends,
                self._state,
                self._containers,
                self._hits,
                self._out,
                self._units,
                self._documents,
                self._lists,
            )
            position = int(self._state[AT])
            if status != ROOM or position > start:
                return status, position if status in (MORE, ROOM, DONE) else at
            # A single row is larger than all the room.
            self._make_room(2 * len(self._out), 2 * len(self._units))

    @property
    def out(self) -> Bytes:
        """The skeleton."""
        return self._out[: self._state[OUT]]

    @property
    def units(self) -> Offsets:
        """A line for each row that was found."""
        return self._units[: self._state[UNITS]]

    @property
    def documents(self) -> Offsets:
        """A line for each document that ended."""
        return self._documents[: self._state[DOCUMENTS]]

    @property
    def lists(self) -> Offsets:
        """Places of the lists of numbers in the text, without their brackets."""
        return self._lists[: self._state[LISTS]]

    def take_start(self) -> int:
        """Return where the open document starts in the text, once; then -1: in an earlier one."""
        start = int(self._state[START])
        self._state[START] = -1
        return start

    @property
    def is_inside(self) -> bool:
        """Whether a document is open."""
        return bool(self._state[DEPTH])

    def closing(self) -> bytes:
        """Return what completes the frame of a document that is not read to its end."""
        depth, expected, count = self._state[: COUNT + 1].tolist()
        text = {VALUE: b"null", NAME: b'"":null', COLON: b":null"}.get(expected, b"")
        if (
            self._has_rows
            and depth
            and holds_rows(depth, self.path.kinds, self._containers, self._hits)
        ):
            text = b"[Infinity,%d]" % count  # Nothing is written of what is within.
            depth -= 1
        for level in range(depth - 1, -1, -1):
            text += b"}" if self._containers[level] == ord("{") else b"]"
        return text
