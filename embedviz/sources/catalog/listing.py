"""The list of a catalog: fetched when asked for, and kept for the next time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.wording import in_words
from embedviz.formats.writing.atomic_write import replaced_files
from embedviz.sources.catalog import Catalog
from embedviz.sources.catalog.addresses import FileAddress, parse_address
from embedviz.sources.catalog.connection import CUTS, connect, describe_failure
from embedviz.sources.catalog.entries import MOST_LIST_BYTES, Listing, read_listing
from embedviz.sources.consent import Ask, Sending

_BLOCK = 64 << 10


def describe_fetching(address: FileAddress) -> Sending:
    """Return what is to be agreed to before a list is fetched from an address."""
    return Sending(
        address.host,
        "to fetch the list of the catalog",
        details=(f"Only its address is sent: {address.shown}", "No texts, no vectors."),
        is_loopback=address.is_loopback,
        warnings=unencrypted(address),
    )


def unencrypted(address: FileAddress) -> tuple[str, ...]:
    """Return what speaks against an address of http."""
    if address.scheme == "https" or address.is_loopback:
        return ()
    return ("Not encrypted (http): others on the way see what is fetched, and can change it.",)


def fetch_listing(catalog: Catalog, folder: Path, ask: Ask, report: Report = silent) -> Listing:
    """Return what a catalog has, from its server, and keep it.

    Parameters
    ----------
    catalog : Catalog
    folder : Path
        Where the list is kept.
    ask : Ask
    report : Report

    Raises
    ------
    NotAgreed
        When it was not agreed to.
    UserError
        When the server cannot be reached, or sends something else.
    """
    data = _fetch(parse_address(catalog.list_address), ask, report)
    listing = read_listing(data, catalog)
    with suppress(UserError, OSError):  # It is fetched again the next time.
        folder.mkdir(parents=True, exist_ok=True)
        with replaced_files([_kept(folder)]) as files:
            files[0].write(data)
    return listing


def kept_listing(catalog: Catalog, folder: Path) -> tuple[Listing, float] | None:
    """Return the list as it was fetched last, and when, in seconds since 1970; None: never."""
    path = _kept(folder)
    try:
        status = path.stat()
        if status.st_size > MOST_LIST_BYTES:
            return None
        return read_listing(path.read_bytes(), catalog), status.st_mtime
    except (OSError, UserError):
        return None


def _kept(folder: Path) -> Path:
    return folder / "list.json"


def _fetch(address: FileAddress, ask: Ask, report: Report) -> bytes:
    report(0.0, f"asking {address.host}")
    response = connect(address, ask, describe_fetching)
    found = bytearray()
    try:
        while block := response.read(_BLOCK):
            found += block
            if len(found) > MOST_LIST_BYTES:
                raise UserError(
                    f"{response.address.host} sends more than {in_words(MOST_LIST_BYTES)} as its "
                    "list, which cannot be one. Nothing of it was kept."
                )
            report(len(found) / MOST_LIST_BYTES, "fetching the list")
    except (*CUTS, OSError) as error:
        raise UserError(describe_failure(error, response.address)) from None
    finally:
        response.close()
    return bytes(found)
