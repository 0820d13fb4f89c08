"""The Embedding Projector's files: settings that name tensors and metadata, and bare numbers.

Settings are opened as what they name: the tensors, with the metadata as their companion. Tensors in
`.bytes` are float32 values row by row and nothing else, so their shape must come from somewhere:
from the settings, or from the number of rows of the metadata. Where neither is there, or the two do
not go with each other, they are refused, since any guess would show wrong vectors.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path, PurePath

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.binary.npy import collect, read_mapped, require_matrix, stream_blocks
from embedviz.formats.binary.npy_layout import NpyHeader
from embedviz.formats.companions.vocabulary import read_labels
from embedviz.formats.paths import companion_of
from embedviz.formats.projector.settings import (
    LONGEST_SETTINGS,
    Embedding,
    are_settings,
    find_file,
    is_meant,
    last_part,
    parse_settings,
    path_below,
    projector_companions,
    settings_near,
)
from embedviz.formats.reading import Format, NamedVectors, Pointer, ReadResult
from embedviz.formats.source import BLOCK_BYTES, Source
from embedviz.formats.vector_names import choose_vectors

_FORMAT_NAME = "Embedding Projector tensors"
_SUFFIX = ".bytes"
_TABLES = (".tsv", ".txt", ".csv", ".npy")
_SHOWN = 8


def _choose_tensors(source: Source, settings: ReadSettings) -> NamedVectors:
    """Return what a file of settings names.

    Raises
    ------
    ChoiceRequired
        When several of the tensors are there.
    UserError
        When none is, or the settings cannot be read.
    """
    if source.member is not None:
        raise UserError(
            f"{source.name} names other files. Unpack the archive, and open the settings there."
        )
    named = _named(_parsed(source), source.name)
    folder = source.path.parent
    there = {n: e for n, e in named.items() if find_file(folder, e.vectors) is not None}
    others = {name: _described(embedding) for name, embedding in there.items()}
    name = _choose(named, others, settings.key, source.name)
    path = find_file(folder, named[name].vectors)
    if path is None:
        raise UserError(
            f"{source.name} names {_shown(named[name])} for {name!r}, which is not there. Put that "
            "file beside the settings."
        )
    notes = []
    if len(named) > 1:
        notes.append(Note(f"{source.name}: {name!r}, from {path.name}.", level="note"))
    notes += _notes_on_missing(named, there)
    notes += _notes_on_place(folder, named[name].vectors, path)
    resolved = _resolved(folder, named[name], path, settings, notes)
    return NamedVectors(*resolved, name, others, tuple(notes))


def _parsed(source: Source) -> tuple[Embedding, ...]:
    with source.stream() as stream:
        data = stream.read(LONGEST_SETTINGS + 1)
    try:
        if len(data) <= LONGEST_SETTINGS:
            return parse_settings(data.decode("utf-8-sig"))
    except ValueError:
        pass
    raise UserError(
        f"{source.name} looks like settings of the Embedding Projector, but cannot be read: it is "
        f"neither JSON nor the text of a protocol buffer of up to {LONGEST_SETTINGS >> 10} kB. "
        "Correct it, or open the tensors."
    )


def _named(embeddings: tuple[Embedding, ...], name: str) -> dict[str, Embedding]:
    """Return those that name a file, by names that are all different."""
    named: dict[str, Embedding] = {}
    for embedding in embeddings:
        if embedding.vectors:
            stem = embedding.name or PurePath(last_part(embedding.vectors)).stem or "tensors"
            key, number = stem, 1
            while key in named:
                number += 1
                key = f"{stem} ({number})"
            named[key] = embedding
    if not named:
        raise UserError(
            f"{name} names no files with tensors (tensorPath). Those in a TensorFlow checkpoint "
            "are not read: write them with numpy.save('vectors.npy', "
            "tf.train.load_variable(folder, name)) and open that."
        )
    return named


def _choose(
    named: Mapping[str, Embedding], there: Mapping[str, str], wanted: str | None, name: str
) -> str:
    if wanted is not None:
        if wanted not in named:
            raise UserError(
                f"{name} has no tensors {wanted!r}. Its tensors are {_enumerated(list(named))}."
            )
        return wanted
    if len(there) > 1:
        return choose_vectors(there, (), name, "key", "sets of vectors")
    if not there:
        files = [_shown(embedding) for embedding in named.values()]
        raise UserError(
            f"{name} names {_enumerated(files)}, and no such file is there. Put the tensors beside "
            "the settings."
        )
    return next(iter(there))


def _enumerated(texts: list[str]) -> str:
    return ", ".join(texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")


def _shown(embedding: Embedding) -> str:
    return repr(embedding.vectors[:100])


def _described(embedding: Embedding) -> str:
    file_name = last_part(embedding.vectors)
    if embedding.shape is None:
        return file_name
    return f"{embedding.shape[0]:,} × {embedding.shape[1]:,} · {file_name}"


def _notes_on_missing(named: Mapping[str, Embedding], there: Mapping[str, Embedding]) -> list[Note]:
    missing = [f"{n!r} ({last_part(e.vectors)[:100]})" for n, e in named.items() if n not in there]
    if not missing:
        return []
    return [Note(f"The settings name others that are not there: {_enumerated(missing)}.")]


def _notes_on_place(folder: Path, written: str, path: Path) -> list[Note]:
    if path == path_below(folder, written):
        return []
    text = f"The settings name {written[:100]!r}; {path.name} beside them was taken."
    return [Note(text, level="note")]


def _resolved(
    folder: Path, embedding: Embedding, path: Path, settings: ReadSettings, notes: list[Note]
) -> tuple[Source, ReadSettings, Format | None]:
    """Return how the tensors are read; what cannot be as the settings say is noted."""
    settings = replace(settings, key=None)
    if embedding.metadata and settings.metadata is None:
        metadata = find_file(folder, embedding.metadata)
        if metadata is None:
            notes.append(Note(f"The metadata {embedding.metadata[:100]!r} is not there."))
        else:
            settings = replace(settings, metadata=metadata)
            notes += _notes_on_place(folder, embedding.metadata, metadata)
    bookmarks = find_file(folder, embedding.bookmarks)
    if bookmarks is not None:
        text = f"There are bookmarks in {bookmarks.name}: add them as coordinates."
        notes.append(Note(text, level="note"))
    source = Source(path)
    is_raw = _is_raw(source) or (
        path.suffix.lower() not in _TABLES
        and embedding.shape is not None
        and source.size == 4 * embedding.shape[0] * embedding.shape[1]
    )
    raw = Format(_is_raw, partial(_read_raw, shape=embedding.shape)) if is_raw else None
    return source, settings, raw


def _is_raw(source: Source) -> bool:
    name = PurePath(source.path.name if source.member is None else source.member)
    if source.is_compressed and source.member is None:
        name = name.with_suffix("")
    return name.suffix.lower() == _SUFFIX


def _read_raw(
    source: Source,
    settings: ReadSettings,
    report: Report,
    shape: tuple[int, int] | None = None,
) -> ReadResult:
    """Return the rows of bare numbers.

    Raises
    ------
    UserError
        When nothing says how many numbers a row has, or there are too few.
    """
    name, n_bytes = source.name, _count_bytes(source)
    shape = shape or _shape_in_settings(source)
    beside = _companions(source.path)
    notes: list[Note] = []
    if shape is None:
        shape, note = _shape_by_labels(source, settings, n_bytes, beside)
        notes.append(note)
    header = NpyHeader(np.dtype("<f4"), shape, False, 0, "float32")
    require_matrix(name, header, n_bytes)
    if source.is_compressed:
        with source.stream() as stream:
            blocks = stream_blocks(stream, header, name)
            result = collect(blocks, header, source, settings, report)
    else:
        result = read_mapped(header, source, settings, report)
    result.format_name, result.companions = _FORMAT_NAME, beside
    result.learn(dtype="float32")
    result.notes[:0] = notes
    surplus = n_bytes - header.n_bytes
    if surplus:
        result.notes.append(Note(f"{counted(surplus, 'byte')} after the {header} not read."))
    return result


def _shape_in_settings(source: Source) -> tuple[int, int] | None:
    """Return the shape that settings near bare numbers state for them."""
    near = [] if source.member is not None else settings_near(source.path)
    shapes = (e.shape for f, e in near if is_meant(f, e.vectors, source.path))
    return next((shape for shape in shapes if shape), None)


def _count_bytes(source: Source) -> int:
    if not source.is_compressed:
        return source.size
    count = 0
    with source.stream() as stream:
        while block := stream.read(BLOCK_BYTES):
            count += len(block)
    return count


def _companions(path: Path) -> tuple[Path, ...]:
    """Return where the metadata of bare numbers may be: the most particular first."""
    table = path.with_name(path.name.removesuffix(".gz")).with_suffix(".tsv")
    found = (companion_of(path), *projector_companions(path), *projector_companions(table))
    return tuple(dict.fromkeys(other for other in found if other.suffix != _SUFFIX))


def _shape_by_labels(
    source: Source, settings: ReadSettings, n_bytes: int, beside: tuple[Path, ...]
) -> tuple[tuple[int, int], Note]:
    """Return how many rows there are, and how long, by the number of labels; and say so.

    Raises
    ------
    UserError
        When there are no labels, or the numbers cannot be divided among them.
    """
    n_numbers, rest = divmod(n_bytes, 4)
    misfits = []
    for file_name, counts in _label_counts(settings, beside):
        for count in counts:
            if count and not rest and n_numbers % count == 0 and n_numbers >= 2 * count:
                size = n_numbers // count
                what = f"{n_numbers:,} numbers for the {counted(count, 'row')} of {file_name}"
                return (count, size), Note(f"{counted(size, 'number')} per row: {what}.")
        misfits.append(f"{counted(counts[0], 'row')} in {file_name}")
    reason = f", and {' or '.join(misfits)} cannot share them evenly" if misfits else ""
    raise UserError(
        f"{source.name} holds {n_bytes:,} bytes of bare numbers without their shape{reason}. Put "
        "the projector_config.json that states it (tensorShape) beside it, or a metadata.tsv with "
        "one line for each row."
    )


def _label_counts(
    settings: ReadSettings, beside: tuple[Path, ...]
) -> Iterator[tuple[str, list[int]]]:
    """Yield files with labels, and how many there may be: blank lines at the end may not count.

    Those that were asked for are the only ones, where there are any.
    """
    asked: list[str | PathLike[str]] = []
    if isinstance(settings.labels, str | PathLike):
        asked.append(settings.labels)
    elif settings.labels is not None:
        yield "the labels", [len(settings.labels)]
        return
    if settings.metadata is not None and settings.metadata_key is None:
        asked.append(settings.metadata)
    for path in map(Path, asked or [path for path in beside if os.path.isfile(path)]):
        try:
            columns = read_labels(path, settings.labels_header if asked else None)
        except UserError:
            if asked:
                raise
            continue
        yield path.name, sorted({columns.without_blank_end(0).n_rows, columns.n_rows})


def _are_settings(source: Source) -> bool:
    return are_settings(source.head)


SETTINGS = Pointer(_are_settings, _choose_tensors)
BYTES = Format(_is_raw, _read_raw)
