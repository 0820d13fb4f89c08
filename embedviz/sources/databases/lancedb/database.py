"""Folder of tables in the format of LanceDB, or one such table, as a database."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.lancedb.collection import LanceCollection
from embedviz.sources.databases.lancedb.keys import keys_of
from embedviz.sources.databases.lancedb.table import SUFFIX, LanceTable, is_table, what_lacks
from embedviz.sources.secret import Secret


class LanceDatabase:
    """Folder of LanceDB, opened for reading: nothing is made or changed in it.

    Parameters
    ----------
    address : Address
        Its place is a folder with tables in it (`texts.lance`), or such a table itself. Among its
        options, "key" is the field that names the rows; default: the first that does.
    secret : Secret, optional
        Not used: whoever may read the folder may read the tables.

    Raises
    ------
    UserError
        When it is no such folder, may not be read, or the package is not installed.
    """

    title: ClassVar[str] = "LanceDB"
    address_help: ClassVar[str] = "a folder, such as /data/vectors.lancedb or …/texts.lance"

    def __init__(self, address: Address, secret: Secret | None = None) -> None:
        lacking = what_lacks()
        if lacking:
            raise UserError(lacking)
        self._address = address
        self._folder = Path(address.place).expanduser()
        self._tables: dict[str, Path] | None = _tables(self._folder)

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        return what_lacks()

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Return whether a text is the path of a folder with tables, or ends like one."""
        if not text.strip() or "://" in text:
            return False
        folder = Path(text.strip()).expanduser()
        if folder.name.casefold().endswith((SUFFIX, ".lancedb")):
            return True
        try:
            return bool(_tables(folder))
        except UserError:
            return False

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    def collections(self) -> Sequence[str]:
        """Return the names of its tables, in alphabetical order."""
        return sorted(self._opened())

    def open(self, name: str) -> LanceCollection:
        """Open a table for reading.

        Raises
        ------
        UserError
            When there is none of this name, or it may not be read.
        """
        folder = self._opened().get(name)
        if folder is None:
            there = ", ".join(shown_name(each) for each in self.collections())
            raise UserError(f"{self._folder} has no table {shown_name(name)!r}; there are {there}.")
        table = LanceTable(folder)
        key = dict(self._address.options).get("key", "")
        return LanceCollection(name, table, keys_of(table, table.count(), key))

    def close(self) -> None:
        """End it; may be called twice."""
        self._tables = None

    def _opened(self) -> dict[str, Path]:
        if self._tables is None:
            raise UserError(f"{self._folder} was closed. Open it again.")
        return self._tables


def _tables(folder: Path) -> dict[str, Path]:
    """Return the tables of a folder, or itself if it is one, by name."""
    if "://" in str(folder):
        raise UserError(f"{folder} is not a folder of this machine; LanceDB is read from folders.")
    if not folder.exists():
        raise UserError(f"There is no folder {folder}. Check the path.")
    if not folder.is_dir():
        raise UserError(f"{folder} is a file; LanceDB keeps tables in a folder. Choose that.")
    try:
        if is_table(folder):
            return {folder.name.removesuffix(SUFFIX): folder}
        with os.scandir(folder) as entries:
            inside = [Path(each.path) for each in entries if each.name.endswith(SUFFIX)]
        found = {each.name.removesuffix(SUFFIX): each for each in inside if is_table(each)}
    except PermissionError:
        raise UserError(
            f"{folder} may not be read by you. Ask for permission to read it and what is in it."
        ) from None
    if not found:
        raise UserError(
            f"{folder} has no tables of LanceDB: folders such as texts{SUFFIX} with "
            "_versions in them. Choose the folder that holds them, or one of them."
        )
    return found
