"""Sizes and names as people read them."""

from __future__ import annotations

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
