"""Where the vectors of a JSON file are, decided by what its start holds.

All lists of numbers in the first documents are grouped by their path. In a path, the elements of a
list are one step, and so are the members of an object whose names are labels rather than fields:
most of them hold the same kind of thing, and other objects in the same place do not repeat them.
Where several paths lead to vectors, the usual names decide, and where they do not, the user.

The steps up to the last list or object of labels lead to the rows; the names after it lead, within
a row, to its vector.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.core.errors import Undecided, UserError
from embedviz.core.formats.json_scanning import (
    DONE,
    FINE,
    ITEM,
    LISTS_END,
    MEMBER,
    MORE,
    OUT_STOP,
    ROOM,
    STATUS,
    Scan,
    Step,
)
from embedviz.core.formats.json_skeletons import NumberList, find_failure, parse_skeleton
from embedviz.core.formats.reading import counted
from embedviz.core.formats.source import BYTE_ORDER_MARK, Source
from embedviz.core.vector_set import Matrix

READABLE = (
    'JSON is read where its vectors are lists of numbers: {"label": [0.1, …], …}, records such as '
    '{"text": "…", "embedding": [0.1, …]} in a list or one per line, or what an embedding service '
    "answers."
)

_SAMPLE = 200
_LONGEST_LOOK = 32 << 20
_MOST_KEYS = 1000
_MOSTLY = 0.5
_SURELY_A_MAP = 10
_WIDEST_TUPLE = 64
_FEWEST_IN_BASE64 = 4

VECTOR_NAMES = ("embedding", "embeddings", "vector", "vectors", "emb", "vec", "values", "float")
_LIKE_A_NAME, _OTHER_NAME = len(VECTOR_NAMES), len(VECTOR_NAMES) + 1

_is_printed_list = re.compile(r"\s*\[[-+0-9.eE,\s]*\]\s*").fullmatch
_is_base64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}").fullmatch


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
        """How many numbers most of them have."""
        return Counter(self.lengths).most_common(1)[0][0]

    @property
    def is_even(self) -> bool:
        """Whether most of them have the same length."""
        return self.lengths.count(self.dimensions) > _MOSTLY * len(self.lengths)

    @property
    def is_likely(self) -> bool:
        """Whether these are vectors rather than other lists of numbers, by all signs there are."""
        is_usual = self.has_fractions or self.rank < _OTHER_NAME
        return self.dimensions > 1 and is_usual and self.is_even

    @property
    def rank(self) -> int:
        """The smaller, the more its name is that of a vector."""
        names = [step.casefold() for step in self.path if isinstance(step, str)]
        usual = [VECTOR_NAMES.index(name) for name in names if name in VECTOR_NAMES]
        if usual:
            return min(usual)
        return _LIKE_A_NAME if any(map(_is_like_a_vector_name, names)) else _OTHER_NAME


@dataclass(frozen=True)
class Layout:
    """How the rows of a file are found.

    Attributes
    ----------
    steps : tuple of str, ITEM or MEMBER
        The path to the rows; empty where each document is one.
    column : tuple of str
        The path from a row to its vector.
    chosen : Candidate
    others : tuple of Candidate
        Further vectors.
    is_lines : bool
        Whether each line is a document.
    names : tuple of str
        What the places of a row are called, where rows are lists.
    """

    steps: tuple[Step, ...]
    column: tuple[str, ...]
    chosen: Candidate
    others: tuple[Candidate, ...]
    is_lines: bool
    names: tuple[str, ...] = ()

    def name_of(self, candidate: Candidate) -> str:
        """Return what a candidate is called."""
        last = candidate.path[-1] if candidate.path else ""
        if self.names and isinstance(last, str) and last.isdigit() and int(last) < len(self.names):
            return self.names[int(last)]
        return candidate.name


@dataclass(frozen=True)
class Sample:
    """The first documents of a file.

    Attributes
    ----------
    documents : list of any
        As they are parsed, lists of numbers cut out.
    texts : list of bytes
        These lists.
    is_lines : bool
    is_whole : bool
        Whether the file holds nothing else.
    is_cut : bool
        Whether the last document goes on after this.
    size : int
        Bytes.
    """

    documents: list[Any]
    texts: list[bytes]
    is_lines: bool
    is_whole: bool
    is_cut: bool
    size: int


def find_layout(source: Source, vector_column: str | None = None) -> Layout:
    """Return the layout of a JSON file.

    Raises
    ------
    Undecided
        Where several columns may be the vectors.
    UserError
        Where nothing is.
    """
    name = source.path.name
    for sample in _samples(source):
        candidates = _Finder(sample.texts).candidates(sample.documents)
        if candidates:
            chosen = _choose(candidates, vector_column, name)
            return _layout_of(chosen, candidates, sample)
    raise _describe_lack(sample, name)


def _layout_of(chosen: Candidate, candidates: list[Candidate], sample: Sample) -> Layout:
    path = chosen.path
    cut = max((i + 1 for i, step in enumerate(path) if not isinstance(step, str)), default=0)
    column = tuple(step for step in path[cut:] if isinstance(step, str))
    others = tuple(other for other in candidates if other is not chosen and other.is_likely)
    names: tuple[str, ...] = ()
    document = sample.documents[0]
    if column and column[0].isdigit() and isinstance(document, dict):
        found = document.get("columns")  # As pandas writes it with orient="split".
        if isinstance(found, list) and all(isinstance(item, str) for item in found):
            names = tuple(found)
    return Layout(path[:cut], column, chosen, others, sample.is_lines, names)


def _samples(source: Source) -> Iterator[Sample]:
    """Yield the start of the file, and more of it as long as that is asked for."""
    text = source.text
    is_whole = source.is_whole_in_head
    is_lines = _is_lines(text, is_whole)
    yield _sample(text, is_lines, is_whole)
    size = len(text)
    while not is_whole and size < _LONGEST_LOOK:
        size *= 4
        with source.stream() as stream:
            text = stream.read(size).removeprefix(BYTE_ORDER_MARK)
        is_whole = len(text) < size - len(BYTE_ORDER_MARK)
        yield _sample(text, is_lines, is_whole)


def _is_lines(text: bytes, is_whole: bool) -> bool:
    """Return whether each line is a document of its own."""
    if b"\n" not in text.strip():
        return False
    status = _statuses(text, is_whole)
    if status and status[0] == FINE:
        return len(status) > 1 or not is_whole
    scan = Scan(None, is_lines=False)
    ending, _ = scan.run(np.frombuffer(text, np.uint8), 0, is_last=False)
    return ending not in (MORE, ROOM, DONE) and 2 * status.count(FINE) > len(status)


def _statuses(text: bytes, is_whole: bool) -> list[int]:
    scan = Scan(None, is_lines=True)
    scan.run(np.frombuffer(text, np.uint8), 0, is_last=is_whole)
    return list(scan.documents[:, STATUS].tolist())


def _sample(text: bytes, is_lines: bool, is_whole: bool) -> Sample:
    scan = Scan(None, is_lines=is_lines)
    scan.run(np.frombuffer(text, np.uint8), 0, is_last=is_whole and is_lines)
    frames = scan.out.tobytes()
    lists = scan.lists.tolist()
    documents: list[Any] = []
    start = n_lists = 0
    pieces = []
    for n_later, stop in scan.documents[:_SAMPLE, [LISTS_END, OUT_STOP]].tolist():
        pieces.append((frames[start:stop], n_lists))
        start, n_lists = stop, n_later
    if not is_lines and scan.is_inside and len(pieces) < _SAMPLE:
        pieces.append((frames[start:] + scan.closing(), n_lists))
    for piece, first_list in pieces:
        # What is wrong in a document is a bad row, or an error with its place, when it is read.
        with suppress(ValueError):
            documents.append(parse_skeleton(piece, first_list))
    texts = [text[start:stop] for start, stop in lists]
    return Sample(documents, texts, is_lines, is_whole, scan.is_inside, len(text))


class _Finder:
    """Finds the paths of all vectors in some values."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts

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
            if candidate.dimensions and not _goes_through_a_tuple(path):
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
                found += [((step, *path), leaves) for path, leaves in self._find(items)]
        return found

    def _items(self, lists: Sequence[list[Any]]) -> list[tuple[Step, list[Any]]]:
        if self._are_tuples(lists):
            return [(str(i), [items[i] for items in lists]) for i in range(len(lists[0]))]
        return [(ITEM, [item for items in lists for item in items[:_SAMPLE]][: 10 * _SAMPLE])]

    def _are_tuples(self, lists: Sequence[list[Any]]) -> bool:
        width = len(lists[0])
        if not 2 <= width <= _WIDEST_TUPLE or any(len(items) != width for items in lists):
            return False
        columns = list(zip(*lists, strict=True))
        are_vectors = [all(map(self._is_vector, column)) for column in columns]
        are_single = [
            not any(isinstance(item, list | dict | NumberList) for item in column)
            for column in columns
        ]
        return any(are_vectors) and any(
            single and not vector for single, vector in zip(are_single, are_vectors, strict=True)
        )

    def _members(self, objects: Sequence[dict[str, Any]]) -> list[tuple[Step, list[Any]]]:
        if self._is_map(objects):
            members = [member for value in objects for member in list(value.values())[:_SAMPLE]]
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
        are_fields = any(map(_is_like_a_vector_name, names[:_SURELY_A_MAP]))
        if are_fields and n_alike < _SURELY_A_MAP:
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
        # One object in another is no map, and a map in another makes that one an object of fields.
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
            text = self._texts[value]
            return text.count(b",") + 1 if text.strip() else 0
        if _is_printed_list(value):
            return int(value.count(",")) + 1
        return len(decode_base64(value))

    def _has_fraction(self, value: Any) -> bool:
        if isinstance(value, str):
            return True
        text = self._texts[value]
        return b"." in text or b"e" in text or b"E" in text


