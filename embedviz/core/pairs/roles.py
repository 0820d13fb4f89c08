"""Which columns of a file of pairs hold the first texts, the second ones, and the scores.

Names go first: what they say is meant. Where no two columns have such names, or those are not of
this set, the columns are taken that name most rows of it; so the seven columns of STS-B, which have
no names, are found by their texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedviz.core.pairs.tables import PairTable, number_in

_COUPLES = (
    ("query", "document"),
    ("query", "positive"),
    ("query", "answer"),
    ("anchor", "positive"),
    ("premise", "hypothesis"),
    ("source", "target"),
    ("left", "right"),
    ("question", "answer"),
    ("i", "j"),
)
_ENDINGS = (("1", "2"), ("a", "b"), ("0", "1"), ("first", "second"), ("one", "two"), ("x", "y"))
_ALONE = (("a", "b"), ("first", "second"))
_STEMS = (
    *("sentence", "sent", "s", "text", "t", "word", "w", "label", "row", "item", "phrase"),
    *("question", "q", "qid", "id", "idx", "index", "title", "doc", "document", "name", "term"),
    *("token", "string", "str", "line", "query", "input", "concept", "target", "key", "entity"),
    *("caption", "passage", "node", "premise", "example", "article", "abstract", "claim"),
)
"""What a name may begin with in a line that could be words itself: boa and bob are no columns."""
_SCORE_NAMES = (
    "similarityscore",
    "relatednessscore",
    "goldscore",
    "score",
    "similarity",
    "relatedness",
    "gold",
    "humanmean",
    "rating",
    "judgment",
    "judgement",
    "grade",
    "mean",
    "value",
    "isduplicate",
    "label",
)
_NEVER_SCORES = re.compile(r"id|index|idx|row|line|year|pair\d*|number|old.*|.*id|.*index")
_MOSTLY = 0.5
_LOOKED_AT = 100_000
"""Texts of a column that tell what it holds."""


@dataclass(frozen=True)
class Roles:
    """Columns by what they hold, and the line the pairs begin at.

    Attributes
    ----------
    first, second : int
    score : int or None
    start : int
        1 where the first line is a header.
    """

    first: int
    second: int
    score: int | None
    start: int


def possible_roles(table: PairTable, count_matches: Callable[[Sequence[str]], int]) -> list[Roles]:
    """Return what the columns may be, the likeliest first; at least one.

    Parameters
    ----------
    table : PairTable
    count_matches : callable
        Returns how many of some texts are of the set.
    """
    names = table.names or [column[0] for column in table.columns]
    couples = _couples([_plain(name) for name in names], is_named=bool(table.names))
    has_header = bool(couples) and not table.names and not _begins_with_score(table, couples[0])
    if not has_header and not table.names:
        couples = []
    found = [_with_score(table, names, couple, has_header) for couple in couples]
    # Those that are of the set go before those that only have a name; the sort is stable.
    found.sort(key=lambda roles: -_matches(table, roles, count_matches))
    if found and _matches(table, found[0], count_matches):
        return found
    counts = [count_matches(column) for column in table.columns]
    best = sorted(range(len(counts)), key=lambda i: -counts[i])[:2]
    if all(counts[i] for i in best):
        couple = (min(best), max(best))
        by_texts = [_with_score(table, names, couple, _has_other_header(table, couple))]
        return [*by_texts, *found]
    first_two = (0, 1)
    header = has_header or _has_other_header(table, first_two)
    return [*found, _with_score(table, names, first_two, header)]


def _matches(table: PairTable, roles: Roles, count: Callable[[Sequence[str]], int]) -> int:
    return min(count(table.columns[i][roles.start :]) for i in (roles.first, roles.second))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _couples(names: list[str], *, is_named: bool) -> list[tuple[int, int]]:
    """Return the columns whose names belong together, such as sentence1 and sentence2."""
    found = []
    for place, name in enumerate(names):
        for other in _partners(name, is_named=is_named):
            if other in names:
                found.append((place, names.index(other)))
    return list(dict.fromkeys(found))


def _partners(name: str, *, is_named: bool) -> list[str]:
    """Return what the other column may be called."""
    partners = [other for one, other in (*_COUPLES, *_ALONE) if one == name]
    for one, other in _ENDINGS:
        if name.endswith(one) and (is_named or name.removesuffix(one) in _STEMS):
            partners.append(name.removesuffix(one) + other)
        if name.startswith(one) and name.removeprefix(one) in _STEMS:
            partners.append(other + name.removeprefix(one))
    return partners


def _begins_with_score(table: PairTable, couple: tuple[int, int]) -> bool:
    """Return whether the first line has a number where the others have: it is no header then."""
    others = [i for i in range(len(table.columns)) if i not in couple]
    return any(
        _share_of_numbers(table.columns[i][1:]) > _MOSTLY
        and number_in(table.columns[i][0]) is not None
        for i in others
    )


def _has_other_header(table: PairTable, couple: tuple[int, int]) -> bool:
    """Return whether the first line has a word where all other lines have numbers."""
    if table.names or len(table) < 2:
        return False
    return any(
        column[0].strip() != ""
        and number_in(column[0]) is None
        and _share_of_numbers(column[1:]) > 0.9
        for column in table.columns
    )


def _share_of_numbers(texts: Sequence[str]) -> float:
    looked_at = texts[:_LOOKED_AT]
    given = (text for text in looked_at if text.strip())
    return sum(number_in(text, ",") is not None for text in given) / max(len(looked_at), 1)


def _with_score(
    table: PairTable, names: Sequence[str], couple: tuple[int, int], has_header: bool
) -> Roles:
    start = int(has_header)
    others = [i for i in range(len(table.columns)) if i not in couple]
    numbers = [i for i in others if _share_of_numbers(table.columns[i][start:]) >= _MOSTLY]
    score: int | None = None
    if has_header or table.names:
        plain = {i: _plain(names[i]) for i in numbers}
        ranks = {i: rank for i, name in plain.items() if (rank := _rank(name)) is not None}
        numbers = [i for i in numbers if not _NEVER_SCORES.fullmatch(plain[i])]
        score = min(ranks, key=lambda i: ranks[i]) if ranks else None
    if score is None:
        numbers = [i for i in numbers if not _are_line_numbers(table.columns[i][start:])]
        beside = [i for i in (max(couple) + 1, min(couple) - 1) if i in numbers]
        if not beside and len(numbers) == 1:
            beside = numbers
        score = beside[0] if beside else None
    return Roles(*couple, score, start)


def _rank(name: str) -> int | None:
    """Return how surely a name is that of a score, 0 the surest; None where it is none."""
    if name in _SCORE_NAMES:
        return _SCORE_NAMES.index(name)
    ends = (i for i, each in enumerate(_SCORE_NAMES) if name.endswith(each))
    return next((len(_SCORE_NAMES) + i for i in ends), None)


def _are_line_numbers(texts: Sequence[str]) -> bool:
    numbers = [number_in(text) for text in texts]
    if len(numbers) < 3 or numbers[0] is None:
        return False
    return all(number == numbers[0] + i for i, number in enumerate(numbers))
