"""Messages about a service that does not do what it should: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import counted
from embedviz.sources.encoders.service.failures import RequestFailure
from embedviz.sources.encoders.service.retrying import is_spent


@dataclass(frozen=True)
class ServiceWords:
    """Words for a service in messages.

    Attributes
    ----------
    host, address, model : str
    key_place : str
        Where its key is from: "the environment variable X"; never the key.
    has_key : bool
        Whether there is one.
    """

    host: str
    address: str
    model: str
    key_place: str
    has_key: bool

    def error(self, failure: RequestFailure, n_kept: int, n_wanted: int) -> UserError:
        """Return the error for a failure that does not pass."""
        happened, to_do = self._explained(failure)
        said = f" It says: {failure.message}" if self._quotes(failure) else ""
        return UserError(f"{happened}.{_ended(said)} {to_do}{kept(n_kept, n_wanted)}")

    def wrong_answer(self, words: str, n_kept: int, n_wanted: int) -> UserError:
        """Return the error for an answer that cannot be used."""
        to_do = (
            "Check that its address is that of the interface for embeddings; it usually ends in /v1"
            if "web page" in words
            else f"Check that {self.model} is a model for embeddings, and look into the log of "
            "the service"
        )
        return UserError(f"{self.host} {words}. {to_do}.{kept(n_kept, n_wanted)}")

    def _explained(self, failure: RequestFailure) -> tuple[str, str]:
        if failure.kind == "status":
            return self._of_status(failure)
        again = "Try again later."
        return {
            "redirect": (
                f"{self.host} points to another address ({failure.message or 'not named'}), which "
                "was not followed: nothing was sent there",
                "If you trust it, enter that address.",
            ),
            "unreachable": (
                f"No connection to {self.host}: {failure.message or 'no answer'}",
                "Check the address, and that the service is running.",
            ),
            "timeout": (f"{self.host} did not answer: {failure.message}", again),
            "cut": (f"The connection to {self.host} broke off: {failure.message}", again),
            "too long": (
                f"The answer of {self.host} is longer than any with these vectors, and was not "
                "read to its end",
                "Check the address.",
            ),
        }.get(
            failure.kind,
            (f"The request to {self.host} failed: {failure.message}", "Check the address."),
        )

    def _of_status(self, failure: RequestFailure) -> tuple[str, str]:
        status = f"({failure.status})"
        if is_spent(failure):
            return (
                f"The account at {self.host} has no credit left {status}",
                "Add credit there, and start again.",
            )
        if failure.status in (401, 403):
            if self.has_key:
                happened = f"{self.host} does not accept the key from {self.key_place} {status}"
                return happened, "Check the key and what it is allowed to."
            happened = f"{self.host} wants a key, and there is none in {self.key_place} {status}"
            return (
                happened,
                "Name an environment variable with the key, or keep it in the keyring.",
            )
        if failure.status == 404:
            where = f"or has nothing at {self.address}"
            return (
                f"{self.host} knows no model {self.model}, {where} {status}",
                "Check the name of the model and the address, which usually ends in /v1.",
            )
        if failure.status == 429:
            asked = failure.retry_after
            wait = f" and asks to wait {seconds_in_words(asked)}" if asked else ""
            return f"{self.host} takes no more requests for now {status}{wait}", "Try again later."
        if failure.status >= 500:
            return f"{self.host} failed again and again {status}", "Try again later."
        return f"{self.host} does not take the request {status}", "Check the model and dimensions."

    def _quotes(self, failure: RequestFailure) -> bool:
        return failure.kind == "status" and bool(failure.message)


def cut_question(words: ServiceWords, asked: int, given: int | None) -> ChoiceRequired:
    """Return the question whether vectors that are longer than asked for may be cut here.

    Parameters
    ----------
    words : ServiceWords
    asked : int
        The dimensions that were asked for.
    given : int or None
        What came; None: the service does not take a request for fewer.
    """
    happened = (
        f"{words.host} cannot shorten the vectors of {words.model} to {asked:,} dimensions"
        if given is None
        else f"{words.host} was asked for {asked:,} dimensions, and gives {given:,}"
    )
    reason = (
        f"{happened}. Vectors can be cut here to their first {asked:,} numbers and brought to unit "
        "length again, which is good only for models that are trained for it (Matryoshka)."
    )
    return ChoiceRequired(
        f"{reason} Agree to that with cuts_here, or ask for all dimensions.",
        "cuts_here",
        {
            "True": f"Cut to the first {asked:,} numbers here",
            "False": "Ask for all dimensions instead",
        },
        reason,
    )


def kept(n_kept: int, n_wanted: int) -> str:
    """Return the sentence on what is not lost, after a space; empty where there is nothing."""
    if not n_kept:
        return ""
    return (
        f" {n_kept:,} of {counted(n_wanted, 'vector')} are in the cache: starting again goes on "
        "from there."
    )


def seconds_in_words(seconds: float) -> str:
    """Return a time as people say it: "8 s", "3 min", "2 h"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def _ended(said: str) -> str:
    return said if not said or said.endswith((".", "!", "?", "…")) else said + "."
