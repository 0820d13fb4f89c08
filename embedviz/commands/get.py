"""`embedviz get`: vectors from the public catalog, or a file by its address."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.consent import FLAG, FLAG_HELP, terminal_ask
from embedviz.commands.terminal import say, tell, tell_stopped, terminal_report
from embedviz.core.errors import UserError

if TYPE_CHECKING:
    from embedviz.sources.catalog.download import Wanted
    from embedviz.sources.catalog.entries import Listing
    from embedviz.sources.consent import Ask


def get(arguments: Sequence[str]) -> int:
    """Download vectors, or list what there is."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list == (options.wanted is not None):
        parser.error("give a name, an address, or --list")
    ask = terminal_ask(option=FLAG, is_agreed=options.yes, is_loopback_typed=False)
    try:
        if options.list:
            say(_table(_listing(ask, is_new=True)))
        else:
            _get(options.wanted, options.target, ask)
    except KeyboardInterrupt:
        return tell_stopped("what has arrived is kept, and the same command goes on from there")
    return 0


def _get(text: str, target: str | None, ask: Ask) -> None:
    from embedviz.core.wording import in_words
    from embedviz.sources.catalog.download import download
    from embedviz.sources.catalog.kept import kept_in

    path = None if target is None else Path(target).expanduser()
    if path is not None and path.exists():
        raise UserError(f"{path} is there already. Choose another name with -o.")
    wanted = _wanted(text, ask)
    there = kept_in(wanted.folder)
    if path is None and there is not None:
        tell("downloaded before; delete it to download it anew")
        say(str(there))
        return
    found = download(wanted if path is None else wanted.at(path), ask, terminal_report())
    for note in found.notes:
        tell(note)
    tell(f"{in_words(found.path.stat().st_size)} downloaded.")
    if wanted.record is not None:
        tell(f"License: {wanted.record.license or 'none is given'}.")
    say(str(found.path))


def _wanted(text: str, ask: Ask) -> Wanted:
    from embedviz.sources.catalog import catalog_in_use, downloads_folder
    from embedviz.sources.catalog.addresses import is_address
    from embedviz.sources.catalog.download import want_address, want_entry

    if is_address(text):
        return want_address(text, downloads_folder())
    entry = _listing(ask).find(text)
    return want_entry(entry, catalog_in_use(), downloads_folder())


def _listing(ask: Ask, *, is_new: bool = False) -> Listing:
    """Return the list: as it was fetched last, where nothing else is wanted."""
    from embedviz.sources.catalog import catalog_in_use, downloads_folder
    from embedviz.sources.catalog.listing import fetch_listing, kept_listing

    catalog, folder = catalog_in_use(), downloads_folder()
    kept = None if is_new else kept_listing(catalog, folder)
    return fetch_listing(catalog, folder, ask, terminal_report()) if kept is None else kept[0]


def _table(listing: Listing) -> str:
    from embedviz.core.wording import in_words

    lines: list[tuple[str, ...]] = [("NAME", "ROWS", "DIMENSIONS", "SIZE", "LICENSE")]
    for each in listing.entries:
        numbers = ("" if n is None else f"{n:,}" for n in (each.n_rows, each.dimensions))
        size = "" if each.n_bytes is None else in_words(each.n_bytes)
        told = f"not offered: {each.refusal}" if each.refusal else each.license or "not given"
        lines.append((each.name, *numbers, size, told))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    shown = [
        f"{name:<{widths[0]}}  "
        + "  ".join(f"{text:>{width}}" for text, width in zip(rest[:3], widths[1:], strict=True))
        + f"  {rest[3]}"
        for name, *rest in lines
    ]
    return "\n".join([*shown, *listing.notes])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz get",
        description="Download vectors from the public catalog of gensim-data, or a file by its "
        "address, and print where it is. Which host is connected to is said and asked before.",
    )
    parser.add_argument(
        "wanted", nargs="?", metavar="NAME_OR_ADDRESS", help="a name of the list, or http(s)://…"
    )
    parser.add_argument("-o", dest="target", metavar="FILE", help="default: the user's cache")
    parser.add_argument("--list", action="store_true", help="fetch the list, and print it")
    parser.add_argument(FLAG, action="store_true", help=FLAG_HELP)
    return parser
