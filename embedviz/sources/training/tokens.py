"""Words of a text: simple, to be seen at once, and the same for all languages.

A word is a run of letters, their marks and digits of any script, within which there may be an
apostrophe, a hyphen, an underscore, or what joins letters without being seen. Everything else
parts words and is left out. Where a language is written without spaces (Chinese, Japanese, Thai,
…), each run is one word: such a text has to be segmented by spaces before.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from functools import cache

from embedviz.core.wording import composed

_JOINERS = "'\\-_\u00b7\u2010\u2011\u200c\u200d"
_LONGEST = 100
"""Characters of the longest run that is a word; what is longer is no word of a language."""


@cache
def _finder() -> Callable[[str], list[str]]:
    # `\w` leaves out the marks, without which words of Hindi or Thai would fall apart.
    marks = _ranges("M")
    letter = f"(?:[^\\W_]|[{marks}])"
    return re.compile(f"{letter}+(?:[{_JOINERS}]+{letter}+)*").findall


_find_ascii = re.compile("[A-Za-z0-9]+(?:['\\-_]+[A-Za-z0-9]+)*").findall


def _ranges(kind: str) -> str:
    """Return all characters of a kind for a class of a regular expression."""
    found: list[list[int]] = []
    for code in range(0x300, sys.maxunicode + 1):
        if 0x30000 <= code < 0xE0000:
            continue  # Chinese characters, and nothing.
        if unicodedata.category(chr(code))[0] == kind:
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


def words_of(text: str, *, lower_case: bool = True) -> list[str]:
    """Return the words of a text, in order.

    Parameters
    ----------
    text : str
    lower_case : bool
        Whether all letters are made small.
    """
    if lower_case:
        text = text.lower()
    if text.isascii():
        words = _find_ascii(text)
    else:
        plain = composed(text).replace("\u2019", "'").replace("\xad", "")
        words = _finder()(plain)
    return words if len(text) <= _LONGEST else [word for word in words if len(word) <= _LONGEST]
