"""Pairs of words as rows of a set: which are there, and why the others are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from embedviz.core.analogies.relations.offsets import LEAST_OFFSET, unit_vectors
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.pairs.judged import Pairs
from embedviz.core.pairs.label_lookup import LabelLookup, Lookup
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line

Pair = tuple[str, str | Sequence[str]]
"""Two labels; in place of the second, several that are right answers, the foremost first."""
GivenPairs = Iterable[Pair] | Pairs
"""Pairs by their labels, or by their rows."""

Reason = Literal["unknown", "repeated", "same word", "no direction", "equal vectors"]
"""Why a pair is left out:

- "unknown": the first word, or all of its answers, are not labels of the set
- "repeated": the pair was there already
- "same word": a word is paired with itself, so its offset is zero
- "no direction": one of the vectors is zero, or holds NaN or an infinity
- "equal vectors": two words of one direction, so their offset is zero
"""
_SAID: dict[Reason, str] = {
    "unknown": "with words that are not in the set",
    "repeated": "given more than once",
    "same word": "of a word with itself",
    "no direction": "with a vector that is zero or not finite",
    "equal vectors": "of two words with the same direction",
}
_FEW = 5


class SkippedPair(NamedTuple):
    """A pair that is left out."""

    first: str
    second: str
    reason: Reason


@dataclass(frozen=True, eq=False)
class FoundPairs:
    """Pairs of words that are in a set.

    Attributes
    ----------
    first, second : int arrays of shape (n_pairs,)
        Rows.
    labels : tuple of (str, str)
        Labels of these rows, composed.
    answers : tuple of int arrays
        The rows that are right answers to the first word of each pair: its second, and others that
        were given with it.
    places : int array of shape (n_pairs,)
        Which of the given pairs each is, from 0.
    skipped : tuple of SkippedPair
    missing : tuple of str
        Words that are not in the set, each once.
    """

    first: Rows
    second: Rows
    labels: tuple[tuple[str, str], ...]
    answers: tuple[Rows, ...]
    places: Rows
    skipped: tuple[SkippedPair, ...]
    missing: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the pairs that are left out: a sentence for each reason."""
        sentences = []
        for reason in get_args(Reason):
            pairs = [pair for pair in self.skipped if pair.reason == reason]
            if not pairs:
                continue
            if reason == "unknown":
                named = [f"“{one_line(word)}”" for word in self.missing[:_FEW]]
                rest = len(self.missing) - len(named)
            else:
                named = [
                    f"{one_line(first)} → {one_line(second)}" for first, second, _ in pairs[:_FEW]
                ]
                rest = len(pairs) - len(named)
            more = f" and {rest:,} more" if rest else ""
            sentences.append(
                f"{counted(len(pairs), 'pair')} left out, {_SAID[reason]}: "
                f"{', '.join(named)}{more}."
            )
        return tuple(sentences)


def find_pairs(
    vector_set: VectorSet,
    pairs: GivenPairs,
    *,
    case_insensitive: bool = False,
    lookup: LabelLookup | None = None,
) -> FoundPairs:
    """Return the pairs whose words are in a set, and which of them have an offset.

    Parameters
    ----------
    vector_set : VectorSet
    pairs : iterable of (str, str or sequence of str), or Pairs
        Labels in any form of Unicode; or rows. Of several answers the first that is in the set
        makes the pair.
    case_insensitive : bool
        Whether a word that is not there as it is written may be found in another case.
    lookup : LabelLookup, optional
        That of the set, where many pairs are looked for.

    Raises
    ------
    UserError
        When something given is no pair of labels, or a row is not in the set.
    """
    lookup = lookup or LabelLookup(vector_set)
    find = lookup.by_label if case_insensitive else lookup.by_exact_label
    candidates = _by_rows(vector_set, pairs) if isinstance(pairs, Pairs) else _by_labels(pairs)
    missing = dict[str, None]()
    seen = set[tuple[int, int]]()
    kept: list[tuple[int, int, int, list[int]]] = []
    skipped: list[SkippedPair] = []
    for place, (word, seconds, rows) in enumerate(candidates):
        first, answers = rows if rows is not None else _found(word, seconds, find, missing)
        others = [row for row in answers if row != first]
        reason: Reason | None = None
        if first is None or not answers:
            reason = "unknown"
        elif not others:
            reason = "same word"
        elif (first, others[0]) in seen:
            reason = "repeated"
        if reason is not None or first is None:
            skipped.append(SkippedPair(word, seconds[0], reason or "unknown"))
            continue
        seen.add((first, others[0]))
        kept.append((place, first, others[0], others))
    return _with_offsets(vector_set, kept, skipped, tuple(missing))


