"""What Milvus and the way to it report, worded for the person at the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name

_LONGEST = 300
_DROPPED, _NOT_LOADED, _AUTH = (100, 4), (101, 503), (1800, 65535)


@contextmanager
def worded(place: str, collection: str = "", key: str = "") -> Iterator[None]:
    """Turn what Milvus's client raises into a `UserError`; all else goes through.

    Parameters
    ----------
    place : str
        Where it is, without a secret.
    collection : str
        The one that was asked.
    key : str
        What is not to be in any message.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        kinds = {each.__name__ for each in type(error).__mro__}
        if not kinds & {"MilvusException", "RpcError", "FutureTimeoutError"}:
            raise
        message = _message(error, place, collection)
        # Without the original, which may hold the key.
        raise UserError(message.replace(key, "…") if key else message) from None


def _message(error: Any, place: str, collection: str) -> str:
    code = getattr(error, "code", 0)
    code = code() if callable(code) else code
    name = getattr(code, "name", "")
    said = " ".join(str(getattr(error, "message", "") or error).split())[:_LONGEST]
    lower = said.lower()
    if name in ("UNAUTHENTICATED", "PERMISSION_DENIED") or "auth" in lower or "permission" in lower:
        return (
            f"The server at {place} did not accept the token, or it needs one. Look at the "
            "environment variable or keyring entry that holds it."
        )
    if collection and (code in _DROPPED or "not found" in lower or "does not exist" in lower):
        return (
            f"There is no collection {shown_name(collection)!r} at {place} any more: it was "
            "dropped or renamed. What was read of it stays."
        )
    if code in _NOT_LOADED or "not loaded" in lower:
        return (
            f"The collection {shown_name(collection)!r} is not loaded, which Milvus needs to read "
            f"it, and nothing is changed on a server from here. Have it loaded: "
            f"client.load_collection({collection!r})"
        )
    if "deadline" in lower or "timeout" in lower or name == "DEADLINE_EXCEEDED":
        return (
            f"The server at {place} did not answer in time. Try again, or give it more time with "
            "the option timeout. If nothing ever answers, it is not a Milvus server."
        )
    if name == "UNAVAILABLE" or "unavailable" in lower or "connect" in lower or "closed" in lower:
        return (
            f"The server at {place} cannot be reached. Look whether it runs, whether it is Milvus, "
            "and at the address and port. What was read before stays."
        )
    return f"Milvus refused: {said}"
