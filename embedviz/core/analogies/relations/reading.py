"""Pairs of relations as people write them down: lines that are pasted, or are in a file.

A line is a pair: two words with a tab, an arrow, a semicolon or a comma between them, or with
blanks where all lines have just two words. Lines ": name" begin a relation, as in
`questions-words.txt`, whose lines of four words are two pairs. In "france → paris/lutetia" both are
right answers, as in BATS.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.wording import composed, in_words

WordPair = tuple[str, tuple[str, ...]]
"""A word, and what is right for it: mostly one word."""

MOST_BYTES = 20_000_000
"""Of a file of pairs, or of pasted lines; a million pairs have about as many."""
_SHOWN = 60
_FEW = 3
_MOSTLY = 0.9
_SIGNS = {
    "\t": re.compile("\t"),
    "→": re.compile("→|->|=>|⇒"),
    ";": re.compile(";"),
    ",": re.compile(","),
}
"""What may stand between two words, the surest first; an arrow may be written in several ways."""
_line_end = re.compile(r"\r\n|\r|\n")
_heading = re.compile(r"\s*: +(\S.*?)\s*").fullmatch


@dataclass(frozen=True)
class RelationList:
    """Relations that were read, and what a reader should know of that.

    Attributes
    ----------
    relations : dict of str to tuple of WordPair
        In the order they were read; without a name of its own, one is called like the file.
    notes : tuple of str
        What was left out, and where.
    """

    relations: dict[str, tuple[WordPair, ...]]
    notes: tuple[str, ...] = ()

    @property
    def pairs(self) -> tuple[WordPair, ...]:
        """All pairs of all relations, one after the other."""
        return tuple(pair for pairs in self.relations.values() for pair in pairs)


def parse_pairs(
    text: str,
    name: str = "pasted lines",
    *,
    has_alternatives: bool = False,
    has_header: bool = False,
) -> RelationList:
    """Return the pairs of some lines, by their relations.

    Parameters
    ----------
    text : str
    name : str
        What a relation without a name is called, and the place that messages name.
    has_alternatives : bool
        Whether slashes always part right answers, as in BATS; else the word with its slash is one
        of them too, and the foremost.
    has_header : bool
        Whether the first line with words in it, ": name" aside, says what the columns are: it is no
        pair, and a note names it.

    Returns
    -------
    RelationList
        Empty where no line is a pair; `notes` name the lines that are none.

    Raises
    ------
    UserError
        When there are more than 20 MB.
    """
    if len(text) > MOST_BYTES:
        raise UserError(
            f"{name}: there are more than {in_words(MOST_BYTES)}, so it is hardly a list of pairs. "
            "Give a line for each pair, or a part of this."
        )
    lines = [
        (number, line.strip())
        for number, line in enumerate(_line_end.split(composed(text.removeprefix("\ufeff"))), 1)
        if line.strip() and not line.startswith("# ")
    ]
    notes: tuple[str, ...] = ()
    if has_header and (header := next((each for each in lines if not _heading(each[1])), None)):
        lines.remove(header)
        notes = (f"{name}: line {header[0]:,} is left out as a header: {header[1][:_SHOWN]!r}.",)
    sign = _sign_between([line for _, line in lines if not _heading(line)])
    found: dict[str, dict[WordPair, None]] = {}
    current, bad = name, list[tuple[int, str]]()
    for number, line in lines:
        if heading := _heading(line):
            current = heading[1]
            continue
        pairs = pairs_of_fields(_fields(line, sign), has_alternatives=has_alternatives)
        found.setdefault(current, {}).update(dict.fromkeys(pairs))
        if not pairs:
            bad.append((number, line))
    relations = {each: tuple(pairs) for each, pairs in found.items() if pairs}
    return RelationList(relations, (*notes, *note_on_lines(bad, name)))


def _sign_between(lines: Sequence[str]) -> str | None:
    """Return what stands between the words of nearly all lines; None for blanks."""
    counts = {
        sign: sum(found.search(line) is not None for line in lines)
        for sign, found in _SIGNS.items()
    }
    for sign in _SIGNS:
        if lines and counts[sign] >= _MOSTLY * len(lines):
            return sign
    if {len(line.split()) for line in lines} in ({2}, {4}):
        return None
    # Words may have blanks in them, then, and so a sign is between them, where there is one.
    return max(_SIGNS, key=lambda sign: counts[sign])


def _fields(line: str, sign: str | None) -> list[str]:
    if sign in (",", ";") and '"' in line:
        try:
            return next(csv.reader([line], delimiter=sign, skipinitialspace=True))
        except (csv.Error, StopIteration):
            return []
    return line.split() if sign is None else _SIGNS[sign].split(line)


def pairs_of_fields(fields: Sequence[str], *, has_alternatives: bool = False) -> list[WordPair]:
    """Return the pairs that a line is: one of two words, two of four, and else none."""
    words = [each.strip() for each in fields]
    if len(words) not in (2, 4) or not all(words):
        return []
    pairs: list[WordPair] = []
    for first, second in zip(words[::2], words[1::2], strict=True):
        parts = tuple(dict.fromkeys(part.strip() for part in second.split("/") if part.strip()))
        if not parts:
            parts = (second,)
        elif not has_alternatives and parts != (second,):
            parts = (second, *parts)
        pairs.append((first, parts))
    return pairs


def note_on_lines(bad: Sequence[tuple[int, str]], name: str) -> tuple[str, ...]:
    """Return a sentence on lines that are no pairs, by their numbers; none where there are none."""
    if not bad:
        return ()
    shown = "; ".join(f"line {number:,} is {line[:_SHOWN]!r}" for number, line in bad[:_FEW])
    more = f"; and {len(bad) - _FEW:,} more" if len(bad) > _FEW else ""
    what = "that is no pair" if len(bad) == 1 else "that are no pairs"
    return (
        f"{name}: {counted(len(bad), 'line')} left out {what} ({shown}{more}). Write two words in "
        "a line, with a tab, a comma or -> between them.",
    )
