"""Sizes, names and labels as people read them."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_NAME = 200

# Characters that show nothing and do something: turn the direction of what follows, join, break,
# or only tell two labels apart that look alike. Spaces are not among them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_JOINERS = "\u200c\u200d"
_BLACK_FLAG = "\U0001f3f4"


def shown_name(name: str) -> str:
    """Return a name that fits on one line: what cannot be printed is written as in Python."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )
    return shown if len(shown) <= _LONGEST_NAME else shown[:_LONGEST_NAME] + "…"


def with_controls(text: str) -> str:
    """Return a text in which characters that nobody sees are shown by their numbers: `[U+202E]`.

    What turns the direction of letters would else turn them in a list as well, and two labels
    that differ in such a character would look the same. Joiners stay where they form letters or
    pictures, as in Persian or in a family of emoji.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_numbered, text)


def one_line(text: str) -> str:
    """Return a text in one line, composed, with what nobody sees in it by its number."""
    if text.isascii() and text.isprintable():  # Most texts, of which thousands are looked at.
        return " ".join(text.split()) if " " in text else text
    return composed(" ".join(with_controls(text).split()))


def _numbered(found: re.Match[str]) -> str:
    character, text = found.group(), found.string
    before = text[: found.start()].rstrip("\ufe0f")[-1:]
    after = text[found.end() : found.end() + 1]
    if character in _JOINERS and _is_joined(before) and (_is_joined(after) or character < "\u200d"):
        return character
    # England's flag is a black one, followed by letters that nobody sees.
    if character >= "\U000e0020" and _BLACK_FLAG in text[max(0, found.start() - 7) : found.start()]:
        return character
    return f"[U+{ord(character):04X}]"


def _is_joined(character: str) -> bool:
    """Return whether letters or pictures of this kind are formed by joiners."""
    return character > "\u024f" and unicodedata.category(character)[0] in "LMS"


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
