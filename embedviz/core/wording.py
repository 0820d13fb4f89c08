"""Sizes, names and words as people read them."""

from __future__ import annotations

import unicodedata

_LONGEST_NAME = 200


def shown_name(name: str) -> str:
    """Return a name that fits on one line: what cannot be printed is written as in Python."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )
    return shown if len(shown) <= _LONGEST_NAME else shown[:_LONGEST_NAME] + "…"


def in_words(n_bytes: int) -> str:
    """Return a size as people write it: "3.1 GB"."""
    size, unit = float(n_bytes), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 9.95 else f"{size:,.2g} {unit}"


def composed(text: str) -> str:
    """Return a text with each letter and its marks as one character, where there is such a one.

    Unicode has two forms of "ü": keyboards type one character, macOS writes the names of files with
    two. Both look alike, and mean the same.
    """
    # The first is true of most words, and the second is far quicker than the third.
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)
