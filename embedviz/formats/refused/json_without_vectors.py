"""JSON without vectors: settings, vocabularies, failed requests, a column for each dimension."""

from __future__ import annotations

from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.formats.json.blocks import LayoutSample
from embedviz.formats.json.candidates import OTHER_NAME, Candidate
from embedviz.formats.json.documents import ITEM, MEMBER, Step
from embedviz.formats.json.parsing import NumberList, Syntax
from embedviz.formats.refused.answers import are_numbers, find_failure

READABLE = (
    'JSON is read where its vectors are lists of numbers: {"label": [0.1, …], …}, records such as '
    '{"text": "…", "embedding": [0.1, …]} in a list or one per line, or what an embedding service '
    "answers."
)

_MOST_IN_SETTINGS = 50
_FEWEST_WORDS = 20
_FEWEST_COLUMNS = 3
"""Of numbers, from which on they may be the dimensions of vectors."""


def refuse_settings(chosen: Candidate, sample: LayoutSample, file_name: str) -> None:
    """Refuse a few numbers that are one setting among others.

    Raises
    ------
    UserError
    """
    if _is_setting(chosen, sample):
        raise UserError(
            f"{file_name} looks like a file of settings rather than vectors: its only lists of "
            f"numbers are {counted(len(chosen.lengths), 'list')} in {chosen.name!r}. If these are "
            f"the vectors, choose them: --vector-column {chosen.name}"
        )


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


def describe_lack(sample: LayoutSample, file_name: str) -> UserError:
    """Return the error for a file without any vectors."""
    for document in sample.documents:
        failure = find_failure(document)
        if failure is not None:
            return UserError(
                f"{file_name} holds no vectors but an answer with {failure}. Ask the service again."
            )
    if sample.problem is not None and sample.is_whole:
        if sample.problem.reason != Syntax.CUT:
            return sample.problem.in_file(file_name)
        return UserError(
            f"{file_name} ends in the middle of its first record. Download or write it again."
        )
    if not sample.documents:
        return UserError(f"{file_name} starts like JSON, but nothing in it can be read. {READABLE}")
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
    if is_split_table(document) and isinstance(document["data"][0], list):
        first_row = dict(zip(map(str, document["columns"]), document["data"][0], strict=False))
        return "split", _numbers_in(first_row)
    first = next(iter(document.values()))
    if not isinstance(first, dict) or not first:
        return "", []
    if next(iter(first)).isdigit() and all(isinstance(v, dict) for v in document.values()):
        firsts = {name: next(iter(values.values()), None) for name, values in document.items()}
        return "columns", _numbers_in(firsts)
    return "index", _numbers_in(first)


def is_split_table(document: Any) -> bool:
    """Return whether these are rows that are lists, and beside them the names of their places."""
    table: dict[str, Any] = document if isinstance(document, dict) else {}
    data = table.get("data")
    has_rows = isinstance(data, list) and bool(data) and isinstance(data[0], list | NumberList)
    return has_rows and isinstance(table.get("columns"), list)


def _numbers_in(record: dict[str, Any]) -> list[str]:
    return [name for name, value in record.items() if type(value) in (int, float)]
