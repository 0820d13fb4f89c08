"""Scripts of the letters in labels, and the fonts to install where none has them."""

from __future__ import annotations

import platform
import sys
import unicodedata
from collections.abc import Iterable

# By the first word of the name that Unicode gives a letter; all others are their own names.
_SAID = {
    "CJK": "Chinese",
    "KANGXI": "Chinese",
    "BOPOMOFO": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HALFWIDTH": "Japanese",
    "HANGUL": "Korean",
    "NKO": "N\u2019Ko",
    "CANADIAN": "Canadian Aboriginal",
    "MATHEMATICAL": "mathematical letters",
}
_OF_ASIA = {"Chinese", "Japanese", "Korean"}
_EMOJI, _SYMBOLS = "emoji", "symbols"
_EMOJI_FROM = 0x1F000
_QUALIFIERS = {"OLD", "NEW", "TAI", "IMPERIAL", "INSCRIPTIONAL", "MEETEI", "SORA", "OL"}

_DEBIAN = ("sudo apt install", "fonts-noto-cjk", "fonts-noto-color-emoji", "fonts-noto-core")
_ARCH = ("sudo pacman -S", "noto-fonts-cjk", "noto-fonts-emoji", "noto-fonts")


def script_of(character: str) -> str | None:
    """Return what the script of a letter or symbol is called; None for what every font has.

    Also for marks, which are drawn on letters, and for what has no name, as private characters.
    """
    if ord(character) < 0x250 or unicodedata.category(character)[0] not in "LNS":
        return None
    first, *others = unicodedata.name(character, "").split()[:2] or [""]
    if not first:
        return None
    if unicodedata.category(character)[0] == "S":
        return _EMOJI if ord(character) >= _EMOJI_FROM else _SYMBOLS
    if first in _QUALIFIERS and others:
        return f"{first.title()} {others[0].title()}"
    return _SAID.get(first, first.title())


def say_missing(scripts: Iterable[str]) -> str:
    """Return the sentences about scripts that no font has, and what to install."""
    named = sorted(set(scripts), key=str.casefold)
    *first, last = named
    joined = f"{', '.join(first)} and {last}" if first else last
    return (
        f"No installed font has the letters of some labels ({joined}): they are shown as boxes. "
        f"{_advice(named)} Then start embedviz again."
    )


def _advice(scripts: list[str]) -> str:
    """Return where the fonts for scripts come from on this system."""
    if sys.platform == "win32":
        return (
            "In Settings, under Optional features, add the supplemental fonts of these scripts, "
            "or install Noto fonts from fonts.google.com/noto."
        )
    if sys.platform == "darwin":
        return "Install the Noto fonts of these scripts, from fonts.google.com/noto, in Font Book."
    if (packages := _packages_of_system()) is None:
        return "Install the packages with the Noto fonts of these scripts."
    command, asian, emoji, others = packages
    chosen = [
        package
        for package, is_wanted in (
            (others, any(each not in {*_OF_ASIA, _EMOJI} for each in scripts)),
            (asian, any(each in _OF_ASIA for each in scripts)),
            (emoji, _EMOJI in scripts),
        )
        if is_wanted
    ]
    return f"Install fonts that have them: `{command} {' '.join(chosen)}`."


def _packages_of_system() -> tuple[str, str, str, str] | None:
    try:
        known = platform.freedesktop_os_release()
    except OSError:
        return None
    family = {known.get("ID", ""), *known.get("ID_LIKE", "").split()}
    if family & {"debian", "ubuntu"}:
        return _DEBIAN
    return _ARCH if "arch" in family else None
