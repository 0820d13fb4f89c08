"""Bytes of an xz or bzip2 file, unpacked within bounded memory, one stream after the other.

What is packed with xz says itself how much memory is needed to unpack it, up to 4 GB. What `xz`
writes needs 65 MB at most, at its highest level. Python's own reader knows no limit. That of bzip2
leaves out a second stream that is damaged, without a word, where it is short.
"""

from __future__ import annotations

import bz2
import io
import lzma
from collections.abc import Callable
from typing import IO

_MOST_MEMORY = 256 << 20
_CHUNK_BYTES = 64 << 10
_BZ2_START = b"BZh"

_Stream = lzma.LZMADecompressor | bz2.BZ2Decompressor


def open_xz(raw: IO[bytes]) -> io.RawIOBase:
    """Return the bytes that a file was packed from."""
    return _PackedFile(raw, _new_xz_stream)


def open_bz2(raw: IO[bytes]) -> io.RawIOBase:
    """Return the bytes that a file was packed from; what follows and is not packed is left out."""
    return _PackedFile(raw, bz2.BZ2Decompressor, _BZ2_START)


class _PackedFile(io.RawIOBase):
    """Streams one after the other, with zeros between them.

    Parameters
    ----------
    raw : binary file
    new_stream : callable
        Returns what unpacks a stream.
    start : bytes
        What a further stream begins with; anything else is not a part of the file.
    """

    def __init__(
        self, raw: IO[bytes], new_stream: Callable[[], _Stream], start: bytes = b""
    ) -> None:
        self._raw, self._new_stream, self._start = raw, new_stream, start
        self._rest = b""
        self._stream: _Stream | None = new_stream()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while self._stream is not None and len(buffer):
            if self._stream.eof:
                self._go_on(self._stream.unused_data)
                continue
            if self._stream.needs_input:
                self._rest = self._rest or self._raw.read(_CHUNK_BYTES)
                if not self._rest:
                    raise EOFError
            data = self._stream.decompress(self._rest, len(buffer))
            self._rest = b""
            if data:
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _go_on(self, rest: bytes) -> None:
        """Begin with the next stream, after the zeros that may fill up the one before."""
        while len(rest := rest.lstrip(b"\0")) < max(len(self._start), 1):
            more = self._raw.read(_CHUNK_BYTES)
            if not more:
                break
            rest += more
        self._rest = rest
        self._stream = self._new_stream() if rest and rest.startswith(self._start) else None


def _new_xz_stream() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)
