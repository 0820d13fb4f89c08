"""Vector set of a sampled collection: its rows by their keys, with labels and other fields.

What is computed of such a set is of the sample, so it says how many of how many rows it has, and
how they were chosen. The keys stay with it, so that each row can be found in the collection again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import CollectionOrigin, SampleSettings
from embedviz.sources.databases.protocol import Batch, Collection, CollectionInfo, Field, Keys
from embedviz.sources.databases.sampling import sample_keys

_PIECE_BYTES = 8 << 20
_MOST_IN_A_PIECE = 4096
_CHOOSING = 0.2
"""Share of the work that choosing the rows is, for the progress bar alone."""
_SHOWN = 3


def sample_collection(
    collection: Collection, address: Address, settings: SampleSettings, report: Report = silent
) -> VectorSet:
    """Return a sample of a collection as a set. Only its rows are read.

    Parameters
    ----------
    collection : Collection
    address : Address
        Where it is, so that it can be opened again.
    settings : SampleSettings
    report : Report

    Returns
    -------
    VectorSet
        Without the rows whose vector is missing, of another length, or holds NaN or infinities; a
        note of the kind "bad rows" says how many, and the keys of the first ones.

    Raises
    ------
    UserError
        When a field is not there, no row can be shown, or there is not enough memory.
    """
    info = collection.info
    vectors = vector_field_of(info, settings.vector_field)
    _require_fields(info, settings)
    settings = replace(settings, vector_field=vectors.name)
    keys = sample_keys(collection, settings.n_rows, settings.seed, part_of(report, 0.0, _CHOOSING))
    try:
        rows = _read(collection, keys, vectors, settings, part_of(report, _CHOOSING, 1.0))
    except MemoryError:
        raise UserError(
            f"{counted(len(keys), 'row')} of {shown_name(info.name)} do not fit into the memory. "
            "Take a smaller sample."
        ) from None
    if not rows.n_kept:
        raise UserError(
            f"None of the {counted(len(keys), 'row')} looked at in {shown_name(info.name)} has a "
            f"vector in {vectors.name!r} that can be shown. Choose another field of vectors."
        )
    return _as_set(info, address, settings, rows)


def vector_field_of(info: CollectionInfo, name: str) -> Field:
    """Return a field of vectors by its name; without one, the only one there is.

    Raises
    ------
    UserError
        When there is none, or several and none is named.
    """
    there = info.vector_fields
    if not there:
        raise UserError(f"{shown_name(info.name)!r} has no field of vectors.")
    names = ", ".join(each.name for each in there)
    if not name and len(there) == 1:
        return there[0]
    name = name or info.vector_field
    if not name:
        raise UserError(
            f"{shown_name(info.name)!r} has several fields of vectors: {names}. Choose one of them."
        )
    found = next((each for each in there if each.name == name), None)
    if found is None:
        raise UserError(
            f"{name!r} is not a field of vectors in {shown_name(info.name)!r}; there are {names}."
        )
    return found


def bytes_of_sample(info: CollectionInfo, vector_field: Field, n_rows: int) -> int:
    """Return about how much memory the vectors of a sample take, in bytes."""
    return min(n_rows, info.n_rows) * (vector_field.dimensions or 0) * 4


def _require_fields(info: CollectionInfo, settings: SampleSettings) -> None:
    there = {each.name for each in info.fields if each.kind != "vector"} | {info.key_field}
    for name in filter(None, (settings.label_field, *settings.fields)):
        if name not in there:
            known = ", ".join(sorted(filter(None, there))) or "none"
            raise UserError(
                f"{name!r} is not a field of {shown_name(info.name)!r}; there are {known}."
            )


@dataclass(eq=False)
class _SampledRows:
    """Rows that were read, at the beginning of a matrix that may be longer."""

    matrix: NDArray[np.float32]
    keys: list[Keys]
    columns: dict[str, list[Any]]
    n_kept: int = 0
    n_gone: int = 0
    n_missing: int = 0
    n_not_finite: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def n_bad(self) -> int:
        return self.n_missing + self.n_not_finite

    def add(self, batch: Batch, n_asked: int) -> None:
        """Take the rows of a batch that are vectors."""
        self.n_missing += batch.n_left_out
        self.n_gone += n_asked - len(batch.keys) - batch.n_left_out
        is_good: NDArray[np.bool_] = np.all(np.isfinite(batch.vectors), axis=1)
        n_good = int(is_good.sum())
        self.n_not_finite += len(is_good) - n_good
        bad = [*map(str, batch.left_out.tolist()), *map(str, batch.keys[~is_good].tolist())]
        self.left_out += bad[: _SHOWN + 1 - len(self.left_out)]
        if n_good:
            self.matrix[self.n_kept : self.n_kept + n_good] = batch.vectors[is_good]
        self.n_kept += n_good
        self.keys.append(batch.keys[is_good])
        places = np.flatnonzero(is_good).tolist()
        for name, values in self.columns.items():
            given = batch.columns[name]
            values += [given[place] for place in places]


def _read(
    collection: Collection, keys: Keys, vectors: Field, settings: SampleSettings, report: Report
) -> _SampledRows:
    """Return the rows of keys, read a piece at a time, between which it can be stopped."""
    names = tuple(dict.fromkeys(filter(None, (settings.label_field, *settings.fields))))
    wanted = tuple(each for each in names if each != collection.info.key_field)
    piece = 256 if vectors.dimensions is None else _PIECE_BYTES // (4 * vectors.dimensions)
    piece = min(max(piece, 1), _MOST_IN_A_PIECE)
    rows: _SampledRows | None = None
    for start in range(0, len(keys), piece):
        report(start / len(keys), f"reading {counted(len(keys), 'row')}")
        some = keys[start : start + piece]
        batch = collection.take(some, vectors.name, wanted)
        if rows is None:
            rows = _SampledRows(_room(len(keys), batch), [], {name: [] for name in wanted})
        elif batch.vectors.shape[1] != rows.matrix.shape[1] and not rows.n_kept:
            rows.matrix = _room(len(keys), batch)
        if batch.vectors.shape[1] != rows.matrix.shape[1]:
            batch = _of_other_length(batch)
        rows.add(batch, len(some))
    assert rows is not None  # A sample has a row.
    report(1.0, "making the set")
    return rows


def _room(n_rows: int, batch: Batch) -> NDArray[np.float32]:
    return np.empty((n_rows, batch.vectors.shape[1]), np.float32)


def _of_other_length(batch: Batch) -> Batch:
    """Return a batch of which no row is taken: its vectors have not the length of the first."""
    none = np.empty(0, np.int64)
    left_out = batch.keys[:10] if len(batch.keys) else batch.left_out
    return Batch(
        none,
        np.empty((0, 0), np.float32),
        dict.fromkeys(batch.columns, ()),
        batch.n_left_out + len(batch.keys),
        left_out,
    )


def _as_set(
    info: CollectionInfo, address: Address, settings: SampleSettings, rows: _SampledRows
) -> VectorSet:
    keys = np.concatenate([each for each in rows.keys if len(each)])
    rows.matrix.resize((rows.n_kept, rows.matrix.shape[1]), refcheck=False)
    keys_as_labels = tuple(map(str, keys.tolist()))
    named = rows.columns.get(settings.label_field)
    is_by_key = named is None
    labels = keys_as_labels if named is None else _labels(named, keys_as_labels)
    columns = {name: rows.columns[name] for name in settings.fields if name in rows.columns}
    key_column = "" if is_by_key else _free_name(info.key_field or "key", columns)
    given: dict[str, Any] = dict(_as_arrow(columns))
    if key_column:
        given[key_column] = keys
    origin = CollectionOrigin(address, settings, info.n_rows, info.version, key_column=key_column)
    return VectorSet(
        rows.matrix,
        labels,
        given or None,
        shown_name(info.name),
        notes=_notes(info, settings, rows, origin, labels),
        origin=origin,
        is_numbered=is_by_key and not info.key_field,
    )


def _labels(values: Sequence[Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Return values as labels; the key where a row has none."""
    pairs = zip(values, keys, strict=True)
    return tuple(key if value is None else str(value) for value, key in pairs)


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    while name in taken:
        name += "_"
    return name


