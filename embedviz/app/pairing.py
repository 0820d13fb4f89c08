"""Pairs of files that are opened together and belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.columns import unique_names
from embedviz.formats.source import Source

COMPANIONS = ("metadata", "labels", "vocab", "words")
"""A text file with one of these in its name describes the vectors that it is opened with."""
TEXTS = (".tsv", ".txt", ".csv")
ARRAYS = (".npy", ".npz", ".safetensors", ".bytes")
LISTS = (".npy", ".json")
"""These may be lists of labels, too, where their names say so."""


@dataclass(frozen=True)
class OpenRequest:
    """A file of vectors, and the file that says what its rows are, if there is one.

    Attributes
    ----------
    vectors : Path
    labels, metadata : Path or None
        The second file.
    settings : ReadSettings
        What else has been decided.
    replaces : VectorSet or None
        An open set that goes when this one is shown.
    """

    vectors: Path
    labels: Path | None = None
    metadata: Path | None = None
    settings: ReadSettings = field(default_factory=ReadSettings)
    replaces: VectorSet | None = None

    @property
    def read_settings(self) -> ReadSettings:
        """Settings for the window: what can be mapped is shown before it is scanned."""
        settings = replace(self.settings, scans_later=True)
        if self.labels is not None:
            settings = replace(settings, labels=self.labels)
        if self.metadata is not None:
            settings = replace(settings, metadata=self.metadata)
        return settings


def pair_up(paths: Sequence[str | Path]) -> list[OpenRequest]:
    """Return what to open, when several files are opened together.

    Two files are one set when one is text and named after what it holds (`metadata.tsv`,
    `labels.txt`), or when one is text and the other an array, which has no labels of its own.
    Otherwise each file is one.
    """
    files = [Path(path) for path in paths]
    if len(files) == 2:
        for vectors, other in (files, files[::-1]):
            if not _names_rows(vectors) and _describes(other, vectors):
                return [describe_with(vectors, other)]
    return [OpenRequest(file) for file in files]


def _describes(text: Path, vectors: Path) -> bool:
    suffix = text.suffix.lower()
    if suffix in TEXTS:
        return _names_rows(text) or (_is_array(vectors) and not _holds_vectors(text))
    return suffix in LISTS and any(word in text.stem.lower() for word in ("labels", "vocab"))


def _holds_vectors(text: Path) -> bool:
    """Return whether one of the first two lines is a vector; the very first may be a header."""
    try:
        with text.open("rb") as file:
            lines = [file.readline(1_000_000) for _ in range(2)]
    except OSError:
        return False
    return any(map(_is_vector, lines))


def _is_vector(line: bytes) -> bool:
    """Return whether a line is a label, or a number, and at least three numbers."""
    _, *numbers = re.split(rb"[\s,;]+", line.strip())
    try:
        return len([float(number) for number in numbers]) >= 3
    except ValueError:
        return False


def _names_rows(file: Path) -> bool:
    return any(word in file.stem.lower() for word in COMPANIONS)


def _is_array(file: Path) -> bool:
    return file.suffix.lower() in ARRAYS


def describe_with(vectors: Path, description: Path) -> OpenRequest:
    """Return vectors with their second file: a table of metadata, or a plain list of labels."""
    try:
        with description.open("rb") as file:
            is_table = description.suffix.lower() not in LISTS and b"\t" in file.readline(1_000_000)
    except OSError:
        is_table = False  # The loader says what is wrong with it.
    return (
        OpenRequest(vectors, metadata=description)
        if is_table
        else OpenRequest(vectors, labels=description)
    )


def column_names(table: Path) -> list[str]:
    """Return what the first line of a table calls its columns; none where it has only one."""
    try:
        lines = Source(table).lines
    except UserError:
        return []
    first = lines[0].decode("utf-8", "replace").strip("\r\n\ufeff") if lines else ""
    for separator in "\t;,":
        if separator in first:
            return unique_names([name.strip(' "') for name in first.split(separator)])
    return []
