"""Files made to do harm: headers that claim too much, bombs, what is nested without end."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc, parquet

from .archive_files import zipped
from .container_files import hdf5_bytes

TRILLION = 10**12
VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3)


def npy_header(shape: tuple[int, ...], descr: str = "<f4") -> bytes:
    """Return the front of an `.npy`."""
    buffer = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_2_0(buffer, header)
    return buffer.getvalue()


def _safetensors(shape: list[int], n_bytes: int, data: bytes) -> bytes:
    entry = {"dtype": "F32", "shape": shape, "data_offsets": [0, n_bytes]}
    header = json.dumps({"x": entry}).encode()
    return struct.pack("<Q", len(header)) + header + data


def _fasttext(n_words: int, n_buckets: int, n_rows: int) -> bytes:
    data = struct.pack("<2i12id", 793712314, 12, 4, 5, 5, 1, 5, 1, 2, 2, n_buckets, 3, 6, 9, 1e-4)
    data += struct.pack("<3i2q", n_words, n_words, 0, 9, -1) + b"word\0" + struct.pack("<qb", 3, 0)
    return data + struct.pack("<?2q", False, n_rows, 4) + b"\0" * 64


def _varint(number: int) -> bytes:
    groups = [(number >> shift) & 127 for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])


def parquet_of(n_rows: int) -> bytes:
    """Return a table whose footer claims so many rows wherever it counts them."""
    buffer = io.BytesIO()
    lists = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(3 * 5003, np.float32)), 3)
    parquet.write_table(pa.table({"x": lists}), buffer)
    data = buffer.getvalue()
    size = struct.unpack("<I", data[-8:-4])[0]
    footer = data[-8 - size : -8]
    for count in (5003, 3 * 5003):
        footer = footer.replace(
            b"\x16" + _varint(2 * count), b"\x16" + _varint(2 * n_rows * count // 5003)
        )
    assert len(footer) > size
    return data[: -8 - size] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def arrow_of(n_rows: int, new: Callable[..., Any]) -> bytes:
    """Return a table of 5,003 rows that claims so many."""
    buffer = io.BytesIO()
    lists = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(3 * 5003, np.float32)), 3)
    table = pa.table({"x": lists})
    with new(buffer, table.schema) as writer:
        writer.write_table(table)
    data = buffer.getvalue()
    claimed = data.replace(struct.pack("<q", 5003), struct.pack("<q", n_rows))
    assert claimed != data
    return claimed.replace(struct.pack("<q", 3 * 5003), struct.pack("<q", 3 * n_rows))


def _huge_dataset(file: Any) -> None:
    file.create_dataset("vectors", (TRILLION, 8), "<f4", chunks=(1024, 8))


def _huge_annotated(file: Any) -> None:
    kind = [("index", "S8")]
    file.create_dataset("obs", (TRILLION,), kind, chunks=(1024,))
    file.create_dataset("obsm", (TRILLION,), [("X_pca", "<f4", (9,))], chunks=(1024,))


HUGE: dict[str, bytes] = {
    "header.vec": f"{TRILLION} {TRILLION}\n".encode(),
    "x.bin": f"{TRILLION} 100\na ".encode() + bytes(range(128, 250)) * 2,
    "wide.bin": f"3 {TRILLION}\na ".encode() + bytes(range(128, 250)) * 2,
    "x.npy": npy_header((TRILLION, 4)) + bytes(64),
    "wide.npy": npy_header((4, TRILLION)) + bytes(64),
    "empty.npy": npy_header((TRILLION, 0)),
    "x.npz": zipped({"vectors.npy": npy_header((TRILLION, 4)) + bytes(64)}),
    "labels.npz": zipped(
        {"a.npy": npy_header((TRILLION, 4)), "labels.npy": npy_header((4,), "<U9")}
    ),
    "x.npy.gz": gzip.compress(npy_header((TRILLION, 4)) + bytes(64)),
    "x.safetensors": _safetensors([TRILLION, 4], 16 * TRILLION, bytes(64)),
    "short.safetensors": _safetensors([TRILLION, 4], 64, bytes(64)),
    "header.safetensors": struct.pack("<Q", TRILLION) + b'{"x": 1}',
    "rows.ftz": _fasttext(1, 0, TRILLION),
    "words.ftz": _fasttext(2**31 - 1, 2**31 - 1, 2**32 - 2),
    "x.arrow": arrow_of(TRILLION, ipc.new_file),
    "x.arrows": arrow_of(TRILLION, ipc.new_stream),
    "x.h5": hdf5_bytes(_huge_dataset),
    "x.h5ad": hdf5_bytes(_huge_annotated),
}


def gzip_bomb(unit: bytes, n_bytes: int) -> bytes:
    part = gzip.compress(unit * ((1 << 22) // len(unit)))
    return part * (n_bytes >> 22)


def bz2_bomb(unit: bytes, n_bytes: int) -> bytes:
    return bz2.compress(unit * ((1 << 22) // len(unit))) * (n_bytes >> 22)


def xz_bomb(unit: bytes, n_bytes: int) -> bytes:
    return lzma.compress(unit * ((1 << 22) // len(unit)), preset=0) * (n_bytes >> 22)


def _deflated(unit: bytes, n_bytes: int) -> bytes:
    """Return much of one thing as one stream, made of the same part again and again."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = unit * ((1 << 22) // len(unit))
    first = deflate.compress(part) + deflate.flush(zlib.Z_FULL_FLUSH)
    part = deflate.compress(part) + deflate.flush(zlib.Z_FULL_FLUSH)
    return first + part * ((n_bytes >> 22) - 1) + deflate.flush()


def zip_bomb(unit: bytes, n_bytes: int, name: str = "vectors.vec") -> bytes:
    """Return an archive that says the truth about how long it is."""
    data = _deflated(unit, n_bytes)
    encoded = name.encode()
    sizes = struct.pack("<III", 0, len(data), n_bytes)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes
    local += struct.pack("<HH", len(encoded), 0) + encoded + data
    central = b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + sizes
    central += struct.pack("<HHHHHII", len(encoded), 0, 0, 0, 0, 0, 0) + encoded
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


BOMBS: dict[str, Callable[[bytes, int], bytes]] = {
    ".gz": gzip_bomb,
    ".bz2": bz2_bomb,
    ".xz": xz_bomb,
    ".zip": zip_bomb,
}


DEEP: dict[str, bytes] = {
    "lists.json": b"[" * 300_000,
    "objects.json": b'{"a":' * 300_000,
    "closed.json": b"[" * 300_000 + b"]" * 300_000,
    "within.json": b'{"a": ' + b"[" * 300_000 + b"]" * 300_000 + b"}",
    "record.jsonl": b'{"text": "x", "more": ' + b'{"a":' * 300_000 + b"1" + b"}" * 300_000 + b"}\n",
    "cell.csv": b"a,b\nx," + b"[" * 300_000 + b"\n",
    "x.npy": b"\x93NUMPY\2\0" + struct.pack("<I", 60_000) + b"(" * 60_000,
    "x.safetensors": struct.pack("<Q", 600_000) + b'{"x":' + b"[" * 599_995,
    "x.pbtxt": b"embeddings {" * 100_000,
    "projector_config.json": b'{"embeddings": ' + b"[" * 300_000,
}
