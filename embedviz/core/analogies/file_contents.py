"""What a file holds that is no file of vectors: analogy questions, or judged pairs of words.

Told by the beginning of its contents, and strictly: a file of vectors is never taken for another.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

_HEAD = 1 << 16
_LOOKED_AT = 50
_MOSTLY = 0.9
_MOST_FILES = 1_000
_SEPARATORS = ("\t", ",", ";", None)
_tag = re.compile(r"[A-Z]+_[A-Z]+").fullmatch
_bats_name = re.compile(r"[IDEL]\d\d\b.*\.txt").fullmatch


def holds_questions(path: Path) -> bool:
    """Return whether a file, or a folder of BATS, holds analogy questions.

    A single file of BATS is also a list of pairs, and not counted here.
    """
    if path.is_dir():
        return _is_bats(path)
    lines = head_of(path)
    if not lines:
        return False
    if lines[0].startswith(": "):
        asked = [line.split() for line in lines if not line.startswith(":")]
        return _are_words(asked, 4)
    rows = [line.split() for line in lines]
    if _are_words(rows, 5):
        return all(_tag(row[3]) for row in rows if len(row) == 5)
    for word, other in (("questions", "answers"), ("answers", "questions")):
        if word in path.name and path.with_name(path.name.replace(word, other)).is_file():
            return _are_words(rows, 3 if word == "questions" else 2)
    return False


def holds_word_similarity(path: Path) -> bool:
    """Return whether a file holds pairs of single words with a score.

    Either its first line names two columns of words, or each line is two words and a number.
    """
    lines = [line for line in head_of(path) if not line.startswith("#")]
    if len(lines) < 2:
        return False
    for separator in _SEPARATORS:
        rows = [[field.strip() for field in line.split(separator)] for line in lines]
        if min(map(len, rows)) < 3:
            continue
        names = [re.sub(r"[^a-z]", "", field.lower()) for field in rows[0]]
        if names.count("word") == 2 and not any(map(_is_number, rows[0])):
            return True
        good = [len(row) == 3 and _is_number(row[2]) and _are_single(row[:2]) for row in rows]
        return sum(good) >= _MOSTLY * len(good)
    return False


def head_of(path: Path) -> list[str]:
    """Return the first lines of a text file that are not empty; none where it is no text."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        is_whole = len(head) < _HEAD
        if head.startswith(b"\x1f\x8b"):
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
            is_whole = len(head) < _HEAD and is_whole
    except (OSError, zlib.error):
        return []
    if b"\0" in head:
        return []
    lines = head.decode("utf-8-sig", "replace").splitlines()
    kept = lines if is_whole else lines[:-1]
    return [line for line in kept if line.strip()][:_LOOKED_AT]


def _is_bats(folder: Path) -> bool:
    """Return whether a folder, or folders in it, have files that are named as those of BATS."""
    for place, each in enumerate(folder.rglob("*.txt")):
        if _bats_name(each.name):
            return True
        if place >= _MOST_FILES:
            break
    return False


def _are_words(rows: Sequence[Sequence[str]], count: int) -> bool:
    """Return whether most lines have so many words, none of which is a number."""
    good = [len(row) == count and not any(map(_is_number, row)) for row in rows]
    return bool(good) and sum(good) >= _MOSTLY * len(good)


def _are_single(words: Sequence[str]) -> bool:
    return all(word and " " not in word and not _is_number(word) for word in words)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