def _by_labels(pairs: Iterable[Pair]) -> Iterator[tuple[str, Sequence[str], None]]:
    for pair in pairs:
        word, seconds = _labels_in(pair)
        yield word, seconds, None


def _labels_in(pair: object) -> tuple[str, list[str]]:
    """Return a word and what is right for it.

    Raises
    ------
    UserError
        When it is no pair of labels.
    """
    if isinstance(pair, (tuple, list)) and len(pair) == 2:
        word, seconds = pair
        answers = [seconds] if isinstance(seconds, str) else seconds
        if isinstance(word, str) and isinstance(answers, (tuple, list)) and answers:
            labels = [each for each in answers if isinstance(each, str)]
            if len(labels) == len(answers):
                return word, labels
    raise UserError(f"{pair!r} is not a pair. Give two labels for each pair.")


_RowPair = tuple[int | None, list[int]]


def _by_rows(vector_set: VectorSet, pairs: Pairs) -> Iterator[tuple[str, Sequence[str], _RowPair]]:
    for first, second in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
        if max(first, second) >= len(vector_set):
            raise UserError(
                f"The pairs name row {max(first, second):,}, but {vector_set.name or 'the set'} "
                f"has {len(vector_set):,} rows. Use pairs of this set."
            )
        yield vector_set.labels[first], [vector_set.labels[second]], (first, [second])


def _found(
    word: str, seconds: Sequence[str], find: Lookup, missing: dict[str, None]
) -> tuple[int | None, list[int]]:
    """Return the row of a word, and those of its answers that are in the set."""
    first = find(word)
    rows = [find(each) for each in seconds]
    answers = list(dict.fromkeys(row for row in rows if row is not None))
    if first is None:
        missing[composed(word)] = None
    if not answers:
        missing |= dict.fromkeys(map(composed, seconds))
    return first, answers


def _with_offsets(
    vector_set: VectorSet,
    kept: list[tuple[int, int, int, list[int]]],
    skipped: list[SkippedPair],
    missing: tuple[str, ...],
) -> FoundPairs:
    """Return the pairs that have an offset."""
    first = np.array([pair[1] for pair in kept], np.intp)
    second = np.array([pair[2] for pair in kept], np.intp)
    units = unit_vectors(vector_set, np.concatenate([first, second]))
    one, other = units[: len(kept)], units[len(kept) :]
    has_direction = np.asarray(one.any(axis=1) & other.any(axis=1))
    is_there = has_direction & (np.linalg.norm(other - one, axis=1) >= LEAST_OFFSET)
    labels = [
        (composed(vector_set.labels[a]), composed(vector_set.labels[b]))
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]
    left_out = [
        SkippedPair(*labels[i], "equal vectors" if has_direction[i] else "no direction")
        for i in np.flatnonzero(~is_there).tolist()
    ]
    places = np.flatnonzero(is_there)
    return FoundPairs(
        first[places],
        second[places],
        tuple(labels[i] for i in places.tolist()),
        tuple(np.array(kept[i][3], np.intp) for i in places.tolist()),
        np.array([pair[0] for pair in kept], np.intp)[places],
        (*skipped, *left_out),
        missing,
    )
