"""Zip archives: which of the files in one holds the vectors.

Vectors travel in archives as `glove.6B.zip` does, with several sizes in it, or alone beside a
README. Where all but one of the files are plainly something else, that one is read, straight from
the archive; else it is asked which. NumPy's and PyTorch's own archives, and documents that are
archives inside, are left to the formats that know them. A tar archive is not read: it has no list
of its files, so that all of it would have to be unpacked to learn what is in it.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note
from embedviz.core.wording import in_words, shown_name

ZIP_START = b"PK\x03\x04"

WITHIN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
"""Between the name of an archive and that of a file in it."""

_SHOWN = 8
_is_system_file = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\.[^/]*|Thumbs\.db|desktop\.ini)", re.IGNORECASE | re.DOTALL
).fullmatch
_is_document = re.compile(
    r"(?:read.?me|licen[cs]e|copying|copyright|notice|change.?log|changes|authors|citation|todo|"
    r"attribution|manifest|requirements)\b.*"
    r"|.*\.(?:md|rst|pdf|html?|docx?|rtf|png|jpe?g|gif|svg|py|ipynb|sh|c|h|cc|cpp|java|js|css|ya?ml|"
    r"toml|ini|cfg|bib|tex|log|sha(?:1|256|512)|md5|sig|asc)",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_is_beside_vectors = re.compile(
    r"(?:.*[-_. ])?(?:meta|metadata|labels?|vocab|vocabulary|words|tokens|projector_config)"
    r"(?:\.[a-z]+)*",
    re.IGNORECASE | re.DOTALL,
).fullmatch
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_OTHER_METHODS = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
_DAMAGES = (
    zipfile.BadZipFile,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)


class Archive:
    """The files of a zip archive.

    Parameters
    ----------
    path : Path
    name : str
        What it is called in messages.

    Attributes
    ----------
    names : list of str
        Of all that is in it.

    Raises
    ------
    UserError
        When its list of files is damaged.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
        except _DAMAGES as error:
            raise self._damaged(error) from None
        self.names = [info.filename for info in infos]
        named = [info for info in infos if info.filename]  # Else `is_dir` fails.
        files = [i for i in named if not i.is_dir() and not _is_system_file(i.filename)]
        self._files = {info.filename: info for info in files}
        self._candidates = _likely(files)

    @property
    def is_for_others(self) -> bool:
        """Whether it is of a kind that a format reads as a whole, or refuses by its name."""
        wanted = [info.filename for info in self._candidates]
        return any(
            name.endswith("data.pkl") or name == "[Content_Types].xml" for name in self.names
        ) or (bool(wanted) and all(name.endswith(".npy") for name in wanted))

    def choose(self, wanted: str | None) -> zipfile.ZipInfo:
        """Return the file that holds the vectors.

        Parameters
        ----------
        wanted : str or None
            Its name in the archive, with or without folders.

        Raises
        ------
        ChoiceRequired
            When several may.
        UserError
            When there is none, or none of the wanted name, or it cannot be unpacked.
        """
        if wanted is not None:
            return self._checked(self._find(wanted))
        if not self._candidates:
            raise UserError(
                f"{self._name} is a zip archive without a file in it that may hold vectors."
            )
        if len(self._candidates) > 1:
            reason = f"{self._name} has several files in it: {self._listed()}."
            raise ChoiceRequired(
                f"{reason} Choose the one with the vectors: --key NAME on the command line, "
                'key="NAME" in Python.',
                "key",
                self.described(),
                reason,
                are_files=True,
            )
        return self._checked(self._candidates[0])

    def described(self) -> dict[str, str]:
        """Return the files that may hold vectors, with their sizes."""
        return {info.filename: in_words(info.file_size) for info in self._candidates}

    def notes_on(self, member: zipfile.ZipInfo) -> list[Note]:
        """Return the sentence about files with labels that are left in the archive, if any are."""
        beside = [
            shown_name(name)
            for name in self._files
            if name != member.filename and _is_beside_vectors(PurePosixPath(name).name)
        ]
        if not beside:
            return []
        names = ", ".join(beside[:_SHOWN])
        return [Note(f"Not read: {names} in the same archive. Unpack it for that.")]

    def open(self, member: str) -> tuple[IO[bytes], Callable[[], int], Callable[[], None]]:
        """Return a file of the archive, what says how far it was read, and what closes it."""
        info = self._files[member]
        try:
            archive = zipfile.ZipFile(self._path)
            file = archive.open(info)
        except _DAMAGES as error:
            raise self._damaged(error) from None
        raw: Any = archive.fp
        start = info.header_offset
        return file, lambda: raw.tell() - start if raw and not raw.closed else 0, archive.close

    def _find(self, wanted: str) -> zipfile.ZipInfo:
        if wanted in self._files:
            return self._files[wanted]
        found = [info for name, info in self._files.items() if PurePosixPath(name).name == wanted]
        if len(found) != 1:
            raise UserError(
                f"{self._name} has no file {shown_name(wanted)!r} in it. Its files are "
                f"{_enumerated([shown_name(name) for name in self._files])}."
            )
        return found[0]

    def _checked(self, info: zipfile.ZipInfo) -> zipfile.ZipInfo:
        name = self._name + WITHIN + shown_name(info.filename)
        if info.flag_bits & 1:
            raise UserError(f"{name} is encrypted. Unpack it with its password, and open that.")
        if info.compress_type not in _METHODS:
            method = _OTHER_METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise UserError(
                f"{name} is packed with {method}, which is not read here. Unpack it, and open "
                "the file inside."
            )
        if not info.file_size:
            raise UserError(f"{name} is empty (0 bytes).")
        return info

    def _listed(self) -> str:
        return _enumerated(
            [
                f"{shown_name(info.filename)} ({in_words(info.file_size)})"
                for info in self._candidates
            ]
        )

    def _damaged(self, error: Exception) -> UserError:
        reason = shown_name(str(error)) or "it ends too early"
        return UserError(
            f"{self._name} is a damaged zip archive ({reason}). Copy or download it again."
        )


def _enumerated(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _likely(files: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the files that may hold vectors: those that plainly do not are left out."""
    files = [info for info in files if not _is_document(PurePosixPath(info.filename).name)]
    vectors = [info for info in files if not _is_beside_vectors(PurePosixPath(info.filename).name)]
    return vectors or files
