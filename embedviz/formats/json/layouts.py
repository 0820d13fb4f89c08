"""Layouts of JSON files: where the vectors are, decided by what the start holds.

All lists of numbers in the first documents are grouped by their path. In a path, the elements of a
list are one step, and so are the members of an object whose names are labels rather than fields:
most of them hold the same kind of thing, and other objects in the same place do not repeat them.
Where several paths lead to vectors, the usual names decide, and where they do not, the user.

The steps up to the last list or object of labels lead to the rows; the names after it lead, within
a row, to its vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.formats.json.candidates import LIKE_A_NAME, OTHER_NAME, SAMPLE, Candidate, Finder
from embedviz.formats.json.codes import DONE, FINE, LISTS_END, MORE, OUT_STOP, ROOM, STATUS
from embedviz.formats.json.scanning import JsonScan
from embedviz.formats.json.skeletons import NumberList, find_failure, parse_skeleton
from embedviz.formats.json.steps import Step
from embedviz.formats.source import BYTE_ORDER_MARK, Source
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors

READABLE = (
    'JSON is read where its vectors are lists of numbers: {"label": [0.1, …], …}, records such as '
    '{"text": "…", "embedding": [0.1, …]} in a list or one per line, or what an embedding service '
    "answers."
)

_LONGEST_LOOK = 32 << 20
_FEWEST_COLUMNS = 3
"""Of numbers, from which on they may be the dimensions of vectors."""


@dataclass(frozen=True)
class JsonLayout:
    """Layout of a file: how its rows are found.

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

    def described_candidates(self) -> dict[str, str]:
        """Return all vectors that have a name, the chosen ones first, with how long they are."""
        described: dict[str, str] = {}
        for candidate in (self.chosen, *self.others):
            described.setdefault(self.name_of(candidate), _described(candidate))
        described.pop("", None)
        return described

    def name_of(self, candidate: Candidate) -> str:
        """Return what a candidate is called."""
        last = candidate.path[-1] if candidate.path else ""
        if self.names and isinstance(last, str) and last.isdigit() and int(last) < len(self.names):
            return self.names[int(last)]
        return candidate.name


@dataclass(frozen=True)
class LayoutSample:
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


def find_layout(source: Source, vector_column: str | None = None) -> JsonLayout:
    """Return the layout of a JSON file.

    Raises
    ------
    ChoiceRequired
        Where several columns may be the vectors.
    UserError
        Where nothing is.
    """
    name = source.path.name
    for sample in _samples(source):
        candidates = Finder(sample.texts).candidates(sample.documents)
        if _is_split_table(sample.documents[0] if sample.documents else None):
            candidates = [each for each in candidates if each.path != ("index",)]
        if candidates:
            chosen = _choose(candidates, vector_column, name)
            return _layout_of(chosen, candidates, sample)
    raise _describe_lack(sample, name)


def _layout_of(chosen: Candidate, candidates: list[Candidate], sample: LayoutSample) -> JsonLayout:
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
    return JsonLayout(path[:cut], column, chosen, others, sample.is_lines, names)


def _samples(source: Source) -> Iterator[LayoutSample]:
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
    scan = JsonScan(None, is_lines=False)
    ending, _ = scan.run(np.frombuffer(text, np.uint8), 0, is_last=False)
    return ending not in (MORE, ROOM, DONE) and 2 * status.count(FINE) > len(status)


def _statuses(text: bytes, is_whole: bool) -> list[int]:
    scan = JsonScan(None, is_lines=True)
    scan.run(np.frombuffer(text, np.uint8), 0, is_last=is_whole)
    return list(scan.documents[:, STATUS].tolist())


def _sample(text: bytes, is_lines: bool, is_whole: bool) -> LayoutSample:
    scan = JsonScan(None, is_lines=is_lines)
    scan.run(np.frombuffer(text, np.uint8), 0, is_last=is_whole and is_lines)
    frames = scan.out.tobytes()
    lists = scan.lists.tolist()
    documents: list[Any] = []
    start = n_lists = 0
    pieces = []
    for n_later, stop in scan.documents[:SAMPLE, [LISTS_END, OUT_STOP]].tolist():
        pieces.append((frames[start:stop], n_lists))
        start, n_lists = stop, n_later
    if not is_lines and scan.is_inside and len(pieces) < SAMPLE:
        pieces.append((frames[start:] + scan.closing(), n_lists))
    for piece, first_list in pieces:
        # What is wrong in a document is a bad row, or an error with its place, when it is read.
        with suppress(ValueError):
            documents.append(parse_skeleton(piece, first_list))
    texts = [text[start:stop] for start, stop in lists]
    return LayoutSample(documents, texts, is_lines, is_whole, scan.is_inside, len(text))


