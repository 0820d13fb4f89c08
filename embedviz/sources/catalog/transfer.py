"""Transfer of one file from a server to the disk, taken up again where it broke off."""

from __future__ import annotations

import errno
import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.wording import in_words
from embedviz.sources.catalog.addresses import FileAddress
from embedviz.sources.catalog.connection import CUTS, Describe, Response, connect
from embedviz.sources.catalog.pace import Pace
from embedviz.sources.catalog.part_file import PartFile
from embedviz.sources.consent import Ask

_BLOCK = 256 << 10
_RESERVE = 50_000_000
"""Bytes that are left free on the disk, for all else."""
_LOOKS_BETWEEN = 32 << 20
_MOST_CUTS = 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class Transfer:
    """Transfer of one file.

    Attributes
    ----------
    address : FileAddress
    part : PartFile
    ask : Ask
    describe : callable
    pace : Pace
    before : int
        Bytes of other files of the same download that are there already.
    notes : list of str
        What the user should know.
    has_resumed : bool
        Whether bytes of an earlier attempt were gone on from.
    """

    address: FileAddress
    part: PartFile
    ask: Ask
    describe: Describe
    pace: Pace
    before: int = 0
    notes: list[str] = field(default_factory=list)
    has_resumed: bool = False

    def run(self) -> None:
        """Bring all bytes to the disk, going on at once after each cut that let some through.

        Raises
        ------
        NotAgreed
            When a host was not agreed to.
        UserError
            When the server refuses, the connection is cut for good, or the disk is full. What has
            arrived is kept, and the next attempt goes on from there.
        """
        for _ in range(_MOST_CUTS):
            before = self.part.size
            try:
                if self._attempt():
                    return
            except (*CUTS, OSError) as error:
                self._judge(error, before)
        self._give_up()

    def _judge(self, error: Exception, before: int) -> None:
        """Go on after a cut; raise what cannot be mended by that."""
        if isinstance(error, OSError) and error.errno in _FULL:
            raise UserError(describe_full(self.part.path.parent, self._missing)) from None
        if isinstance(error, OSError) and not isinstance(error, CUTS):
            raise UserError(
                f"{self.part.path} cannot be written: {error.strerror or error}."
            ) from None
        if self.part.size <= before:
            self._give_up()

    def _give_up(self) -> None:
        goes_on = "Nothing is lost: download it again, and it goes on from there."
        if not self.part.size:
            goes_on = "Download it again: the server has nothing to go on by, so from the start."
        there = in_words(self.before + self.part.size_on_disk)
        raise UserError(f"The connection to {self.address.host} was cut after {there}. {goes_on}")

    @property
    def _missing(self) -> int | None:
        total = None if self.part.known is None else self.part.known.total
        return None if total is None else total - self.part.size

    def _attempt(self) -> bool:
        """Return whether all of it is there; else the next attempt begins anew."""
        asked_for_rest = self.part.headers()
        if asked_for_rest and self._missing == 0:
            return True
        self.pace.restart(self.before + self.part.size)
        response = connect(self.address, self.ask, self.describe, asked_for_rest)
        try:
            if response.status == 200:
                _refuse_page(response)
                self._begin(response, is_second=bool(asked_for_rest))
            elif response.status != 206 or not self.part.goes_on(response.headers):
                self._forget()
                return False
            else:
                self.has_resumed = True
            self._receive(response)
        finally:
            response.close()
        return True

    def _begin(self, response: Response, *, is_second: bool) -> None:
        if is_second:
            self._tell_anew(response)
        self.part.begin(response.headers, response.n_bytes)

    def _tell_anew(self, response: Response) -> None:
        known, headers = self.part.known, response.headers
        has_changed = known is not None and any(
            old and new and old != new
            for old, new in (
                (known.etag, headers.get("ETag")),
                (known.modified, headers.get("Last-Modified")),
                (known.total, response.n_bytes),
            )
        )
        host = self.address.host
        why = "The file has changed there" if has_changed else f"{host} only sends whole files"
        self.notes.append(f"{why}, so it was downloaded from the beginning again.")

    def _forget(self) -> None:
        self.notes.append(
            "What had been downloaded before no longer fits to the file on the server, so it was "
            "downloaded from the beginning again."
        )
        self.part.remove()

    def _receive(self, response: Response) -> None:
        size = self.part.size_on_disk
        total = None if self.part.known is None else self.part.known.total
        require_room(self.part.path.parent, None if total is None else total - size)
        if self.pace.total is None and total is not None:
            self.pace.total = self.before + total
        self.pace.restart(self.before + size)
        looked = size
        with self.part.path.open("ab") as file:
            while block := response.read(_BLOCK):
                file.write(block)
                size += len(block)
                self.pace.tell(self.before + size)
                if size - looked > _LOOKS_BETWEEN:
                    looked = size
                    require_room(self.part.path.parent, 0)


def _refuse_page(response: Response) -> None:
    """Refuse a page for people in place of a file, such as one to log in."""
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise UserError(
            f"{response.address.shown} is a web page, not a file of vectors. Take the address of "
            "the file itself, often called raw or download; where a login is needed, use a browser."
        )


def require_room(folder: Path, n_bytes: int | None) -> None:
    """Raise a UserError where a disk has no room for as many bytes more; None: not known."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:  # Writing says what is wrong.
        return
    if free < (n_bytes or 0) + _RESERVE:
        raise UserError(describe_full(folder, n_bytes))


def describe_full(folder: Path, n_bytes: int | None) -> str:
    """Return in words that a disk has no room."""
    try:
        free = f"{in_words(shutil.disk_usage(folder).free)} are free"
    except OSError:
        free = "it has no room left"
    needed = f"{in_words(n_bytes)} more are needed, and " if n_bytes else ""
    return (
        f"The disk of {folder} is full: {needed}{free}. Make room and download it again: it goes "
        "on from where it is."
    )


def checksum_of(path: Path, report: Report) -> str:
    """Return the MD5 of a file, as 32 hexadecimal digits."""
    digest = hashlib.md5(usedforsecurity=False)  # What the catalog has; it finds damage.
    size, done = max(path.stat().st_size, 1), 0
    with path.open("rb") as file:
        while block := file.read(4 << 20):
            digest.update(block)
            done += len(block)
            report(done / size, "checking that it is complete")
    return digest.hexdigest()
