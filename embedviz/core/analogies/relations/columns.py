"""Pairs of words that a set itself has: two columns of its metadata, or its labels and one."""

from __future__ import annotations

from typing import Any

from embedviz.core.analogies.relations.reading import RelationList, WordPair
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed


def pairs_of_columns(
    vector_set: VectorSet, first: str | None, second: str | None, relation: str | None = None
) -> RelationList:
    """Return a pair for each row of a set: what two of its columns say.

    Parameters
    ----------
    vector_set : VectorSet
    first, second : str or None
        Names of columns with words that are labels of the set; None for the labels themselves. A
        list of words in the second column is several right answers.
    relation : str, optional
        Column that names the relation of each row.

    Returns
    -------
    RelationList
        Each pair once; a note counts the rows where one of the two is empty.

    Raises
    ------
    UserError
        When there is no such column, or both are the same.
    """
    if first == second:
        raise UserError("Both columns are the same, so each word is its own pair. Choose another.")
    one, other = (_texts(vector_set, name) for name in (first, second))
    name = f"{first or 'label'} → {second or 'label'}"
    kinds = [(name,)] * len(vector_set) if relation is None else _texts(vector_set, relation)
    found: dict[str, dict[WordPair, None]] = {}
    n_empty = 0
    for word, answers, kind in zip(one, other, kinds, strict=True):
        if not word or not answers:
            n_empty += 1
            continue
        found.setdefault(kind[0] if kind else name, {})[word[0], answers] = None
    notes = [f"{counted(n_empty, 'row')} left out where one of the two is empty."]
    return RelationList(
        {each: tuple(pairs) for each, pairs in found.items()}, tuple(notes if n_empty else ())
    )


def _texts(vector_set: VectorSet, name: str | None) -> list[tuple[str, ...]]:
    """Return the words in each row of a column; none where it is empty."""
    if name is None:
        return [_words(label) for label in vector_set.labels]
    if name not in vector_set.metadata.column_names:
        there = ", ".join(vector_set.metadata.column_names[:10]) or "none"
        raise UserError(
            f"{vector_set.name or 'The set'} has no column {name!r}. Its columns: {there}."
        )
    return [_words(value) for value in vector_set.metadata.column(name).to_pylist()]


def _words(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    texts = (composed(str(each)).strip() for each in values if each is not None)
    return tuple(dict.fromkeys(text for text in texts if text))
