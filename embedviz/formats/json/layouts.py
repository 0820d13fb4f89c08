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

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.formats.json.bulk import without_actions
from embedviz.formats.json.candidates import LIKE_A_NAME, OTHER_NAME, SAMPLE, Candidate, Finder
from embedviz.formats.json.documents import Documents, Row, whole
from embedviz.formats.json.parsing import BLANKS, CUT, JsonError, NumberList
from embedviz.formats.json.steps import ITEM, MEMBER, Step
from embedviz.formats.refused.answers import are_numbers, find_failure
from embedviz.formats.source import BYTE_ORDER_MARK, Source
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors

READABLE = (
    'JSON is read where its vectors are lists of numbers: {"label": [0.1, …], …}, records such as '
    '{"text": "…", "embedding": [0.1, …]} in a list or one per line, or what an embedding service '
    "answers."
)

_LONGEST_LOOK = 32 << 20
_MOST_IN_SETTINGS = 50
_FEWEST_WORDS = 20
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
    is_bulk : bool
        Whether every other line says what is to be done with the next.
    names : tuple of str
        What the places of a row are called, where rows are lists.
    """

    steps: tuple[Step, ...]
    column: tuple[str, ...]
    chosen: Candidate
    others: tuple[Candidate, ...]
    is_lines: bool
    is_bulk: bool = False
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
        As they are parsed.
    is_lines : bool
    is_bulk : bool
        Whether before each document there is a line that says what is to be done with it.
    is_whole : bool
        Whether the file holds nothing else.
    is_cut : bool
        Whether the last document goes on after this.
    size : int
        Bytes.
    """

    documents: list[Any]
    is_lines: bool
    is_bulk: bool
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
        candidates = Finder().candidates(sample.documents)
        if _is_split_table(sample.documents[0] if sample.documents else None):
            candidates = [each for each in candidates if each.path != ("index",)]
        if candidates:
            chosen = _choose(candidates, vector_column, name)
            if vector_column is None and _is_setting(chosen, sample):
                raise UserError(
                    f"{name} looks like a file of settings rather than vectors: its only lists of "
                    f"numbers are {counted(len(chosen.lengths), 'list')} in {chosen.name!r}. If "
                    f"these are the vectors, choose them: --vector-column {chosen.name}"
                )
            return _layout_of(chosen, candidates, sample)
    raise _describe_lack(sample, name)


def _is_setting(chosen: Candidate, sample: LayoutSample) -> bool:
    """Return whether a few numbers are one setting among others, by all signs there are.

    A list that is deep in a single object, or whole numbers, beside single values of other names.
    """
    document = sample.documents[0]
    if not isinstance(document, dict) or len(sample.documents) > 1 or not sample.is_whole:
        return False
    if chosen.rank < OTHER_NAME or len(chosen.lengths) > _MOST_IN_SETTINGS or MEMBER in chosen.path:
        return False
    names = [step for step in chosen.path if isinstance(step, str)]
    is_doubtful = ITEM not in chosen.path or len(names) > 1 or not chosen.has_fractions
    return is_doubtful and _holds_settings(document, chosen.path)


def _holds_settings(document: dict[str, Any], path: tuple[Step, ...]) -> bool:
    """Return whether there are single values, or objects of such, beside a path."""
    inner: Any = document
    for step in path:
        if not isinstance(inner, dict):
            return False
        beside = [value for name, value in inner.items() if name != step]
        if any(not isinstance(value, list | NumberList) for value in beside):
            return True
        inner = inner.get(str(step))
    return False


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
    return JsonLayout(path[:cut], column, chosen, others, sample.is_lines, sample.is_bulk, names)


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


def _lines_of(text: bytes, is_whole: bool) -> list[bytes]:
    lines = text.split(b"\n")
    return [line for line in (lines if is_whole else lines[:-1]) if line.strip(BLANKS)]


def _is_lines(text: bytes, is_whole: bool) -> bool:
    """Return whether each line is a document of its own."""
    if b"\n" not in text.strip():
        return False
    lines = _lines_of(text, is_whole)
    if lines and _is_fine(lines[0]):
        return len(lines) > 1 or not is_whole
    problem = _documents_in(text)[1]
    is_broken = problem is not None and problem.reason != CUT
    return is_broken and 2 * sum(map(_is_fine, lines)) > len(lines)


def _is_fine(line: bytes) -> bool:
    documents, problem = _documents_in(line)
    return bool(documents) and problem is None


def _sample(text: bytes, is_lines: bool, is_whole: bool) -> LayoutSample:
    documents: list[Any] = []
    is_cut = False
    for part in _lines_of(text, is_whole) if is_lines else [text]:
        found, problem = _documents_in(part, has_open=not is_lines)
        documents += found
        is_cut = problem is not None and not is_lines
        if len(documents) >= SAMPLE:
            break
    is_bulk = is_lines and len(without_actions(documents)) < len(documents)
    documents = without_actions(documents) if is_bulk else documents
    return LayoutSample(documents[:SAMPLE], is_lines, is_bulk, is_whole, is_cut, len(text))


def _documents_in(text: bytes, *, has_open: bool = False) -> tuple[list[Any], JsonError | None]:
    """Return the first documents of a text, and what is wrong behind them.

    What is wrong in a document is a bad row, or an error with its place, when it is read.
    """
    reader = Documents((), whole(text))
    documents: list[Any] = []
    try:
        for found in reader:
            if isinstance(found, Row) and not isinstance(found.value, JsonError):
                documents.append(found.value)
            if len(documents) >= SAMPLE:
                break
    except JsonError as problem:
        if has_open:
            with suppress(JsonError):
                documents.append(reader.open_document())
        return documents, problem
    return documents, None


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
    words = _describe_words(sample.documents[0])
    place = "" if sample.is_whole else f" in its first {sample.size >> 20} MB"
    return UserError(
        f"{file_name} is JSON without vectors{place}: {_outline(sample)}{words}. {READABLE}"
    )


def _describe_words(value: Any, name: str = "") -> str:
    """Return what is said of a vocabulary, on its own or within something."""
    if not isinstance(value, dict) or not value:
        return ""
    if are_numbers(value) and (not name or len(value) >= _FEWEST_WORDS):
        where = f"in {name!r} " if name else ""
        return f", {where}words with one number each"
    inner = (_describe_words(v, f"{name}.{key}".lstrip(".")) for key, v in value.items())
    return next(filter(None, inner), "")


def _outline(sample: LayoutSample) -> str:
    document = sample.documents[0]
    if document == {}:
        return "it is an empty object"
    if isinstance(document, dict):
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
    table: dict[str, Any] = document if isinstance(document, dict) else {}
    data = table.get("data")
    has_rows = isinstance(data, list) and bool(data) and isinstance(data[0], list | NumberList)
    return has_rows and isinstance(table.get("columns"), list)


def _numbers_in(record: dict[str, Any]) -> list[str]:
    return [name for name, value in record.items() if type(value) in (int, float)]