def _as_arrow(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
    """Return columns as Arrow has them; as texts where their values are of several kinds."""
    import pyarrow as pa

    made = {}
    for name, values in columns.items():
        try:
            made[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            made[name] = pa.array([None if each is None else str(each) for each in values])
    return made


def _notes(
    info: CollectionInfo,
    settings: SampleSettings,
    rows: _SampledRows,
    origin: CollectionOrigin,
    labels: Sequence[str],
) -> list[Note]:
    from embedviz.formats.labels import count_repeated

    said = origin.sample_sentence(rows.n_kept + rows.n_bad)
    notes = [Note(f"{said[:1].upper()}{said[1:]}.", "sample", "note")]
    notes += [
        Note(each.note) for each in info.fields if each.name == settings.vector_field and each.note
    ]
    if rows.n_bad:
        shown = ", ".join(rows.left_out[:_SHOWN]) + ", …" * (rows.n_bad > _SHOWN)
        kinds = [
            f"{rows.n_missing:,} without a vector of this length" if rows.n_missing else "",
            f"{rows.n_not_finite:,} with NaN or infinities" if rows.n_not_finite else "",
        ]
        facts = {"count": rows.n_bad, "places": f"keys {shown}"}
        text = f"{counted(rows.n_bad, 'row')} left out: {', '.join(filter(None, kinds))}"
        notes.append(Note(f"{text} (keys {shown}).", "bad rows", facts=facts))
    if rows.n_gone > 0:
        notes.append(Note(f"{counted(rows.n_gone, 'row')} went while the sample was read."))
    if n_repeated := count_repeated(labels):
        notes.append(
            Note(f"{counted(n_repeated, 'row')} with a label that an earlier row has, too.")
        )
    return notes
