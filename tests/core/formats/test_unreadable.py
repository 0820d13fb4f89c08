import io
import pickle
import zipfile

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from embedviz.core.errors import UserError
from embedviz.core.formats import load


def zipped(name):
    """Return the bytes of an archive with one file in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, b"a 1 2\nb 3 4\n")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"\n <HTML><body>", "a web page"),
        (b"<?xml version='1.0'?>", "a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 12\n",
            "a Git LFS pointer, not the vectors themselves, which cannot be read. Run `git lfs",
        ),
        (b"PK\x05\x06" + bytes(18), "a zip archive"),
        (zipped("archive/data.pkl"), r"a PyTorch file.*weights_only=True"),
        (pickle.dumps({"a": [1.0]}), r"a Python pickle.*save_word2vec_format"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0" + bytes(50), "a fastText model.*Open its .vec"),
        (b'\x40\0\0\0\0\0\0\0{"x":{"dtype":"F32"}}', "a safetensors file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "compressed with Zstandard"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        ("a 1 2\nb 3 4\n".encode("utf-16"), "text in UTF-16"),
        (b"a 1 2\rb 3 4\r", "text whose lines end in carriage returns alone"),
    ],
)
def test_known_but_unread(write, data, message):
    with pytest.raises(UserError, match=rf"^x\.bin is {message}"):
        load(write("x.bin", data))


def test_arrow_files(tmp_path):
    table = pa.table({"a": [1.0]})
    parquet.write_table(table, tmp_path / "x.parquet")
    feather.write_feather(table, tmp_path / "x.feather")
    with pytest.raises(UserError, match="a Parquet table"):
        load(tmp_path / "x.parquet")
    with pytest.raises(UserError, match="an Arrow table"):
        load(tmp_path / "x.feather")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b" \n\n\t", "nothing but blank space"),
        (b"\xef\xbb\xbf", "nothing but blank space"),
        (bytes(range(256)) * 10, "binary data of a kind that is not known"),
        (b"the\nof\nand\n", "text without vectors: its first line is 'the'"),
        (b"Dear all,\n\nthis is no file of 12 vectors.\n", "text without vectors"),
        (b"error 12\nno error\nwarning\n", "text without vectors"),
    ],
)
def test_unknown(write, data, message):
    with pytest.raises(UserError, match=rf"^x\.bin (holds|is) {message}"):
        load(write("x.bin", data))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("glove.h5", "an HDF5 file"),
        ("glove.h5ad", "an HDF5 file"),
        ("glove.safetensors", "a safetensors file"),
        ("glove_list.parquet", "a Parquet table"),
        ("golden_words.txt", "text without vectors"),
    ],
)
def test_real_files(data_folder, name, what):
    with pytest.raises(UserError, match=what):
        load(data_folder / "glove50" / name)
