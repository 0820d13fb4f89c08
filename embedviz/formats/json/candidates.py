"""Lists of numbers in parsed JSON that may be vectors, grouped by the path to them.

In a path, the elements of a list are one step, and so are the members of an object whose names are
labels rather than fields: most of them hold the same kind of thing, and other objects in the same
place do not repeat their names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from embedviz.core.arrays import Matrix
from embedviz.formats.json.blocks import SAMPLE
from embedviz.formats.json.documents import ITEM, MEMBER, Step
from embedviz.formats.json.parsing import NumberList
from embedviz.formats.text.base64_vectors import decode_base64, looks_like_base64
from embedviz.formats.vector_names import COLUMN_NAMES

_MOST_KEYS = 1000
_MOSTLY = 0.5
_SURELY_A_MAP = 10
_WIDEST_ROW = 64

# The last two are below the names of the services' own.
VECTOR_NAMES = (*COLUMN_NAMES, "values", "float")
LIKE_A_NAME, OTHER_NAME = len(VECTOR_NAMES), len(VECTOR_NAMES) + 1

_is_printed_list = re.compile(r"\s*\[[-+0-9.eE,\s]*\]\s*").fullmatch
_has_fraction = re.compile(rb"[.eE]").search


@dataclass(frozen=True)
class Candidate:
    """Vectors found at one path.

    Attributes
    ----------
    path : tuple of str, ITEM or MEMBER
    name : str
        The names on the way with dots between them; nothing where there are none.
    lengths : tuple of int
        Of those that were seen.
    is_base64 : bool
    has_fractions : bool
        Whether a number is not whole.
    """

    path: tuple[Step, ...]
    name: str
    lengths: tuple[int, ...]
    is_base64: bool
    has_fractions: bool

    @property
    def n_steps(self) -> int:
        """How many steps lead to the rows: up to the last list or object of labels."""
        return max((i for i, step in enumerate(self.path, 1) if step in (ITEM, MEMBER)), default=0)

    @property
    def column(self) -> tuple[str, ...]:
        """The names from a row to its vector."""
        return tuple(map(str, self.path[self.n_steps :]))

    @property
    def dimensions(self) -> int:
        """Number of numbers that most of them have."""
        return Counter(self.lengths).most_common(1)[0][0]

    @property
    def rank(self) -> int:
        """The smaller, the more its name is that of a vector."""
        return min(_rank_of(step) for step in (*self.path, self.name) if isinstance(step, str))


def find_candidates(values: Sequence[Any], *path: Step) -> Iterator[Candidate]:
    """Yield the vectors in some values, grouped by the path to them: all that may be such.

    Parameters
    ----------
    values : sequence of any
    path : str, ITEM or MEMBER
        What leads to these values.
    """
    given = [value for value in values if value is not None]
    vectors = [vector for value in given if (vector := vector_of(value)) is not None]
    if len(vectors) > _MOSTLY * len(given):
        yield Candidate(
            path,
            ".".join(step for step in path if isinstance(step, str)),
            tuple(map(_length, vectors)),
            any(not isinstance(vector, bytes) for vector in vectors),
            any(not isinstance(vector, NumberList) or _has_fraction(vector) for vector in vectors),
        )
    for step, inner, is_row in _steps(given):
        for found in find_candidates(inner, *path, step):
            # Within rows that are lists, a row is not looked for.
            if not is_row or not {ITEM, MEMBER} & set(found.path[len(path) :]):
                yield found


def vector_of(value: Any) -> bytes | Matrix | None:
    """Return the numbers of what may be a vector, as printed or decoded; None for what is none."""
    if isinstance(value, NumberList):
        return value if value.strip() else None
    if not isinstance(value, str):
        return None
    if len(value) > 4 and "," in value and _is_printed_list(value):
        return value.strip()[1:-1].encode()
    return decode_base64(value) if looks_like_base64(value) else None


def _length(vector: bytes | Matrix) -> int:
    return vector.count(b",") + 1 if isinstance(vector, bytes) else len(vector)


def _steps(values: Sequence[Any]) -> Iterator[tuple[Step, Sequence[Any], bool]]:
    """Yield the steps into values, what is there, and whether that is a place in rows."""
    objects = [value for value in values if isinstance(value, dict)]
    if _are_maps(objects):
        yield MEMBER, [each for value in objects for each in [*value.values()][:SAMPLE]], False
    else:
        names: dict[str, None] = {}
        for value in objects:
            if len(names) < _MOST_KEYS:
                names.update(dict.fromkeys(value))
        for name in names:
            yield name, [value[name] for value in objects if name in value], False
    lists = [value for value in values if isinstance(value, list) and value]
    if _are_rows(lists):
        for place, column in enumerate(zip(*lists, strict=True)):
            yield str(place), column, True
    elif lists:
        yield ITEM, [each for value in lists for each in value[:SAMPLE]][: 10 * SAMPLE], False


def _are_rows(lists: Sequence[list[Any]]) -> bool:
    """Return whether lists have a vector in one place, and single values in another."""
    widths = set(map(len, lists))
    if len(widths) != 1 or not 2 <= min(widths) <= _WIDEST_ROW:
        return False
    columns = list(zip(*lists, strict=True))
    others = [column for column in columns if any(vector_of(item) is None for item in column)]
    return len(others) < len(columns) and any(
        any(item is not None for item in column)
        and not any(isinstance(item, list | dict | NumberList) for item in column)
        for column in others
    )


def _are_maps(objects: Sequence[dict[str, Any]]) -> bool:
    """Return whether the names in the objects are labels, rather than those of fields."""
    names = [name for value in objects for name in value]
    n_alike = _count_alike([member for value in objects for member in value.values()])
    if not n_alike:
        return False
    if _are_running(names):
        return True
    if len(objects) > 1 and len(set(names)) <= _MOSTLY * len(names):
        return False
    # Of words that all have vectors, one may be "vector".
    test = all if n_alike == len(names) else any
    if n_alike < _SURELY_A_MAP and test(_rank_of(name) < OTHER_NAME for name in names):
        return False
    return n_alike == len(names) or (n_alike > 1 and n_alike >= _MOSTLY * len(names))


def _count_alike(members: Sequence[Any]) -> int:
    """Return how many members are vectors of one length, or objects with vectors in them."""
    vectors = [vector for value in members if (vector := vector_of(value)) is not None]
    n_vectors = max(Counter(map(_length, vectors)).values(), default=0)
    objects = [value for value in members if isinstance(value, dict)]
    n_objects = sum(map(_holds_vector, objects))
    # An object in another is not a map, and a map in another makes that an object of fields.
    is_map = n_objects > 1 and not _are_running(list(objects[0]))
    return max(n_vectors, n_objects if is_map else 0)


def _holds_vector(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_vector, value.values()))
    return vector_of(value) is not None


def _rank_of(name: str) -> int:
    folded = name.casefold()
    if folded in VECTOR_NAMES:
        return VECTOR_NAMES.index(folded)
    return LIKE_A_NAME if "embed" in folded or "vec" in folded else OTHER_NAME


def _are_running(names: Sequence[str]) -> bool:
    """Return whether the names are the numbers of rows, from 0 on."""
    return len(names) > 1 and all(name == str(i) for i, name in enumerate(names[:SAMPLE]))
