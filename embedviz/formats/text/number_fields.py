"""Printed numbers one by one: whether a field is one, what is wrong with it, its exact value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from embedviz.core.arrays import Matrix

# Possessive, or a million digits and a letter would take hours.
_NUMBER = rb"[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
is_number = re.compile(_NUMBER).fullmatch
is_not_finite = re.compile(rb"[+-]?(?:nan|inf|infinity)", re.IGNORECASE).fullmatch
is_fraction = re.compile(rb"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?").fullmatch


def describe_field(field: bytes) -> str:
    """Return what is wrong with a field that is not a number."""
    shown = field[:20].decode("utf-8", "replace") + ("…" if len(field) > 20 else "")
    if is_not_finite(field):
        return f"it holds {shown}, which is not a usable number"
    return f"{shown!r} is not a number" if field else "a number is missing"


def exact_numbers(fields: Sequence[bytes]) -> Matrix:
    """Return decimal numbers as correctly rounded float32, beyond its range as infinity."""
    import pyarrow as pa  # Rarely needed, and not quick to import.

    texts = pa.array([field.lstrip(b"+").decode("ascii") for field in fields], pa.string())
    return np.asarray(texts.cast(pa.float32()), np.float32)
