"""Values as texts that every encoder takes."""

from __future__ import annotations

import math
from typing import Any


def plain_text(value: Any) -> str:
    """Return a value as a text: nothing for None and NaN, numbers as they are printed.

    Halves of surrogate pairs, which are no characters and cannot be encoded, become U+FFFD.
    """
    if not isinstance(value, str):
        is_missing = value is None or (isinstance(value, float) and math.isnan(value))
        value = "" if is_missing else str(value)
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # type: ignore[no-any-return]
    return value  # type: ignore[no-any-return]
