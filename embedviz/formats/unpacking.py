"""Bytes of an xz file, unpacked within bounded memory.

What is packed with xz says itself how much memory is needed to unpack it, up to 4 GB. What `xz`
writes needs 65 MB at most, at its highest level. Python's own reader knows no limit.
"""

from __future__ import annotations

import io
import lzma
from typing import IO

_MOST_MEMORY = 256 << 20
_CHUNK_BYTES = 64 << 10


def open_xz(raw: IO[bytes]) -> io.RawIOBase:
    """Return the bytes that a file was packed from, one stream after the other."""
    return _XzFile(raw)


class _XzFile(io.RawIOBase):
    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._rest = b""
        self._stream: lzma.LZMADecompressor | None = _new_stream()

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
        while not (rest := rest.lstrip(b"\0")):
            rest = self._raw.read(_CHUNK_BYTES)
            if not rest:
                self._stream = None
                return
        self._rest = rest
        self._stream = _new_stream()


def _new_stream() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _MOST_MEMORY)
