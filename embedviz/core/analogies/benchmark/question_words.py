"""Words of a file of questions, each of which is kept once, with the lines that they stand in.

A file of twenty thousand questions has eighty thousand words, and a thousand different ones. Made
into texts one by one and looked for one by one, they take as long as the answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Rows
from embedviz.core.compiled.kernels import serial_kernel

_other_blank = re.compile(r"[^\S\x00-\x7f]")
"""What `str.split` parts words at besides the blanks of ASCII."""
_Hashes = NDArray[np.uint64]


class SectionedLines(NamedTuple):
    """Lines of four words, in sections.

    Attributes
    ----------
    words : tuple of str
        Different ones, in the order in which they first occur.
    fours : int array of shape (n_questions, 4)
        Which words each line has.
    names : list of str
        Of the sections.
    starts : int array of shape (n_sections,)
        Number of the first question of each.
    malformed : int
        Lines that have words, but not four; left out.
    """

    words: tuple[str, ...]
    fours: Rows
    names: list[str]
    starts: Rows
    malformed: int


def numbered(words: Sequence[str]) -> tuple[tuple[str, ...], Rows]:
    """Return the different ones of some words, and which of them each is, (n_words,)."""
    places: dict[str, int] = {}
    numbers = [places.setdefault(word, len(places)) for word in words]
    return tuple(places), np.array(numbers, np.intp)


def sectioned_lines(text: str) -> SectionedLines:
    """Return the lines of four words of a text; those that begin with ": " name their sections.

    Parameters
    ----------
    text : str
        Words have any blanks between them, as `str.split` knows them. What is before the first
        section is in none, and not looked at.
    """
    if not text.isascii():
        text = _other_blank.sub(" ", text)
    letters = np.frombuffer(text.encode(), np.uint8)
    # A question is eight bytes at the least, and a section with nothing in it three.
    spans = np.empty((len(letters) // 8 + 1, 4, 2), np.intp)
    hashes = np.empty(spans.shape[:2], np.uint64)
    headers = np.empty((len(letters) // 3 + 1, 3), np.intp)
    n_questions, n_headers, malformed = _read_lines(letters, spans, hashes, headers)
    flat = spans[:n_questions].reshape(-1, 2)
    numbers, firsts = _number_words(letters, flat, hashes[:n_questions].reshape(-1))
    sections = headers[:n_headers]
    return SectionedLines(
        tuple(_text_at(letters, *span) for span in flat[firsts].tolist()),
        numbers.reshape(-1, 4),
        [_text_at(letters, *span).lstrip(": ").strip() for span in sections[:, :2].tolist()],
        sections[:, 2].copy(),
        malformed,
    )


def _text_at(letters: Bytes, start: int, end: int) -> str:
    return letters[start:end].tobytes().decode()


@serial_kernel
def _is_blank(letter: int) -> bool:
    return letter == 32 or 9 <= letter <= 13 or 28 <= letter <= 31


@serial_kernel
def _read_lines(
    letters: Bytes, spans: Rows, hashes: _Hashes, headers: Rows
) -> tuple[int, int, int]:
    """Fill in the words of each line of four, and the sections; return how many, and others."""
    line = np.empty((5, 2), np.intp)
    line_hashes = np.empty(5, np.uint64)
    n_questions = n_headers = malformed = 0
    n_letters, at = len(letters), 0
    while at < n_letters:
        if letters[at] == 58 and at + 1 < n_letters and letters[at + 1] == 32:
            start = at
            while at < n_letters and letters[at] != 10:
                at += 1
            headers[n_headers, 0], headers[n_headers, 1] = start, at
            headers[n_headers, 2] = n_questions
            n_headers += 1
            at += 1
            continue
        at, n_found = _read_line(letters, at, line, line_hashes)
        if n_headers > 0 and n_found == 4:
            spans[n_questions] = line[:4]
            hashes[n_questions] = line_hashes[:4]
            n_questions += 1
        elif n_headers > 0 and n_found > 0:
            malformed += 1
    return n_questions, n_headers, malformed


@serial_kernel
def _read_line(letters: Bytes, at: int, line: Rows, hashes: _Hashes) -> tuple[int, int]:
    """Fill in the first words of a line; return where the next line begins, and how many it has."""
    n_letters, n_found = len(letters), 0
    while at < n_letters and letters[at] != 10:
        if _is_blank(letters[at]):
            at += 1
            continue
        start = at
        found = np.uint64(14695981039346656037)  # FNV-1a, the hash of Fowler, Noll and Vo.
        while at < n_letters and not _is_blank(letters[at]):
            found = (found ^ np.uint64(letters[at])) * np.uint64(1099511628211)
            at += 1
        if n_found < len(line):
            line[n_found, 0], line[n_found, 1], hashes[n_found] = start, at, found
        n_found += 1
    return at + 1, n_found


@serial_kernel
def _number_words(letters: Bytes, spans: Rows, hashes: _Hashes) -> tuple[Rows, Rows]:
    """Return which of the different words each is, and where each of these first occurs."""
    count = len(spans)
    size = 2 * count + 1
    table = np.full(size, -1, np.intp)
    numbers, firsts = np.empty(count, np.intp), np.empty(count, np.intp)
    n_words = 0
    for word in range(count):
        place = int(np.intp(hashes[word] % np.uint64(size)))
        while table[place] >= 0:
            first = firsts[table[place]]
            if hashes[first] == hashes[word] and _are_same(letters, spans[first], spans[word]):
                break
            place = place + 1 if place + 1 < size else 0
        if table[place] < 0:
            table[place] = n_words
            firsts[n_words] = word
            n_words += 1
        numbers[word] = table[place]
    return numbers, firsts[:n_words].copy()


@serial_kernel
def _are_same(letters: Bytes, one: Rows, other: Rows) -> bool:
    length = one[1] - one[0]
    if length != other[1] - other[0]:
        return False
    n_same = 0
    while n_same < length and letters[one[0] + n_same] == letters[other[0] + n_same]:
        n_same += 1
    return bool(n_same == length)
