"""Lists of numbers in parsed JSON that may be vectors, grouped by the path to them.

In a path, the elements of a list are one step, and so are the members of an object whose names are
labels rather than fields: most of them hold the same kind of thing, and other objects in the same
place do not repeat their names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embedviz.formats.json.parsing import NumberList
from embedviz.formats.json.steps import ITEM, MEMBER, Step
from embedviz.formats.text.base64_vectors import decode_base64, looks_like_base64
from embedviz.formats.vector_names import COLUMN_NAMES

SAMPLE = 200
_MOST_KEYS = 1000
_MOSTLY = 0.5
_SURELY_A_MAP = 10
_WIDEST_TUPLE = 64

# The last two are below the names of the services' own.
VECTOR_NAMES = (*COLUMN_NAMES, "values", "float")
LIKE_A_NAME, OTHER_NAME = len(VECTOR_NAMES), len(VECTOR_NAMES) + 1

_is_printed_list = re.compile(r"\s*\[[-+0-9.eE,\s]*\]\s*").fullmatch


@dataclass(frozen=True)
class Candidate:
    """Vectors found at one path.

    Attributes
    ----------
    path : tuple of str, ITEM or MEMBER
    lengths : tuple of int
        Of those that were seen.
    is_base64 : bool
    has_fractions : bool
        Whether a number is not whole.
    """

    path: tuple[Step, ...]
    lengths: tuple[int, ...]
    is_base64: bool
    has_fractions: bool

    @property
    def name(self) -> str:
        """The names on the way with dots between them; nothing where there are none."""
        return ".".join(step for step in self.path if isinstance(step, str))

    @property
    def dimensions(self) -> int:
        """Number of numbers that most of them have."""
        return Counter(self.lengths).most_common(1)[0][0]

    @property
    def is_even(self) -> bool:
        """Whether most of them have the same length."""
        return self.lengths.count(self.dimensions) > _MOSTLY * len(self.lengths)

    @property
    def is_likely(self) -> bool:
        """Whether these are vectors rather than other lists of numbers, by all signs there are."""
        is_usual = self.has_fractions or self.rank < OTHER_NAME
        return self.dimensions > 1 and is_usual and self.is_even

    @property
    def rank(self) -> int:
        """The smaller, the more its name is that of a vector."""
        names = [step.casefold() for step in self.path if isinstance(step, str)]
        usual = [VECTOR_NAMES.index(name) for name in names if name in VECTOR_NAMES]
        if usual:
            return min(usual)
        return LIKE_A_NAME if any(map(_is_like_a_vector_name, names)) else OTHER_NAME


class Finder:
    """Search for the paths of all vectors in some values."""

    def candidates(self, values: Sequence[Any]) -> list[Candidate]:
        """Return all that may be vectors."""
        found = []
        for path, leaves in self._find(values):
            lengths = [self._length(leaf) for leaf in leaves]
            candidate = Candidate(
                path,
                tuple(lengths),
                any(isinstance(leaf, str) and not _is_printed_list(leaf) for leaf in leaves),
                any(map(self._has_fraction, leaves)),
            )
            if candidate.dimensions:
                found.append(candidate)
        return found

    def _find(self, values: Sequence[Any]) -> list[tuple[tuple[Step, ...], list[Any]]]:
        found: list[tuple[tuple[Step, ...], list[Any]]] = []
        given = [value for value in values if value is not None]
        leaves = [value for value in given if self._is_vector(value)]
        if leaves and len(leaves) > _MOSTLY * len(given):
            found.append(((), leaves))
        objects = [value for value in given if isinstance(value, dict)]
        if objects:
            for step, members in self._members(objects):
                found += [((step, *path), leaves) for path, leaves in self._find(members)]
        lists = [value for value in given if isinstance(value, list)]
        if lists:
            for step, items in self._items(lists):
                # Within rows that are lists, a row is not looked for.
                found += [
                    ((step, *path), leaves)
                    for path, leaves in self._find(items)
                    if step == ITEM or not {ITEM, MEMBER} & set(path)
                ]
        return found

    def _items(self, lists: Sequence[list[Any]]) -> list[tuple[Step, list[Any]]]:
        if self._are_tuples(lists):
            return [(str(i), [items[i] for items in lists]) for i in range(len(lists[0]))]
        return [(ITEM, [item for items in lists for item in items[:SAMPLE]][: 10 * SAMPLE])]

    def _are_tuples(self, lists: Sequence[list[Any]]) -> bool:
        width = len(lists[0])
        if not 2 <= width <= _WIDEST_TUPLE or any(len(items) != width for items in lists):
            return False
        columns = list(zip(*lists, strict=True))
        are_vectors = [all(map(self._is_vector, column)) for column in columns]
        are_single = [
            any(item is not None for item in column)
            and not any(isinstance(item, list | dict | NumberList) for item in column)
            for column in columns
        ]
        return any(are_vectors) and any(
            single and not vector for single, vector in zip(are_single, are_vectors, strict=True)
        )

    def _members(self, objects: Sequence[dict[str, Any]]) -> list[tuple[Step, list[Any]]]:
        if self._is_map(objects):
            members = [member for value in objects for member in list(value.values())[:SAMPLE]]
            return [(MEMBER, members)]
        names: dict[str, None] = {}
        for value in objects:
            if len(names) < _MOST_KEYS:
                names.update(dict.fromkeys(value))
        return [(name, [value[name] for value in objects if name in value]) for name in names]

    def _is_map(self, objects: Sequence[dict[str, Any]]) -> bool:
        """Return whether the names in the objects are labels, rather than those of fields."""
        names = [name for value in objects for name in value]
        members = [member for value in objects for member in value.values()]
        n_alike = self._count_alike(members)
        if not n_alike:
            return False
        if _are_running(names):
            return True
        if len(objects) > 1 and len(set(names)) <= _MOSTLY * len(names):
            return False
        # Of words that all have vectors, one may be "vector".
        test = all if n_alike == len(members) else any
        if n_alike < _SURELY_A_MAP and test(map(_is_like_a_vector_name, names)):
            return False
        return n_alike == len(members) or (n_alike > 1 and n_alike >= _MOSTLY * len(members))

    def _count_alike(self, members: Sequence[Any]) -> int:
        """Return how many members are vectors of one length, or objects with vectors in them."""
        lengths = Counter(self._length(value) for value in members if self._is_vector(value))
        lengths.pop(0, None)
        n_vectors = lengths.most_common(1)[0][1] if lengths else 0
        objects = [value for value in members if isinstance(value, dict)]
        names = [name for value in objects for name in value]
        n_objects = sum(self._holds_vector(value) for value in objects)
        # An object in another is not a map, and a map in another makes that an object of fields.
        if n_objects < 2 or (_are_running(list(objects[0])) and len(set(names)) > 1):
            n_objects = 0
        return max(n_vectors, n_objects)

    def _holds_vector(self, value: dict[str, Any]) -> bool:
        return any(
            self._is_vector(member) or (isinstance(member, dict) and self._holds_vector(member))
            for member in value.values()
        )

    def _is_vector(self, value: Any) -> bool:
        if isinstance(value, NumberList):
            return self._length(value) > 0
        return isinstance(value, str) and (
            (len(value) > 4 and "," in value and bool(_is_printed_list(value)))
            or looks_like_base64(value)
        )

    def _length(self, value: Any) -> int:
        if isinstance(value, NumberList):
            return value.count(b",") + 1 if value.strip() else 0
        if _is_printed_list(value):
            return int(value.count(",")) + 1
        return len(decode_base64(value))

    def _has_fraction(self, value: Any) -> bool:
        if isinstance(value, str):
            return True
        return b"." in value or b"e" in value or b"E" in value


def _is_like_a_vector_name(name: str) -> bool:
    folded = name.casefold()
    return folded in VECTOR_NAMES or "embed" in folded or "vec" in folded


def _are_running(names: Sequence[str]) -> bool:
    """Return whether the names are the numbers of rows, from 0 on."""
    return len(names) > 1 and all(name == str(i) for i, name in enumerate(names[:SAMPLE]))
