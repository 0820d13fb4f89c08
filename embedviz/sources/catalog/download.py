"""Download of a file of vectors: from the catalog, or by its address.

What is downloaded grows in a file that ends in `.part`; the file itself is there when it is
complete and its checksum is right, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import blake2b
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.wording import in_words
from embedviz.formats.companions.download_record import DownloadRecord, write_record
from embedviz.sources.catalog import Catalog
from embedviz.sources.catalog.addresses import FileAddress, parse_address
from embedviz.sources.catalog.entries import Entry, RemoteFile
from embedviz.sources.catalog.file_names import plain_name
from embedviz.sources.catalog.listing import unencrypted
from embedviz.sources.catalog.lock import LOCKED, only_one
from embedviz.sources.catalog.pace import Pace
from embedviz.sources.catalog.part_file import PartFile
from embedviz.sources.catalog.transfer import Transfer, checksum_of, require_room
from embedviz.sources.consent import Ask, Sending

_FETCHED, _CHECKED = 0.96, 0.99


@dataclass(frozen=True)
class Wanted:
    """File that is to be downloaded.

    Attributes
    ----------
    title : str
        What it is called on the screen.
    pieces : tuple of RemoteFile
        To be joined in this order.
    folder : Path
        Where it goes.
    file_name : str
        Empty: as the server calls it.
    record : DownloadRecord or None
        What is kept beside it; None: nothing.
    n_bytes : int or None
        As a list says.
    storage_hosts : tuple of str
        Hosts that are agreed to together with the first.
    """

    title: str
    pieces: tuple[RemoteFile, ...]
    folder: Path
    file_name: str = ""
    record: DownloadRecord | None = None
    n_bytes: int | None = None
    storage_hosts: tuple[str, ...] = ()

    def at(self, path: Path) -> Wanted:
        """Return the same, to be written to a file of the user's own."""
        return replace(self, folder=path.absolute().parent, file_name=path.name, record=None)

    @property
    def address(self) -> FileAddress:
        """Address of the first piece."""
        return parse_address(self.pieces[0].address)


@dataclass(frozen=True)
class Downloaded:
    """File that was downloaded.

    Attributes
    ----------
    path : Path
    notes : tuple of str
        What the user should know about how it came.
    """

    path: Path
    notes: tuple[str, ...] = ()


def want_entry(entry: Entry, catalog: Catalog, root: Path) -> Wanted:
    """Return what is to be downloaded for an entry of a catalog.

    Parameters
    ----------
    entry : Entry
    catalog : Catalog
    root : Path
        Folder of all downloads.

    Raises
    ------
    UserError
        When the entry is not offered.
    """
    if entry.refusal:
        raise UserError(f"{entry.name} is not downloaded: {entry.refusal}")
    address = parse_address(entry.pieces[0].address)
    return Wanted(
        entry.name,
        entry.pieces,
        root / "catalog" / entry.name,
        entry.file_name,
        DownloadRecord(entry.name, address.shown, entry.license),
        entry.n_bytes,
        catalog.storage_hosts,
    )


def want_address(text: str, root: Path) -> Wanted:
    """Return what is to be downloaded for an address.

    Raises
    ------
    UserError
        When it is not an address of http or https, or has a name or password in it.
    """
    address = parse_address(text)
    key = blake2b(address.text.encode(), digest_size=8).hexdigest()
    return Wanted(
        plain_name(address.path),
        (RemoteFile(address.text),),
        root / "addresses" / key,
        record=DownloadRecord("", address.shown),
    )


def describe_download(wanted: Wanted, address: FileAddress) -> Sending:
    """Return what is to be agreed to before an address is asked for a file."""
    first = wanted.address
    size = f" ({in_words(wanted.n_bytes)})" if wanted.n_bytes else ""
    details = [f"Only its address is sent: {address.shown}"]
    if address.host != first.host:
        details.insert(0, f"{first.host} sends on to it.")
    elif wanted.storage_hosts:
        details.append(f"The file itself then comes from {' or '.join(wanted.storage_hosts)}.")
    if wanted.record is not None and wanted.record.license:
        details.append(f"License: {wanted.record.license}")
    details.append(f"It is kept in {wanted.folder}.")
    return Sending(
        address.host,
        f"to download {wanted.title}{size}",
        details=tuple(details),
        is_loopback=address.is_loopback,
        warnings=unencrypted(address),
    )


