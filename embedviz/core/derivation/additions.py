"""A set with something more to each row: pictures, or further columns.

Sets are immutable, so this is another set; it shares the vectors, the labels and everything else
with the one it was made from, and takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from embedviz.core.derivation.provenance import Step, after
from embedviz.core.errors import UserError
from embedviz.core.origin import Provenance, ReadSettings
from embedviz.core.thumbnails import Thumbnails
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    import pyarrow as pa


def with_thumbnails(
    vector_set: VectorSet,
    thumbnails: Thumbnails,
    notes: Sequence[str] = (),
    step: Step | None = None,
) -> VectorSet:
    """Return a set with the same rows and these thumbnails.

    Parameters
    ----------
    vector_set : VectorSet
    thumbnails : Thumbnails
    notes : sequence of str
        What a reader should know about them.
    step : Step, optional
        What does the same again. Without one, the result is only in memory.

    Raises
    ------
    UserError
        When there is not one for each row.
    """
    return _again(vector_set, _metadata_of(vector_set), thumbnails, notes, step)


def with_notes(
    vector_set: VectorSet, notes: Sequence[str], provenance: Provenance | None = None
) -> VectorSet:
    """Return a set with the same rows and further notes.

    Parameters
    ----------
    vector_set : VectorSet
    notes : sequence of str
    provenance : Provenance, optional
        With the step that adds them. Default: that of the set, as if nothing was done to it.
    """
    return VectorSet(
        vector_set.vectors,
        vector_set.labels,
        _metadata_of(vector_set),
        vector_set.name,
        notes=(*vector_set.notes, *notes),
        derivation=vector_set.derivation,
        thumbnails=vector_set.thumbnails,
        extends=vector_set,
        provenance=provenance,
    )


def with_read_settings(vector_set: VectorSet, settings: ReadSettings) -> VectorSet:
    """Return the same set, to be read from its file in another way the next time.

    Parameters
    ----------
    vector_set : VectorSet
        Read from a file, and perhaps extended since; another one is returned as it is.
    settings : ReadSettings
        What the user has decided, where the file was read in another way to find out more of it.
    """
    opened, provenance = vector_set.opened, vector_set.provenance
    if opened is None:
        return vector_set
    origin = replace(opened, settings=settings)
    return VectorSet(
        vector_set.vectors,
        vector_set.labels,
        _metadata_of(vector_set),
        vector_set.name,
        notes=vector_set.notes,
        origin=origin,
        derivation=vector_set.derivation,
        thumbnails=vector_set.thumbnails,
        extends=vector_set,
        provenance=None if provenance is None else provenance.begun_with(origin),
    )


def with_columns(
    vector_set: VectorSet,
    columns: Mapping[str, ArrayLike],
    notes: Sequence[str] = (),
    step: Step | None = None,
) -> VectorSet:
    """Return a set with the same rows and further columns of numbers, after those it has.

    Parameters
    ----------
    vector_set : VectorSet
    columns : mapping of str to array of shape (n_vectors,)
        NaN means that a row has no value.
    notes : sequence of str
        What a reader should know about them.
    step : Step, optional
        What does the same again. Without one, the result is only in memory.

    Raises
    ------
    UserError
        When a column of that name is there already, or one has another number of rows.
    """
    import pyarrow as pa

    added = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    metadata = vector_set.metadata
    taken = set(metadata.column_names) & set(columns)
    if taken:
        raise UserError(
            f"{vector_set.name or 'The set'} has a column {min(taken)!r} already. Choose another "
            "name."
        )
    if metadata.num_columns and added.num_rows == metadata.num_rows:
        for name in added.column_names:
            metadata = metadata.append_column(name, added[name])
    else:
        metadata = added  # Of another length, the new set says so.
    return _again(vector_set, metadata, vector_set.thumbnails, notes, step)


def _metadata_of(vector_set: VectorSet) -> pa.Table | None:
    return vector_set.metadata if vector_set.metadata.num_columns else None


def _again(
    vector_set: VectorSet,
    metadata: pa.Table | None,
    thumbnails: Thumbnails | None,
    notes: Sequence[str],
    step: Step | None,
) -> VectorSet:
    return VectorSet(
        vector_set.vectors,
        vector_set.labels,
        metadata,
        vector_set.name,
        notes=(*vector_set.notes, *notes),
        derivation=vector_set.derivation,
        thumbnails=thumbnails,
        extends=vector_set,
        provenance=after(step, vector_set),
    )
