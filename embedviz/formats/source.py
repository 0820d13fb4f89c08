"""The bytes of a file: compressed or not, what it starts with, how much of it was read.

A file is judged by its first megabyte, never by its name: vectors travel as `.txt`, `.bin`, `.dat`
and `.gz` alike, whatever is inside.

A few bytes can be unpacked to as many as one likes. Printed numbers shrink to a half or a third,
even sets of ones and zeros hardly ever to a hundredth: what is more than that is not unpacked.
"""

from __future__ import annotations

import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.wording import in_words, shown_name
from embedviz.formats.archives import WITHIN, ZIP_START, Archive
from embedviz.formats.containers.parts import Parts, parts_in
from embedviz.formats.paths import require_plain_path
from embedviz.formats.refused.folders import describe_folder
from embedviz.formats.refused.zarr_stores import ZarrStore, store_in_archive, store_in_folder
from embedviz.formats.unpacking import open_bz2, open_xz

HEAD_BYTES = 1 << 20
LONGEST_HEAD = 16 << 20
SAMPLE_LINES = 200
BLANKS = b" \t\r"
BLOCK_BYTES = 16 << 20
_PREVIEW_BYTES = 1 << 20
_PREVIEW_UNPACKED = 8 << 20
"""Of compressed files, so that how far they were read says how much they hold."""
MOST_DIMENSIONS = 1_000_000
MOST_FIELDS = 1_100_000
"""In a line; more than any vector has, and too many to look at each in moments."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_COMPARED = 1 << 16
_REMARKS = (b"#", b"%", b"//")
_is_number = re.compile(rb"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?").fullmatch

_DECOMPRESSORS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": open_bz2,
    b"\xfd7zXZ\x00": open_xz,
}
_UNREADABLE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError)
_LARGEST_RATIO = 200
_NEVER_TOO_LARGE = 16 << 20
"""Bytes that are unpacked whatever they came from."""


class Source:
    """A file that is about to be read.

    Parameters
    ----------
    path : Path
    member : str, optional
        Which file of an archive.

    Attributes
    ----------
    path : Path
        Absolute.
    name : str
        What it is called in messages: on one line, with its member where it is an archive.
    size : int
        Bytes on disk, of the member where it is an archive.
    member : str or None
        The file of the archive that is read; None where the file is not an archive, or a format has
        archives of its own.
    members : mapping of str to str
        What else could be read from the archive, with sizes.
    notes : list of Note
        What else there is to say of an archive.
    parts : Parts
        The files that are read together where it is a folder of them; else none.

    store : ZarrStore or None
        Where it is a store of AnnData; all others are refused.

    Raises
    ------
    ChoiceRequired
        When several files of an archive may hold vectors.
    UserError
        When there is no such file, it is a folder of other things, is empty or may not be read.
    """

    def __init__(self, path: Path, member: str | None = None) -> None:
        require_plain_path(path)
        self.path = path.expanduser().absolute()
        self.name = shown_name(self.path.name)
        self.member: str | None = None
        self.members: Mapping[str, str] = {}
        self.notes: list[Note] = []
        self.parts = Parts()
        self.store: ZarrStore | None = None
        self._is_whole_in_head = False
        self._head_fraction = 1.0
        self._decompressor: Callable[..., Any] | None = None
        with reading(self.name):
            self.size = self.path.stat().st_size
            if self.path.is_dir():
                self._take_folder()
                return
            if not self.path.is_file():
                raise UserError(f"{self.name} is not an ordinary file, so it cannot be opened.")
            with self.path.open("rb") as file:
                start = file.read(8)
        if not start:
            raise UserError(
                f"{self.name} is empty (0 bytes). Download or write it again, then open it."
            )
        self._decompressor = next(
            (open_ for magic, open_ in _DECOMPRESSORS.items() if start.startswith(magic)), None
        )
        if start.startswith(ZIP_START):
            self._take_member(member)

    def _take_folder(self) -> None:
        store = store_in_folder(self.path)
        if store is not None:
            self._take_store(store)
            return
        self.parts = parts_in(self.path)
        if not self.parts.names:
            raise UserError(describe_folder(self.path))
        self.size = self.parts.size
        self._is_whole_in_head = True

    def _take_store(self, store: ZarrStore) -> None:
        if not store.can_be_read:
            raise UserError(store.refusal())
        self.store, self.size = store, store.size
        self._is_whole_in_head = True

    def _take_member(self, wanted: str | None) -> None:
        with reading(self.name):
            archive = Archive(self.path, self.name)
        store = store_in_archive(self.path, archive.names)
        if store is not None:
            self._take_store(store)
            return
        if archive.is_for_others:
            return
        member = archive.choose(wanted)
        self.members, self.notes = archive.described(), archive.notes_on(member)
        self.member = member.filename
        self.size = member.compress_size
        self.name += WITHIN + shown_name(self.member)
        # No more than this is unpacked, whatever there is.
        _require_honest_size(self.name, member.file_size, self.size)

    @property
    def is_compressed(self) -> bool:
        """Whether the bytes on disk are not the bytes that are read."""
        return self._decompressor is not None or self.member is not None

    @cached_property
    def head(self) -> bytes:
        """The first megabyte after decompression, or more where the first two lines are longer.

        Nothing of a folder, or of a store.
        """
        head = b""
        if self.parts.names or self.store is not None:
            return head
        with self.stream() as stream:
            while len(head) < LONGEST_HEAD and head.count(b"\n") < 2:
                head += (more := stream.read(HEAD_BYTES))
                if len(more) < HEAD_BYTES:
                    self._is_whole_in_head = True
                    break
            if b"\n" in head:
                stream.hold(len(head) - head.rfind(b"\n") - 1)
            self._head_fraction = stream.fraction
        return head

    @property
    def text(self) -> bytes:
        """The same without a UTF-8 byte order mark."""
        return self.head.removeprefix(BYTE_ORDER_MARK)

    @property
    def lines(self) -> list[bytes]:
        """The first lines, 200 at most, none cut short, without blank ones and first remarks."""
        lines = self.first_lines
        return [line for line in lines[self.remark_lines :] if line.strip(BLANKS)]

    @property
    def first_lines(self) -> list[bytes]:
        """The same with blank lines and remarks."""
        lines = self.text.split(b"\n", SAMPLE_LINES)
        if len(lines) > SAMPLE_LINES or (len(lines) > 1 and not self.is_whole_in_head):
            lines.pop()  # It goes on after this.
        return lines

    def first_line(self, most: int) -> bytes | None:
        """Return a first line that is longer than the head, cut at `most` bytes; else None."""
        if self.is_whole_in_head or b"\n" in self.head:
            return None
        with self.stream() as stream:
            return stream.read(most).removeprefix(BYTE_ORDER_MARK).partition(b"\n")[0]

    @cached_property
    def remark_lines(self) -> int:
        """Number of lines at the start that are remarks of a program, or blank before these.

        A line that begins as remarks do is none where it has as many numbers as the rows, for "#"
        is a word; and the last is the header where it has as many fields.
        """
        lines = self.first_lines
        is_remark = [line.lstrip().startswith(_REMARKS) for line in lines]
        first = next(
            (i for i, line in enumerate(lines) if line.strip() and not is_remark[i]), len(lines)
        )
        if first in (0, len(lines)):
            return 0
        row = next((line for line in lines[first + 1 :] if line.strip()), lines[first])
        expected = _numbers_at_end(row)
        while first and (not is_remark[first - 1] or _is_like(lines[first - 1], row, expected)):
            first -= 1
        return first

    @cached_property
    def estimated_lines(self) -> int:
        """Number of lines, if all are as long as the first ones."""
        n_lines = max(self.head.count(b"\n"), 1)
        return n_lines if self._is_whole_in_head else round(n_lines / self._head_fraction)

    @property
    def most_bytes(self) -> int:
        """Number of bytes that there may be in the end."""
        return (
            max(_NEVER_TOO_LARGE, _LARGEST_RATIO * self.size) if self.is_compressed else self.size
        )

    @property
    def is_whole_in_head(self) -> bool:
        """Whether `head` is all there is."""
        return bool(self.head) and self._is_whole_in_head

    def stream(self) -> Stream:
        """Open the file; to be used in a `with` statement."""
        with reading(self.name):
            if self.member is not None:
                file, position, close = Archive(self.path, self.name).open(self.member)
                return Stream(self.name, file, position, self.size, close)
            raw = self.path.open("rb")
            file = self._decompressor(raw) if self._decompressor else raw
        return Stream(self.name, file, raw.tell, self.size, raw.close)


class Stream:
    """Bytes from front to back, after decompression.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    file : binary file
        Where the bytes come from.
    position : callable
        Says how far the reading has come in the file on disk.
    size : int
        Bytes on disk.
    close : callable, optional
        Called in the end.
    """

    def __init__(
        self,
        name: str,
        file: Any,
        position: Callable[[], int],
        size: int,
        close: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._file = file
        self._position = position
        self._size = size
        self._close = close
        self._n_read = 0
        self._n_held = 0

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        if self._close is not None:
            self._close()

    @property
    def fraction(self) -> float:
        """Part of the file that was read, 0 to 1, without what is held back."""
        used = 1 - self._n_held / max(self._n_read, 1)
        return min(self._position() / max(self._size, 1), 1.0) * used

    @property
    def progress(self) -> str:
        """The same in words: "1.2 GB of 3.4 GB"."""
        return f"{in_words(min(self._position(), self._size))} of {in_words(self._size)}"

    def hold(self, count: int) -> None:
        """Take down how many of the last bytes were read before their turn."""
        self._n_held = count

    def read(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer only at the end."""
        buffer = bytearray(count)
        return bytes(memoryview(buffer)[: self.read_into(memoryview(buffer))])

    def read_into(self, buffer: memoryview) -> int:
        """Fill the buffer; return how many bytes there were, fewer only at the end."""
        filled = 0
        with reading(self._name):
            while filled < len(buffer):
                count = self._file.readinto(buffer[filled:])
                if not count:
                    break
                filled += count
                self._n_read += count
                _require_honest_size(self._name, self._n_read, self._position())
        return filled


