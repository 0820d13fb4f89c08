"""Where vectors that a command makes go: a file, the window, or both."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.terminal import say
from embedviz.core.errors import UserError

if TYPE_CHECKING:
    from embedviz.core.vector_set import VectorSet


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the vectors go."""
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="where to write; its suffix says the format"
    )
    parser.add_argument("--open", action="store_true", help="open the window on the vectors")


def target_of(options: argparse.Namespace, example: str) -> Path | None:
    """Return the file to write; None: none. That a window can be opened is known afterwards.

    Raises
    ------
    UserError
        When neither a file nor the window is named, or there is no display for one.
    """
    if options.output is None and not options.open:
        raise UserError(
            f"Where are the vectors to go? Name a file, as in -o {example}, or open them in the "
            "window with --open."
        )
    if options.open:
        from embedviz.commands.application import require_window

        require_window()  # Before the time is spent.
    return None if options.output is None else Path(options.output).expanduser()


def require_other_file(path: str | Path | None, written: Sequence[Path]) -> None:
    """Refuse to write over a file that is read.

    Raises
    ------
    UserError
        When one of the files that are written is the one that is read.
    """
    if path is None or not (read := Path(path).expanduser()).exists():
        return
    for target in written:
        if target.exists() and target.samefile(read):
            raise UserError(
                f"{target.name} is read and would be replaced. Choose another name to write."
            )


def tell_left_out(columns: Sequence[str], target: Path) -> None:
    """Say which columns a format does not hold."""
    if columns:
        suffix = "".join(target.suffixes[-2 if target.suffix == ".gz" else -1 :])
        named = ", ".join(columns)
        say(f"Not written, since {suffix} holds labels and vectors only: {named}.")


def tell_made(vector_set: VectorSet, written: Sequence[Path]) -> None:
    """Say what was made, where it was written, and what there is to know of it."""
    size = f"{len(vector_set):,} × {vector_set.dimensions:,}"
    say(f"{size} written to {' and '.join(map(str, written))}." if written else f"{size}.")
    for note in vector_set.notes:
        say(note)
