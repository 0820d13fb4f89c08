"""Labels from bytes: UTF-8 where it is, and a sentence where it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.notes import Note, counted

_BLOCK = 1 << 10
"""So many labels are made at once: meanwhile, no other thread gets its turn."""

ID_NAMES = ("labels", "label", "ids", "id", "names", "name")
"""What an array of numbers is called that are the names of the rows, where each is another."""


def decode_spans(text: bytes | Bytes, starts: Offsets, stops: Offsets) -> tuple[list[str], int]:
    """Return `text[start:stop]` as UTF-8 for each pair, and how many are not valid.

    What cannot be decoded becomes U+FFFD: the word2vec C tool cuts long tokens inside a character.
    All are decoded at once where that works, which is ten times as fast as one by one.
    """
    block = np.frombuffer(text, np.uint8)
    joined = np.empty(int((stops - starts).sum()) + len(starts), np.uint8)
    _join_lines(block, starts, stops, joined)
    try:
        labels = str(joined.data, "utf-8").split("\n")[:-1]
    except UnicodeDecodeError:
        labels = []
    if len(labels) == len(starts):
        return labels, 0
    # Bytes that are not characters, or newlines inside of labels.
    spans = zip(starts.tolist(), stops.tolist(), strict=True)
    return decode_all([block[start:stop].tobytes() for start, stop in spans])


@serial_kernel
def _join_lines(text: Bytes, starts: Offsets, stops: Offsets, out: Bytes) -> None:
    """Copy the spans one after the other, each with a newline after it."""
    position = 0
    for i in range(len(starts)):
        for j in range(starts[i], stops[i]):
            out[position] = text[j]
            position += 1
        out[position] = 10
        position += 1


def decode_all(texts: Sequence[bytes]) -> tuple[list[str], int]:
    """Return the texts as UTF-8, and how many are not valid."""
    labels = [text.decode("utf-8", "replace") for text in texts]
    changed = sum(label.encode() != text for label, text in zip(labels, texts, strict=True))
    return labels, changed


def without_surrogates(label: str) -> str:
    """Return the text with halves of surrogate pairs replaced; they cannot be written or drawn."""
    return label.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def note_on_replaced(count: int, where: str = "") -> list[Note]:
    """Return the sentence about texts that are not valid UTF-8, if there are any."""
    if not count:
        return []
    place = f" in {where}" if where else ""
    are = "is" if count == 1 else "are"
    return [
        Note(
            f"{counted(count, 'text')}{place} {are} not valid UTF-8: the bytes that could not be "
            "read are shown as \N{REPLACEMENT CHARACTER}."
        )
    ]


def note_on_labels(where: str = "", column: str | None = None, *, is_file: bool = False) -> Note:
    """Return the sentence about where the labels are from.

    Parameters
    ----------
    where : str
        As in "the array 'words'"; nothing for a column of the file with the vectors.
    column : str, optional
    is_file : bool
        Whether `where` is the name of a second file.
    """
    which = [where] * bool(where) + ([] if column is None else [f"column {column!r}"])
    facts = {"column": column} | ({"file": where} if is_file else {})
    return Note(f"Labels from {', '.join(which)}.", "labels", "note", facts)


def label_by_number(rows: NDArray[np.int64]) -> list[str]:
    """Return the numbers of rows as their labels."""
    labels: list[str] = []
    for start in range(0, len(rows), _BLOCK):
        labels += map(str, rows[start : start + _BLOCK].tolist())
    return labels


def count_repeated(labels: Sequence[str]) -> int:
    """Return how many labels were there before.

    A set of a million labels would hold up all other threads while it is made: so hashes are
    compared, sorted by NumPy, and only labels with the same hash are compared themselves.
    """
    hashes = np.empty(len(labels), np.int64)
    for start in range(0, len(labels), _BLOCK):
        block = labels[start : start + _BLOCK]
        hashes[start : start + len(block)] = list(map(hash, block))
    ordered = np.sort(hashes)
    shared = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(shared):
        return 0
    places = np.flatnonzero(np.isin(hashes, shared)).tolist()
    return len(places) - len({labels[place] for place in places})


def column_of_ids(columns: Mapping[str, NDArray[Any]]) -> str | None:
    """Return the array of whole numbers that names the rows, by its name and its values."""
    by_name = {name.casefold(): name for name in columns}
    for wanted in ID_NAMES:
        name = by_name.get(wanted)
        if name is None or columns[name].dtype.kind not in "iu":
            continue
        if len(np.unique(columns[name])) == len(columns[name]):
            return name
    return None
