"""Corpora: what word vectors are learned from.

A corpus gives its texts one after the other, as often as it is asked, and never holds a large file.
Words on both sides of the end of a text are no neighbors.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Report, silent

_TABLES_OF_TEXTS = "embedviz.formats.texts.reading"
"""What reads them; by its name, as few corpora are tables, and it is far from here."""
BLOCK_BYTES = 1 << 18
_PACKED = (".gz", ".bz2", ".xz", ".zip")
_TABLES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow")
_LONGEST_LINE = 1 << 16
"""Characters after which a line is cut at the next space, as some files are one line."""
_MOST_BAD = 0.01
"""Share of characters that may not be UTF-8, beyond which it is another encoding."""


class Corpus(Protocol):
    """Texts to learn from: a frozen dataclass."""

    @property
    def name(self) -> str:
        """Name on the screen, and of the set that is made."""

    @property
    def description(self) -> str:
        """Kind and place, on one line."""

    def texts(self, report: Report = silent) -> Iterator[str]:
        """Yield all texts, in order; `report` is told how far the reading is.

        Raises
        ------
        UserError
            When they cannot be read.
        """

    def facts(self) -> Mapping[str, Any] | None:
        """Return what a process needs to have it too, as JSON; None: its texts themselves."""


@dataclass(frozen=True)
class FileCorpus:
    """Texts of a file: the lines of a text file, or the values of a column of a table.

    Attributes
    ----------
    path : Path
    column : str
        Empty: the file is text, of which each line is one; or a table, by the end of its name, with
        one column alone that can be meant.
    """

    path: Path
    column: str = ""

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def description(self) -> str:
        """The path, and the column."""
        return f"{self.path} · {self.column}" if self.column else str(self.path)

    def texts(self, report: Report = silent) -> Iterator[str]:
        """Yield the lines, or the values of the column."""
        if not self.is_table:
            return _lines(self.path, report)
        texts: Iterator[str] = import_module(_TABLES_OF_TEXTS).column_texts(
            self.path, self.column, report
        )
        return texts

    def columns(self) -> tuple[str, ...]:
        """Return the columns of a table, the likeliest to hold the texts first.

        Raises
        ------
        UserError
            When it cannot be read.
        """
        inspection = import_module(_TABLES_OF_TEXTS).inspect_texts(self.path)
        names = [each.name for each in inspection.columns]
        return tuple(sorted(names, key=lambda name: name != inspection.certain))

    @property
    def is_table(self) -> bool:
        """Whether its texts are in a column: one was named, or its name ends as tables do."""
        suffixes = [each.lower() for each in self.path.suffixes]
        if suffixes and suffixes[-1] in _PACKED:
            del suffixes[-1]
        return bool(self.column) or suffixes[-1:] in ([each] for each in _TABLES)

    def facts(self) -> Mapping[str, Any]:
        """Return the path and the column."""
        return {"kind": "file", "path": str(self.path.absolute()), "column": self.column}


@dataclass(frozen=True, eq=False)
class TextsCorpus:
    """Texts that are in memory.

    Attributes
    ----------
    items : sequence of str
    name : str
    """

    items: Sequence[str]
    name: str = "texts"

    @property
    def description(self) -> str:
        """How many texts there are."""
        return f"{self.name} · {counted(len(self.items), 'text')}"

    def texts(self, report: Report = silent) -> Iterator[str]:
        """Yield the texts."""
        for number, text in enumerate(self.items):
            if number % 1000 == 0:
                report(number / len(self.items), "reading texts")
            yield text

    def facts(self) -> None:
        """None: they are in no file."""
        return


def text_messages(corpus: Corpus) -> Iterator[Message]:
    """Yield the texts of a corpus in memory, in messages of about a megabyte."""
    part: list[str] = []
    n_characters = 0
    for text in corpus.texts():
        part.append(text)
        n_characters += len(text)
        if n_characters > 500_000 or len(part) >= 20_000:
            yield Message("texts", {"texts": part})
            part, n_characters = [], 0
    yield Message("texts", {"texts": part, "is_last": True})


def _lines(path: Path, report: Report) -> Iterator[str]:
    """Yield the lines of a text file, packed or not; long ones in pieces."""
    from embedviz.formats.source import Source

    source = Source(path)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest, n_bad, n_read = "", 0, 0
    with source.stream() as stream:
        while block := stream.read(BLOCK_BYTES):
            report(stream.fraction, f"reading {source.name}")
            if not n_read:
                _require_text(source.name, block)
                block = block.removeprefix(codecs.BOM_UTF8)
            text = decoder.decode(block)
            n_bad, n_read = n_bad + text.count("\ufffd"), n_read + len(text)
            if n_bad > 10 + _MOST_BAD * n_read:
                raise UserError(
                    f"{source.name} is not UTF-8 text: {n_bad:,} of the first {n_read:,} "
                    "characters could not be read. Save it as UTF-8, then open it again."
                )
            *lines, rest = (rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            yield from lines
            while len(rest) > _LONGEST_LINE:
                cut = rest.rfind(" ", 0, _LONGEST_LINE) + 1 or _LONGEST_LINE
                yield rest[:cut]
                rest = rest[cut:]
        yield rest + decoder.decode(b"", final=True)


def _require_text(name: str, start: bytes) -> None:
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise UserError(f"{name} is UTF-16 text. Save it as UTF-8, then open it again.")
    if b"\0" in start:
        place = start.index(b"\0")
        raise UserError(
            f"{name} is not a text file: byte {place:,} is NUL. Choose a file of plain text, UTF-8."
        )
