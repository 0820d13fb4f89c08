"""Consent of the user to what leaves the machine, asked before a connection is opened.

What opens one takes an `Ask` and calls it with all that is sent; without the answer True it opens
nothing. There is no way around it: a caller that cannot ask passes `refuse`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Sending:
    """What would leave the machine, and to whom.

    Attributes
    ----------
    host : str
        Name and port of the other machine: "api.example.com:443".
    purpose : str
        What for: "to embed them with text-embedding-3-small".
    n_rows, n_characters : int
        How many texts are sent and how long they are together; 0 where only an address is asked
        for, as by a download.
    details : tuple of str
        Further lines: tokens and cost, what is kept in the cache, size of a download.
    is_loopback : bool
        Whether the other side is this machine.
    """

    host: str
    purpose: str
    n_rows: int = 0
    n_characters: int = 0
    details: tuple[str, ...] = ()
    is_loopback: bool = False


Ask = Callable[[Sending], bool]
"""Asks the user whether something may be sent."""


def refuse(sending: Sending) -> bool:
    """Refuse everything: for callers that cannot ask."""
    return False
