"""What Qdrant and the way to it report, worded for the person at the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name

_LONGEST = 300


@dataclass(frozen=True)
class Failures:
    """Wording of what goes wrong with one server or folder.

    Attributes
    ----------
    place : str
        Where it is, without a secret.
    seconds : int
        How long an answer is waited for.
    """

    place: str
    seconds: int = 0

    @contextmanager
    def worded(self, collection: str = "") -> Iterator[None]:
        """Turn what Qdrant's client raises into a `UserError`; all else goes through.

        Parameters
        ----------
        collection : str
            The one that was asked, whose absence then is told.
        """
        try:
            yield
        except (UserError, MemoryError):
            raise
        except Exception as error:
            message = self._message(error, collection)
            if message is None:
                raise
            # Without the original, which holds the request with the key.
            raise UserError(message) from None

    def _message(self, error: Exception, collection: str) -> str | None:
        kinds = {each.__name__ for each in type(error).__mro__}
        if "UnexpectedResponse" in kinds:
            return self._of_status(error, collection)
        if "ResponseHandlingException" in kinds:
            return self._of_transfer(getattr(error, "source", error))
        if "ResourceExhaustedResponse" in kinds:
            return f"The server at {self.place} has too much to do. Try again later."
        if "RpcError" in kinds:
            return self._of_call(error, collection)
        if kinds & {"TransportError", "ValidationError", "JSONDecodeError", "AssertionError"}:
            # The client asserts that an answer has what a Qdrant server puts into it.
            return self._of_transfer(error)
        if kinds & {"ValueError", "RuntimeError", "QdrantException"}:
            return f"Qdrant refused: {_short(str(error))}"
        return None

    def _of_status(self, error: Any, collection: str) -> str:
        status = int(error.status_code or 0)
        said = _said(error.content)
        if status in (401, 403):
            return (
                f"The server at {self.place} did not accept the API key, or it needs one "
                f"(HTTP {status}). Look at the environment variable or keyring entry that holds it."
            )
        if status == 404 and collection and said:
            return self._dropped(collection)
        if status == 400 and said:
            return f"Qdrant refused: {said}"
        if status == 404 or not said:
            return (
                f"What answers at {self.place} is not a Qdrant server (HTTP {status}). Look at "
                "the port: Qdrant's is 6333."
            )
        return f"The server at {self.place} failed (HTTP {status}): {said}"

    def _of_transfer(self, source: BaseException) -> str:
        kinds = {each.__name__ for each in type(source).__mro__}
        if "ConnectError" in kinds or "ConnectTimeout" in kinds:
            return self._unreachable()
        if "TimeoutException" in kinds:
            return self._slow()
        if kinds & {"ValidationError", "JSONDecodeError", "DecodingError", "AssertionError"}:
            return (
                f"What answers at {self.place} does not answer as a Qdrant server does. Look at "
                "the address, and that the server is about as new as the package qdrant-client."
            )
        return (
            f"The server at {self.place} broke off the connection. What was read before stays; "
            "try again once it runs."
        )

    def _of_call(self, error: Any, collection: str) -> str:
        code = error.code().name if callable(getattr(error, "code", None)) else ""
        if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            return (
                f"The server at {self.place} did not accept the API key, or it needs one. Look at "
                "the environment variable or keyring entry that holds it."
            )
        if code == "NOT_FOUND" and collection:
            return self._dropped(collection)
        if code == "DEADLINE_EXCEEDED":
            return self._slow()
        if code == "UNAVAILABLE":
            return self._unreachable()
        details = error.details() if callable(getattr(error, "details", None)) else ""
        return f"Qdrant refused: {_short(str(details or code))}"

    def _dropped(self, collection: str) -> str:
        return (
            f"There is no collection {shown_name(collection)!r} at {self.place} any more: it was "
            "dropped or renamed. What was read of it stays."
        )

    def _unreachable(self) -> str:
        return (
            f"The server at {self.place} cannot be reached. Look whether it runs, and at the "
            "address and port."
        )

    def _slow(self) -> str:
        return (
            f"The server at {self.place} did not answer within {self.seconds} s. Try again, or "
            "give it more time with the option timeout."
        )


def _said(content: bytes) -> str:
    """Return what Qdrant says in an answer with an error; empty where it is not Qdrant's."""
    try:
        status = json.loads(content)["status"]
        return _short(str(status["error"] if isinstance(status, dict) else status))
    except (ValueError, KeyError, TypeError):
        return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
