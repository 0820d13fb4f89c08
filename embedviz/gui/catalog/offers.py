"""Offers of the catalog dialog: what a list has, and what was downloaded before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedviz.sources.catalog import Catalog
from embedviz.sources.catalog.download import Wanted, want_entry
from embedviz.sources.catalog.entries import Entry, Listing
from embedviz.sources.catalog.kept import (
    KeptFile,
    free_bytes,
    kept_files,
    n_bytes_begun,
)
from embedviz.sources.catalog.listing import kept_listing


@dataclass(frozen=True)
class Offer:
    """One line of the list.

    Attributes
    ----------
    entry : Entry
        As the catalog has it; of a file by its address, what is known of that.
    wanted : Wanted or None
        What would be downloaded; None where that is refused, or was by address.
    folder : Path
        Where it is or would be.
    kept : KeptFile or None
        What was downloaded.
    n_begun : int
        How many bytes are there of a download that was not finished.
    """

    entry: Entry
    wanted: Wanted | None
    folder: Path
    kept: KeptFile | None = None
    n_begun: int = 0

    @property
    def name(self) -> str:
        """Name in the list."""
        return self.entry.name

    @property
    def state(self) -> str:
        """Words for how much of it is here."""
        if self.kept is not None:
            return "downloaded"
        if self.entry.refusal:
            return "not offered"
        return "begun" if self.n_begun else ""


@dataclass(frozen=True)
class OnMachine:
    """What is on this machine.

    Attributes
    ----------
    listing : Listing or None
        As it was fetched last; None: never.
    fetched : float
        When, in seconds since 1970.
    offers : tuple of Offer
    free : int or None
        Bytes that are free on the disk of the downloads.
    """

    listing: Listing | None = None
    fetched: float = 0.0
    offers: tuple[Offer, ...] = ()
    free: int | None = None


def look(catalog: Catalog, root: Path) -> OnMachine:
    """Return what is on this machine. Runs off the UI thread.

    Parameters
    ----------
    catalog : Catalog
    root : Path
        Folder of all downloads.
    """
    listing, fetched = kept_listing(catalog, root) or (None, 0.0)
    kept = kept_files(root)
    entries = () if listing is None else listing.entries
    offers = [_offer(entry, catalog, root, kept) for entry in entries]
    known = {offer.folder for offer in offers}
    offers += [_by_record(each) for each in kept if each.path.parent not in known]
    return OnMachine(listing, fetched, tuple(offers), free_bytes(root))


def _offer(entry: Entry, catalog: Catalog, root: Path, kept: Sequence[KeptFile]) -> Offer:
    wanted = None if entry.refusal else want_entry(entry, catalog, root)
    folder = root / "catalog" / entry.name
    there = next((each for each in kept if each.path.parent == folder), None)
    return Offer(entry, wanted, folder, there, n_bytes_begun(folder))


def _by_record(kept: KeptFile) -> Offer:
    """Return what was downloaded by its address, or from a list that no longer has it."""
    record = kept.record
    entry = Entry(
        record.name or kept.path.name,
        kept.path.name,
        n_bytes=kept.n_bytes,
        license=record.license,
        description=f"Downloaded from {record.address} on {record.day}.",
    )
    return Offer(entry, None, kept.path.parent, kept)
