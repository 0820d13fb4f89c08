"""Which columns of a table are the vector: one of lists, also as texts, one of bytes, or several.

Columns of numbers are a vector together where they are named alike, also where a program has stored
some of them as texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import BYTE_TYPES, ReadSettings
from embedviz.core.texts.encoder_settings import encoder_from_json
from embedviz.formats.companions.columns import require_column, unique_names
from embedviz.formats.containers.byte_vectors import choices_of, require_type
from embedviz.formats.containers.rows import wanted_label
from embedviz.formats.labels import without_surrogates
from embedviz.formats.number_columns import is_counter, numbered_alike
from embedviz.formats.refused.sparse import on_sparse_column
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors, describe_lists, narrowed
from embedviz.formats.writing.kept_notes import notes_from_json

# What pandas calls an index without a name, and the further levels of one.
_index_level = re.compile(r"__index_level_([0-9]+)__").fullmatch
_MOST_NAMED = 5


@dataclass(frozen=True)
class ArrowColumn:
    """Description of a column, as the child gives it; see `containers.arrow_reader`."""

    position: int
    name: str
    type: str
    role: str
    is_float: bool = False
    length: int = 0
    is_regular: bool = False
    is_printed: bool = False
    is_digits: bool = False
    n_bytes: int = 0
    first: Sequence[str] = ()
    is_sparse: bool = False


class VectorChoice:
    """Columns that are read of a table.

    Attributes
    ----------
    vector : list of columns
        One of lists, or several of numbers.
    others : list of columns
    dimensions : int
    label : str or None
        The column of labels that is asked for.
    notes : list of Note
        What is known of the rows from before they were written here.
    encoder : EncoderSettings or None
        What made their vectors, if it was that.
    bytes_as : str or None
        What the vectors are where they are bytes.
    byte_types : mapping of str to str
        What they might be.
    """

    def __init__(
        self,
        columns: Sequence[dict[str, Any]],
        name: str,
        settings: ReadSettings,
        said: Mapping[str, Any],
    ) -> None:
        given = unique_names([_shown(c["name"]) for c in columns])
        self._columns = [
            ArrowColumn(**(c | {"name": unique})) for c, unique in zip(columns, given, strict=True)
        ]
        self._name = name
        self.label = wanted_label(settings, given)
        if self.label is not None:
            require_column(self.label, given, name)
        self._lists = [c for c in self._columns if c.role in ("vectors", "lists")]
        self._bytes = [c for c in self._columns if c.role == "bytes" and c.n_bytes > 1]
        self._prefers_bytes = settings.bytes_as is not None
        self._typed: list[ArrowColumn] = []
        # What embedviz has written itself need not be judged by names and values, unless another
        # program has changed it.
        lists = [c.name for c in self._lists if not c.is_printed]
        is_own = said.get("vector_column") in lists and said.get("label_column") in given
        self._said = said if is_own else {}
        self.notes = notes_from_json(self._said.get("notes"))
        self.encoder = encoder_from_json(self._said.get("encoder"))
        self.vector = self._choose(settings.vector_column)
        column = self.vector[0]
        self.is_text = column.role == "lists"
        self.is_list = self.is_text or column.role == "vectors"
        self.byte_types: Mapping[str, str] = {}
        self.bytes_as = None
        self.dimensions = column.length if self.is_list else len(self.vector)
        if len(self.vector) == 1 and not self.is_list:
            self.is_list = True
            self.byte_types = choices_of(column.n_bytes, column.first)
            self.bytes_as = require_type(
                settings.bytes_as, self.byte_types, column.n_bytes, column.name, name
            )
            self.dimensions = column.n_bytes // np.dtype(BYTE_TYPES[self.bytes_as]).itemsize
        elif settings.bytes_as is not None:
            raise UserError(f"{name}: bytes_as means nothing, as its vectors are not bytes.")
        self.others = self._find_others()

    @property
    def likely_label(self) -> str | None:
        """The column of labels that is asked for, or that the file says itself."""
        return self._said.get("label_column") if self.label is None else self.label

    @property
    def vector_columns(self) -> tuple[str, ...]:
        """Names of the columns that hold whole vectors."""
        return tuple(column.name for column in [*self._lists, *self._bytes])

    @property
    def described_lists(self) -> dict[str, str]:
        """The columns that hold whole vectors, with how long these are."""
        return {c.name: describe_lists(c.length) for c in self._lists if c.length > 1}

    @property
    def dropped(self) -> list[str]:
        """Names of the columns that cannot be shown."""
        taken = {column.position for column in self.vector}
        unread = [c for c in self._columns if c.role in ("other", "bytes")]
        return [c.name for c in unread if c.position not in taken]

    @property
    def notes_on_digits(self) -> list[Note]:
        """The sentences about numbers that the file has as texts."""
        taken = {column.position for column in self.vector}
        read = [c.name for c in self._typed if c.position in taken]
        left = [c.name for c in self._typed if c.position not in taken]
        notes = []
        if read:
            are = "is" if len(read) == 1 else "are"
            text = f"{_named('column', read)} {are} text in the file, and read as numbers."
            notes.append(Note(text))
        if left and not self.is_list:
            are = "holds" if len(left) == 1 else "hold"
            notes.append(
                Note(
                    f"{_named('column', left)} {are} numbers as text, so not a part of the vector: "
                    "write them as numbers where they are one."
                )
            )
        return notes

    def _choose(self, wanted: str | None) -> list[ArrowColumn]:
        if wanted is not None:
            return [self._wanted(wanted)]
        said = self._said.get("vector_column")
        if said is not None and said != self.label:
            return [self._wanted(said)]
        if self._bytes and (self._prefers_bytes or not self._lists):
            found = self._number_columns(is_asked=True)
            usual = [c for c in self._bytes if c.name.casefold() in (*COLUMN_NAMES, "blob")]
            if self._prefers_bytes or not found or (usual and not self._are_numbered(found)):
                return [self._one_of_bytes(usual or self._bytes)]
        if not self._lists:
            return self._number_columns()
        found = [c for c in self._lists if c.name != self.label] or self._lists
        found = narrowed(
            found,
            lambda c: not c.is_printed,
            lambda c: c.length > 1,
            lambda c: c.is_float,
            lambda c: c.is_regular,
        )
        described = {c.name: describe_lists(c.length) for c in found}
        chosen = choose_vectors(described, COLUMN_NAMES, self._name, "vector_column")
        return [self._wanted(chosen)]

    def _wanted(self, wanted: str) -> ArrowColumn:
        column = next((c for c in self._lists if c.name == wanted), None)
        if column is None:
            column = next((c for c in self._columns if c.name == wanted and c.n_bytes > 1), None)
        if column is None:
            require_column(wanted, [c.name for c in self._columns], self._name)
            raise UserError(f"Column {wanted!r} of {self._name} holds no lists of numbers.")
        if column.is_printed:
            raise self._printed(column)
        return column

    def _printed(self, column: ArrowColumn) -> UserError:
        return UserError(
            f"{self._name}: column {column.name!r} holds vectors as NumPy prints them, rounded and "
            "without commas. Write them as lists: table['vector'] = [v.tolist() for v in vectors]."
        )

    def _one_of_bytes(self, found: list[ArrowColumn]) -> ArrowColumn:
        regular = [c for c in found if c.is_regular] or found
        described = {c.name: f"{counted(c.n_bytes, 'byte')} a row" for c in regular}
        return self._wanted(choose_vectors(described, COLUMN_NAMES, self._name, "vector_column"))

    def _are_numbered(self, found: Sequence[ArrowColumn]) -> bool:
        return all(c.name[-1:].isdigit() for c in found)

    def _number_columns(self, *, is_asked: bool = False) -> list[ArrowColumn]:
        """Return the columns that are a vector together.

        Parameters
        ----------
        is_asked : bool
            Whether it is no error that there are none.
        """
        named = [c for c in self._columns if c.name != self.label and not self._counts(c)]
        numbers = {c.position: c.name for c in named if c.role == "number"}
        self._typed = [c for c in named if c.role == "text" and c.is_digits]
        typed = {c.position: c.name for c in self._typed}
        positions = numbered_alike(dict(sorted((numbers | typed).items())))
        if any(p in typed for p in positions) and not _is_one_series(positions, numbers | typed):
            positions = numbered_alike(numbers)
        found = [self._columns[position] for position in positions]
        if len(found) < 2 and is_asked:
            return []
        if len(found) < 2:
            sparse = next((c for c in self._columns if c.is_sparse), None)
            if sparse is not None:
                raise UserError(on_sparse_column(self._name, sparse.name))
            all_names = ", ".join(f"{c.name} ({c.type})" for c in self._columns[:20])
            raise UserError(
                f"{self._name} has no column of lists of numbers, and no two columns of numbers "
                f"that could be a vector. Its columns are {all_names or 'none at all'}."
            )
        return found

    def _counts(self, column: ArrowColumn) -> bool:
        return "int" in column.type and is_counter(column.name)

    def _find_others(self) -> list[ArrowColumn]:
        """Return the columns for labels and metadata, an index of texts first."""
        kept = ["text", "number", "value", *(["lists"] if self._said else [])]
        taken = {column.position for column in self.vector}
        found = [c for c in self._columns if c.position not in taken and c.role in kept]
        return sorted(found, key=lambda c: c.name != "index")


def _shown(name: str) -> str:
    """Return the name of a column as it is shown: clean, and without what pandas adds."""
    level = _index_level(name)
    if level is None:
        return without_surrogates(name)
    return "index" if level[1] == "0" else f"index {level[1]}"


def _is_one_series(positions: Sequence[int], names: Mapping[int, str]) -> bool:
    """Return whether columns are called by one name and a number each."""
    stems = {names[position].rstrip("0123456789") for position in positions}
    return len(stems) == 1 and all(names[p][-1:].isdigit() for p in positions)


def _named(noun: str, names: Sequence[str]) -> str:
    noun = noun.capitalize() + ("s" if len(names) > 1 else "")
    return f"{noun} {enumerated(names)}"


def enumerated(names: Sequence[str]) -> str:
    """Return the first names, in quotes."""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + (", …" if len(names) > _MOST_NAMED else "")
