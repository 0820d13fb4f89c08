"""Files that are recognized but not read: what each is, why, and the line that exports it.

A gensim model or a `.pt` file is a pickle, which could run any code when it is opened: these are
refused for good; `pickles` tells them apart. Others are the stores of other programs, each of which
can write what is in it to a file that is read here.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path, PurePath

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.reading import Format, ReadResult
from embedviz.formats.refused.pickles import Named, name_pickle, name_torch_archive
from embedviz.formats.refused.program_text import describe_pieces, name_program_text
from embedviz.formats.refused.sparse_pairs import name_sparse_pairs
from embedviz.formats.source import Source

_CHOOSE = "It holds no vectors: choose a file that does."
_IN_PYTHON = "Export the vectors in Python, in its folder: import "

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"FEA1", "a Feather table of version 1", "Write it again with pyarrow.feather.write_feather."),
    (
        b"PARE",
        "an encrypted Parquet table",
        "Write it again with pyarrow.parquet.write_table, without encryption.",
    ),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        _IN_PYTHON + "sqlite3, numpy; numpy.save('vectors.npy', [numpy.frombuffer(row[0], "
        "'float32') for row in sqlite3.connect({file}).execute('SELECT … FROM …')])",
    ),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "Unpack it: zstd -d {file}"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4", "Unpack it: lz4 -d {file}"),
    (b"\x1f\x9d", "compressed with compress", "Unpack it: uncompress {file}"),
    (b"\x1f\x8b", "compressed twice", "Unpack it first."),
    (b"BZh", "compressed twice", "Unpack it first."),
    (b"\xfd7zXZ\0", "compressed twice", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it: 7z x {file}"),
    (b"Rar!", "a RAR archive", "Unpack it: unrar x {file}"),
    (
        b"GGUF",
        "a GGUF model",
        _IN_PYTHON + "gguf, numpy; t = next(t for t in gguf.GGUFReader({file}).tensors if t.name "
        "== 'token_embd.weight'); numpy.save('vectors.npy', gguf.quants.dequantize(t.data, "
        "t.tensor_type))",
    ),
    (
        b"MATLAB 5.0 MAT-file",
        "a MATLAB file",
        _IN_PYTHON + "scipy.io, numpy; numpy.save('vectors.npy', scipy.io.loadmat({file})['NAME'])",
    ),
    (b"RDX2\n", "an R workspace", "Export the vectors in R: write.csv(NAME, 'vectors.csv')"),
    (b"RDX3\n", "an R workspace", "Export the vectors in R: write.csv(NAME, 'vectors.csv')"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old office document, such as an Excel workbook",
        "Save the table in it as CSV and open that.",
    ),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
)

_WITHOUT_VECTORS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _CHOOSE),
    (b"\x89PNG", "a picture", _CHOOSE),
    (b"\xff\xd8\xff", "a picture", _CHOOSE),
    (
        b"version https://git-lfs.github.com/spec",
        "a Git LFS pointer, which stands in for a file that is not here yet",
        "Run `git lfs pull` in its folder to fetch it.",
    ),
)

_is_session = re.compile(rb'\s*\{\s*"format":\s*"embedviz session"').match
_is_web_page = re.compile(rb"\s*<(?:!doctype html|html|head|body|\?xml)", re.IGNORECASE).match
_is_onnx = re.compile(rb"\x08[\x01-\x14](?:\x12.[\w.-]*|\x1a|\x3a|\x42)", re.DOTALL).match
_is_faiss = re.compile(rb"(?:I[xwHNB]|IL|Ib)[0-9A-Za-z]{2}").match
_MOST_FAISS_DIMENSIONS = 1 << 16
_checkpoint_part = re.compile(r"(.+?)\.(?:data-[0-9]{5}-of-[0-9]{5}|index|meta)").fullmatch


def _name(source: Source) -> Named | None:
    """Return what the file is and what to do, or None when it is something else."""
    is_text = b"\0" not in source.head
    return _name_kind(source) or (_name_text(source, _file_of(source)) if is_text else None)


def _name_kind(source: Source) -> Named | None:
    """Return the same, of all that are not told by how numbers are printed in them."""
    head, file = source.head, _file_of(source)
    for start, what, advice in _STARTS:
        if head.startswith(start):
            return Named(what, advice.format(file=repr(file)))
    for start, what, advice in _WITHOUT_VECTORS:
        if head.startswith(start):
            return Named(what, advice, may_hold_vectors=False)
    if _is_session(source.text):
        how = f"Open it with File → Open Session, or with `embedviz {shlex.quote(file)}`."
        return Named("a session of embedviz", how, may_hold_vectors=False)
    if _is_web_page(source.text):
        what, advice = "a web page, perhaps an error message", "Download the file itself again."
        return Named(what, advice, may_hold_vectors=False)
    if b"\r" in source.text and not re.search(rb"[\n\0]", source.text):
        what = "text whose lines end in carriage returns alone"
        return Named(what, "Save it with ordinary line ends.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _name_archive(head, file)
    if head[257:262] == b"ustar":
        return Named("a tar archive", f"Unpack it with `tar -xf {file}`.")
    return name_pickle(head, file) or _name_index(head, file) or _name_model(source)


def _name_text(source: Source, file: str) -> Named | None:
    """Return what a text is whose numbers are no rows of a table."""
    lines = source.lines
    found = name_sparse_pairs(lines, file) or name_program_text(source.text, lines, file)
    return Named(*found) if found else None


def _name_archive(head: bytes, file: str) -> Named:
    torch = name_torch_archive(head, file)
    if torch is not None:
        return torch
    if b"xl/" in head and b"[Content_Types].xml" in head:
        return Named(
            "an Excel workbook",
            "Save the sheet with the vectors as CSV, or in Python: import pandas; "
            f"pandas.read_excel({file!r}).to_csv('vectors.csv', index=False)",
        )
    if b"[Content_Types].xml" in head[:200]:
        return Named("an office document", "Save the table in it as CSV and open that.")
    return Named("a zip archive", "Unpack it and open the file inside.")


def _name_index(head: bytes, file: str) -> Named | None:
    """Return what an index of vectors is, as they are built for searching."""
    if _is_faiss(head) and 0 < int.from_bytes(head[4:8], "little") <= _MOST_FAISS_DIMENSIONS:
        prepared = "index.make_direct_map(); " if head.startswith(b"Iw") else ""
        inner = "index.index" if head[:4] in (b"IxMp", b"IxM2") else "index"
        return Named(
            "a FAISS index",
            f"{_IN_PYTHON}faiss, numpy; index = faiss.read_index({file!r}); {prepared}"
            f"numpy.save('vectors.npy', {inner}.reconstruct_n(0, index.ntotal))",
        )
    if file.lower().endswith((".ann", ".annoy")) and _is_binary(head):
        return Named(
            "an Annoy index",
            f"It does not say how many dimensions it has. {_IN_PYTHON}annoy, numpy; "
            "index = annoy.AnnoyIndex(DIMENSIONS, 'angular'); "
            f"index.load({file!r}); numpy.save('vectors.npy', [index.get_item_vector(i) for i in "
            "range(index.get_n_items())])",
        )
    if head[8:12] == b"DUCK":
        return Named(
            "a DuckDB database",
            f"{_IN_PYTHON}duckdb; duckdb.connect({file!r}).sql('SELECT * FROM …')"
            ".write_parquet('vectors.parquet')",
        )
    return None


def _name_model(source: Source) -> Named | None:
    """Return what a model is, which has vectors among other things."""
    head, file = source.head, _file_of(source)
    if _is_onnx(head) and (file.lower().endswith(".onnx") or b"onnx" in head[:400].lower()):
        return Named(
            "an ONNX model",
            "It computes vectors and holds none of your texts: run it over them, and save the "
            "result with numpy.save('vectors.npy', vectors).",
        )
    part = _checkpoint_part(file)
    if part is not None and _is_binary(head) and _has_data(source.path, f"{part[1]}.data-"):
        return Named(
            "a part of a TensorFlow checkpoint",
            f"{_IN_PYTHON}numpy, tensorflow as tf; numpy.save('vectors.npy', "
            f"tf.train.load_variable({part[1]!r}, 'NAME')). tf.train.list_variables({part[1]!r}) "
            "says which names there are.",
        )
    return None


def _has_data(path: Path, start: str) -> bool:
    """Return whether the numbers of a checkpoint are beside a file."""
    return any(other.name.startswith(start) for other in path.parent.iterdir())


def _file_of(source: Source) -> str:
    """Return the name of the file itself, also of one in an archive."""
    return source.path.name if source.member is None else PurePath(source.member).name


def _is_binary(data: bytes) -> bool:
    return b"\0" in data or sum(byte < 9 for byte in data[:4096]) > 20


def _matches(source: Source) -> bool:
    return _name(source) is not None


def _refuse(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    named = _name(source)
    assert named is not None
    raise _refusal(source, named)


def require_text(source: Source) -> None:
    """Refuse what is not text, and text that only stands in for a file of another kind.

    Raises
    ------
    UserError
        With what it is and what to do.
    """
    named = _name_kind(source)
    if named is not None:
        raise _refusal(source, named)
    if not source.text.strip() or _is_binary(source.text):
        raise describe_unknown(source)


def _refusal(source: Source, named: Named) -> UserError:
    clause = ", which cannot be read" if named.may_hold_vectors else ""
    return UserError(f"{source.name} is {named.what}{clause}. {named.advice}")


UNREADABLE = Format(_matches, _refuse)


def describe_unknown(source: Source) -> UserError:
    """Return the error for a file that is in no known format."""
    name = source.name
    text = source.text
    if not text.strip():
        return UserError(f"{name} holds nothing but blank space. Write or download it again.")
    if _is_binary(text):
        return UserError(f"{name} {_describe_binary(source)}")
    if pieces := describe_pieces(source.lines):
        return UserError(f"{name} {pieces}")
    first = text.strip().split(b"\n", 1)[0].strip()[:60].decode("utf-8", "replace")
    return UserError(
        f"{name} is text without vectors: its first line is {first!r}. A label and at least two "
        "numbers per line are needed. A list of labels is opened together with its vectors."
    )


def _describe_binary(source: Source) -> str:
    """Return the sentences about bytes without a known beginning."""
    file = repr(_file_of(source))
    for dtype, size in (("float32", 4), ("float64", 8)):
        if not source.size % size and _are_plausible(source.head, dtype):
            hint = (
                " If GloVe wrote it, its words are in the .txt beside it: open that instead."
                if dtype == "float64"
                else ""
            )
            return (
                f"is bare numbers ({dtype}) without their shape or labels, as far as can be seen."
                f"{hint} Where you know how many belong to a row: import numpy; "
                f"numpy.save('vectors.npy', numpy.fromfile({file}, '{dtype}').reshape(-1, "
                "DIMENSIONS))"
            )
    return (
        "is binary data of a kind that is not known here. Export the vectors with the program that "
        "wrote it, as .npy, CSV or word2vec text."
    )


def _are_plausible(head: bytes, dtype: str) -> bool:
    """Return whether bytes are numbers of the size that vectors have."""
    size = np.dtype(dtype).itemsize
    numbers = np.frombuffer(head[: len(head) // size * size], dtype)
    if len(numbers) < 8:
        return False
    with np.errstate(invalid="ignore"):
        sizes = np.abs(numbers)
        fitting = ((sizes > 1e-9) & (sizes < 1e4)) | (sizes == 0)
    return bool(fitting.mean() > 0.99 and (sizes > 1e-6).mean() > 0.5)
