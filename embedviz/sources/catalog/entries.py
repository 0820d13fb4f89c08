"""Entries of a catalog, read from its list: input from outside, of which nothing is taken on trust.

The list has grown over years: numbers are also written as texts, parameters are called differently,
and some entries are there for tests only. What cannot be read is left out, and said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.sources.catalog import Catalog
from embedviz.sources.catalog.file_names import why_not_plain

MOST_LIST_BYTES = 4 << 20
"""Of the list; that of gensim-data has 22 kB."""
_MOST_ENTRIES = 2000
_MOST_PARTS = 10
_LONGEST_TEXT = 2000
_MOST_NUMBER = 2**62
_is_checksum = re.compile(r"[0-9a-fA-F]{32}").fullmatch
_is_pickle = re.compile(
    r".*\.(?:pkl|pickle|p|model|kv|wv|joblib|dill|pt|pth)(?:\.(?:gz|bz2|xz|zip))?",
    re.IGNORECASE | re.DOTALL,
).fullmatch


@dataclass(frozen=True)
class RemoteFile:
    """One file on the server; some are parts of a larger one.

    Attributes
    ----------
    address : str
    checksum : str
        MD5 of its bytes, as 32 hexadecimal digits; empty where none is known.
    """

    address: str
    checksum: str = ""


@dataclass(frozen=True)
class Entry:
    """Vectors in a catalog.

    Attributes
    ----------
    name : str
        A plain name, in which no path hides.
    file_name : str
        Of the file on this machine; plain as well.
    pieces : tuple of RemoteFile
        To be joined in this order.
    n_rows, dimensions, n_bytes : int or None
        As the list says; None where it does not.
    license, description, base : str
        On one line each; `base` is what they were trained on.
    read_more : tuple of str
        Addresses.
    refusal : str
        Why it is not offered; empty: it is.
    """

    name: str
    file_name: str
    pieces: tuple[RemoteFile, ...] = ()
    n_rows: int | None = None
    dimensions: int | None = None
    n_bytes: int | None = None
    license: str = ""
    description: str = ""
    base: str = ""
    read_more: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class Listing:
    """What a catalog has.

    Attributes
    ----------
    entries : tuple of Entry
        In the order of the list.
    notes : tuple of str
        What was left out, and why.
    """

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    def find(self, name: str) -> Entry:
        """Return the entry of this name.

        Raises
        ------
        UserError
            When there is none, or it is not offered.
        """
        found = next((each for each in self.entries if each.name == name), None)
        if found is None:
            near = [each.name for each in self.entries if name.lower() in each.name.lower()]
            hint = f" Did you mean {', '.join(near[:3])}?" if near else ""
            raise UserError(f"The catalog has nothing of the name {one_line(name)[:100]}.{hint}")
        if found.refusal:
            raise UserError(f"{found.name} is not downloaded: {found.refusal}")
        return found


def read_listing(data: bytes, catalog: Catalog) -> Listing:
    """Return what a list says.

    Raises
    ------
    UserError
        When it is not the list of a catalog.
    """
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        what = "a web page" if data.lstrip()[:1] == b"<" else "something else"
        raise UserError(
            f"The catalog answered with {what}, not with its list. Try again later; behind a "
            "login page of a network, log in first."
        ) from None
    models = found.get("models") if isinstance(found, dict) else None
    if not isinstance(models, dict):
        raise UserError("The catalog answered with a list of another kind, without any models.")
    entries, n_bad = [], max(0, len(models) - _MOST_ENTRIES)
    for name, value in list(models.items())[:_MOST_ENTRIES]:
        if not isinstance(value, dict) or why_not_plain(name):
            n_bad += 1
        elif value.get("latest", True) is not False and not name.startswith("__testing"):
            entries.append(_entry(name, value, catalog))
    notes = []
    if n_bad:
        notes.append(f"{counted(n_bad, 'entry').replace('entrys', 'entries')} left out: damaged.")
    return Listing(tuple(entries), tuple(notes))


def _entry(name: str, value: Mapping[str, Any], catalog: Catalog) -> Entry:
    pieces = _pieces(name, value, catalog)
    given = value.get("file_name")
    file_name = given if isinstance(given, str) and given else f"{name}.gz"
    if not re.search(r"\.(?:gz|bz2|xz|zip)$", file_name):  # An older list named what is inside.
        file_name += ".gz"
    more = value.get("read_more")
    return Entry(
        name,
        file_name if not why_not_plain(file_name) else f"{name}.gz",
        pieces,
        _number(value.get("num_records")),
        _dimensions(value.get("parameters")),
        _number(value.get("file_size")),
        _license(value.get("license")),
        _text(value.get("description")),
        _text(value.get("base_dataset")),
        tuple(_text(each) for each in more[:10]) if isinstance(more, list) else (),
        _refusal(file_name, pieces),
    )


def _refusal(file_name: str, pieces: tuple[RemoteFile, ...]) -> str:
    if problem := why_not_plain(file_name):
        return f"the name of its file is not a plain one: {problem}."
    if _is_pickle(file_name):
        return "its file is a pickle, a program that opening would run."
    if not pieces or not all(piece.checksum for piece in pieces):
        return "the list gives no checksum to tell whether its file is complete."
    return ""


def _pieces(name: str, value: Mapping[str, Any], catalog: Catalog) -> tuple[RemoteFile, ...]:
    """Return the files on the server; none where the list gives no sensible number of them."""
    n_parts = _number(value.get("parts", 1))
    if n_parts is None or n_parts > _MOST_PARTS:
        return ()
    start = f"{catalog.files_address}/{name}/{name}.gz"
    if n_parts == 1:
        return (RemoteFile(start, _checksum(value.get("checksum"))),)
    return tuple(
        RemoteFile(f"{start}_0{part}", _checksum(value.get(f"checksum-{part}")))
        for part in range(n_parts)
    )


def _checksum(value: Any) -> str:
    return value.lower() if isinstance(value, str) and _is_checksum(value) else ""


def _dimensions(parameters: Any) -> int | None:
    """Return the length of the vectors, which older entries write as "dimensions = 50"."""
    if isinstance(parameters, str):
        found = re.fullmatch(r"\s*dimen[a-z]*\s*=\s*(\d{1,9})\s*", parameters)
        return None if found is None else _number(found[1])
    if not isinstance(parameters, dict):
        return None
    return _number(parameters.get("dimension", parameters.get("dimensions")))


def _number(value: Any) -> int | None:
    """Return a whole number from 1; None for −1, which stands for one that nobody knows."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip()):
        value = int(value)
    return value if type(value) is int and 0 < value < _MOST_NUMBER else None


def _license(value: Any) -> str:
    text = _text(value)
    return "" if text.lower() in ("not found", "unknown", "none") else text


def _text(value: Any) -> str:
    return one_line(value[:_LONGEST_TEXT]) if isinstance(value, str) else ""
