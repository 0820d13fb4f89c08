"""Consent of the user to what leaves the machine, asked before a connection is opened.

What opens one takes an `Ask` and calls it with all that is sent; without the answer True it opens
nothing. There is no way around it: a caller that cannot ask passes `refuse`.

This machine is asked about like any other, since a port of it may be the end of a tunnel, and an
address may come from a session that somebody else made; it is named as what it is. Where the user
has only just typed the address, `only_loopback` spares the question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from embedviz.core.errors import UserError
from embedviz.core.notes import counted


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
    warnings : tuple of str
        What speaks against it: "It is sent unencrypted: …".
    is_standing : bool
        Whether the answer also counts for what follows of the same kind until the program ends,
        however much: texts that are typed one after the other.
    n_tokens : int
        About how many tokens are sent, by which services are paid; 0: nobody knows.
    receiver : str
        What else an agreement counts for alone, where one host has several customers: the address
        as a whole, and where the key is that goes there.
    what : str
        What is sent where it is no texts, in words; empty: the request alone.
    """

    host: str
    purpose: str
    n_rows: int = 0
    n_characters: int = 0
    details: tuple[str, ...] = ()
    is_loopback: bool = False
    warnings: tuple[str, ...] = ()
    is_standing: bool = False
    n_tokens: int = 0
    receiver: str = ""
    what: str = ""

    @property
    def sentence(self) -> str:
        """What is asked, on one line: "Send 3 texts (120 characters) to host to embed them?"."""
        to = f"{self.host} (this machine)" if self.is_loopback else self.host
        if not self.n_rows:
            return f"Connect to {to} {self.purpose}?"
        characters = counted(self.n_characters, "character")
        return f"Send {counted(self.n_rows, 'text')} ({characters}) to {to} {self.purpose}?"


Ask = Callable[[Sending], bool]
"""Asks the user whether something may be sent."""


class NotAgreed(UserError):
    """Refusal of the user to send something."""

    def __init__(self, sending: Sending, message: str = "") -> None:
        usual = f"Nothing was sent to {sending.host}, since that was not agreed to."
        super().__init__(message or usual)
        self.sending = sending


def refuse(sending: Sending) -> bool:
    """Refuse everything: for callers that cannot ask."""
    return False


def only_loopback(sending: Sending) -> bool:
    """Allow what stays on this machine, where the user has just typed that address himself."""
    return sending.is_loopback


class Agreements:
    """Memory of what the user agreed to, for this run of the program; never written to disk.

    An `Ask`: answers by itself what was agreed to before, for the same host, purpose, address and
    key, and asks for all else. An agreement covers as many texts and characters as it named, no
    more, so the rest of a run that was stopped is not asked about again, and a larger table is; a
    standing one covers any number. A refusal is not remembered. May be called from any thread.

    Parameters
    ----------
    ask : Ask
        Asked where there is no agreement yet.
    """

    def __init__(self, ask: Ask = refuse) -> None:
        self._ask = ask
        self._agreed: dict[tuple[str, str, str, bool], Sending] = {}
        self._lock = Lock()

    def __call__(self, sending: Sending) -> bool:
        """Return whether something may be sent, asking where that is not known."""
        if self.covers(sending):
            return True
        if self._ask(sending) is not True:
            return False
        self.agree(sending)
        return True

    def agree(self, sending: Sending) -> None:
        """Remember that the user agreed to a sending that was shown in another way."""
        key = _key(sending)
        with self._lock:
            before = self._agreed.get(key)
            if before is None or not _is_within(sending, before):
                self._agreed[key] = sending

    def covers(self, sending: Sending) -> bool:
        """Return whether the user has agreed to this much already."""
        with self._lock:
            before = self._agreed.get(_key(sending))
        return before is not None and (before.is_standing or _is_within(sending, before))


def _key(sending: Sending) -> tuple[str, str, str, bool]:
    return sending.host, sending.purpose, sending.receiver, sending.is_standing


def _is_within(small: Sending, large: Sending) -> bool:
    return small.n_rows <= large.n_rows and small.n_characters <= large.n_characters
