import bz2
import gzip
import lzma
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.formats.source import HEAD_BYTES, Source, reading
from embedviz.formats.text.lines import line_blocks

TEXT = b"a 1 2\nb 3 4\n"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_compression_is_seen_by_content(write, pack):
    source = Source(write("x.txt", pack(TEXT)))
    assert source.head == TEXT
    assert source.is_whole_in_head
    assert source.is_compressed == (pack is not bytes)
    with source.stream() as stream:
        assert stream.read(5) == b"a 1 2"
        assert stream.read(99) == b"\nb 3 4\n"
        assert stream.fraction == 1


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_truncated_compression(write, pack):
    lines = "".join(f"w{i} {i}.5 {i}.25\n" for i in range(20_000)).encode()
    data = pack(lines)
    for end in (len(data) // 2, len(data) - 5, 20):
        with pytest.raises(UserError, match=r"x\.gz (ends in the middle|cannot be read)"):
            load(write("x.gz", data[:end]))


def test_damaged_compression(write):
    data = bytearray(gzip.compress(os.urandom(50_000)))
    data[20_000:20_100] = bytes(100)
    with pytest.raises(UserError, match=r"x\.gz"):
        load(write("x.gz", bytes(data)))
    with pytest.raises(UserError, match=r"x\.gz cannot be read .*download or copy it again"):
        load(write("x.gz", gzip.compress(TEXT) + b"more"))


def test_several_members_are_one_file(write):
    assert load(write("x.gz", gzip.compress(TEXT) + gzip.compress(b"c 5 6\n"))).labels[-1] == "c"


def test_paths_that_are_no_files(tmp_path, write):
    with pytest.raises(UserError, match=r"There is no file x\.txt"):
        load(tmp_path / "x.txt")
    with pytest.raises(UserError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(UserError, match=r"x\.txt is empty \(0 bytes\)"):
        load(write("x.txt", b""))
    with pytest.raises(UserError, match="NUL"):
        load("a\0b")
    with pytest.raises(UserError, match="cannot be read"):
        load(tmp_path / ("x" * 5000))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="is not an ordinary file"):
        load(tmp_path / "pipe")


def test_permissions():
    with pytest.raises(UserError, match=r"x\.txt may not be read"), reading("x.txt"):
        raise PermissionError


def test_head_grows_to_two_lines(write):
    long = b"x" * (3 * HEAD_BYTES)
    source = Source(write("x", long + b"\n" + long + b"\n" + long))
    assert len(source.head) == 7 * HEAD_BYTES
    assert source.lines == [long, long]
    assert not source.is_whole_in_head


def test_lines_are_whole_and_not_blank(write):
    assert Source(write("x", "\ufeffa\n \r\n\nb")).lines == [b"a", b"b"]
    source = Source(write("x", b"abc\n" * 1000))
    assert source.lines == [b"abc"] * 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from([7, 16, 1 << 20]))
def test_blocks_are_whole_lines_and_nothing_is_lost(tmp_path, monkeypatch, data, size):
    monkeypatch.setattr("embedviz.formats.source.BLOCK_BYTES", size)
    path = tmp_path / "x"
    path.write_bytes(b"x" + data)
    source = Source(path)
    with source.stream() as stream:
        blocks = [block.tobytes() for block in line_blocks(source, stream)]
    assert all(block.endswith(b"\n") for block in blocks)
    whole = b"".join(blocks)
    assert whole in (b"x" + data, b"x" + data + b"\n")


def test_the_mark_at_the_start_is_dropped(write):
    source = Source(write("x", b"\xef\xbb\xbfa\nb"))
    with source.stream() as stream:
        assert [block.tobytes() for block in line_blocks(source, stream)] == [b"a\nb\n"]


def test_lines_longer_than_any_vector(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.source.BLOCK_BYTES", 16)
    monkeypatch.setattr("embedviz.formats.text.lines.LONGEST_LINE", 64)
    with pytest.raises(UserError, match="a line of more than"):
        load(write("x.txt", b"a 1 2\n" + b"1 " * 100))


def test_progress_in_a_compressed_file(write):
    lines = "".join(f"w{i} {i}.5 {np.sin(i)}\n" for i in range(100_000)).encode()
    source = Source(write("x", gzip.compress(lines)))
    with source.stream() as stream:
        stream.read(len(lines) // 2)
        assert 0.3 < stream.fraction < 0.7


@pytest.mark.parametrize("name", ["a\nb.txt", "a\r.txt", "folder\nx/a.txt"])
def test_paths_with_line_breaks_are_refused_on_one_line(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"a 1 2\nb 3 4\n")
    with pytest.raises(UserError, match="line break in this path") as error:
        Source(path)
    assert "\n" not in str(error.value)
