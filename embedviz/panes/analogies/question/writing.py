"""A question in one line, as people write it, and back: `king − man + woman`.

Signs stand between spaces, since labels may hold them: `e-mail`, `C++`. A label that would be read
as something else is between quotation marks. What is pasted may also be a proportion, with one
question mark or none, `man : king :: woman : ?`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from embedviz.core.errors import UserError

_PLUS, _MINUS = "+", "−"
_SIGN = re.compile(r"(?:^|(?<=\s))([+\-−–—])(?=\s|$)")
_QUOTED = re.compile(r"\"([^\"]*)\"|“([^”]*)”")
_TIGHT = re.compile(r"([+\-−–—])")
_END = re.compile(r"\s*(?:[=≈≟]\s*\??|\?)\s*$")
_PROPORTION = re.compile(r"\s*(?:::|=|∷)\s*")
_RATIO = re.compile(r"\s*:\s*")
_HOLE = ("?", "_", "…", "...")


class QuestionPart(NamedTuple):
    """A term of a line, and where it stands there.

    Attributes
    ----------
    sign : {"+", "−"}
    text : str
        Without quotation marks.
    start, end : int
        In the line, with its quotation marks.
    """

    sign: str
    text: str
    start: int
    end: int


class ParsedQuestion(NamedTuple):
    """The terms of a question, in the order of the line."""

    positive: tuple[str, ...]
    negative: tuple[str, ...]


def write_question(positive: tuple[str, ...], negative: tuple[str, ...]) -> str:
    """Return a question in one line: the first positive term, the negative ones, the others."""
    first = [quoted(each) for each in positive[:1]]
    others = [f"{_PLUS} {quoted(each)}" for each in positive[1:]]
    return " ".join([*first, *(f"{_MINUS} {quoted(each)}" for each in negative), *others])


def quoted(label: str) -> str:
    """Return a label as it stands in a line: between quotation marks where it must be."""
    is_plain = (
        label == label.strip()
        and not _SIGN.search(label)
        and not _END.search(label)
        and not any(mark in label for mark in '"“”:')
        and label != ""
    )
    if is_plain:
        return label
    return f"“{label}”" if '"' in label else f'"{label}"'


def parts_of(line: str) -> list[QuestionPart]:
    """Return the terms of a line, also empty ones between two signs; one per sign at least."""
    hidden = _QUOTED.sub(lambda found: "x" * len(found.group()), line)
    signs = list(_SIGN.finditer(hidden))
    edges = [(_PLUS, 0)] if not signs or hidden[: signs[0].start()].strip() else []
    edges += [(_PLUS if each.group() == _PLUS else _MINUS, each.end()) for each in signs]
    starts = [each.start() for each in signs]
    ends = [*starts[len(signs) - len(edges) + 1 :], len(line)]
    return [_part(line, sign, start, end) for (sign, start), end in zip(edges, ends, strict=True)]


def part_at(line: str, place: int) -> QuestionPart | None:
    """Return the term at a place of a line, such as that of the cursor; None: there is a sign."""
    for each in parts_of(line):
        before = line[each.end : place]
        if each.start <= place and (place <= each.end or not before.strip()):
            return each
    return None


def parse_question(line: str, is_label: Callable[[str], bool]) -> ParsedQuestion:
    """Return the terms that a line asks about.

    Parameters
    ----------
    line : str
        `a − b + c`, with any number of terms and any dashes for a minus; `a : b :: c : ?`, which
        asks for `b − a + c`; or three or four labels alone, as `questions-words.txt` has them.
    is_label : callable
        Returns whether something is a label of the set.

    Raises
    ------
    UserError
        When there is no term, or none between two signs, or a proportion has not four places.
    """
    line = line.strip()
    if is_label(line):
        return ParsedQuestion((line,), ())
    if ":" in _QUOTED.sub("", line):
        found = _proportion(line, is_label)
        if found is not None:
            return found
    line = _END.sub("", line)
    parts = [part for part in parts_of(line) if part.text or len(parts_of(line)) > 1]
    if not parts:
        raise UserError(
            "Nothing is asked. Type labels with + and − between them: king − man + woman."
        )
    if any(not part.text for part in parts):
        raise UserError(f"A term is missing beside a sign in “{line}”. Type a label there.")
    if len(parts) == 1 and parts[0].sign == _PLUS and not is_label(parts[0].text):
        return _without_spaces(line, is_label) or _in_a_row(line, is_label) or _asked(parts)
    return _asked(parts)


def _asked(parts: list[QuestionPart]) -> ParsedQuestion:
    positive = tuple(part.text for part in parts if part.sign == _PLUS)
    return ParsedQuestion(positive, tuple(part.text for part in parts if part.sign == _MINUS))


def _part(line: str, sign: str, start: int, end: int) -> QuestionPart:
    text = line[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    whole = _QUOTED.fullmatch(text)
    bare = text if whole is None else next(each for each in whole.groups() if each is not None)
    return QuestionPart(sign, bare, start, start + len(text))


def _proportion(line: str, is_label: Callable[[str], bool]) -> ParsedQuestion | None:
    """Return what `a : b :: c : d` asks for, where one of the four is a hole, or d is left out."""
    sides = [_RATIO.split(side) for side in _PROPORTION.split(line)]
    places = [_part(each, _PLUS, 0, len(each)).text for side in sides for each in side]
    is_meant = "::" in line or "∷" in line or any(each in _HOLE for each in places)
    if not is_meant and not (len(places) in (3, 4) and all(map(is_label, places))):
        return None  # A label or a text with a colon in it.
    if len(places) == 3:
        places.append("?")
    if len(places) != 4:
        raise UserError(f"“{line}” is no proportion of four. Write it as man : king :: woman : ?")
    holes = [place for place, each in enumerate(places) if each in _HOLE or not each]
    if len(holes) > 1:
        raise UserError(f"“{line}” has more than one gap. Fill in three of the four places.")
    a, b, c, d = places
    asked = [((b, c), d), ((a, d), c), ((a, d), b), ((b, c), a)]
    positive, negative = asked[holes[0] if holes else 3]
    return ParsedQuestion(positive, (negative,))


def _without_spaces(line: str, is_label: Callable[[str], bool]) -> ParsedQuestion | None:
    """Return what `king-man+woman` asks for, where each piece is a label."""
    pieces = _TIGHT.split(line)
    if len(pieces) < 3 or not all(is_label(piece.strip()) for piece in pieces[::2]):
        return None
    signs = [_PLUS, *(_PLUS if each == _PLUS else _MINUS for each in pieces[1::2])]
    terms = zip(signs, pieces[::2], strict=True)
    return _asked([QuestionPart(sign, piece.strip(), 0, 0) for sign, piece in terms])


def _in_a_row(line: str, is_label: Callable[[str], bool]) -> ParsedQuestion | None:
    """Return what `athens greece baghdad iraq` asks for: a b c, and perhaps the answer."""
    words = line.split()
    if len(words) not in (3, 4) or not all(map(is_label, words)):
        return None
    a, b, c = words[:3]
    return ParsedQuestion((b, c), (a,))
