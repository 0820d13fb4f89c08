"""Parquet, Feather and Arrow: which columns are the vector, the labels and the metadata.

The vector is one column of lists, or of texts that are lists, or else columns of numbers named
alike. Of several columns of lists, those of floats go before those of integers, which may be token
ids, and those of one length before others. Where that leaves several, see `vector_names`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from embedviz.core.arrays import Matrix
from embedviz.core.notes import Note, counted
from embedviz.core.origin import BYTE_TYPES, ReadSettings
from embedviz.core.progress import Report
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.formats.companions.columns import choose_label_column
from embedviz.formats.companions.record_columns import take_choice, take_columns
from embedviz.formats.containers.parts import name_of_parts, notes_on_parts, place_in_parts
from embedviz.formats.containers.rows import ContainerRows, opened, read_rows, texts_of
from embedviz.formats.containers.vector_choice import ArrowColumn, VectorChoice, enumerated
from embedviz.formats.reading import Format, ReadResult, require_true_header, row_place
from embedviz.formats.source import Source
from embedviz.formats.text.list_texts import inside_of, take_lists
from embedviz.formats.vector_names import note_on_columns, note_on_conversion

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS = {b"PAR1": "Parquet", b"ARROW1": "Arrow file"}


def kind_of_table(source: Source) -> str | None:
    """Return which kind of Arrow or Parquet table a file is; None: another file."""
    if source.parts.names:
        return "parts"
    head = source.head
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    # A stream has no magic: a mark, the length of the schema and the table that it begins with.
    length = int.from_bytes(head[4:8], "little")
    is_stream = head[:4] == b"\xff\xff\xff\xff" and 16 <= length <= 64 << 20 and length % 8 == 0
    return "Arrow stream" if is_stream and len(head) > 16 else None


def _matches(source: Source) -> bool:
    return kind_of_table(source) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    kind = kind_of_table(source)
    assert kind is not None
    with opened(source, kind, report) as container:
        n_rows = container.facts["n_rows"]
        require_true_header(source.name, n_rows or 0)
        said = container.facts["said"]
        choice = VectorChoice(container.facts["columns"], source.name, settings, said)
        request = {
            "vectors": [column.position for column in choice.vector],
            "columns": [column.position for column in choice.others],
            "dimensions": choice.dimensions,
            "is_parsed": choice.is_text,
            "bytes_as": None if choice.bytes_as is None else BYTE_TYPES[choice.bytes_as],
        }
        parse = partial(_parse, choice.vector[0].name) if choice.is_text else None
        parts = container.facts.get("parts", [])
        place = place_in_parts(parts) if parts else row_place
        rows = ContainerRows(choice.dimensions, request, n_rows, place, parse)
        name = name_of_parts(source.parts) if parts else kind
        result, table = read_rows(container, rows, source, settings, name)
    if parts:
        result.notes += notes_on_parts(source.parts)
    _take_columns(result, table, choice, source.name)
    return result


def _parse(name: str, table: pa.Table, out: Matrix) -> dict[int, str]:
    """Take vectors from texts that are lists."""
    fields = ((text or "").strip().encode() for text in table.column(0).to_pylist())
    return take_lists([inside_of(field, name) for field in fields], out)


def _take_columns(
    result: ReadResult, table: pa.Table | None, choice: VectorChoice, name: str
) -> None:
    result.notes[:0] = choice.notes
    dtype = choice.bytes_as or ("text" if choice.is_text else _dtype_of(choice.vector))
    result.learn(dtype=dtype, vector_columns=choice.vector_columns, byte_types=choice.byte_types)
    result.learn(encoder=_encoder_of(choice))
    result.notes += choice.notes_on_digits
    if choice.bytes_as is not None:
        result.notes.append(Note(f"Bytes read as {choice.bytes_as}.", level="note"))
    first, last = choice.vector[0].name, choice.vector[-1].name
    if choice.is_list:
        take_choice(result, first, choice.described_lists, choice.vector_columns)
    else:
        result.notes.append(note_on_columns(len(choice.vector), first, last))
    if dtype not in ("float32", "text"):
        result.notes.append(note_on_conversion(dtype))
    if choice.dropped:
        shown = enumerated(choice.dropped)
        result.notes.append(
            Note(
                f"{counted(len(choice.dropped), 'column')} of nested or binary values not read "
                f"({shown})."
            )
        )
    if table is None:
        return
    names = {str(column.position): column.name for column in choice.others}
    table = table.rename_columns([names[key] for key in table.column_names])
    label = choose_label_column(table, choice.likely_label, name)
    labels = [] if label is None else texts_of(table[label])
    take_columns(result, table, label, labels, is_wanted=choice.label is not None)


def _encoder_of(choice: VectorChoice) -> EncoderSettings | None:
    """Return what the file says made the vectors, where it can have made such."""
    encoder = choice.encoder
    is_fit = encoder is not None and encoder.dimensions in (None, choice.dimensions)
    return encoder if is_fit else None


_DTYPES = {"halffloat": "float16", "float": "float32", "double": "float64"}


def _dtype_of(columns: Sequence[ArrowColumn]) -> str:
    types = {_DTYPES.get(column.type, column.type) for column in columns}
    return types.pop() if len(types) == 1 else "numbers of several types"


ARROW_TABLE = Format(_matches, _read, frozenset({"vector_column", "bytes_as"}))
