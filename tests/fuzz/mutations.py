"""Damage to files: blind, and where it hurts.

Every mutation takes a random generator and bytes to other bytes, and none of them knows a format:
what looks like a number in a text, or like a size in a header, is found wherever it is.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

from .archive_files import PACKERS, zipped
from .corpus import FAMILIES, Sample, build, pick

Mutation = Callable[[Random, bytes], bytes]

_LONGEST = 4 << 20
"""Bytes; what grows further is cut, so that the files stay small."""

_NUMBERS = (
    b"0", b"-1", b"1", b"2", b"2147483648", b"4294967295", b"9223372036854775808",
    b"1000000000000", b"1e400", b"-1e400", b"nan", b"inf", b"1e-400", b"007", b"1_0", b"1,5",
    b"0x10", b"", b"99999", b"1" * 400, b"1.", b".5", b"+3", b"--1", "٣".encode(), b"1e",
    b"18446744073709551615",
)  # fmt: skip
_SIZES = (
    0, 1, -1, 2, 255, 2**15, 2**16 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 10**12, 2**62,
    2**63 - 1,
)  # fmt: skip
_INSERTED = (
    b"\0", b"\r", b"\n", b"\r\n", b"\xef\xbb\xbf", "\u0085".encode(), "\u00a0".encode(), b" ",
    b"\t", b'"', b"\\", b",", b";", b"{", b"}", b"[", b"]", b":", b"\xff", b"\xc3", b"\x1a",
    "\ud800".encode("utf-8", "surrogatepass"), b"../", b"null", b"NaN", b"\\ud800", b"\\u0000",
)  # fmt: skip
_MAGICS = (
    b"\x93NUMPY", b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"ARROW1\0\0", b"FEA1",
    b"\x89HDF\r\n\x1a\n", b"\xba\x16\x4f\x2f", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"\x80\x04",
    b"{", b"[", b"\xff\xff\xff\xff", b"\xef\xbb\xbf", b"3 4\n", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_find_numbers = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?").finditer


def flip_bits(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[_place(rng, data)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def set_bytes(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        changed[_place(rng, data)] = rng.choice((0, 255, 127, 128, rng.randrange(256)))
    return bytes(changed)


def _place(rng: Random, data: bytes) -> int:
    """Return a place, most often where headers and footers are."""
    near = min(len(data), rng.choice((16, 128, 4096)))
    place = rng.randrange(near)
    return {0: place, 1: len(data) - 1 - place}.get(rng.randrange(4), rng.randrange(len(data)))


def truncate(rng: Random, data: bytes) -> bytes:
    return data[: rng.choice((_place(rng, data), len(data) - 1, len(data) // 2))]


def delete(rng: Random, data: bytes) -> bytes:
    start, length = _place(rng, data), rng.choice((1, 2, 4, 8, 100, 1000))
    return data[:start] + data[start + length :]


def duplicate(rng: Random, data: bytes) -> bytes:
    start, length = _place(rng, data), rng.choice((1, 8, 100, len(data)))
    return (
        data[: start + length]
        + data[start : start + length] * rng.choice((1, 1, 30))
        + data[start + length :]
    )


def insert(rng: Random, data: bytes) -> bytes:
    start = rng.choice((0, len(data), _place(rng, data)))
    return data[:start] + rng.choice(_INSERTED) * rng.choice((1, 1, 2, 50)) + data[start:]


def insert_huge(rng: Random, data: bytes) -> bytes:
    start = _place(rng, data)
    unit = rng.choice(
        (b"A", b"9", b" ", b"\n", b"\0", b"[", b'{"a":', b"0 ", b"1,", b'"', b"\t", b"\\")
    )
    return data[:start] + unit * rng.choice((1000, 100_000, 1_000_000)) + data[start:]


def replace_number(rng: Random, data: bytes) -> bytes:
    """Change a number in a text, most often one of the first: counts and sizes are there."""
    found = list(_find_numbers(data[:20_000]))
    if not found:
        return set_bytes(rng, data)
    number = found[rng.randrange(min(len(found), rng.choice((2, 10, len(found)))))]
    return data[: number.start()] + rng.choice(_NUMBERS) + data[number.end() :]


def replace_size(rng: Random, data: bytes) -> bytes:
    """Overwrite bytes with a little- or big-endian integer, or a float, of a telling value."""
    code = rng.choice(("<H", "<I", "<I", "<Q", "<Q", ">I", "<f", "<d"))
    start = _place(rng, data)
    if rng.random() < 0.5:
        start -= start % 4
    if code in ("<f", "<d"):
        packed = struct.pack(code, rng.choice((float("nan"), float("inf"), 1e38, 0.0)))
    else:
        width = 8 * struct.calcsize(code)
        packed = struct.pack(code, rng.choice(_SIZES) % 2**width)
    return data[:start] + packed + data[start + len(packed) :]


def nudge_size(rng: Random, data: bytes) -> bytes:
    """Change a number of four bytes by a little."""
    if len(data) < 4:
        return flip_bits(rng, data)
    start = min(_place(rng, data), len(data) - 4)
    (number,) = struct.unpack_from("<I", data, start)
    changed = (number + rng.choice((1, -1, 2, 8, -8, 1000))) % 2**32
    return data[:start] + struct.pack("<I", changed) + data[start + 4 :]


def change_lines(rng: Random, data: bytes) -> bytes:
    if data.count(b"\n") > 100_000:  # Each would be an object of its own.
        return flip_bits(rng, data)
    lines = data.split(b"\n")
    start = rng.randrange(len(lines))
    line = lines[start]
    changed: list[bytes] = rng.choice(
        (
            [],
            [line, line],
            [b""],
            [line + b"\r"],
            [line[: len(line) // 2]],
            [line * 2],
            [b" " + line, b" "],
        )
    )
    if rng.random() < 0.3:
        rng.shuffle(lines)
        return b"\n".join(lines)
    return b"\n".join([*lines[:start], *changed, *lines[start + 1 :]])


def swap_separators(rng: Random, data: bytes) -> bytes:
    old, new = rng.sample((b" ", b"\t", b",", b";", b"\n", b"\r\n", b"|", b'"', b"'", b":"), 2)
    return data.replace(old, new, rng.choice((-1, 1, 5)))[:_LONGEST]


def swap_magic(rng: Random, data: bytes) -> bytes:
    magic = rng.choice(_MAGICS)
    return magic + data[rng.choice((0, len(magic))) :]


def splice(rng: Random, data: bytes) -> bytes:
    """Join the front of the file to the end of another one, of any format."""
    other = _another(rng)
    first = data[: rng.choice((len(data), len(data) // 2, _place(rng, data)))]
    return first + other[rng.choice((0, rng.randrange(len(other) + 1))) :]


def _another(rng: Random) -> bytes:
    family = rng.choice(sorted(FAMILIES))
    sample = build(rng.getrandbits(32), family)
    return sample.files[sample.first]


def pack(rng: Random, data: bytes) -> bytes:
    if rng.random() < 0.3:
        return zipped({rng.choice(("a.txt", "vectors.npy", "x/y.json", "b.zip")): data})
    return PACKERS[rng.choice(sorted(PACKERS))](data)


def unpack(rng: Random, data: bytes) -> bytes:
    """Undo a compression, so that what is inside is damaged next, or not compressed at all."""
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        if data[:3] == b"BZh":
            return bz2.decompress(data)
        if data[:6] == b"\xfd7zXZ\0":
            return lzma.decompress(data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        pass
    return flip_bits(rng, data)


def mutate_inside(rng: Random, data: bytes) -> bytes:
    """Damage what is in an archive and pack it again, so that checksums are right."""
    inner = _choose(rng, _INSIDE)
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                files = {info.filename: archive.read(info) for info in archive.infolist()}
        except Exception:  # noqa: BLE001 - archives are damaged in every way there is.
            return flip_bits(rng, data)
        name = rng.choice(sorted(files) or ["x"])
        return zipped({**files, name: inner(rng, files.get(name) or b"\0")[:_LONGEST]})
    unpacked = unpack(rng, data)
    suffix = {b"\x1f\x8b": ".gz", b"BZ": ".bz2", b"\xfd7": ".xz"}.get(data[:2])
    changed = inner(rng, unpacked or b"\0")[:_LONGEST]
    return PACKERS[suffix](changed) if suffix else changed


def bomb(rng: Random, data: bytes) -> bytes:
    """Follow the file by very much of one thing, which compresses to almost nothing."""
    unit = rng.choice((b"\0", b" ", b"\n", b"0 ", b"[", b"9"))
    suffix = rng.choice(sorted(PACKERS))
    return PACKERS[suffix](data[:10_000]) + _packed_mass(unit, suffix) * rng.choice((2, 50))


_masses: dict[tuple[bytes, str], bytes] = {}


def _packed_mass(unit: bytes, suffix: str) -> bytes:
    if (unit, suffix) not in _masses:
        _masses[unit, suffix] = PACKERS[suffix](unit * (_LONGEST // len(unit)))
    return _masses[unit, suffix]


_INSIDE: dict[str, float] = {
    "flip_bits": 1, "set_bytes": 1, "truncate": 1, "delete": 1, "duplicate": 1, "insert": 1,
    "insert_huge": 0.6, "replace_number": 2, "replace_size": 2, "nudge_size": 1.5,
    "change_lines": 1, "swap_separators": 0.7, "swap_magic": 0.5, "splice": 1,
}  # fmt: skip
"""The mutations and how often they are taken. One more takes over some of the seeds' choices."""
_ALL = _INSIDE | {"pack": 0.7, "unpack": 0.5, "mutate_inside": 2, "bomb": 0.15}


