"""Agreement of the user on a terminal, before anything is sent to another machine."""

from __future__ import annotations

import sys

from embedviz.commands.terminal import tell
from embedviz.sources.consent import Ask, Sending

FLAG = "--yes"
FLAG_HELP = "agree to the connection without being asked; it is still named"


def ask_on_terminal(is_agreed: bool) -> Ask:
    """Return what asks on the terminal; where there is none, only the flag agrees.

    Parameters
    ----------
    is_agreed : bool
        Whether the flag was given.
    """

    def ask(sending: Sending) -> bool:
        for line in (*sending.details, *sending.warnings):
            tell(line)
        if is_agreed:
            tell(sending.sentence.rstrip("?") + ".")
            return True
        if not sys.stdin.isatty():
            tell(f"{sending.sentence} Nobody can be asked here; {FLAG} agrees.")
            return False
        sys.stderr.write(f"embedviz: {sending.sentence} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return ask
