"""Parquet, Feather and Arrow, HDF5 and AnnData, written by pyarrow and h5py."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
from pyarrow import feather, ipc, parquet

from .corpus import QUOTED_LABELS, FloatArray, Sample, builder, labels, matrix


def _vector_column(rng: Random, vectors: FloatArray) -> pa.Array:
    lists: list[Any] = [[float(x) for x in row] for row in vectors]
    kind = rng.choice((pa.float32(), pa.float32(), pa.float64(), pa.float16(), pa.int32()))
    if pa.types.is_float16(kind) or pa.types.is_integer(kind):
        lists = [np.nan_to_num(row, posinf=1, neginf=1).astype("f2" if kind != pa.int32() else "i4")
                 for row in vectors.clip(-9, 9)]  # fmt: skip
    odd = rng.random()
    if odd < 0.1:
        lists[-1] = None
    elif odd < 0.2:
        lists[-1] = lists[-1][:-1]
    elif odd < 0.3 and kind != pa.int32() and kind != pa.float16():
        lists[-1][0] = None
    shape = rng.choice(("list", "fixed", "large", "struct"))
    if shape == "fixed" and not 0.1 <= odd < 0.2:
        return pa.array(lists, pa.list_(kind, vectors.shape[1]))
    if shape == "large":
        return pa.array(lists, pa.large_list(kind))
    array = pa.array(lists, pa.list_(kind))
    return pa.StructArray.from_arrays([array], ["values"]) if shape == "struct" else array


def _table(rng: Random) -> pa.Table:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    columns: dict[str, Any] = {}
    if rng.random() < 0.8:
        texts = pa.array(names)
        columns[rng.choice(("text", "label", "id"))] = rng.choice(
            (
                texts,
                texts.dictionary_encode(),
                texts.cast(pa.large_string()),
                texts.cast(pa.binary()),
            )
        )
    if rng.random() < 0.3:
        columns["when"] = pa.array(
            range(len(vectors)), rng.choice((pa.timestamp("us", "UTC"), pa.int8()))
        )
    if rng.random() < 0.2:
        columns["more"] = pa.array([{"a": [1, None]}] * len(vectors))
    if rng.random() < 0.25:
        columns |= {f"d{i}": vectors[:, i] for i in range(vectors.shape[1])}
    else:
        columns["embedding"] = _vector_column(rng, vectors)
    if rng.random() < 0.15:
        columns["second"] = _vector_column(rng, vectors)
    return pa.table(columns)


@builder("Parquet", 0.7)
def parquet_file(rng: Random) -> Sample:
    buffer = io.BytesIO()
    parquet.write_table(
        _table(rng),
        buffer,
        compression=rng.choice(("snappy", "zstd", "gzip", "brotli", "lz4", "none")),
        row_group_size=rng.choice((2, 1000)),
        use_dictionary=rng.random() < 0.5,
        data_page_version=rng.choice(("1.0", "2.0")),
        version=rng.choice(("1.0", "2.6")),
    )
    return Sample({"table.parquet": buffer.getvalue()})


@builder("Arrow", 0.7)
def arrow_file(rng: Random) -> Sample:
    table = _table(rng)
    buffer = io.BytesIO()
    kind = rng.choice(("feather", "file", "stream"))
    compression = rng.choice(("lz4", "zstd", None))
    if kind == "feather":
        feather.write_feather(table, buffer, compression=compression or "uncompressed")
        return Sample({"table.feather": buffer.getvalue()})
    options = ipc.IpcWriteOptions(compression=compression)
    new = ipc.new_file if kind == "file" else ipc.new_stream
    with new(buffer, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=rng.choice((2, 1000)))
    return Sample({f"table.arrow{'s' if kind == 'stream' else ''}": buffer.getvalue()})


@builder("Parquet", 0.7)
def parquet_folder(rng: Random) -> Sample:
    """Several files of one folder, now and then one of other columns."""
    table = _table(rng)
    size = rng.choice((1, 2, 5))
    files: dict[str, bytes] = {}
    for index, start in enumerate(range(0, min(table.num_rows, 4 * size), size)):
        part = table.slice(start, size)
        if rng.random() < 0.05:
            part = part.drop_columns([rng.choice(part.column_names)])
        if rng.random() < 0.05:
            part = part.append_column("extra", pa.array(["x"] * part.num_rows))
        buffer = io.BytesIO()
        end = rng.choice(("parquet", "parquet", "parquet", "arrow"))
        if end == "parquet":
            parquet.write_table(part, buffer)
        else:
            with ipc.new_file(buffer, part.schema) as writer:
                writer.write_table(part)
        place = rng.choice(("", "", "kind=a/", "kind=%2F/", "year=2020/", "__HIVE=/"))
        files[f"parts/{place}{index}.{end}"] = buffer.getvalue()
    if rng.random() < 0.3:
        files["parts/_SUCCESS"] = b""
    return Sample(files, folder="parts")


@builder("Parquet", 0.7)
def bytes_column(rng: Random) -> Sample:
    """Vectors as bytes, of one type or of lengths that fit none."""
    vectors = matrix(rng)
    dtype = rng.choice(("<f4", "<f4", "<f2", "<f8", "i1"))
    with np.errstate(all="ignore"):
        rows = [np.nan_to_num(row).astype(dtype).tobytes() for row in vectors]
    if rng.random() < 0.2:
        rows[-1] = rng.choice((b"", rows[-1][:-1], rows[-1] * 2))
    kinds = [pa.binary(), pa.large_binary()]
    if len(set(map(len, rows))) == 1 and rows[0]:
        kinds.append(pa.binary(len(rows[0])))
    values: list[Any] = [*rows]
    if rng.random() < 0.1:
        values[0] = None
    names = labels(rng, len(vectors), QUOTED_LABELS)
    table = pa.table(
        {"id": names, rng.choice(("emb", "blob", "x")): pa.array(values, rng.choice(kinds))}
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    wanted = rng.choice((None, "float32", "float16", "float64", "int8"))
    return Sample({"blob.parquet": buffer.getvalue()}, {"bytes_as": wanted} if wanted else {})


def hdf5_bytes(fill: Any) -> bytes:
    """Return an HDF5 file that `fill(file)` has filled."""
    buffer = io.BytesIO()
    with h5py.File(
        buffer, "w", libver="latest" if getattr(fill, "is_new", False) else "earliest"
    ) as file:
        fill(file)
    return buffer.getvalue()


def _texts(rng: Random, names: list[str]) -> Any:
    if rng.random() < 0.5:
        return np.array([name.encode().replace(b"\0", b"") for name in names], "S")
    return np.array([name.replace("\0", "") for name in names], object)


def _dataset_options(rng: Random) -> dict[str, Any]:
    return rng.choice(
        (
            {},
            {"chunks": True},
            {"compression": "gzip"},
            {"compression": "lzf", "shuffle": True},
            {"fletcher32": True},
        )
    )


def _add_texts(group: Any, name: str, texts: Any) -> None:
    if texts.dtype == object:
        group.create_dataset(name, data=texts, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=texts)


@builder("HDF5", 0.7)
def plain_hdf5(rng: Random) -> Sample:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    path = rng.choice(("vectors", "embeddings", "model/embedding", "x"))
    dtype = rng.choice(("<f4", "<f4", "<f8", ">f4", "<f2", "<i4"))
    odd = rng.random()

    def fill(file: Any) -> None:
        with np.errstate(all="ignore"):
            data = np.nan_to_num(vectors).astype(dtype)
        file.create_dataset(path, data=data, **_dataset_options(rng))
        if rng.random() < 0.7:
            _add_texts(file, rng.choice(("words", "labels", "a")), _texts(rng, names))
        if odd < 0.1:
            file["second"] = vectors
        elif odd < 0.2:
            add_links(file, vectors.shape)

    return Sample({"set.h5": hdf5_bytes(fill)})


@builder("HDF5", 0.7)
def table_hdf5(rng: Random) -> Sample:
    """Records, as pandas writes them: an index, and a block for each type of column."""
    vectors = matrix(rng)
    count, dimensions = vectors.shape
    names = [name.encode().replace(b"\0", b"")[:40] for name in labels(rng, count)]
    kinds: list[Any] = [
        ("index", rng.choice(("S40", "<i8"))),
        ("values_block_0", rng.choice(("<f4", "<f8")), (dimensions,)),
    ]
    if rng.random() < 0.5:
        kinds.append(("values_block_1", "<i8", (rng.choice((1, 2)),)))
    if rng.random() < 0.5:
        kinds.append(("values_block_2", "S8", (1,)))
    rows = np.zeros(count, kinds)
    rows["index"] = names if rows.dtype["index"].kind == "S" else np.arange(count) + 7
    rows["values_block_0"] = vectors
    pickled = rng.choice(
        (b"(lp0\nVa\np1\na.", b"\x80\x02]q\x00(K\x00K\x01e.", b"(lp0\nI0\n", b"cos\n")
    )

    def fill(file: Any) -> None:
        file["df/table"] = rows
        file["df"].attrs["pandas_type"] = np.bytes_(b"frame_table")
        file["df"].attrs["nan_rep"] = np.bytes_(b"nan")
        for name, _, *_ in kinds:
            file["df/table"].attrs[f"{name}_kind"] = np.bytes_(pickled)
        said = rng.choice(("datetime64", "datetime64[s]", "datetime64[x]", "bool", "int64"))
        file["df/table"].attrs["values_block_1_dtype"] = said

    return Sample({"table.h5": hdf5_bytes(fill)})


@builder("HDF5", 0.7)
def ragged_hdf5(rng: Random) -> Sample:
    """A list of numbers for each row, mostly of one length."""
    vectors = matrix(rng)
    rows = np.empty(len(vectors), object)
    for place, row in enumerate(vectors):
        rows[place] = row[: rng.choice((None, None, None, None, 1))]

    def fill(file: Any) -> None:
        file.create_dataset("encoded", data=rows, dtype=h5py.vlen_dtype(rng.choice(("f4", "f8"))))
        _add_texts(file, "name", _texts(rng, labels(rng, len(rows))))

    return Sample({"ragged.h5": hdf5_bytes(fill)})


def add_links(file: Any, shape: tuple[int, ...]) -> None:
    """Add everything by which an HDF5 file can ask for another one to be read."""
    outside = "../outside/secret.h5"
    file["external"] = h5py.ExternalLink(outside, "/vectors")
    file["soft"] = h5py.SoftLink("/nowhere")
    file["loop"] = h5py.SoftLink("/loop")
    file.create_dataset("raw", shape, "<f4", external=[("../outside/secret.bytes", 0, 1 << 20)])
    layout = h5py.VirtualLayout(shape, "<f4")
    layout[:] = h5py.VirtualSource(outside, "vectors", shape)
    file.create_virtual_dataset("virtual", layout)


def _encoded(target: Any, kind: str, version: str) -> None:
    target.attrs["encoding-type"] = kind
    target.attrs["encoding-version"] = version


def _add_frame(file: Any, name: str, rng: Random, count: int) -> None:
    frame = file.create_group(name)
    _encoded(frame, "dataframe", "0.2.0")
    frame.attrs["_index"] = index = rng.choice(("_index", "cell_id"))
    frame.attrs["column-order"] = np.array(["kind"], object)
    _add_texts(frame, index, _texts(rng, labels(rng, count)))
    if rng.random() < 0.7:
        group = frame.create_group("kind")
        _encoded(group, "categorical", "0.2.0")
        group.attrs["ordered"] = False
        codes = np.array([rng.choice((-1, 0, 1)) for _ in range(count)], "i1")
        group.create_dataset("codes", data=codes)
        _add_texts(group, "categories", np.array(["T", "B"], object))
    frame["n_counts"] = np.arange(count)


def _add_sparse(file: Any, vectors: FloatArray) -> None:
    group = file.create_group("X")
    _encoded(group, "csr_matrix", "0.1.0")
    group.attrs["shape"] = vectors.shape
    group["data"] = vectors.ravel()
    group["indices"] = np.tile(np.arange(vectors.shape[1], dtype="i4"), len(vectors))
    group["indptr"] = np.arange(len(vectors) + 1, dtype="i4") * vectors.shape[1]


@builder("AnnData", 0.7)
def anndata(rng: Random) -> Sample:
    vectors = matrix(rng)
    count = len(vectors)

    def fill(file: Any) -> None:
        _encoded(file, "anndata", "0.1.0")
        _add_frame(file, "obs", rng, count)
        _add_frame(file, "var", rng, vectors.shape[1])
        if rng.random() < 0.4:
            _add_sparse(file, vectors)
        elif rng.random() < 0.8:
            file.create_dataset("X", data=vectors, **_dataset_options(rng))
        maps = file.create_group("obsm")
        _encoded(maps, "dict", "0.1.0")
        for name in rng.sample(("X_pca", "X_umap", "latent"), rng.choice((0, 1, 2, 3))):
            maps[name] = matrix(rng, count)

    return Sample({"cells.h5ad": hdf5_bytes(fill)})


@builder("AnnData", 0.7)
def old_anndata(rng: Random) -> Sample:
    """Before version 0.7: frames are compound datasets."""
    vectors = matrix(rng)
    count = len(vectors)

    def fill(file: Any) -> None:
        file["X"] = vectors
        kinds = [("index", "S8"), ("kind", "i1"), ("depth", "<f4")]
        rows = [(f"cell{i}".encode(), i % 2, i / 2) for i in range(count)]
        file["obs"] = np.array(rows, kinds)
        file["uns/kind_categories"] = np.array([b"T", b"B"])
        if rng.random() < 0.7:
            maps = [("X_pca", "<f4", (4,)), ("X_tsne", "<f8", (2,))]
            file["obsm"] = np.array([(matrix(rng, 1, 4)[0], matrix(rng, 1, 2)[0])] * count, maps)

    return Sample({"old.h5ad": hdf5_bytes(fill)})