def _choose(rng: Random, mutations: dict[str, float]) -> Mutation:
    mutation: Mutation = globals()[pick(rng.getrandbits(32), mutations, mutations)]
    return mutation


_ODD_NAMES = (
    "line\nbreak.vec", "-rf", "no suffix", ".hidden", "é🙂.npy", "x.gz", "x.npz", "x.h5ad",
    "a.b.parquet", "with'quote\".csv", "n" * 250, "tab\t.bin", "x.json", "x.zip", "x.tsv",
    "x.bytes",
)  # fmt: skip


def make_case(seed: int, family: str) -> Sample:
    """Return the damaged file of a seed; one in twenty is left as it was."""
    sample = build(seed, family)
    rng = Random(f"{seed} mutations")
    if rng.random() < 0.05:
        return sample
    names = sorted(sample.files)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        name = sample.first if rng.random() < 0.8 else rng.choice(names)
        mutation = _choose(rng, _ALL)
        sample.files[name] = mutation(rng, sample.files[name] or b"\0")[:_LONGEST]
    return _renamed(sample, rng) if rng.random() < 0.05 else sample


def _renamed(sample: Sample, rng: Random) -> Sample:
    first, *others = sample.files
    files = {rng.choice(_ODD_NAMES): sample.files[first]}
    return Sample(
        files | {name: sample.files[name] for name in others if name not in files}, sample.options
    )
