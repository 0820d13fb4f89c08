"""What finds texts to embed in files and in open sets; see `offered`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from embedviz.core.progress import Report, silent
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.record_columns import KEY_COLUMN
from embedviz.formats.texts.columns import text_columns
from embedviz.formats.texts.reading import TextsInspection, inspect_texts
from embedviz.sources.consent import Ask
from embedviz.sources.embedding import embed_file
from embedviz.sources.texts.columns import column_texts, named_columns
from embedviz.sources.texts.offered import OfferedColumn
from embedviz.sources.texts.set_columns import embed_set

LOOKED_AT = 500
"""Texts of an open set that are shown, and measured on."""
_LISTS = (".txt", ".text", ".lst", "")
_PACKED = (".gz", ".bz2", ".xz", ".zip")
_MOSTLY = 0.5
_find_tokens = re.compile(r"[^\s,;]+").findall
# Also as index:value, as sparse vectors are written.
_is_number = re.compile(
    r"(?:[0-9]+:)?[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
).fullmatch


@dataclass(frozen=True, eq=False)
class SetTexts:
    """Texts in an open set; see `TextsSource`.

    Attributes
    ----------
    vector_set : VectorSet
    columns : tuple of OfferedColumn
    """

    vector_set: VectorSet
    columns: tuple[OfferedColumn, ...]

    label_columns: tuple[OfferedColumn, ...] = ()
    kind: str = "open set"
    is_counted: bool = True

    @property
    def name(self) -> str:
        """Name of the set."""
        return self.vector_set.name or "unnamed set"

    @property
    def place(self) -> str:
        """Where the set is from."""
        return self.vector_set.source or "open in this window"

    @property
    def n_rows(self) -> int:
        """Number of its rows."""
        return len(self.vector_set)

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the rows of the set with vectors of a column. Runs off the UI thread."""
        made = embed_set(self.vector_set, settings, ask, report)
        made.index_labels()
        return made


@dataclass(frozen=True, eq=False)
class FileTexts:
    """Texts in a file; see `TextsSource`.

    Attributes
    ----------
    inspection : TextsInspection
    columns : tuple of OfferedColumn
    """

    inspection: TextsInspection
    columns: tuple[OfferedColumn, ...]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.inspection.path.name

    @property
    def place(self) -> str:
        """Its folder."""
        return str(self.inspection.path.parent)

    @property
    def kind(self) -> str:
        """Its format."""
        return self.inspection.format_name

    @property
    def n_rows(self) -> int | None:
        """Number of its rows, perhaps an estimate."""
        return self.inspection.n_rows

    @property
    def is_counted(self) -> bool:
        """Whether that is no estimate."""
        return not self.inspection.is_estimated

    @property
    def label_columns(self) -> tuple[OfferedColumn, ...]:
        """All its columns, where it has several."""
        return self.columns if len(self.columns) > 1 else ()

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the set of the texts of a column. Runs off the UI thread."""
        made = embed_file(self.inspection.path, settings, report, ask=ask)
        made.index_labels()
        return made


def file_texts(path: Path, report: Report = silent) -> FileTexts:
    """Return the columns of a file of texts. Runs off the UI thread.

    Raises
    ------
    UserError
        When it is neither a table nor a list of texts.
    """
    inspection = inspect_texts(path, None, report)
    table = inspection.table
    columns = [
        OfferedColumn(each, tuple(map(plain_text, table[each.name].to_pylist())))
        for each in inspection.columns
    ]
    return FileTexts(inspection, tuple(columns))


def holds_texts(found: FileTexts) -> bool:
    """Return whether a file holds texts for sure.

    Damaged or sparse vectors do not, nor does an object of which only the names are words, as in a
    file of settings.
    """
    best = found.columns[0]
    is_of_words = best.about.kind in ("texts", "words") and best.about.name != KEY_COLUMN
    if not is_of_words or len(best.texts) < 2:
        return False
    tokens = [token for text in best.texts for token in _find_tokens(text)]
    if sum(_is_number(token) is not None for token in tokens) > _MOSTLY * len(tokens):
        return False
    path = found.inspection.path
    while path.suffix.lower() in _PACKED:
        path = path.with_suffix("")
    return not found.inspection.is_list or path.suffix.lower() in _LISTS


def set_texts(vector_set: VectorSet, report: Report = silent) -> SetTexts:
    """Return the columns of an open set, and its labels. Runs off the UI thread."""
    import pyarrow as pa

    report(0.0, "looking at the columns")
    names = [*named_columns(vector_set), *([] if vector_set.is_numbered else [""])]
    texts = {name: column_texts(vector_set, name, LOOKED_AT) for name in names}
    found = text_columns(
        pa.table({name: pa.array(each, pa.string()) for name, each in texts.items()})
    )
    return SetTexts(
        vector_set, tuple(OfferedColumn(each, tuple(texts[each.name])) for each in found)
    )
