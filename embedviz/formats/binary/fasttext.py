r"""fastText models (`.bin`): the vectors of the words in them, with their parts of words.

A model has a row for each word, and rows shared by all n-grams (runs of characters) whose hash is
the same. The vector of a word is the mean of its own row and of those of its n-grams; its own row
alone is something else, and wrong. The sums are computed here from the mapped file, block by block,
so that the memory holds the result and nothing else.

gensim reads the same files and is the reference in the tests. It is not used, since it loads the
whole model, several times the size of the vectors (7 GB and more for the models of fasttext.cc),
refuses supervised models, and believes what the header claims. Here nothing is allocated and no
place is read before it was checked against the size of the file.

The end of a sentence, `</s>`, has its own row alone in files with a version, as the fastText of
today reads them; old files were written by a fastText that gave it n-grams, too.

The layout of the file is in `fasttext_layout`. After Bojanowski, Grave, Joulin and Mikolov,
"Enriching Word Vectors with Subword Information", 2017, and the fastText command line tool.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import IO

import numpy as np

from embedviz.core.arrays import Bytes, Matrix, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report, part_of
from embedviz.core.wording import in_words
from embedviz.formats.binary.fasttext_layout import (
    START_BYTES,
    Dictionary,
    FastTextHeader,
    cut_short,
    find_dictionary,
    find_header,
    find_matrix,
    require_sense,
)
from embedviz.formats.labels import decode_spans, note_on_replaced
from embedviz.formats.reading import BadRows, Format, ReadResult, row_place
from embedviz.formats.rows import RowCollector
from embedviz.formats.source import BLOCK_BYTES, Source, Stream

_FORMAT_NAME = "fastText model"
_LARGEST_RATIO = 1100  # Of the size of numbers before and after they were compressed.
_FIRST_PART = 64 << 20
_SUMS_PER_BLOCK = 1 << 26


@serial_kernel
def _hash(data: Bytes, start: int, stop: int, seed: np.uint32) -> np.uint32:
    """Return the FNV-1a hash as fastText computes it: bytes above 127 count as negative."""
    value = seed
    for i in range(start, stop):
        signed = np.uint32(data[i])
        if data[i] > 127:
            signed |= np.uint32(0xFFFFFF00)
        value = np.uint32(np.uint32(value ^ signed) * np.uint32(16777619))
    return value


@serial_kernel
def _find_ngrams(
    word: Bytes, shortest: int, longest: int, n_buckets: int, first_row: int, rows: Offsets
) -> int:
    """Write the rows of the n-grams of a word, which is in angle brackets.

    Characters are counted by their first bytes in UTF-8. A bracket alone is not an n-gram.

    Returns
    -------
    int
        How many there are.
    """
    size = len(word)
    count = 0
    for start in range(size):
        if word[start] & 0xC0 == 0x80:
            continue
        stop = start
        value = np.uint32(2166136261)
        for length in range(1, longest + 1):
            if stop >= size:
                break
            begin = stop
            stop += 1
            while stop < size and word[stop] & 0xC0 == 0x80:
                stop += 1
            value = _hash(word, begin, stop, value)
            if length >= shortest and not (length == 1 and (start == 0 or stop == size)):
                rows[count] = first_row + np.int64(value) % n_buckets
                count += 1
    return count


@serial_kernel
def _average_rows(
    data: Bytes,
    matrix: Matrix,
    first: int,
    starts: Offsets,
    stops: Offsets,
    shortest: int,
    longest: int,
    n_buckets: int,
    n_words: int,
    splits_end: bool,
    out: Matrix,
) -> None:
    """Write the vectors of words: the means of their rows.

    The end of a sentence, </s>, has its own row alone, unless `splits_end`.
    """
    longest_word = 0
    for word in range(len(starts)):
        longest_word = max(longest_word, stops[word] - starts[word])
    text = np.empty(longest_word + 2, np.uint8)
    text[0] = 60
    most = 0
    if longest > 0 and n_buckets > 0:
        most = (longest_word + 2) * min(longest, longest_word + 2)
    rows = np.empty(most, np.int64)
    for word in range(len(starts)):
        size = stops[word] - starts[word]
        for i in range(size):
            text[i + 1] = data[starts[word] + i]
        text[size + 1] = 62
        is_end = size == 4 and text[1] == 60 and text[2] == 47 and text[3] == 115 and text[4] == 62
        count = 0
        if most > 0 and (splits_end or not is_end):
            count = _find_ngrams(text[: size + 2], shortest, longest, n_buckets, n_words, rows)
        for j in range(out.shape[1]):
            out[word, j] = matrix[first + word, j]
        for i in range(count):
            row = rows[i]
            for j in range(out.shape[1]):
                out[word, j] += matrix[row, j]
        share = np.float32(1 / (count + 1))
        for j in range(out.shape[1]):
            out[word, j] *= share


def _matches(source: Source) -> bool:
    return find_header(source.head[:START_BYTES]) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    header = find_header(source.head[:START_BYTES])
    assert header is not None
    name = source.name
    require_sense(header, name)
    if not source.is_compressed:
        data = np.asarray(np.memmap(source.path, np.uint8, "r"))
        found = find_dictionary(data, header, name, is_whole=True)
        assert found is not None
        return _read_words(data, header, found, source, settings, report)
    with tempfile.TemporaryFile() as file:
        found = _unpack(source, header, file, part_of(report, 0, 0.5))
        data = np.asarray(np.memmap(file, np.uint8, "r"))
        report = part_of(report, 0.5, 1)
        return _read_words(data, header, found, source, settings, report)


def _unpack(source: Source, header: FastTextHeader, file: IO[bytes], report: Report) -> Dictionary:
    """Write a compressed model to a file up to the end of its vectors, which lie all over it.

    Raises
    ------
    UserError
        When it is damaged, or there is no room for it.
    """
    name = source.name
    needed = header.matrix_bytes
    if needed > _LARGEST_RATIO * source.size:
        raise cut_short(name, needed, source.size, "its matrix, unpacked,")
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if needed > free:
        raise UserError(
            f"{name} needs {in_words(needed)} to be unpacked to, and there are {in_words(free)} "
            f"in {tempfile.gettempdir()}. Make room there, or unpack it to another disk and open "
            "that."
        )
    with source.stream() as stream:
        end, found, is_whole = _FIRST_PART, None, False
        while found is None:
            is_whole = _copy(stream, file, end, report)
            data = np.asarray(np.memmap(file, np.uint8, "r"))
            found = find_dictionary(data, header, name, is_whole)
            end *= 2
        _copy(stream, file, found.offset + 8 * max(header.n_pruned, 0) + 17 + needed, report)
    return found


def _copy(stream: Stream, file: IO[bytes], end: int, report: Report) -> bool:
    """Copy from the stream until the file has `end` bytes; return whether there are fewer."""
    while (missing := end - file.tell()) > 0:
        block = stream.read(min(missing, BLOCK_BYTES))
        file.write(block)
        report(stream.fraction, f"{in_words(file.tell())} unpacked")
        if len(block) < min(missing, BLOCK_BYTES):
            break
    file.flush()
    return missing > 0


def _read_words(
    data: Bytes,
    header: FastTextHeader,
    found: Dictionary,
    source: Source,
    settings: ReadSettings,
    report: Report,
) -> ReadResult:
    name = source.name
    start = find_matrix(data, header, found.offset, name)
    if header.matrix_bytes > len(data) - start:
        raise cut_short(name, start + header.matrix_bytes, len(data), "it")
    numbers = data[start : start + header.matrix_bytes].view(np.dtype("<f4"))
    matrix = numbers.reshape(header.n_rows, header.dimensions)
    bad = BadRows(source, settings)
    rows = RowCollector(header.dimensions, settings, bad)
    n_replaced = 0
    for block in _word_blocks(found, header, settings.max_rows):
        if rows.is_full:
            rows.stop()
            break
        starts, stops = found.starts[block], found.stops[block]
        fraction = block.stop / header.n_words
        vectors = rows.space_for(len(starts), fraction)
        _average_rows(
            data,
            matrix,
            block.start,
            starts,
            stops,
            header.shortest,
            header.longest,
            header.n_buckets,
            header.n_words,
            header.version == 0,
            vectors,
        )
        text = data[starts[0] : stops[-1]].copy()
        labels, replaced = decode_spans(text, starts - starts[0], stops - starts[0])
        n_replaced += replaced
        rows.add(len(labels), labels, {}, partial(_place, labels, block.start))
        report(fraction, f"{rows.n_read:,} words put together")
    return _complete(rows, header, n_replaced)


def _place(labels: list[str], first: int, row: int) -> str:
    return f"{row_place(first + row)}, {labels[row]!r}"


def _word_blocks(found: Dictionary, header: FastTextHeader, most: int | None) -> Iterator[slice]:
    """Yield runs of words that take about the same time, the first no longer than is wanted."""
    n_rows = 1 + (found.stops - found.starts + 1) * (header.longest if header.has_ngrams else 0)
    work = np.cumsum(n_rows * header.dimensions)
    start = 0
    while start < header.n_words:
        done = work[start - 1] if start else 0
        stop = int(np.searchsorted(work, done + _SUMS_PER_BLOCK, "right"))
        stop = min(max(stop, start + 1), start + (most or header.n_words), header.n_words)
        yield slice(start, stop)
        start = stop


def _complete(rows: RowCollector, header: FastTextHeader, n_replaced: int) -> ReadResult:
    result = rows.contents(_FORMAT_NAME)
    result.n_rows = header.n_words
    result.learn(dtype="float32", promised=header.n_words)
    result.notes += note_on_replaced(n_replaced)
    n_labels = header.n_entries - header.n_words
    if n_labels:
        result.notes.append(
            Note(
                f"{counted(n_labels, 'label')} of this classifier left out: they have no vectors "
                "among those of the words."
            )
        )
    return result


def compile_all() -> None:
    """Compile the kernels."""
    data = np.frombuffer(b"ab\0" + bytes(10), np.uint8)
    found = find_dictionary(
        data, FastTextHeader(12, 3, 2, 1, 2, False, 1, 1, -1, 0), "", is_whole=True
    )
    assert found is not None
    matrix = np.frombuffer(bytes(36), np.float32).reshape(3, 3)
    out = np.empty((1, 3), np.float32)
    _average_rows(data, matrix, 0, found.starts, found.stops, 1, 2, 2, 1, False, out)


FASTTEXT = Format(_matches, _read)