def _goes_through_a_tuple(path: tuple[Step, ...]) -> bool:
    """Return whether a place in a list of fixed length comes before other lists."""
    places = [i for i, step in enumerate(path) if isinstance(step, str) and step.isdigit()]
    return any(step in (ITEM, MEMBER) for place in places for step in path[place + 1 :])


def _is_like_a_vector_name(name: str) -> bool:
    folded = name.casefold()
    return folded in VECTOR_NAMES or "embed" in folded or "vec" in folded


def _are_running(names: Sequence[str]) -> bool:
    """Return whether the names are the numbers of rows, from 0 on."""
    return len(names) > 1 and all(name == str(i) for i, name in enumerate(names[:_SAMPLE]))


def looks_like_base64(text: str) -> bool:
    """Return whether a text is base64 of float32 numbers such as vectors have."""
    if len(text) < 4 * _FEWEST_IN_BASE64 or not _is_base64(text):
        return False
    try:
        vector = np.abs(decode_base64(text))
    except ValueError:
        return False
    # Of arbitrary bytes, one in four is such a number.
    is_usual = (vector == 0) | ((vector > 1e-12) & (vector < 1e6))
    return len(vector) >= _FEWEST_IN_BASE64 and bool(is_usual.all()) and bool(vector.any())


def decode_base64(text: str) -> Matrix:
    """Return the float32 numbers, little-endian, that a text in base64 holds.

    Raises
    ------
    ValueError
        With what is wrong with it.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("text that is no base64") from None
    if len(data) % 4:
        raise ValueError(f"base64 of {len(data):,} bytes, which are no 32-bit numbers")
    return np.frombuffer(data, "<f4").astype(np.float32, copy=False)


def _choose(candidates: list[Candidate], wanted: str | None, file_name: str) -> Candidate:
    named = [candidate for candidate in candidates if candidate.name]
    if wanted is not None:
        return _choose_wanted(named, wanted, file_name)
    rest = candidates
    for is_better in (
        lambda c: c.dimensions > 1,
        lambda c: "sparse" not in c.name.casefold(),
        lambda c: c.has_fractions or c.rank < _OTHER_NAME,
        lambda c: c.is_even,
    ):
        rest = [candidate for candidate in rest if is_better(candidate)] or rest
    best = min(candidate.rank for candidate in rest)
    rest = [candidate for candidate in rest if candidate.rank == best]
    if len(rest) == 1:
        return rest[0]
    shown = {c.name: f"{_lengths_of(c)}" for c in rest}
    if len(shown) < len(rest):  # Lists in lists of any kind: the first is as good as any.
        return rest[0]
    listed = ", ".join(f"{name} ({lengths})" for name, lengths in shown.items())
    raise Undecided(
        f"{file_name} has several columns of vectors: {listed}. Choose one of them: "
        "--vector-column on the command line, vector_column in Python.",
        "vector_column",
        shown,
    )


def _choose_wanted(candidates: list[Candidate], wanted: str, file_name: str) -> Candidate:
    exact = [candidate for candidate in candidates if candidate.name == wanted]
    ending = [c for c in candidates if c.name.endswith(f".{wanted}")]
    if exact or len(ending) == 1:
        return (exact or ending)[0]
    if not candidates:
        raise UserError(
            f"The vectors of {file_name} are in no column, so vector_column means nothing: leave "
            "it out."
        )
    known = ", ".join(candidate.name for candidate in candidates)
    raise UserError(f"{file_name} has no column of vectors {wanted!r}. There is {known}.")


def _lengths_of(candidate: Candidate) -> str:
    return counted(candidate.dimensions, "number")


def _describe_lack(sample: Sample, file_name: str) -> UserError:
    """Return the error for a file without any vectors."""
    for document in sample.documents:
        failure = find_failure(document)
        if failure is not None:
            return UserError(
                f"{file_name} holds no vectors but an answer with {failure}. Ask the service again."
            )
    if not sample.documents:
        return UserError(f"{file_name} starts like JSON, but nothing in it can be read. {READABLE}")
    if sample.is_cut and sample.is_whole:
        return UserError(
            f"{file_name} ends in the middle of its first record. Download or write it again."
        )
    place = "" if sample.is_whole else f" in its first {sample.size >> 20} MB"
    return UserError(f"{file_name} is JSON without vectors{place}: {_outline(sample)}. {READABLE}")


def _outline(sample: Sample) -> str:
    document = sample.documents[0]
    if isinstance(document, dict):
        if not document:
            return "it is an empty object"
        names = ", ".join(repr(name[:30]) for name in list(document)[:5])
        return f"its first object has {names}" + (", …" if len(document) > 5 else "")
    if isinstance(document, NumberList) or not document:
        return "it is an empty list"
    inner = document[0]
    if isinstance(inner, dict) and inner:
        names = ", ".join(repr(name[:30]) for name in list(inner)[:5])
        return f"it is a list of objects with {names}"
    return f"it is a list of {'texts' if isinstance(inner, str) else 'other values'}"
