"""Files of analogy questions, in three layouts that are told apart by what is in them.

- **Google** (Mikolov et al. 2013, `questions-words.txt`): sections ": name", and lines of four
  words. Sections whose names begin with "gram" are syntactic, the others of such a file semantic.
- **MSR** (Mikolov, Yih and Zweig 2013): lines of three words in `word_relationship.questions`,
  and the answers, each with a tag such as "JJ_JJR" or alone, in the lines of
  `word_relationship.answers` beside it; or both in one file, as lines "a b c tag answer". A section
  for each tag, all syntactic.
- **BATS** (Gladkova, Drozd and Matsuoka 2016): a folder with a file for each relation, of lines
  "word<tab>answer/another answer"; or one such file. All ordered pairs of its lines are asked, any
  of the answers is right, and the first one serves as the example. The letter that a file's name
  begins with tells the kind: I and D morphology, E and L semantics.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from embedviz.core.analogies.benchmark.question_words import numbered, sectioned_lines
from embedviz.core.analogies.benchmark.questions import (
    Kind,
    Pair,
    QuestionSet,
    Section,
    crossed,
    grouped,
)
from embedviz.core.errors import UserError
from embedviz.core.wording import composed

_SHOWN = 60
_MOST_FILES = 1_000
_tag = re.compile(r"[A-Z]+_[A-Z]+").fullmatch
_bats_name = re.compile(r"([IDEL])\d\d\b").match
_KINDS: dict[str, Kind] = {
    "I": "syntactic",
    "D": "syntactic",
    "E": "semantic",
    "L": "semantic",
}


def read_questions(path: str | Path) -> QuestionSet:
    """Return the questions of a file, or of a folder of BATS.

    Raises
    ------
    UserError
        When it cannot be read, or is in none of the layouts; the message names file and line.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        return _of_folder(path)
    text = _text_of(path)
    first = text.lstrip().partition("\n")[0]
    words = first.split()
    if first.startswith(": ") or not words:
        return _google(path, text)
    lines = text.split("\n")
    number = next(place for place, line in enumerate(lines, 1) if line.strip())
    if len(words) == 5 and _tag(words[3]):
        return _msr(path, path, lines, None)
    if len(words) == 3 and "\t" not in first.strip():
        answers = _beside(path, "questions", "answers", number)
        return _msr(path, answers, lines, _text_of(answers).split("\n"))
    if len(words) == 2 and _tag(words[0]):
        questions = _beside(path, "answers", "questions", number)
        return _msr(questions, path, _text_of(questions).split("\n"), lines)
    if len(words) == 2 or first.strip().count("\t") == 1:
        return _bats(path.name, [path])
    return _google(path, text)


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        return composed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: the questions cannot be read, as the file is not text in UTF-8. Save it as "
            "UTF-8 text, or choose another file."
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: the questions cannot be read ({error}).") from error


def _google(path: Path, text: str) -> QuestionSet:
    first = 0 if text.startswith(": ") else text.find("\n: ")
    for number, line in enumerate(text[:first].split("\n") if first else (), 1):
        if line.strip():
            raise UserError(
                f"{path}, line {number}: there is no section above this question. "
                'Begin the file with a line such as ": capitals".'
            )
    found = sectioned_lines(text)
    ends = [*found.starts[1:].tolist(), len(found.fours)] if found.names else []
    return QuestionSet(
        path.name,
        "Google",
        _sections(found.names, ends, _google_kinds(found.names)),
        found.words,
        found.fours[:, :3],
        found.fours[:, 3],
        np.arange(len(found.fours) + 1),
        found.malformed,
    )


def _google_kinds(names: Sequence[str]) -> list[Kind]:
    is_syntactic = [name.startswith("gram") for name in names]
    if not any(is_syntactic):
        return [""] * len(names)
    return ["syntactic" if each else "semantic" for each in is_syntactic]


def _sections(
    names: Sequence[str], ends: Sequence[int], kinds: Sequence[Kind]
) -> tuple[Section, ...]:
    return tuple(map(Section, names, kinds, [0, *ends[:-1]], ends))


