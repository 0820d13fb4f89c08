"""The public catalog of gensim-data, and files of vectors by their addresses.

A file is downloaded as it is, into the user's cache, and opened like any other. The code that the
catalog offers beside its files is never fetched.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from embedviz.sources.cache_folder import cache_folder

ADDRESS_VARIABLE = "EMBEDVIZ_CATALOG"
"""The environment variable that names another catalog of the same layout: a folder on the web with
`list.json`, and each file as `NAME/NAME.gz` below it."""

_PROJECT = "RaRe-Technologies/gensim-data"


@dataclass(frozen=True)
class Catalog:
    """Place of a catalog.

    Attributes
    ----------
    list_address : str
        Of the JSON that says what there is.
    files_address : str
        Of the folder with a folder for each entry.
    storage_hosts : tuple of str
        Hosts with port that are known to be where the files are sent from in the end: they are
        named, and agreed to, together with that of `files_address`.
    """

    list_address: str
    files_address: str
    storage_hosts: tuple[str, ...] = ()


PUBLIC_CATALOG = Catalog(
    f"https://raw.githubusercontent.com/{_PROJECT}/master/list.json",
    f"https://github.com/{_PROJECT}/releases/download",
    ("objects.githubusercontent.com:443", "release-assets.githubusercontent.com:443"),
)


def catalog_in_use() -> Catalog:
    """Return the public catalog, or the one that the environment names."""
    given = os.environ.get(ADDRESS_VARIABLE, "").strip().rstrip("/")
    return Catalog(f"{given}/list.json", given) if given else PUBLIC_CATALOG


def downloads_folder() -> Path:
    """Return the folder of downloaded files, which may not exist yet."""
    return cache_folder() / "downloads"
