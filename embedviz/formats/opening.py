"""Vector sets from files, in whatever format they are.

`FORMATS` are tried in order, from the ones that are certain by their first bytes to the ones that
are a matter of judgment. To add a format, write a module with a `Format` in it and add it here: by
its name, as it is imported when a file is the first that none before it has recognized.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from os import PathLike
from pathlib import Path, PurePath
from typing import Any, Literal

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import FileOrigin, ReadSettings
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import shown_name
from embedviz.formats.companions.download_record import read_record
from embedviz.formats.companions.joining import with_companions
from embedviz.formats.inspecting import Inspection, finding_of
from embedviz.formats.reading import Format, Pointer, ReadResult, stamp_of
from embedviz.formats.refused.unreadable import describe_unknown
from embedviz.formats.source import Source
from embedviz.formats.writing.atomic_write import finish_saving

FORMATS: tuple[str, ...] = (
    "binary.npy.ARRAY",
    "binary.npz.ARCHIVE",
    "projector.files.BYTES",
    "binary.fasttext.FASTTEXT",
    "binary.safetensors.SAFETENSORS",
    "containers.arrow.ARROW_TABLE",
    "containers.hdf5.HDF5",
    "refused.unreadable.UNREADABLE",
    "text.word_vectors.TEXT",
    "binary.word2vec.WORD2VEC_BINARY",
    "json.objects.JSON",
    "text.delimited.TABLE",
)
"""Where each `Format` is within this package."""

POINTERS = ("projector.files.SETTINGS",)
"""Where each `Pointer` is: what is looked for first."""

_PACKED = {".zip", ".gz", ".bz2", ".xz"}
_SUFFIXES = _PACKED | {".txt", ".vec", ".bin", ".npy", ".npz", ".json", ".csv", ".tsv"}
_SUFFIXES |= {
    ".jsonl",
    ".ndjson",
    ".bytes",
    ".pbtxt",
    ".safetensors",
    ".parquet",
    ".feather",
    ".arrow",
    ".h5",
    ".hdf5",
    ".h5ad",
}


def load(
    path: str | PathLike[str],
    *,
    labels: str | PathLike[str] | Sequence[str] | None = None,
    metadata: str | PathLike[str] | None = None,
    label_column: str | None = None,
    vector_column: str | None = None,
    key: str | None = None,
    max_rows: int | None = None,
    sample: int | None = None,
    seed: int = 0,
    on_bad_rows: Literal["raise", "skip"] = "raise",
    metadata_key: str | None = None,
    labels_header: bool | None = None,
    bytes_as: Literal["float32", "float16", "float64", "int8"] | None = None,
    report: Report = silent,
) -> VectorSet:
    """Return the vectors of a file, in whatever format it is.

    Parameters
    ----------
    path : path
        word2vec text or binary, GloVe text, fastText `.vec` and `.bin`, `.npy`, `.npz`,
        safetensors, Parquet, Feather, HDF5, `.h5ad`, JSON, CSV, TSV, or the Embedding Projector's
        `tensors.tsv`, `.bytes` and settings; also compressed with gzip, bzip2 or xz, or in a zip
        archive. The name does not matter, the content decides. A folder of Parquet or Arrow files
        is one set, in the order of their names; folders named `key=value` in it become columns.
    labels : path or sequence of str, optional
        What the rows are called: a text file with one label per line, a table with a header, a
        vocabulary in JSON (`vocab.json`, `tokenizer.json`), or the labels themselves; one for each
        row of the file.
    metadata : path, optional
        A table with a header and one line for each row of the file.
    label_column : str, optional
        The column with the labels. Default: chosen by name and content.
    vector_column : str, optional
        In a table, the column that holds whole vectors: lists of numbers, in text "[0.1, 0.2]".
    key : str, optional
        Which array of an `.npz`, of HDF5 or of `.h5ad` ("obsm/X_pca"), tensor of safetensors, set
        of vectors in the Projector's settings, or which file of a zip archive.
    max_rows : int, optional
        Read only the first rows.
    sample : int, optional
        Keep a random sample of this many of the rows that were read, in the order of the file.
    seed : int
        Of the sample. The same seed draws the same rows in every format.
    on_bad_rows : {"raise", "skip"}
        What to do with rows that are cut short or hold NaN: an error, or leave them out.
    metadata_key : str, optional
        The column of the file of metadata that holds the labels of the vectors: its rows may then
        be in any order, and only those of known labels are used. Default: joined row by row.
    labels_header : bool, optional
        Whether the file of labels or metadata begins with the names of its columns. Default: where
        its first line has a tab, as the Embedding Projector decides it.
    bytes_as : {"float32", "float16", "float64", "int8"}, optional
        What the vectors are where a column holds them as bytes, little-endian.
    report : callable
        Called between blocks.

    Returns
    -------
    VectorSet
        Its `notes` say what a reader should know: rows left out, a sample taken, a header that
        counts wrong. Where there are no labels, the rows' numbers in the file are used.

    Raises
    ------
    UserError
        When the file cannot be read right: which file and line, why, and what to do.
    """
    settings = ReadSettings(
        labels=labels,
        metadata=metadata,
        label_column=label_column,
        vector_column=vector_column,
        key=key,
        max_rows=max_rows,
        sample=sample,
        seed=seed,
        on_bad_rows=on_bad_rows,
        metadata_key=metadata_key,
        labels_header=labels_header,
        bytes_as=bytes_as,
    )
    return open_file(Path(path), settings, report)


def open_file(path: Path, settings: ReadSettings, report: Report = silent) -> VectorSet:
    """Return the vectors of a file, read with settings that can be kept: see `load`."""
    finish_saving(path)
    source = Source(path, settings.key)
    stamp = stamp_of(source.path)
    result = _read(source, settings, report)
    if (record := read_record(source.path)) is not None:
        result.notes.append(record.note)
    return VectorSet(
        result.vectors,
        None if result.labels is None else tuple(result.labels),
        result.metadata,
        shown_name(result.name) or _name_of(source),
        notes=result.notes,
        origin=FileOrigin(
            source.path, settings, result.facts, result.n_rows, stamp, result.format_name
        ),
        is_numbered=result.facts.is_numbered,
    )


def inspect(
    path: Path, settings: ReadSettings | None = None, report: Report = silent
) -> Inspection:
    """Return what a file holds, from its header and its first rows, in moments.

    Parameters
    ----------
    path : Path
    settings : ReadSettings, optional
        What has been decided already.
    report : callable

    Raises
    ------
    ChoiceRequired
        Where something must be decided before anything can be read.
    UserError
        As `load`.
    """
    settings = settings or ReadSettings()
    rows = min(PREVIEW_ROWS, settings.max_rows or PREVIEW_ROWS)
    looking = replace(
        settings,
        max_rows=rows,
        sample=None,
        on_bad_rows="skip",
        is_preview=True,
        scans_later=True,
    )
    finish_saving(path)
    source = Source(path, settings.key)
    return finding_of(_read(source, looking, report), source, settings)


PREVIEW_ROWS = 50


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    for name in POINTERS:
        pointer: Pointer = _part(name)
        if pointer.matches(source):
            named = pointer.follow(source, settings)
            found = named.raw or _recognize(named.source)
            return named.completed(_read_as(found, named.source, named.settings, report))
    return _read_as(_recognize(source), source, settings, report)


def _read_as(found: Format, source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    for option in ("vector_column", "key", "bytes_as"):
        is_known = option in found.options or (option == "key" and source.member is not None)
        if getattr(settings, option) is not None and not is_known:
            raise UserError(f"{option} means nothing for {source.name}: leave it out.")
    if source.member is not None:  # The key was its name.
        settings = replace(settings, key=None)
    try:
        result = found.read(source, settings, report)
    except MemoryError:
        reason = f"{source.name} does not fit into the memory."
        raise ChoiceRequired(
            f"{reason} Open a part of it: --max-rows or --sample on the command line, max_rows or "
            "sample in Python.",
            "sample",
            reason=f"{reason} Open the first rows or a sample.",
        ) from None
    if source.member is not None:
        result.learn(key=source.member, keys=source.members, are_files=True)
        result.notes += source.notes
    return with_companions(result, source, settings)


def _recognize(source: Source) -> Format:
    for name in FORMATS:
        candidate: Format = _part(name)
        if candidate.matches(source):
            return candidate
    raise describe_unknown(source)


@cache
def _part(name: str) -> Any:
    """Return what is at a place within this package, imported when it is first asked for."""
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(f"embedviz.formats.{module}"), attribute)


def known_suffixes() -> list[str]:
    """Return how the names of files of vectors usually end, to ask for such files."""
    return sorted(_SUFFIXES)


def _name_of(source: Source) -> str:
    path = PurePath(source.path.name if source.member is None else source.member)
    while path.suffix.lower() in _SUFFIXES and path.stem:
        path = path.with_suffix("")
    return shown_name(path.name)
