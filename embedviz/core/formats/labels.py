"""Labels from bytes: UTF-8 where it is, and a sentence where it is not."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.core.formats.reading import counted
from embedviz.core.formats.source import Offsets


def decode_spans(text: bytes, starts: Offsets, stops: Offsets) -> tuple[list[str], int]:
    """Return `text[start:stop]` as UTF-8 for each pair, and how many are not valid.

    What cannot be decoded becomes U+FFFD: the word2vec C tool cuts long tokens inside a character.
    """
    spans = list(zip(starts.tolist(), stops.tolist(), strict=True))
    try:
        return [text[start:stop].decode() for start, stop in spans], 0
    except UnicodeDecodeError:
        return decode_all([text[start:stop] for start, stop in spans])


def decode_all(texts: Sequence[bytes]) -> tuple[list[str], int]:
    """Return the texts as UTF-8, and how many are not valid."""
    labels = [text.decode("utf-8", "replace") for text in texts]
    changed = sum(label.encode() != text for label, text in zip(labels, texts, strict=True))
    return labels, changed


def without_surrogates(label: str) -> str:
    """Return the text with halves of surrogate pairs replaced; they cannot be written or drawn."""
    return label.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def note_on_replaced(count: int, where: str = "") -> list[str]:
    """Return the sentence about texts that are not valid UTF-8, if there are any."""
    if not count:
        return []
    place = f"in {where} " if where else ""
    return [
        f"{counted(count, 'text')} {place}not valid UTF-8: the bytes that could not be read are "
        "shown as \N{REPLACEMENT CHARACTER}."
    ]