def _beside(path: Path, word: str, other: str, number: int) -> Path:
    """Return the other one of the two files of MSR."""
    found = path.with_name(path.name.replace(word, other))
    if word in path.name and found.is_file():
        return found
    known = f"{path.stem}.{other}" if word not in path.name else found.name
    raise UserError(
        f"{path}, line {number}: this looks like one of the two files of MSR, but there is no "
        f"{known} beside it. Put both files, such as word_relationship.questions and "
        "word_relationship.answers, into one folder."
    )


def _msr(
    path: Path, answers: Path, lines: Sequence[str], right: Sequence[str] | None
) -> QuestionSet:
    by_tag: dict[str, list[list[str]]] = {}
    malformed = 0
    for line in _msr_lines(path, answers, lines, right):
        if len(line) == 5:
            by_tag.setdefault(line[3], []).append([*line[:3], line[4]])
        malformed += len(line) != 5
    words, numbers = numbered([word for rows in by_tag.values() for row in rows for word in row])
    fours = numbers.reshape(-1, 4)
    ends = np.cumsum([len(rows) for rows in by_tag.values()]).tolist()
    sections = _sections(list(by_tag), ends, ["syntactic"] * len(by_tag))
    bounds = np.arange(len(fours) + 1)
    return QuestionSet(
        path.name, "MSR", sections, words, fours[:, :3], fours[:, 3], bounds, malformed
    )


def _msr_lines(
    path: Path, answers: Path, lines: Sequence[str], right: Sequence[str] | None
) -> Iterator[list[str]]:
    """Yield the words of each line: a, b, c, its tag and the answer."""
    asked = _filled(lines)
    if right is None:
        yield from (words for _, words in asked)
        return
    given = _filled(right)
    if len(asked) != len(given):
        number, _ = max(asked, given, key=len)[min(len(asked), len(given))]
        longer = path if len(asked) > len(given) else answers
        raise UserError(
            f"{longer}, line {number}: {path.name} has {len(asked):,} questions, but "
            f"{answers.name} has {len(given):,} answers. Each line of the one belongs to a line of "
            "the other; use the two files as they were published."
        )
    for (_, words), (_, answer) in zip(asked, given, strict=True):
        tagged = ["MSR", *answer] if len(answer) == 1 else answer
        yield [*words, *tagged] if len(words) == 3 else words


def _filled(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    return [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]


def _of_folder(folder: Path) -> QuestionSet:
    questions = sorted(folder.glob("*.questions"))
    if questions:
        return read_questions(questions[0])
    files = sorted(folder.rglob("*.txt"), key=lambda path: (path.parent.name, path.name))
    named = [path for path in files if _bats_name(path.name)]
    chosen = (named or files)[:_MOST_FILES]
    if not chosen:
        raise UserError(
            f"{folder}: there are no questions in this folder. Choose the folder of BATS, which "
            'has a file for each relation ("E01 [country - capital].txt"), or a file of questions.'
        )
    return _bats(folder.name, chosen)


def _bats(name: str, paths: Sequence[Path]) -> QuestionSet:
    relations: dict[str, list[Pair]] = {}
    kinds: dict[str, Kind] = {}
    malformed = 0
    for path in paths:
        pairs, n_bad = _bats_pairs(path)
        malformed += n_bad
        relations[path.stem] = pairs
        if letter := _bats_name(path.name):
            kinds[path.stem] = _KINDS[letter[1]]
    return replace(crossed(relations, None, 0, name, "BATS", kinds), malformed=malformed)


def _bats_pairs(path: Path) -> tuple[list[Pair], int]:
    pairs: list[tuple[str, str]] = []
    n_bad, bad = 0, (0, "")
    for number, line in enumerate(_text_of(path).split("\n"), 1):
        words = line.strip().split("\t") if "\t" in line.strip() else line.split()
        answers = [each for each in words[-1].split("/") if each] if len(words) == 2 else []
        pairs += [(words[0].strip(), answer.strip()) for answer in answers]
        if words and line.strip() and not answers:
            n_bad, bad = n_bad + 1, bad if n_bad else (number, line)
    if n_bad and not pairs:
        number, line = bad
        raise UserError(
            f"{path}, line {number}: {line.strip()[:_SHOWN]!r} is no pair. A file of BATS has "
            'lines "word<tab>answer/another answer".'
        )
    return grouped(pairs), n_bad
