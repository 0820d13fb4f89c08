"""File of which a part has been downloaded, and what the server said of it: enough to go on."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.message import Message
from hashlib import blake2b
from pathlib import Path

from embedviz.sources.catalog.addresses import FileAddress
from embedviz.sources.catalog.file_names import name_in_header

_MOST_BYTES = 64 << 10
_content_range = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})").fullmatch


@dataclass(frozen=True)
class ServerFile:
    """What a server says of a file.

    Attributes
    ----------
    address : str
        Digest of the address that was asked for: a query may hold a key.
    etag, modified : str
        What tells one version from another; empty where the server does not say.
    total : int or None
        Size in bytes.
    name : str
        As the server calls it, not yet a plain name.
    """

    address: str
    etag: str = ""
    modified: str = ""
    total: int | None = None
    name: str = ""

    @property
    def validator(self) -> str:
        """Text for `If-Range`: a weak tag says nothing about single bytes."""
        return self.etag if self.etag.startswith('"') else self.modified


class PartFile:
    """Bytes of a file that were downloaded so far, kept from one attempt to the next.

    Parameters
    ----------
    path : Path
    address : FileAddress
    is_checked : bool
        Whether a checksum tells in the end if all of it is of one version.

    Attributes
    ----------
    path : Path
    known : ServerFile or None
        What the server said when it was begun; None: it is not begun.
    """

    def __init__(self, path: Path, address: FileAddress, *, is_checked: bool) -> None:
        self.path = path
        self._key = blake2b(address.text.encode(), digest_size=16).hexdigest()
        self._is_checked = is_checked
        self.known = self._read()

    @property
    def size(self) -> int:
        """How many bytes are there that can be gone on from."""
        if self.known is None or not (self.known.validator or self._is_checked):
            return 0
        return self.size_on_disk

    @property
    def size_on_disk(self) -> int:
        """How many bytes are there, whether they can be gone on from or not."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest; none where all of it is wanted."""
        if not self.size or self.known is None:
            return {}
        wanted = {"Range": f"bytes={self.size}-"}
        if self.known.validator:
            wanted["If-Range"] = self.known.validator
        return wanted

    def goes_on(self, headers: Message) -> bool:
        """Return whether an answer of 206 has just what is missing here."""
        found = _content_range(headers.get("Content-Range", ""))
        if found is None or self.known is None or int(found[1]) != self.size:
            return False
        told = self._told(headers, int(found[2]))
        pairs = ((self.known.etag, told.etag), (self.known.modified, told.modified))
        return self.known.total in (None, told.total) and all(
            one == other for one, other in pairs if one and other
        )

    def begin(self, headers: Message, n_bytes: int | None) -> None:
        """Begin anew with what an answer of 200 is going to send."""
        self.known = self._told(headers, n_bytes)
        self.path.write_bytes(b"")
        self._state.write_text(json.dumps(asdict(self.known)), encoding="ascii")

    def remove(self) -> None:
        """Forget what was downloaded."""
        self.known = None
        for path in (self.path, self._state):
            with suppress(OSError):
                path.unlink()

    def finish(self, target: Path) -> None:
        """Put the file in its place, in one step."""
        self.path.replace(target)
        self.remove()

    @property
    def _state(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    def _told(self, headers: Message, total: int | None) -> ServerFile:
        etag, modified = (headers.get(name, "")[:500] for name in ("ETag", "Last-Modified"))
        name = name_in_header(headers.get("Content-Disposition"))
        return ServerFile(self._key, etag, modified, total, name)

    def _read(self) -> ServerFile | None:
        try:
            if self._state.stat().st_size > _MOST_BYTES:
                return None
            found = ServerFile(**json.loads(self._state.read_text(encoding="ascii")))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        texts = (found.etag, found.modified, found.name)
        is_sound = all(isinstance(text, str) and "\n" not in text for text in texts)
        is_sound = is_sound and (found.total is None or type(found.total) is int)
        return found if is_sound and found.address == self._key else None
