"""Files of relations: lists of pairs, tables, analogy questions, and folders of BATS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from os import PathLike
from pathlib import Path

from embedviz.core.analogies.benchmark.layouts import read_questions
from embedviz.core.analogies.relations.reading import (
    MOST_BYTES,
    RelationList,
    WordPair,
    note_on_lines,
    pairs_of_fields,
    parse_pairs,
)
from embedviz.core.errors import UserError
from embedviz.core.pairs.roles import possible_roles
from embedviz.core.pairs.tables import PairTable, read_table, read_text
from embedviz.core.progress import Report, part_of, silent

_MOST_FILES = 1000
_FEW = 3
_SHOWN = 60
_is_of_bats = re.compile(r"[IDEL]\d\d\b.*").fullmatch
_RELATION_NAMES = ("relation", "section", "category", "subcategory", "relationtype", "relationname")
_TABLE_SUFFIXES = (".csv", ".json", ".jsonl", ".ndjson")
_MSR_SUFFIXES = (".questions", ".answers")


def read_relations(
    path: str | PathLike[str], report: Report = silent, *, has_header: bool = False
) -> RelationList:
    """Return the relations of a file, or of a folder with a file for each.

    Parameters
    ----------
    path : path
        Lines as `parse_pairs` reads them; a table (TSV, CSV, JSONL) of two columns of words and
        maybe one of relations, with or without a header; questions in the layouts of Google and
        MSR, of which the pairs are taken; or a file or the folder of BATS. May be packed with gzip.
    report : Report
        May raise `Cancelled`.
    has_header : bool
        Whether the first line says what the columns are, also where it reads like a pair: it is
        left out then, and a note names it. Headers of known words are found without that. Of a
        folder, it is said of each file.

    Raises
    ------
    UserError
        When it cannot be read, has more than 20 MB, or no line is a pair.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        return _of_folder(path, report, has_header=has_header)
    report(0.0, "reading the pairs")
    text, notes = read_text(path, MOST_BYTES)
    name = _name_of(path)
    if path.suffix in _MSR_SUFFIXES:
        found = _of_questions(path)
    elif _is_table(text, path):
        found = _of_table(read_table(path, report), name, path, has_header=has_header)
    else:
        is_of_bats = bool(_is_of_bats(path.name))
        found = parse_pairs(text, name, has_alternatives=is_of_bats, has_header=has_header)
    if not found.relations:
        first = next((line for line in text.split("\n") if line.strip()), "")
        raise UserError(
            f"{path.name}: no line is a pair; the first is {first.strip()[:_SHOWN]!r}. Write two "
            "words in a line, with a tab, a comma or -> between them."
        )
    report(1.0, "reading the pairs")
    return RelationList(found.relations, (*notes, *found.notes))


