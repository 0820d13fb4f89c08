"""Groups of rows, found or chosen in the program, as a column of the metadata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.derivation.additions import with_columns
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True, eq=False)
class GroupColumn:
    """The step that adds a column which says in which group each row is.

    Attributes
    ----------
    name : str
        Of the column.
    names : tuple of str
        Of the groups.
    groups : int array of shape (n_vectors,)
        From 1, in the order of the names; 0 for a row in no group, which has no value.
    """

    name: str
    names: tuple[str, ...]
    groups: Rows

    adds_only = True
    is_by_row = True

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set with this column.

        Raises
        ------
        UserError
            When the set has another number of rows, or a column of this name.
        """
        report(0.0, f"column {self.name}")
        count, most = len(self.groups), int(self.groups.max(initial=0))
        if count != len(parent) or most > len(self.names):
            raise UserError(
                f"The groups of the column {self.name!r} are of {counted(count, 'row')}, and "
                f"{parent.name or 'the set'} has {len(parent):,}. Find them again."
            )
        values = np.array([None, *self.names], dtype=object)[self.groups]
        note = Note(f"The column {self.name!r} holds groups found on a map.", level="note")
        return with_columns(parent, {self.name: values}, (note,), self)


def free_column(vector_set: VectorSet, wanted: str) -> str:
    """Return a name that no column of a set has: the one that is wanted, or it with a number."""
    taken, name, number = set(vector_set.metadata.column_names), wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
