"""Messages between a process that lays out and the one that started it.

A message is a header of JSON, its length before it, and then arrays of numbers as they lie in
memory. Unlike pickles such messages cannot run code, and unlike multiprocessing the child that
reads them does not import the program of the user again. Both ends are on one machine, so that
numbers keep the order of their bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

# A word at the beginning, so that anything else in a pipe is told from a message.
_PREFIX = struct.Struct("<4sI")
_WORD = b"evz1"


@dataclass(frozen=True, eq=False)
class Message:
    """Message to the other process.

    Attributes
    ----------
    kind : str
        What it is about: "lay out", "warm", "progress", "done", "failed".
    facts : mapping of str
        Whatever JSON can hold.
    arrays : mapping of str to array
    """

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def write_message(stream: IO[bytes], message: Message) -> None:
    """Write a message, and wait until the pipe has taken it.

    Parameters
    ----------
    stream : binary file
        Unbuffered or not; it is flushed.
    message : Message
    """
    arrays = [np.ascontiguousarray(array) for array in message.arrays.values()]
    shapes = [
        (name, array.dtype.str, array.shape)
        for name, array in zip(message.arrays, arrays, strict=True)
    ]
    header = json.dumps([message.kind, dict(message.facts), shapes]).encode()
    _write_all(stream, memoryview(_PREFIX.pack(_WORD, len(header)) + header))
    for array in arrays:
        if array.size:
            _write_all(stream, array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Return the next message, or None when the other end has closed.

    Its arrays are its own and may be written to.

    Parameters
    ----------
    stream : binary file

    Raises
    ------
    EOFError
        When the other end closed in the middle of a message.
    ValueError
        When something else came than a message.
    """
    first = stream.read(1)
    if not first:
        return None
    word, length = _PREFIX.unpack(first + _read(stream, _PREFIX.size - 1))
    if word != _WORD:
        raise ValueError(f"no message: it begins with {word!r}")
    kind, facts, shapes = json.loads(_read(stream, length))
    arrays = {name: _read_array(stream, dtype, shape) for name, dtype, shape in shapes}
    return Message(kind, facts, arrays)


def _write_all(stream: IO[bytes], rest: memoryview) -> None:
    while len(rest):
        rest = rest[stream.write(rest) or 0 :]


def _read(stream: IO[bytes], length: int) -> bytes:
    content = bytearray(length)
    _fill(stream, memoryview(content))
    return bytes(content)


def _read_array(stream: IO[bytes], dtype: str, shape: list[int]) -> NDArray[Any]:
    array = np.empty(shape, dtype=dtype)
    if array.size:
        _fill(stream, array.reshape(-1).view(np.uint8).data)
    return array


def _fill(stream: Any, rest: memoryview) -> None:
    while len(rest):
        count = stream.readinto(rest)
        if not count:
            raise EOFError("the other process closed in the middle of a message")
        rest = rest[count:]
