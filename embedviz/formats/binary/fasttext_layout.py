r"""Layout of a fastText model, found without believing what it says.

Layout, all of it little-endian: magic number and version (old files begin without), twelve int32
and a double of settings, the dictionary, the matrix of words and n-grams, and another matrix that
only the training needs. In the dictionary each entry is the bytes of a word, NUL, how often it was
seen (int64) and its kind (int8; 0 a word, 1 a label of a classifier). Labels have no row in the
first matrix. After the fastText command line tool.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.errors import UserError
from embedviz.core.wording import in_words
from embedviz.formats.reading import require_dimensions

START_BYTES = 92
"""How many bytes of a file `find_header` needs."""

_MAGIC = 793_712_314
_NEWEST_VERSION = 12
_SETTINGS = struct.Struct("<12id")
_SUPERVISED = 3
_SMALLEST_ENTRY = 10
_LONGEST_WORD = 1 << 16
_LONGEST_NGRAM = 100


@dataclass(frozen=True)
class FastTextHeader:
    """Header of a model: what it says of itself.

    Attributes
    ----------
    version : int
        0 for old files, which state none.
    dimensions, n_buckets, shortest, longest : int
        Of the vectors; the rows for n-grams; and how many characters these have.
    is_supervised : bool
    n_entries, n_words : int
        In the dictionary; those after the words are labels.
    n_pruned : int
        Negative where all n-grams were kept.
    offset : int
        Where the entries of the dictionary start.
    """

    version: int
    dimensions: int
    n_buckets: int
    shortest: int
    longest: int
    is_supervised: bool
    n_entries: int
    n_words: int
    n_pruned: int
    offset: int

    @property
    def has_ngrams(self) -> bool:
        """Whether words have other rows than their own."""
        return self.longest > 0 and self.n_buckets > 0

    @property
    def n_rows(self) -> int:
        """Of the matrix."""
        return self.n_words + self.n_buckets

    @property
    def matrix_bytes(self) -> int:
        """Number of bytes of its numbers."""
        return 4 * self.n_rows * self.dimensions


@dataclass(frozen=True)
class Dictionary:
    """Places of the words in the file, and of the start of the matrix.

    Attributes
    ----------
    starts, stops : int64 arrays of length n_words
    offset : int
    """

    starts: Offsets
    stops: Offsets
    offset: int


def find_header(head: bytes) -> FastTextHeader | None:
    """Return what the start of a model says; None where it is none, or not certainly one."""
    try:
        magic, version = struct.unpack_from("<ii", head)
        is_old = magic != _MAGIC
        start = 0 if is_old else 8
        *integers, threshold = _SETTINGS.unpack_from(head, start)
        start += _SETTINGS.size
        n_entries, n_words, n_labels, _ = struct.unpack_from("<3iq", head, start)
        start += 20
        n_pruned = -1 if is_old else struct.unpack_from("<q", head, start)[0]
    except struct.error:
        return None
    if is_old and not _are_plausible(integers, threshold, n_entries, n_words, n_labels):
        return None
    dimensions, _, _, _, _, _, _, kind, n_buckets, shortest, longest, _ = integers
    is_supervised = kind == _SUPERVISED
    if is_supervised and (is_old or version <= 11):
        longest = 0  # Supervised models had no n-grams of characters then, whatever they say.
    return FastTextHeader(
        0 if is_old else version,
        dimensions,
        n_buckets,
        shortest,
        longest,
        is_supervised,
        n_entries,
        n_words if n_entries == n_words + n_labels else -1,
        n_pruned,
        start if is_old else start + 8,
    )


def _are_plausible(
    integers: list[int], threshold: float, n_entries: int, n_words: int, n_labels: int
) -> bool:
    """Return whether this can be nothing else than the settings of an old model."""
    *sizes, loss, kind, n_buckets, shortest, longest, rate = integers
    dimensions, window, n_epochs, least_count, n_negatives, n_grams = sizes
    return (
        2 <= dimensions <= 10_000
        and 1 <= window <= 1000
        and 1 <= n_epochs <= 100_000
        and 0 <= n_negatives <= 10_000
        and 1 <= n_grams <= 100
        and loss in (1, 2, 3)
        and kind in (1, 2, 3)
        and 0 <= shortest <= longest <= 100
        and min(least_count, n_buckets, rate, n_words, n_labels) >= 0
        and 0 <= threshold <= 1
        and n_entries == n_words + n_labels > 0
    )


def require_sense(header: FastTextHeader, name: str) -> None:
    """Refuse what no tool writes, and what this module does not know.

    Raises
    ------
    UserError
    """
    if header.version > _NEWEST_VERSION or (header.version and header.version < 11):
        raise UserError(
            f"{name} is a fastText model of version {header.version}; versions 11 and 12 are "
            "known. Write its vectors as text with fastText, and open the .vec file."
        )
    require_dimensions(name, header.dimensions)
    damage = [
        (header.n_entries < 0 or header.n_words < 0, "the counts of its dictionary"),
        (header.n_buckets < 0, f"a number of buckets of {header.n_buckets:,}"),
        (
            header.has_ngrams and not 0 <= header.shortest <= header.longest <= _LONGEST_NGRAM,
            f"n-grams of {header.shortest:,} to {header.longest:,} characters",
        ),
    ]
    for is_damaged, what in damage:
        if is_damaged:
            raise UserError(
                f"{name} is a damaged fastText model: {what} cannot be right. Copy or download it "
                "again."
            )


def cut_short(name: str, needed: int, available: int, what: str) -> UserError:
    """Return the error for a model of which a part is missing."""
    return UserError(
        f"{name} is a fastText model that is cut short: {what} needs {in_words(needed)}, and the "
        f"file has {in_words(available)}. Copy or download it again."
    )


@serial_kernel
def _find_entries(
    data: Bytes, position: int, starts: Offsets, stops: Offsets, kinds: Bytes
) -> tuple[int, int]:
    """Find the entries of the dictionary.

    Returns
    -------
    int, int
        How many are complete, and where the last of them ends.
    """
    for entry in range(len(starts)):
        end = position
        last = min(len(data), position + _LONGEST_WORD)
        while end < last and data[end] != 0:
            end += 1
        if end >= last or end + 10 > len(data):
            return entry, position
        starts[entry] = position
        stops[entry] = end
        kinds[entry] = data[end + 9]
        position = end + 10
    return len(starts), position


def find_dictionary(
    data: Bytes, header: FastTextHeader, name: str, is_whole: bool
) -> Dictionary | None:
    """Return where the words are; None where the dictionary goes on after `data`.

    Raises
    ------
    UserError
        When the file is damaged.
    """
    if header.n_entries * _SMALLEST_ENTRY > len(data) - header.offset:
        if is_whole:
            needed = header.n_entries * _SMALLEST_ENTRY
            raise cut_short(name, needed, len(data), "its dictionary alone")
        return None
    starts, stops = np.empty((2, header.n_entries), np.int64)
    kinds = np.empty(header.n_entries, np.uint8)
    count, end = _find_entries(data, header.offset, starts, stops, kinds)
    if count < header.n_entries:
        if is_whole or len(data) - end > _LONGEST_WORD:
            raise UserError(
                f"{name} is a damaged fastText model: no word ends after byte {end:,}, where entry "
                f"{count + 1:,} of {header.n_entries:,} starts. Copy or download it again."
            )
        return None
    words = slice(0, header.n_words)
    if kinds[words].any() or (kinds[header.n_words :] != 1).any():
        raise UserError(
            f"{name} is a damaged fastText model: its words and labels are not in order. Copy or "
            "download it again."
        )
    return Dictionary(starts[words], stops[words], end)


def find_matrix(data: Bytes, header: FastTextHeader, start: int, name: str) -> int:
    """Return where the numbers of the matrix start.

    Raises
    ------
    UserError
        When it is quantized, or not the matrix that the header promises.
    """
    start += 8 * max(header.n_pruned, 0)
    lead = 0 if header.version == 0 else 1
    if len(data) < start + lead + 16:
        raise cut_short(name, start + lead + 16, len(data), "it without its vectors")
    if lead and data[start]:
        raise UserError(
            f"{name} is a quantized fastText model (.ftz), which cannot be read: it holds "
            "approximations of its vectors. Open the .bin or .vec that it was made from, or write "
            f"what it has as text: fasttext print-word-vectors {name} < words.txt > vectors.txt"
        )
    n_rows, dimensions = struct.unpack_from("<qq", data[start + lead :][:16].tobytes())
    if (n_rows, dimensions) != (header.n_rows, header.dimensions) or header.n_pruned > 0:
        raise UserError(
            f"{name} is a damaged fastText model: its matrix has {n_rows:,} rows of "
            f"{dimensions:,}, and {header.n_words:,} words with {header.n_buckets:,} buckets of "
            f"{header.dimensions:,} numbers were announced. Copy or download it again."
        )
    return start + lead + 16