def _name_of(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return Path(name).stem


def _of_folder(folder: Path, report: Report, *, has_header: bool) -> RelationList:
    """Return the relations of the files in a folder, at any depth; those of BATS if there are."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".txt", ".tsv", ".csv"))
    chosen = [path for path in files if _is_of_bats(path.name)] or files
    if not chosen:
        raise UserError(
            f"{folder.name}: there are no lists of pairs in this folder. Choose one with a file "
            'for each relation, as in BATS ("E01 [country - capital].txt"), or a file.'
        )
    if len(chosen) > _MOST_FILES:
        raise UserError(
            f"{folder.name} has {len(chosen):,} files, so it is hardly a folder of relations. "
            f"Choose one with at most {_MOST_FILES:,}."
        )
    relations: dict[str, tuple[WordPair, ...]] = {}
    notes: list[str] = []
    for place, path in enumerate(chosen):
        try:
            part = part_of(report, place / len(chosen), (place + 1) / len(chosen))
            found = read_relations(path, part, has_header=has_header)
        except UserError as error:
            notes.append(str(error))
            continue
        for name, pairs in found.relations.items():
            own = name if name not in relations else f"{name} ({path.parent.name})"
            relations[own] = pairs
        notes += found.notes
    if not relations:
        raise UserError(f"{folder.name}: no file in it is a list of pairs. {notes[0]}")
    return RelationList(relations, tuple(notes))


def _of_questions(path: Path) -> RelationList:
    """Return the pairs that the questions of a file are made of, by their sections."""
    questions = read_questions(path)
    found: dict[str, dict[WordPair, None]] = {}
    for number in range(len(questions)):
        asked = questions.question(number)
        pairs = [(asked.a, (asked.b,)), (asked.c, asked.answers)]
        found.setdefault(asked.section, {}).update(dict.fromkeys(pairs))
    return RelationList({name: tuple(pairs) for name, pairs in found.items()})


# Tables.


def _is_table(text: str, path: Path) -> bool:
    """Return whether a file has columns, and not just two words in a line."""
    suffixes = path.name.removesuffix(".gz").lower()
    if suffixes.endswith(_TABLE_SUFFIXES) or text.lstrip()[:1] in ("{", "["):
        return True
    lines = [line for line in text.split("\n")[:200] if line.strip()]
    if any(line.startswith(": ") for line in lines) or not lines:
        return False
    if _has_header(lines[0].split("\t")) and "\t" in lines[0]:
        return True
    n_wide = sum(line.strip().count("\t") == 2 or line.strip().count("\t") > 3 for line in lines)
    return 2 * n_wide > len(lines)


def _has_header(fields: Sequence[str]) -> bool:
    names = [field.strip() for field in fields]
    if any(_plain(name) in _RELATION_NAMES for name in names) and len(names) > 2:
        return True
    table = PairTable([[name] for name in names])
    return len(names) > 1 and possible_roles(table, lambda _: 0)[0].start == 1


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _of_table(table: PairTable, name: str, path: Path, *, has_header: bool) -> RelationList:
    """Return the pairs of a table, by the column that names the relation, where there is one."""
    names = table.names or [column[0] for column in table.columns]
    named = [i for i, each in enumerate(names) if _plain(each) in _RELATION_NAMES]
    by_name = named[0] if named and len(table.columns) > 2 else None
    kind = by_name if by_name is not None else _column_in_blocks(table)
    others = [i for i in range(len(table.columns)) if i != kind]
    roles = possible_roles(
        PairTable([table.columns[i] for i in others], [names[i] for i in others if table.names]),
        lambda _: 0,
    )[0]
    start = 1 if by_name is not None and not table.names else roles.start
    notes = list(table.notes)
    if has_header and not (start or table.names or not len(table)):
        start = 1
        left_out = " ".join(table.columns[i][0] for i in others)
        notes.append(f"{path.name}: line 1 is left out as a header: {left_out[:_SHOWN]!r}.")
    first, second = (table.columns[others[i]] for i in (roles.first, roles.second))
    found: dict[str, dict[WordPair, None]] = {}
    bad: list[tuple[int, str]] = []
    for line in range(start, len(table)):
        pairs = pairs_of_fields([first[line], second[line]])
        relation = name if kind is None else table.columns[kind][line].strip() or name
        found.setdefault(relation, {}).update(dict.fromkeys(pairs))
        if not pairs:
            bad.append((line + 1, f"{first[line]} {second[line]}".strip()))
    relations = {each: tuple(pairs) for each, pairs in found.items() if pairs}
    return RelationList(relations, (*notes, *note_on_lines(bad, path.name)))


def _column_in_blocks(table: PairTable) -> int | None:
    """Return the column that names the relations without a header: each value is one block."""
    if len(table.columns) < 3:
        return None
    for i, column in enumerate(table.columns):
        n_blocks = 1 + sum(a != b for a, b in pairwise(column))
        if n_blocks == len(set(column)) and 2 * n_blocks <= len(column):
            return i
    return None
