"""Consent on a terminal: asked for what leaves the machine, or given beforehand by an option."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from embedviz.commands.terminal import tell
from embedviz.core.wording import one_line
from embedviz.sources.consent import Ask, Sending

FLAG = "--yes"
FLAG_HELP = "agree to the connection without being asked; it is still named"


def terminal_ask(
    agreed: Sequence[str] = (),
    price: float | None = None,
    *,
    is_loopback_typed: bool = True,
    option: str = "--send-to",
    is_agreed: bool = False,
) -> Ask:
    """Return what asks on the terminal whether something may be sent.

    Where nobody can answer, nothing is sent.

    Parameters
    ----------
    agreed : sequence of str
        Hosts that the user has named beforehand: "api.example.com", with or without the port.
    price : float, optional
        Of a million tokens, for the cost, which is told also where nobody has to be asked.
    is_loopback_typed : bool
        Whether an address on this machine was typed with the command, so that it is not asked
        about; another host may point to one, and a file may name one.
    option : str
        Of the command, by which one agrees beforehand; empty: it has none.
    is_agreed : bool
        Whether all was agreed to beforehand.
    """

    def ask(sending: Sending) -> bool:
        name = sending.host.rpartition(":")[0]
        if price is not None and sending.n_tokens:
            from embedviz.sources.encoders.service.estimates import cost_line

            tell(cost_line(sending.n_tokens, price))
        if sending.host in agreed or name in agreed or (is_loopback_typed and sending.is_loopback):
            return True
        for line in (*sending.details, *sending.warnings):
            tell(line)
        if is_agreed:
            tell(sending.sentence.rstrip("?") + ".")
            return True
        # Both: without the second nobody would see what is asked.
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            way = f"{option} {name or sending.host}" if option == "--send-to" else option
            tell(f"{sending.sentence} Nobody can be asked here{way and f'; {way} agrees'}.")
            return False
        sys.stderr.write(f"embedviz: {one_line(sending.sentence)} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    return ask