def download(wanted: Wanted, ask: Ask, report: Report = silent) -> Downloaded:
    """Return the file, once it is on the disk.

    Parameters
    ----------
    wanted : Wanted
    ask : Ask
        Called before each host is connected to.
    report : Report
        With how much is there, how quickly it comes and how long it takes; where it stops, and
        what has arrived is kept for the next time.

    Raises
    ------
    NotAgreed
        When a host was not agreed to.
    UserError
        When it cannot be downloaded, is damaged, or the disk is full.
    """
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{wanted.folder} cannot be made: {error.strerror or error}.") from None
    base = wanted.folder / (wanted.file_name or LOCKED)
    with ExitStack() as stack:
        try:
            stack.enter_context(only_one(base if wanted.record is None else wanted.folder / LOCKED))
        except OSError as error:
            raise UserError(
                f"{wanted.folder} cannot be written to: {error.strerror or error}."
            ) from None
        return _Download(wanted, base, _agreed(wanted, ask), report).run()


class _Download:
    """One download, whose lock is held."""

    def __init__(self, wanted: Wanted, base: Path, ask: Ask, report: Report) -> None:
        self._wanted, self._base, self._ask, self._report = wanted, base, ask, report
        self._notes: list[str] = []
        self._done = 0

    def run(self) -> Downloaded:
        wanted = self._wanted
        self._report(0.0, f"asking {wanted.address.host}")
        pace = Pace(part_of(self._report, 0.0, _FETCHED), wanted.n_bytes)
        # All are there before they are joined: what is cut in between costs no byte twice.
        parts = [self._fetch(place, piece, pace) for place, piece in enumerate(wanted.pieces)]
        first = parts[0]
        called = first.known.name if first.known is not None else ""
        name = wanted.file_name or plain_name(called or wanted.address.path)
        target = wanted.folder / name
        try:
            if len(parts) > 1:
                self._join(parts)
            first.finish(target)
            for part in parts[1:]:
                part.remove()
        except OSError as error:
            raise UserError(f"{target} cannot be written: {error.strerror or error}.") from None
        if wanted.record is not None:
            write_record(target, replace(wanted.record, day=date.today().isoformat()))
        self._report(1.0, "downloaded")
        return Downloaded(target, tuple(dict.fromkeys(self._notes)))

    def _fetch(self, place: int, piece: RemoteFile, pace: Pace) -> PartFile:
        """Return a piece that is complete, and has the checksum that it must have."""
        end = ".part" if len(self._wanted.pieces) == 1 else f".part{place}"
        path = self._base.with_name(self._base.name + end)
        address = parse_address(piece.address)
        for is_last in (False, True):
            part = PartFile(path, address, is_checked=bool(piece.checksum))
            if self._wanted.record is None and part.known is None and part.size_on_disk:
                raise UserError(
                    f"{path} is there already, and is no part of this download: another one, or a "
                    "browser, may be writing it. Choose another name, or move it away."
                )
            describe = partial(describe_download, self._wanted)
            transfer = Transfer(address, part, self._ask, describe, pace, self._done, self._notes)
            begun = part.size
            transfer.run()
            if self._is_whole(part, piece):
                self._done += part.size_on_disk
                return part
            part.remove()
            if is_last or not (begun or transfer.has_resumed):
                break  # Else the old bytes may have been the wrong ones.
        raise UserError(
            f"{self._wanted.title} does not have the checksum that the catalog gives: it was "
            "damaged on the way, or it is another file by now. It was removed. Download it again; "
            "if that does not help, the catalog is wrong."
        )

    def _is_whole(self, part: PartFile, piece: RemoteFile) -> bool:
        if not piece.checksum:
            return True
        found = checksum_of(part.path, part_of(self._report, _FETCHED, _CHECKED))
        return found == piece.checksum

    def _join(self, parts: list[PartFile]) -> None:
        """Append all pieces to the first, which until then is one of them."""
        joined = self._base.with_name(self._base.name + ".joined")
        require_room(joined.parent, self._done)
        try:
            with joined.open("wb") as file:
                for place, part in enumerate(parts):
                    said = f"joining part {place + 1} of {len(parts)}"
                    with part.path.open("rb") as read:
                        while block := read.read(4 << 20):
                            self._report(_CHECKED, said)
                            file.write(block)
            joined.replace(parts[0].path)
        except BaseException:
            joined.unlink(missing_ok=True)  # Its parts are kept, and are as large.
            raise


def _agreed(wanted: Wanted, ask: Ask) -> Callable[[Sending], bool]:
    """Return what asks about each host once; those that were named with the first are agreed to."""
    first, agreed = wanted.address.host, set[str]()

    def answer(sending: Sending) -> bool:
        if sending.host in agreed:
            return True
        if ask(sending) is not True:
            return False
        agreed.add(sending.host)
        if sending.host == first:
            agreed.update(wanted.storage_hosts)
        return True

    return answer
