"""Vectors as text in base64, as services send them: float32 numbers, little-endian."""

from __future__ import annotations

import base64
import binascii
import re

import numpy as np

from embedviz.core.arrays import Matrix

_FEWEST = 4
_is_base64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}").fullmatch


def looks_like_base64(text: str) -> bool:
    """Return whether a text is base64 of float32 numbers such as vectors have."""
    if len(text) < 4 * _FEWEST or not _is_base64(text):
        return False
    try:
        vector = np.abs(decode_base64(text))
    except ValueError:
        return False
    # Of arbitrary bytes, one in four is such a number.
    is_usual = (vector == 0) | ((vector > 1e-12) & (vector < 1e6))
    return len(vector) >= _FEWEST and bool(is_usual.all()) and bool(vector.any())


def decode_base64(text: str) -> Matrix:
    """Return the float32 numbers, little-endian, that a text in base64 holds.

    Raises
    ------
    ValueError
        With what is wrong with it.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("text that is not base64") from None
    if len(data) % 4:
        raise ValueError(f"base64 of {len(data):,} bytes, which are not 32-bit numbers")
    return np.frombuffer(data, "<f4").astype(np.float32, copy=False)
