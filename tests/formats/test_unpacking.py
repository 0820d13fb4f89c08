import bz2
import lzma
import random
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.formats.source import Source

TEXT = b"a 1 2\nb 3 4\n"


def unpacked(path, count):
    """Return the bytes of a file, read some at a time."""
    with Source(path).stream() as stream:
        return b"".join(iter(lambda: stream.read(count), b""))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    padding=st.sampled_from([0, 4, 200_000]),
    count=st.sampled_from([1, 7, 1 << 20]),
    compress=st.sampled_from([lzma.compress, bz2.compress]),
)
def test_any_bytes_come_back(tmp_path, parts, padding, count, compress):
    path = tmp_path / "x"
    path.write_bytes(b"".join(compress(part) + bytes(padding) for part in parts))
    assert unpacked(path, count) == b"".join(parts)


@pytest.mark.parametrize("count", [1, 1 << 20])
def test_a_damaged_second_stream_is_not_left_out(tmp_path, count):
    second = bytearray(bz2.compress(random.Random(0).randbytes(300)))
    second[100] ^= 1
    path = tmp_path / "x.bz2"
    path.write_bytes(bz2.compress(TEXT) + second)
    with pytest.raises(UserError, match=r"x\.bz2 cannot be read"):
        unpacked(path, count)


@pytest.mark.parametrize("rest", [b"B", b"BZ", b"not packed" * 9000])
def test_what_is_not_packed_behind_bzip2_is_left_out(tmp_path, rest):
    path = tmp_path / "x.bz2"
    path.write_bytes(bz2.compress(TEXT) + rest)
    assert unpacked(path, 7) == TEXT


def test_too_much_memory(write):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 128 << 20}]
    assert load(write("x.xz", lzma.compress(TEXT, filters=filters))).labels == ("a", "b")
    with pytest.raises(UserError, match=r"x\.xz cannot be read \(Memory usage limit exceeded\)"):
        load(write("x.xz", with_dictionary(lzma.compress(TEXT, filters=filters), 40)))


def with_dictionary(data, size):
    """Return an xz file whose header asks for a larger dictionary."""
    header = bytearray(data[12:24])
    place = header.index(b"\x21\x01") + 2
    header[place] = size
    header[8:12] = zlib.crc32(bytes(header[:8])).to_bytes(4, "little")
    return data[:12] + bytes(header) + data[24:]
