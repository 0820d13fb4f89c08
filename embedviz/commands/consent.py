"""Consent on a terminal: asked for what leaves the machine, or given beforehand by the host."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from embedviz.commands.terminal import say, tell
from embedviz.sources.consent import Ask, Sending


def terminal_ask(agreed: Sequence[str] = (), price: float | None = None) -> Ask:
    """Return what asks on the terminal whether something may be sent.

    This machine is not asked about: its address was typed with the command. Where nobody can
    answer, nothing is sent.

    Parameters
    ----------
    agreed : sequence of str
        Hosts that the user has named beforehand: "api.example.com", with or without the port.
    price : float, optional
        Of a million tokens, for the cost, which is told also where nobody has to be asked.
    """

    def ask(sending: Sending) -> bool:
        name = sending.host.rpartition(":")[0]
        if price is not None and sending.n_tokens:
            from embedviz.sources.encoders.service.estimates import cost_line

            tell(cost_line(sending.n_tokens, price))
        if sending.is_loopback or sending.host in agreed or name in agreed:
            return True
        for line in (sending.sentence, *sending.details, *sending.warnings):
            tell(line)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            tell(f"Nobody is here to agree. Do it beforehand: --send-to {name or sending.host}")
            return False
        say("Type yes to agree:")
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    return ask
