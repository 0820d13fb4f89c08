"""Text files of pairs as columns: tab-separated, CSV, or JSON with an entry for each pair."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.wording import in_words

T = TypeVar("T")
_SIGNS_BY_SUFFIX = {".tsv": "\t", ".tab": "\t"}
_LOOKED_AT = 200
_MOSTLY = 0.9
_MOST_BYTES = 1_000_000_000
_LONGEST_TEXT = 1 << 24
REPORTED_LINES = 10_000
"""Between two reports of how far it is, through which reading is also stopped."""
_READING = "reading the pairs"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What a text may begin with, the longer ones before what they begin with themselves."""


@dataclass
class PairTable:
    """The columns of a file of pairs, all of one length.

    Attributes
    ----------
    columns : list of list of str
        A blank text where a line has no such field.
    names : list of str
        What JSON calls them; empty where the first line may or may not be names.
    notes : list of str
    """

    columns: list[list[str]]
    names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def read_table(path: Path, report: Report = silent) -> PairTable:
    """Return the columns of a file of pairs.

    Parameters
    ----------
    path : Path
    report : Report
        Told each 10,000 lines.

    Raises
    ------
    UserError
        When it cannot be read, is no text, has no line, or has only one column.
    """
    report(0.0, _READING)
    return _table_of(_content(path, _MOST_BYTES), path, report)


def read_text(path: Path, most_bytes: int) -> tuple[str, list[str]]:
    """Return the text of a file, with plain line ends, and what to say of its encoding.

    Raises
    ------
    UserError
        When it cannot be read, is no text, or has more bytes than are allowed.
    """
    return _decoded(_content(path, most_bytes), path.name)


def read_head(path: Path, n_bytes: int) -> PairTable:
    """Return the columns of the whole lines at the beginning of a file, as `read_table`.

    Raises
    ------
    UserError
        As there.
    """
    data = _bytes_of(path, n_bytes)
    return _table_of(data[: data.rfind(b"\n") + 1] if len(data) == n_bytes else data, path, silent)


def _table_of(data: bytes, path: Path, report: Report) -> PairTable:
    text, notes = _decoded(data, path.name)
    if not text.strip():
        raise UserError(
            f"{path.name} is empty. A file of pairs has a line for each pair: two labels, texts "
            "or row numbers, and maybe a score."
        )
    table = _from_json(text, path.name, report) or _from_lines(text, path, report)
    table.notes = [*notes, *table.notes]
    if len(table.columns) < 2:
        raise UserError(
            f"{path.name} has one column, such as {_first_text(table)!r}. A file of pairs has "
            "two, and maybe a score: separate them by tabs, or by commas in a CSV file."
        )
    return table


def _content(path: Path, most_bytes: int) -> bytes:
    """Return what is in a file, unpacked where it is packed with gzip, as STS-B often is.

    Raises
    ------
    UserError
        When it cannot be read, or is larger than any file of pairs.
    """
    data = _bytes_of(path, most_bytes + 1)
    if len(data) > most_bytes:
        raise UserError(
            f"{path.name} has more than {in_words(most_bytes)}, so it is hardly a file of pairs. "
            "Choose one with a line for each pair, or a part of this one."
        )
    return data


def _bytes_of(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return file.read(most)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path.name}: the pairs cannot be read ({error}).") from error


