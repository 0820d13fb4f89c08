"""Some rows of a set as a set of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Rows
from embedviz.core.derivation.provenance import after, digest_of
from embedviz.core.errors import UserError
from embedviz.core.notes import counted, note_on_some_rows
from embedviz.core.origin import Provenance
from embedviz.core.progress import Report, silent
from embedviz.core.thumbnails import ChosenImages
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True, eq=False)
class ChosenRows:
    """The step that takes some rows of a set as a set of their own.

    Attributes
    ----------
    rows : int array
        In the order in which they are to be.
    name : str, optional
        As for `chosen_rows`.
    """

    rows: Rows
    name: str | None = None

    keeps_rows = False

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set of these rows."""
        report(0.0, "choosing rows")
        return chosen_rows(parent, self.rows, self.name)


def chosen_rows(vector_set: VectorSet, rows: ArrayLike, name: str | None = None) -> VectorSet:
    """Return a set of its own with some rows of another.

    Parameters
    ----------
    vector_set : VectorSet
    rows : int array
        In the order in which they are to be.
    name : str, optional
        Default: that of the set, and how many rows.

    Returns
    -------
    VectorSet
        Its vectors are a copy, so that the other set can be closed. Its notes say which rows of
        how many these are.

    Raises
    ------
    UserError
        When there are no rows.
    """
    chosen = require_some(rows)
    metadata = vector_set.metadata
    pictures = vector_set.thumbnails
    note = note_on_some_rows(len(chosen), len(vector_set), vector_set.name)
    return VectorSet(
        vector_set.vectors[chosen],
        tuple(vector_set.labels[row] for row in chosen.tolist()),
        metadata.take(chosen) if metadata.num_columns else None,
        f"{vector_set.name} · {counted(len(chosen), 'row')}" if name is None else name,
        notes=(*vector_set.notes, note),
        thumbnails=None if pictures is None else ChosenImages(pictures, chosen),
        provenance=_note_rows(ChosenRows(chosen, name), vector_set),
        is_numbered=vector_set.is_numbered,
    )


def _note_rows(step: ChosenRows, vector_set: VectorSet) -> Provenance | None:
    digest_of(vector_set)  # Once it is closed, nothing else tells whether its file has changed.
    return after(step, vector_set)


def require_some(rows: ArrayLike) -> Rows:
    """Return row numbers as an array of their own.

    Raises
    ------
    UserError
        When there are none.
    """
    chosen = np.array(rows, dtype=np.intp)
    if not len(chosen):
        raise UserError("No rows are selected. Select some first.")
    return chosen
