"""Source that a path or an address is: a collection, a folder of Parquet, or a file to be read."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask
from embedviz.sources.copying.collection_source import CollectionSource
from embedviz.sources.copying.parquet_source import NoLists, ParquetSource, is_parquet
from embedviz.sources.copying.rows import RowSource
from embedviz.sources.copying.set_source import SetSource
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.connecting import address_of, connect, is_database
from embedviz.sources.databases.credentials import find_password
from embedviz.sources.databases.opening import only_collection
from embedviz.sources.secret import Secret


def source_of_file(path: Path, settings: ReadSettings, report: Report = silent) -> RowSource:
    """Return the rows of a file or a folder.

    Folders of Parquet and single Parquet files are read in parts. Everything else is opened by its
    reader: an array that can be mapped stays in its file.

    Parameters
    ----------
    path : Path
    settings : ReadSettings
    report : Report
        Of reading a file; a folder is not read yet.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    path = path.expanduser()
    if is_database(path):
        address, _ = address_of(str(path))
        return source_of_collection(address, settings, lambda sending: False)
    if path.exists() and is_parquet(path) and _is_streamed(settings):
        try:
            return ParquetSource(path, settings.vector_column or "", settings.label_column or "")
        except NoLists:
            pass  # Numbers in columns of their own, or bytes: the reader knows them.
    return SetSource(_opened(path, settings, report))


def _opened(path: Path, settings: ReadSettings, report: Report) -> VectorSet:
    from embedviz.formats import open_file

    return open_file(path, replace(settings, scans_later=True), report)


def _is_streamed(settings: ReadSettings) -> bool:
    """Return whether nothing is asked of the reader that only it can do."""
    plain = replace(
        settings, vector_column=None, label_column=None, on_bad_rows="raise", scans_later=False
    )
    return plain == ReadSettings(seed=settings.seed)


def source_of_collection(
    address: Address, settings: ReadSettings, ask: Ask, secret: Secret | None = None
) -> RowSource:
    """Return the rows of a collection, after the user agreed to connect where that is needed.

    Parameters
    ----------
    address : Address
    settings : ReadSettings
        Its key is the name of the collection, its columns those of vectors and labels.
    ask : Ask
    secret : Secret, optional
        Default: what the variable of the address holds, or the system's keyring.

    Raises
    ------
    UserError
        When it cannot be read, or only a part is asked for.
    """
    if settings.max_rows is not None or settings.sample is not None:
        raise UserError("A collection is copied as a whole. Leave out --max-rows and --sample.")
    with ExitStack() as connections:
        found = secret or find_password(address)
        database = connections.enter_context(closing(connect(address, found, ask)))
        collection = connections.enter_context(
            closing(database.open(settings.key or only_collection(database)))
        )
        source = CollectionSource(
            collection, address, settings.vector_column or "", settings.label_column or ""
        )
        source.hold(connections.pop_all())
    return source
