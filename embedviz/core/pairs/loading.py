"""Reading of a file of pairs: which rows of a set its labels, texts or numbers are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.pairs.judged import Pairs
from embedviz.core.pairs.label_lookup import LabelLookup, Lookup, folded
from embedviz.core.pairs.roles import Roles, possible_roles
from embedviz.core.pairs.tables import (
    REPORTED_LINES,
    PairTable,
    number_in,
    read_head,
    read_table,
)
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed

_FEW = 5
_LOOKED_AT = 1000
_ALIKE = 0.9
_HEAD_BYTES = 1 << 16
_FINDING = "finding the rows of the pairs"
_is_number = re.compile(r"[+-]?[0-9]{1,15}").fullmatch


def load_pairs(vector_set: VectorSet, path: str | PathLike[str], report: Report = silent) -> Pairs:
    """Return the pairs of a file as rows of a set.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
        Two columns of labels, of texts that a column of the metadata holds, or of row numbers from
        0, and maybe a score; as TSV, CSV or JSONL, with or without a header. STS-B and SICK are
        such files. Where the labels of the set are numbers, numbers are labels. Upper and lower
        case matter where the label is there as it is written; of rows with one label the first is
        taken.
    report : Report
        May raise `Cancelled`.

    Returns
    -------
    Pairs
        Those whose two rows are there, in the order of the file; `n_unmatched` counts the others,
        `unmatched` are a few of their labels, and `notes` say what was left out or decided.

    Raises
    ------
    UserError
        When the file cannot be read, or no pair is of the set.
    """
    path = Path(path)
    table = read_table(path, part_of(report, 0.0, 0.5))
    report(0.5, _FINDING)
    known = _Rows(vector_set)
    first_texts = [column[:_LOOKED_AT] for column in table.columns]
    column, lookup = known.best_lookup(first_texts)
    counted_by = known.by_exact_label if known.is_exact else lookup
    is_number_file = _holds_row_numbers(table, counted_by, vector_set)
    if is_number_file:
        column, lookup, counted_by = "", known.by_number, known.by_number
    roles = possible_roles(table, lambda texts: _count(texts, counted_by))[0]
    pairs = _matched(table, roles, lookup, path.name, part_of(report, 0.5, 1.0))
    if not len(pairs):
        raise UserError(_no_match(table, roles, vector_set, path.name))
    report(1.0, _FINDING)
    notes = [*table.notes, *pairs.notes]
    names = [table.columns[i][0] for i in (roles.first, roles.second)]
    if roles.start and all(counted_by(name) is not None for name in names):
        notes.append(f"The first line, {names[0]!r} and {names[1]!r}, is taken as a header.")
    if is_number_file:
        notes.append("Its numbers are row numbers, counted from 0.")
    if column:
        notes.append(f"Its texts are those of the column {column!r}.")
    elif not is_number_file and (n_repeated := known.count_repeated(pairs)):
        notes.append(
            f"{counted(n_repeated, 'label')} of the pairs stand for several rows each; the first "
            "row is taken."
        )
    return Pairs(
        pairs.first,
        pairs.second,
        pairs.scores,
        pairs.n_unmatched,
        path.name,
        pairs.unmatched,
        notes,
    )


def names_pairs(vector_set: VectorSet, path: str | PathLike[str]) -> bool:
    """Return whether a file, of which nobody said what it is, begins with pairs of labels of a set.

    Numbers are no sign of that: a file of vectors may begin with them. Nor are words at the
    beginnings of sentences, which are lines of different lengths.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
    """
    try:
        table = read_head(Path(path), _HEAD_BYTES)
    except UserError:
        return False
    if _is_prose(table):
        return False
    find = _Rows(vector_set).by_exact_label
    count = _second(table.columns, lambda text: None if number_in(text) is not None else find(text))
    return 2 * count >= min(len(table), _LOOKED_AT)


def _is_prose(table: PairTable) -> bool:
    """Return whether the columns are the words of texts: fields without blanks, never as many."""
    lines = list(zip(*(column[:_LOOKED_AT] for column in table.columns), strict=True))
    if any(" " in field for line in lines for field in line):
        return False  # Other signs than blanks separate them.
    widths = Counter(sum(map(bool, line)) for line in lines)
    return bool(lines) and widths.most_common(1)[0][1] < _ALIKE * len(lines)


def _count(texts: Sequence[str], lookup: Lookup) -> int:
    return sum(lookup(text) is not None for text in texts[:_LOOKED_AT])


def _holds_row_numbers(table: PairTable, lookup: Lookup, vector_set: VectorSet) -> bool:
    """Return whether two columns hold numbers only, which are no labels of the set."""
    if vector_set.is_numbered or _are_numbers(vector_set.labels[:_LOOKED_AT]):
        return False
    # The first line may be a header.
    whole = [column for column in table.columns if _are_numbers(column[1:] or column, least=1.0)]
    if len(whole) < 2:
        return False
    counts = sorted(_count(column, lookup) for column in table.columns if column not in whole)
    return sum(2 * count >= min(len(table), _LOOKED_AT) for count in counts) < 2


def _are_numbers(texts: Sequence[str], least: float = 0.9) -> bool:
    found = sum(_is_number(text.strip()) is not None for text in texts[:_LOOKED_AT])
    return bool(texts) and found >= least * len(texts[:_LOOKED_AT])


def _matched(table: PairTable, roles: Roles, lookup: Lookup, name: str, report: Report) -> Pairs:
    """Return the pairs whose rows are found, and of which the score is a number."""
    first, second, scores = list[int](), list[int](), list[float]()
    unmatched = dict[str, None]()
    n_unmatched = n_unjudged = 0
    one, other = table.columns[roles.first], table.columns[roles.second]
    judged = None if roles.score is None else table.columns[roles.score]
    for line in range(roles.start, len(table)):
        if line % REPORTED_LINES == 0:
            report(line / len(table), _FINDING)
        rows = lookup(one[line]), lookup(other[line])
        if rows[0] is None or rows[1] is None:
            n_unmatched += 1
            texts = one[line], other[line]
            missing = (text for text, row in zip(texts, rows, strict=True) if row is None)
            if len(unmatched) < _FEW:
                unmatched |= dict.fromkeys(missing)
            continue
        score = 0.0 if judged is None else _score(judged[line])
        if score is None:
            n_unjudged += 1
            continue
        first.append(rows[0])
        second.append(rows[1])
        scores.append(score)
    notes = [f"{counted(n_unjudged, 'pair')} without a score left out."] if n_unjudged else []
    return Pairs(
        np.array(first, np.intp),
        np.array(second, np.intp),
        None if judged is None else scores,
        n_unmatched,
        name,
        list(unmatched)[:_FEW],
        notes,
    )


def _score(text: str) -> float | None:
    number = number_in(text)
    return number_in(text, ",") if number is None else number


class _Rows(LabelLookup):
    """Rows of a set by what a file of pairs may call them."""

    def __init__(self, vector_set: VectorSet) -> None:
        super().__init__(vector_set)
        self.is_exact = False
        """Whether most texts are labels as they are written: a million are not folded for those."""

    def by_number(self, text: str) -> int | None:
        """Return a row by its number; None for one that the set does not have."""
        text = text.strip()
        row = int(text) if _is_number(text) else -1
        return row if 0 <= row < len(self._set) else None

    def best_lookup(self, columns: Sequence[Sequence[str]]) -> tuple[str, Lookup]:
        """Return the column by which most texts are found, and how; no name for the labels."""
        n_lines = max(map(len, columns), default=0)
        best: tuple[str, Lookup] = ("", self.by_label)
        self.is_exact = 2 * _second(columns, self.by_exact_label) >= n_lines
        most = 0 if self.is_exact else _second(columns, self.by_label)
        if self.is_exact or 2 * most >= n_lines:
            return best
        for name in self._set.metadata.column_names:
            rows = self._rows_of(name)
            if rows is None:
                continue

            def lookup(text: str, rows: dict[str, int] = rows) -> int | None:
                return rows.get(composed(text), rows.get(folded(text)))

            found = _second(columns, lookup)
            if found > most:
                best, most = (name, lookup), found
        return best

    def count_repeated(self, pairs: Pairs) -> int:
        """Return how many labels of the pairs are those of further rows."""
        last = {label: row for row, label in enumerate(self._set.labels)}
        used = np.unique(np.concatenate([pairs.first, pairs.second])).tolist()
        return sum(last[self._set.labels[row]] != row for row in used)

    def _rows_of(self, name: str) -> dict[str, int] | None:
        """Return the first row of each text of a column, also in lower case; None for others."""
        import pyarrow as pa

        column = self._set.metadata.column(name)
        kind = column.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            return None
        rows: dict[str, int] = {}
        texts = column.to_pylist()
        for row, text in enumerate(texts):
            if text:
                rows.setdefault(composed(text), row)
        for row, text in enumerate(texts):
            if text:
                rows.setdefault(folded(text), row)
        return rows


def _second(columns: Sequence[Sequence[str]], lookup: Lookup) -> int:
    """Return how many texts are found in the second best column: a pair needs two."""
    counts = sorted((_count(column, lookup) for column in columns), reverse=True)
    return counts[1] if len(counts) > 1 else 0


def _no_match(table: PairTable, roles: Roles, vector_set: VectorSet, name: str) -> str:
    texts = [table.columns[column][roles.start :] for column in (roles.first, roles.second)]
    there = " and ".join(repr(column[0][:60]) for column in texts if column)
    here = " and ".join(repr(label[:60]) for label in vector_set.labels[:2])
    n_lines = counted(len(table) - roles.start, "line")
    what = f"{name}: no pair is of {vector_set.name or 'the set'}. In its {n_lines}"
    if not there:
        return f"{name} has a header and no pairs. Add a line for each pair."
    if not here:
        return f"{name}: the set has no rows, so no pairs."
    return (
        f"{what} two labels, texts of a column or row numbers from 0 to {len(vector_set) - 1:,} "
        f"were looked for. It has {there}; the labels of the set are such as {here}. Open the set "
        "that the pairs were judged for, or add its labels first."
    )