def _first_text(table: PairTable) -> str:
    return table.columns[0][0][:60] if len(table) else ""


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """Return a text without its byte order mark, with plain line ends, and what to say of it."""
    notes: list[str] = []
    encoding = next((kind for mark, kind in _MARKS if data.startswith(mark)), "")
    if not encoding and b"\0" in data[:4000]:
        encoding = _without_mark(data[:4000], name)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            raise UserError(
                f"{name} begins as {encoding.upper()} does, but byte {error.start:,} is not. "
                "Save it as UTF-8."
            ) from None
        # Five of its bytes stand for nothing; Latin-1 has something for all of them.
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        notes.append(
            f"{name} is not UTF-8 (byte {error.start:,}); it is read as Western European text "
            "(Windows-1252). Save it as UTF-8 if letters are wrong."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return (text if "\n" in text else text.replace("\r", "\n")), notes


def _without_mark(head: bytes, name: str) -> str:
    """Return which half of each two bytes is zero, as in UTF-16 of most languages.

    Raises
    ------
    UserError
        When neither is.
    """
    half = len(head) // 2
    for encoding, zeros in (
        ("utf-16-le", head[1::2].count(0)),
        ("utf-16-be", head[::2].count(0)),
    ):
        if zeros > half / 2 and zeros >= 0.9 * head.count(0):
            return encoding
    raise UserError(
        f"{name} is not a text file. Pairs are read from TSV, CSV or JSONL: a line for each, with "
        "two labels, texts or row numbers and maybe a score."
    )


def _told(items: Iterable[T], count: int, report: Report) -> Iterator[T]:
    """Yield items, about so many, and tell each 10,000 how far they are."""
    for place, item in enumerate(items):
        if place % REPORTED_LINES == 0:
            report(min(1.0, place / max(count, 1)), _READING)
        yield item


def _from_json(text: str, name: str, report: Report) -> PairTable | None:
    """Return JSON as columns, an object or list for each pair; None where it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    first = _parsed(lines[0][1])
    inner = next(iter(first.values()), None) if isinstance(first, dict) else first
    is_one = len(lines) == 1 or first is None
    is_one = is_one or (isinstance(first, list) and bool(first) and isinstance(first[0], dict))
    is_one = is_one and (first is None or _holds_entries(inner))
    if is_one:
        entries = _parsed(text)
        if isinstance(entries, dict):  # {"data": [...]}
            entries = next((each for each in entries.values() if isinstance(each, list)), None)
        if not isinstance(entries, list) or not entries:
            return None
    else:
        entries = []
        for number, line in _told(lines, len(lines), part_of(report, 0.0, 0.6)):
            entry = _parsed(line)
            if not isinstance(entry, (dict, list)):
                raise UserError(
                    f"{name}, line {number:,}: not a JSON object or list, as the first line is: "
                    f"{line[:60]!r}. Each line holds one pair."
                )
            entries.append(entry)
    if not all(isinstance(entry, (dict, list)) for entry in entries):
        return None
    return _of_entries(entries, part_of(report, 0.6, 1.0))


def _holds_entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], (dict, list))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _of_entries(entries: Sequence[dict[str, Any] | list[Any]], report: Report) -> PairTable:
    records = [_flat(entry) for entry in _told(entries, len(entries), report)]
    names = list(dict.fromkeys(name for record in records for name in record))
    return PairTable(
        [[record.get(name, "") for record in records] for name in names],
        names,
    )


def _flat(entry: dict[str, Any] | list[Any]) -> dict[str, str]:
    """Return the fields of an entry; a list of two under one name is two fields."""
    items = enumerate(entry, 1) if isinstance(entry, list) else entry.items()
    found: dict[str, str] = {}
    for name, value in items:
        if isinstance(value, list):
            found |= {f"{name} {place}": _as_text(each) for place, each in enumerate(value[:3], 1)}
        else:
            found[str(name)] = _as_text(value)
    return found


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # Row 3 is written 3.0 where a row without one is in the column.
    return str(int(value)) if isinstance(value, bool) else str(value)


def _from_lines(text: str, path: Path, report: Report) -> PairTable:
    sign = _sign_of(text, path)
    n_lines, reading = text.count("\n"), part_of(report, 0.0, 0.6)
    if sign in (",", ";"):
        lines = _told(io.StringIO(text, newline=""), n_lines, reading)
        records = _quoted(lines, sign, path.name)
    else:
        records = _plain(text, sign, reading)
    told = _told(records, len(records), part_of(report, 0.6, 0.8))
    records = [record for record in told if any(field.strip() for field in record)]
    if not records:
        return PairTable([])
    usual = Counter(map(len, records)).most_common(1)[0][0]
    while len(records) > 1 and _is_remark(records[0], records[-1], usual):
        del records[0]
    told = _told(records, len(records), part_of(report, 0.8, 1.0))
    whole = [record for record in told if len(record) >= min(usual, 2)]
    notes = []
    if n_short := len(records) - len(whole):
        notes.append(f"{counted(n_short, 'line')} with one column alone left out.")
    if not whole:
        return PairTable([])
    columns = [list(column) for column in zip_longest(*whole, fillvalue="")]
    return PairTable(columns, notes=notes)


def _is_remark(record: list[str], last: list[str], usual: int) -> bool:
    """Return whether a line above the pairs is a remark, as in WordSim-353, and no text."""
    if not record[0].startswith("#") or not (record[0][1:2] in ("", " ") or len(record) != usual):
        return False
    has_number = number_in(last[-1]) is not None
    return len(record) != usual or (has_number and number_in(record[-1]) is None)


def number_in(text: str, decimal: str = ".") -> float | None:
    """Return a finite number that a text is, or None."""
    try:
        number = float(text.replace(decimal, ".") if decimal != "." else text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _sign_of(text: str, path: Path) -> str | None:
    """Return what separates the columns; None for any white space."""
    by_suffix = _SIGNS_BY_SUFFIX.get(_suffix(path))
    lines = [line for line in islice(text.split("\n"), _LOOKED_AT) if line.strip()]
    lines = [line for line in lines if not line.startswith("# ")] or lines
    if by_suffix and any(by_suffix in line for line in lines):
        return by_suffix
    if sum("\t" in line for line in lines) >= _MOSTLY * len(lines):  # Seldom within a text.
        return "\t"
    # Either may be within a text, so the one is taken by which all lines have as many columns.
    fits = {sign: _fit(lines, sign) for sign in ";,"}
    best = max(fits, key=lambda sign: fits[sign])
    if fits[best][1] > 1:
        return best
    return "," if _suffix(path) == ".csv" else None


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _fit(lines: list[str], sign: str) -> tuple[bool, int]:
    """Return whether all lines have as many columns, and how many the narrowest have."""
    try:
        widths = list(map(len, _csv_records(lines, sign)))
    except csv.Error:
        return False, 0
    usual, count = Counter(widths).most_common(1)[0]
    return count == len(widths) and usual > 1, usual


def _quoted(lines: Iterable[str], sign: str, name: str) -> list[list[str]]:
    try:
        return list(_csv_records(lines, sign))
    except csv.Error as error:
        raise UserError(f"{name} cannot be read as CSV: {error}. Are quotes closed?") from None


def _csv_records(lines: Iterable[str], sign: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_TEXT)  # One for all of Python, and usually 131,072.
    return csv.reader(lines, delimiter=sign, skipinitialspace=True)


def _plain(text: str, sign: str | None, report: Report) -> list[list[str]]:
    """Return the fields of lines in which quotes are letters, but where all are a spreadsheet's."""
    lines = text.split("\n")
    told = _told(lines, len(lines), part_of(report, 0.0, 0.6))
    records = [line.split(sign) for line in told if line.strip()]
    told_again = _told(records, len(records), part_of(report, 0.6, 1.0))
    fields = [field for record in told_again for field in record if '"' in field]
    if sign is None or not any(map(_has_quotes, fields)) or not all(map(_is_quoted, fields)):
        return records
    return [[_unquoted(field) for field in record] for record in records]


def _has_quotes(field: str) -> bool:
    return len(field) > 1 and field[0] == field[-1] == '"'


def _is_quoted(field: str) -> bool:
    return _has_quotes(field) and '"' not in field[1:-1].replace('""', "")


def _unquoted(field: str) -> str:
    return field[1:-1].replace('""', '"') if _has_quotes(field) else field