def _require_honest_size(name: str, n_unpacked: int, n_packed: int) -> None:
    if n_unpacked > max(_NEVER_TOO_LARGE, _LARGEST_RATIO * n_packed):
        raise UserError(
            f"{name} unpacks to more than {_LARGEST_RATIO} times its size, as no file of vectors "
            "does. Where you trust it, unpack it, or write it without compression, and open that."
        )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a `UserError` that names it."""
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"There is no file {name}. Was it moved or renamed?") from None
    except PermissionError:
        raise UserError(f"{name} may not be read. Check the permissions of the file.") from None
    except EOFError:
        raise UserError(
            f"{name} ends in the middle of its compressed data. Download or copy it again."
        ) from None
    except _UNREADABLE as error:
        reason = shown_name(str(error)) or type(error).__name__
        raise UserError(
            f"{name} cannot be read ({reason}). It may be damaged: download or copy it again."
        ) from None


def block_bytes(source: Source, *, is_preview: bool) -> int:
    """Return how much of a file to read at once."""
    if not is_preview:
        return BLOCK_BYTES
    return min(BLOCK_BYTES, _PREVIEW_UNPACKED if source.is_compressed else _PREVIEW_BYTES)


def _numbers_at_end(line: bytes) -> int:
    """Return how many fields at the end are numbers; the first is what the row is called."""
    fields = re.split(rb"[\s,;|]++", line[-_LONGEST_COMPARED:].strip(b" \t\r\n,;|"))
    words = (i for i, field in enumerate(reversed(fields[1:])) if not _is_number(field))
    return next(words, len(fields) - 1)


def _is_like(line: bytes, row: bytes, n_numbers: int) -> bool:
    """Return whether a line is a row, or the header of such rows."""
    if _numbers_at_end(line) == n_numbers > 0:
        return True
    if re.match(rb"\s*(?:#|%|//)\S", line) and len(line.split()) == len(row.split()) > 1:
        return True
    for mark in (b"\t", b",", b";", b"|"):
        if line.count(mark) == row.count(mark) > 0:
            names = line.lstrip(b"#%/ \t").split(mark)
            return mark == b"\t" or not any(b" " in name.strip() for name in names)
    return False