def _choose(candidates: list[Candidate], wanted: str | None, file_name: str) -> Candidate:
    named = [candidate for candidate in candidates if candidate.name]
    if wanted is not None:
        return _choose_wanted(named, wanted, file_name)
    rest = candidates
    for is_better in (
        lambda c: c.dimensions > 1,
        lambda c: "sparse" not in c.name.casefold(),
        lambda c: c.has_fractions or c.rank < OTHER_NAME,
        lambda c: c.is_even,
    ):
        rest = [candidate for candidate in rest if is_better(candidate)] or rest
    best = min(candidate.rank for candidate in rest)
    if best < LIKE_A_NAME:  # Anywhere in the path: services have "values" below "embedding".
        rest = [candidate for candidate in rest if candidate.rank == best]
    described = {candidate.name: _described(candidate) for candidate in rest}
    if len(described) < len(rest):  # Lists in lists of any kind: the first is as good as any.
        return rest[0]
    chosen = choose_vectors(described, COLUMN_NAMES, file_name, "vector_column")
    return next(candidate for candidate in rest if candidate.name == chosen)


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


def _described(candidate: Candidate) -> str:
    return f"lists of {counted(candidate.dimensions, 'number')}"


def _describe_lack(sample: LayoutSample, file_name: str) -> UserError:
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
    hint = _describe_columns(sample, file_name)
    if hint is not None:
        return UserError(hint)
    place = "" if sample.is_whole else f" in its first {sample.size >> 20} MB"
    return UserError(f"{file_name} is JSON without vectors{place}: {_outline(sample)}. {READABLE}")


def _outline(sample: LayoutSample) -> str:
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


def _describe_columns(sample: LayoutSample, file_name: str) -> str | None:
    """Return the refusal of a table that pandas wrote with a column for each dimension."""
    document = sample.documents[0]
    orient, names = _columns_of_numbers(document)
    if sample.is_lines and not orient and isinstance(document, dict):
        names = _numbers_in(document)
    if len(names) < _FEWEST_COLUMNS:
        return None
    how = "lines=True" if sample.is_lines else f"orient={orient!r}"
    shown = ", ".join(repr(name[:30]) for name in names[:3]) + (", …" if len(names) > 3 else "")
    return (
        f"{file_name} has a column for each dimension ({shown}); JSON is read where vectors are "
        "lists of numbers. Write it as a table, in Python, in its folder: import pandas; "
        f"pandas.read_json({file_name!r}, {how}).to_csv('vectors.csv')"
    )


def _columns_of_numbers(document: Any) -> tuple[str, list[str]]:
    """Return how pandas writes such a table, and the names of its columns of numbers."""
    if isinstance(document, list) and document and isinstance(document[0], dict):
        return "records", _numbers_in(document[0])
    if not isinstance(document, dict) or not document:
        return "", []
    if _is_split_table(document) and isinstance(document["data"][0], list):
        first_row = dict(zip(map(str, document["columns"]), document["data"][0], strict=False))
        return "split", _numbers_in(first_row)
    first = next(iter(document.values()))
    if not isinstance(first, dict) or not first:
        return "", []
    if next(iter(first)).isdigit() and all(isinstance(v, dict) for v in document.values()):
        firsts = {name: next(iter(values.values()), None) for name, values in document.items()}
        return "columns", _numbers_in(firsts)
    return "index", _numbers_in(first)


def _is_split_table(document: Any) -> bool:
    """Return whether these are rows that are lists, and beside them the names of their places."""
    if not isinstance(document, dict):
        return False
    names, data = document.get("columns"), document.get("data")
    if not isinstance(names, list) or not isinstance(data, list) or not data:
        return False
    return isinstance(data[0], list | NumberList)


def _numbers_in(record: dict[str, Any]) -> list[str]:
    return [name for name, value in record.items() if type(value) in (int, float)]
