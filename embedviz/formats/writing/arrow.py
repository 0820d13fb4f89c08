"""Tables as Parquet and as Feather (Arrow) files; vector sets among them.

A vector set is one table: the labels, the metadata with the types they have, and the vectors as
lists of a fixed size. Which columns are the labels and the vectors is also said in the file's own
metadata under `embedviz`, so that labels which are mostly the same are found again.

What the notes of a set say of it, as that it is a sample of a larger file, is kept there too, and
the settings of the encoder that made the vectors of texts, without what leads to a key.

Rows are written in groups of some megabytes. Parquet is packed with zstd, which every reader knows:
texts shrink, vectors by a few per cent only. Feather is not packed, so that it can be mapped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.texts.encoder_settings import encoder_to_json
from embedviz.formats.companions.columns import unique_names
from embedviz.formats.writing.atomic_write import File
from embedviz.formats.writing.kept_notes import notes_to_json
from embedviz.formats.writing.printing import to_texts
from embedviz.formats.writing.written_rows import WrittenRows

if TYPE_CHECKING:
    import pyarrow as pa

VECTOR = "vector"
MARK = b"embedviz"
"""The file's metadata hold {"label_column": …, "vector_column": …, "notes": …, "encoder": …} under
this name, as JSON; the notes are as `kept_notes` has them."""
SUFFIXES = (".parquet", ".feather", ".arrow")

_ROW = "row"
_GROUP_NUMBERS = 1 << 23
# The texts of more rows might not fit the 2 GB that an Arrow array of texts can hold.
_GROUP_ROWS = 1 << 17


def write_tables(
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    file: File,
    suffix: str,
    plain: Sequence[str] = (),
) -> None:
    """Write the rows of tables of one schema, a group of rows for each.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
    schema : pyarrow.Schema
    file : binary file
    suffix : {".parquet", ".feather", ".arrow"}
    plain : sequence of str
        Columns whose values are all different, as numbers of vectors are.

    Raises
    ------
    UserError
        When the format has no such type as that of a column.
    """
    import pyarrow as pa

    try:
        with _writer(schema, file, suffix, plain) as writer:
            for table in tables:
                writer.write_table(table)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise UserError(
            f"A column cannot be written as {suffix}: {error}. Save as .csv or .npy."
        ) from None


def write_parquet(written: WrittenRows, file: File, report: Report) -> None:
    """Write a set as Parquet."""
    _write_set(written, file, ".parquet", report)


def write_feather(written: WrittenRows, file: File, report: Report) -> None:
    """Write a set as Feather, which is an Arrow file."""
    _write_set(written, file, ".feather", report)


def write_columns(
    written: WrittenRows, numbers: Rows, file: File, suffix: str, report: Report
) -> None:
    """Write the labels and the metadata of a set as one of these formats, without the vectors.

    Before them is a column `row` with the number of each row.
    """
    import pyarrow as pa

    schema = _schema(written, has_vectors=False)
    names = unique_names([_ROW, *schema.names])
    types = [pa.int64(), *schema.types]
    numbered = pa.schema(list(zip(names, types, strict=True)), schema.metadata)

    def tables() -> Iterator[pa.Table]:
        start = 0
        for table in _tables(written, schema, report):
            part = pa.array(numbers[start : start + len(table)], pa.int64())
            start += len(table)
            yield pa.table([part, *table.columns], schema=numbered)

    write_tables(tables(), numbered, file, suffix)


def _write_set(written: WrittenRows, file: File, suffix: str, report: Report) -> None:
    schema = _schema(written)
    write_tables(_tables(written, schema, report), schema, file, suffix, [schema.names[-1]])


def _schema(written: WrittenRows, has_vectors: bool = True) -> pa.Schema:
    import pyarrow as pa

    names, types = written.names(), [pa.string(), *written.metadata.schema.types]
    said: dict[str, Any] = {"label_column": names[0]}
    if has_vectors:
        names = written.names(VECTOR)
        types.append(pa.list_(pa.float32(), written.dimensions))
        said["vector_column"] = names[-1]
        if written.notes:
            said["notes"] = notes_to_json(written.notes)
        if written.encoder is not None:
            said["encoder"] = encoder_to_json(written.encoder)
    fields = [pa.field(name, kind) for name, kind in zip(names, types, strict=True)]
    return pa.schema(fields, {MARK: json.dumps(said)})


def _tables(written: WrittenRows, schema: pa.Schema, report: Report) -> Iterator[pa.Table]:
    import pyarrow as pa

    for rows in written.blocks(_GROUP_NUMBERS, report, _GROUP_ROWS):
        others = written.metadata.slice(rows.start, rows.stop - rows.start).columns
        columns = [to_texts(written.labels[rows]).cast(pa.string()), *others]
        if len(schema) > len(columns):
            numbers = pa.array(written.vectors(rows).ravel().astype(np.float32, copy=False))
            columns.append(pa.FixedSizeListArray.from_arrays(numbers, written.dimensions))
        yield pa.table(columns, schema=schema)


def _writer(schema: pa.Schema, file: File, suffix: str, plain: Sequence[str]) -> Any:
    if suffix != ".parquet":
        from pyarrow import ipc

        return ipc.new_file(file, schema)
    from pyarrow import parquet

    # A dictionary of values and their extremes help where they repeat.
    others = [name for name in schema.names if name not in plain]
    return parquet.ParquetWriter(
        file, schema, compression="zstd", use_dictionary=others, write_statistics=others
    )
