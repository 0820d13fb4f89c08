"""Choice of the array or column that has the vectors: one rule for all formats.

The one with an exact usual name is taken, the most usual name first, and a note says what else is
there. Where no name is a usual one, or two in different folders have it, nothing tells which is
meant, and the caller decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from embedviz.core.errors import ChoiceRequired
from embedviz.core.notes import Note, counted

Found = TypeVar("Found")

COLUMN_NAMES = ("embedding", "embeddings", "vector", "vectors", "emb")
"""What a column of vectors is usually called: the most usual first."""

ARRAY_NAMES = ("embeddings", "embedding", "vectors", "vector", "emb", "x", "arr_0")
"""What an array of vectors is usually called: the most usual first."""

_SHOWN = 8
_NOUNS = {"key": "matrices", "vector_column": "columns of vectors"}


def choose_vectors(
    described: Mapping[str, str],
    usual: Sequence[str],
    file_name: str,
    option: str,
    noun: str | None = None,
) -> str:
    """Return the only one that there is, or the one with a usual name.

    Parameters
    ----------
    described : mapping of name to description
        All that may be the vectors; at least one. A name may have folders before it.
    usual : sequence of str
        `COLUMN_NAMES` or `ARRAY_NAMES`; capitals make no difference.
    file_name : str
    option : {"key", "vector_column"}
        The argument of `load` that decides.
    noun : str, optional
        What these are called together.

    Raises
    ------
    ChoiceRequired
    """
    found = list(described) if len(described) == 1 else _with_usual_names(described, usual)
    if len(found) == 1:
        return found[0]
    reason = f"{file_name} has several {noun or _NOUNS[option]}: {enumerate_described(described)}."
    first = repr(next(iter(described)))
    raise ChoiceRequired(
        f"{reason} Choose one of them: --{option.replace('_', '-')} {first} on the command line, "
        f"{option}={first} in Python.",
        option,
        described,
        reason,
    )


def narrowed(found: list[Found], *tests: Callable[[Found], bool]) -> list[Found]:
    """Return those that pass, test by test, as far as any do."""
    for test in tests:
        found = [each for each in found if test(each)] or found
    return found


def describe_lists(length: int) -> str:
    """Return what is said of a column of lists of numbers."""
    return f"lists of {counted(length, 'number')}"


def _with_usual_names(names: Mapping[str, str], usual: Sequence[str]) -> list[str]:
    last = {name: name.rpartition("/")[2].casefold() for name in names}
    found = ([name for name in names if last[name] == word] for word in usual)
    return next((each for each in found if each), [])


def note_on_choice(what: str, chosen: str, described: Mapping[str, str]) -> Note:
    """Return the sentence about where the vectors are from, and what else might have them.

    Parameters
    ----------
    what : str
        As in "the array"; nothing for the name alone.
    chosen : str
    described : mapping of name to description
        All that may be the vectors.
    """
    others = {name: text for name, text in described.items() if name != chosen}
    also = f"; there is also {enumerate_described(others)}" if others else ""
    return Note(f"Vectors from {what}{' ' if what else ''}{chosen!r}{also}.", "vectors", "note")


def note_on_columns(count: int, first: str, last: str) -> Note:
    """Return the sentence about vectors with a column for each number."""
    return Note(f"Vectors from the {count:,} columns {first} to {last}.", "vectors", "note")


def note_on_conversion(dtype: str) -> Note:
    """Return the sentence about numbers that are of another type in the file."""
    return Note(f"Converted from {dtype} to float32.", level="note")


def enumerate_described(described: Mapping[str, str]) -> str:
    """Return "a (5 × 4 float32), b (5 × 8 float32)", the first eight of them."""
    shown = [f"{name} ({text})" for name, text in list(described.items())[:_SHOWN]]
    n_more = len(described) - len(shown)
    return ", ".join(shown) + (f" and {n_more:,} more" if n_more else "")
