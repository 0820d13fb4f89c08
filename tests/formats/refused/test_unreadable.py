import io
import struct
import zipfile

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load

NORMAL = np.random.default_rng(8).normal(size=600)
TABLE = b"leveldb" + bytes(50)


def zipped(*names):
    """Return the bytes of an archive of an office document."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"<xml/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"\n <HTML><body>", "a web page"),
        (b"<?xml version='1.0'?>", "a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 12\n",
            "a Git LFS pointer, which stands in for a file that is not here yet. Run `git lfs",
        ),
        (b"SQLite format 3\0", r"an SQLite database.*sqlite3\.connect\('x\.bin'\)"),
        (b"7z\xbc\xaf\x27\x1c", r"a 7-Zip archive, .* Unpack it: 7z x 'x\.bin'"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "compressed with Zstandard, .*: zstd -d"),
        (b"\x04\x22\x4d\x18" + bytes(9), "compressed with LZ4, .*: lz4 -d"),
        (b"\x1f\x9d\x90", "compressed with compress, .*: uncompress"),
        (b"GGUF\3\0\0\0", r"a GGUF model, .*GGUFReader\('x\.bin'\)"),
        (b"MATLAB 5.0 MAT-file, Platform: posix", r"a MATLAB file, .*loadmat\('x\.bin'\)"),
        (b"RDX3\nX\n", r"an R workspace, .*write\.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"FEA1" + bytes(9), "a Feather table of version 1"),
        (b"PARE" + bytes(9), "an encrypted Parquet table"),
        (bytes(8) + b"DUCK" + bytes(9), r"a DuckDB database, .*duckdb\.connect"),
        (b"%PDF-1.7", r"a PDF document\. It holds no vectors"),
        (
            b'{\n "format": "embedviz session",\n "version": 1}',
            r"a session of embedviz\. Open it .* → Open Session, or with `embedviz x\.bin`\.",
        ),
        (b"\x89PNG\r\n", "a picture"),
        ("a 1 2\nb 3 4\n".encode("utf-16"), "text in UTF-16"),
        (b"a 1 2\rb 3 4\r", "text whose lines end in carriage returns alone"),
        (bytes(257) + b"ustar\0", r"a tar archive.*tar -xf x\.bin"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), r"an Excel workbook.*read_excel\('x"),
        (zipped("[Content_Types].xml", "word/document.xml"), "an office document"),
        (b"IxFI" + struct.pack("<iq", 384, 10), r"a FAISS index.*read_index\('x\.bin'\); numpy"),
        (b"IwFl" + struct.pack("<iq", 384, 10), r"a FAISS index.*; index\.make_direct_map\(\);"),
        (b"IxMp" + struct.pack("<iq", 384, 10), r"a FAISS index.*index\.index\.reconstruct_n"),
        (b"\x08\x07\x12\x0cskl2onnx\0\0", r"an ONNX model.*numpy\.save"),
    ],
)
def test_known_but_unread(write, data, message):
    with pytest.raises(UserError, match=rf"^x\.bin is {message}"):
        load(write("x.bin", data))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.ann", struct.pack("<ii2f", 1, 0, 0.5, 2), r"an Annoy index, which .*load\('x\.ann'\)"),
        ("x.onnx", b"\x08\x07\x12\x07pytorch" + bytes(9), "an ONNX model"),
        (
            "m.ckpt-5.data-00000-of-00001",
            bytes(64),
            r"a part of a Tensor.*load_variable\('m\.ckpt-5'",
        ),
        ("m.ckpt-5.index", TABLE, r"a part of a TensorFlow checkpoint"),
    ],
)
def test_known_by_their_names(write, name, data, message):
    write("m.ckpt-5.data-00000-of-00001", bytes(64))
    with pytest.raises(UserError, match=rf"^{name} is {message}"):
        load(write(name, data))


@pytest.mark.parametrize("name", ["x.index", "x.ann", "x.onnx"])
def test_names_alone_say_nothing(write, name):
    assert load(write(name, "a 1 2\nb 3 4\n")).labels == ("a", "b")


def test_text_that_starts_as_an_index_does(write):
    assert load(write("x.txt", "IxFI 1 2\nIHNf 3 4\n")).labels == ("IxFI", "IHNf")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bare_numbers(write, dtype):
    data = NORMAL.astype(dtype).tobytes()
    with pytest.raises(
        UserError, match=rf"bare numbers \({dtype}\).*fromfile\('x\.bin', '{dtype}'"
    ):
        load(write("x.bin", data))


def test_vectors_of_glove_without_words(write):
    with pytest.raises(UserError, match=r"If GloVe wrote it, its words are in the \.txt beside it"):
        load(write("vectors.bin", (NORMAL / 10).tobytes()))


def test_folders(tmp_path):
    (tmp_path / "x.lance" / "_versions").mkdir(parents=True)
    with pytest.raises(UserError, match=r"^x\.lance is a Lance table"):
        load(tmp_path / "x.lance")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b" \n\n\t", "nothing but blank space"),
        (b"\xef\xbb\xbf", "nothing but blank space"),
        (bytes(range(256)) * 10, "binary data of a kind that is not known"),
        (b"the\nof\nand\n", "text without vectors: its first line is 'the'"),
        (b"Dear all,\n\nthis is no file of 12 vectors.\n", "text without vectors"),
        (b"error 12\nno error\nwarning\n", "text without vectors"),
        (b"\n" * 300 + b"the\nof\n", "text without vectors: its first line is 'the'"),
    ],
)
def test_unknown(write, data, message):
    with pytest.raises(UserError, match=rf"^x\.bin (holds|is) {message}"):
        load(write("x.bin", data))


def test_real_file(data_folder):
    with pytest.raises(UserError, match="text without vectors"):
        load(data_folder / "glove50" / "golden_words.txt")
