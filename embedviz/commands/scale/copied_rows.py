"""All rows of what a command names, and what is said of the copy that it made of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.consent import terminal_ask
from embedviz.commands.files import database_request, is_server
from embedviz.commands.reading_options import settings_of
from embedviz.commands.terminal import say

if TYPE_CHECKING:
    from embedviz.core.progress import Report
    from embedviz.sources.copying.copy import Copied
    from embedviz.sources.copying.rows import RowSource


def opened_source(options: argparse.Namespace, report: Report, option: str = "") -> RowSource:
    """Return the rows of `options.source`, read as `add_reading_options` has it.

    Parameters
    ----------
    options : argparse.Namespace
        With `yes`, where the command lets one agree to a connection beforehand.
    report : Report
    option : str
        That of it; empty: there is none.

    Raises
    ------
    UserError
        When it cannot be read, or the user does not want a server to be connected to.
    """
    from embedviz.sources.copying.opening import source_of_collection, source_of_file

    settings = settings_of(options)
    if not is_server(options.source):
        return source_of_file(Path(options.source), settings, report)
    address = database_request(options.source, options).address
    ask = terminal_ask(option=option, is_agreed=getattr(options, "yes", False))
    return source_of_collection(address, settings, ask)


def tell_copied(copied: Copied, source: RowSource) -> None:
    """Say what was written, and what there is to know of it."""
    from embedviz.core.wording import in_words

    n_bytes = sum(each.stat().st_size for each in copied.target.rglob("*") if each.is_file())
    size = f"{copied.n_rows:,} × {copied.dimensions:,}"
    taken_up = f"; {copied.n_taken_up:,} of them by an earlier try" if copied.n_taken_up else ""
    say(f"{size} written to {copied.target} ({in_words(n_bytes)}){taken_up}.")
    for note in copied.notes:
        say(note)
    if source.left_out:
        say(f"Not copied: {', '.join(source.left_out)}.")
