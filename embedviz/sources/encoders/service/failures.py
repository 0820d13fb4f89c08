"""Failures of requests: what an error of the `openai` package means, with nothing of the key."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from embedviz.sources.secret import Secret, without_secret

_LONGEST_MESSAGE = 400


@dataclass(frozen=True)
class RequestFailure:
    """Failure of a request.

    Attributes
    ----------
    kind : str
        "status", "redirect", "unreachable", "timeout", "cut", "too long" or "other".
    status : int
        Of HTTP; 0 where no answer came.
    message : str
        What the service or the system says, without the key, on one line.
    retry_after : float or None
        Seconds that the service asks to wait.
    code : str
        Of the service, such as "insufficient_quota".
    """

    kind: str
    status: int = 0
    message: str = ""
    retry_after: float | None = None
    code: str = ""


class AnswerTooLong(Exception):
    """Exception for an answer that is longer than any that was asked for."""


class AnswerCompressed(Exception):
    """Exception for an answer that is compressed, whose size nobody knows beforehand."""


def failure_of(error: Exception, key: Secret | None, *, is_connected: bool) -> RequestFailure:
    """Return what an error of the package means, without anything that leads to the key.

    Parameters
    ----------
    error : Exception
    key : Secret or None
        Taken out of all that is said.
    is_connected : bool
        Whether the other side was there.
    """
    import openai

    if isinstance(error, openai.APIStatusError):
        return _of_status(error, key)
    # Some versions of the package take what is raised below it for a broken connection.
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(each, AnswerTooLong) for each in causes):
        return RequestFailure("too long")
    if any(isinstance(each, AnswerCompressed) for each in causes):
        return RequestFailure("other", message="the answer is compressed, which was not asked for")
    if isinstance(error, openai.APITimeoutError):
        kind = "timeout" if is_connected else "unreachable"
        return RequestFailure(kind, message="no answer in time")
    cause = error.__cause__ or error.__context__ or error
    message = one_line(str(cause) or type(cause).__name__, key)
    if isinstance(error, openai.APIConnectionError) or _is_of_transport(error):
        kind = "cut" if is_connected else "unreachable"
        return RequestFailure(kind, message=message)
    return RequestFailure("other", message=f"{type(error).__name__}: {message}")


def _is_of_transport(error: Exception) -> bool:
    """Return whether an error is of the transport below the package, which lets some through."""
    return any(each.__name__ == "TransportError" for each in type(error).__mro__)


def _of_status(error: Any, key: Secret | None) -> RequestFailure:
    status = int(error.status_code)
    headers = error.response.headers
    if 300 <= status < 400:
        place = one_line(str(headers.get("location", "")).partition("?")[0], key)
        return RequestFailure("redirect", status, place)
    retry_after = None
    with suppress(AttributeError, TypeError, ValueError, OverflowError):
        retry_after = _seconds(headers)
    code = str(error.code or "") if isinstance(error.code, str) else ""
    message = one_line(_said(error.body), key)
    return RequestFailure("status", status, message, retry_after, one_line(code, key))


def _seconds(headers: Any) -> float | None:
    """Return how long a service asks to wait: RFC 9110, section 10.2.3, and one in ms."""
    if milliseconds := headers.get("retry-after-ms"):
        return max(0.0, float(milliseconds) / 1000)
    said = headers.get("retry-after")
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = parsedate_to_datetime(said).timestamp() - time.time()
    return max(0.0, seconds) if seconds == seconds else None


def _said(body: Any) -> str:
    """Return the words in the body of an error, wherever services put them."""
    if isinstance(body, dict):
        for name in ("message", "error", "detail", "error_message"):
            if body.get(name):
                return _said(body[name])
        return ""
    if isinstance(body, list) and body:
        return _said(body[0])
    if isinstance(body, dict | list) or body is None:
        return ""
    text = str(body)
    return "a web page" if text.lstrip()[:1] == "<" else text


def one_line(text: str, key: Secret | None) -> str:
    """Return what others wrote so that it can be shown: short, on a line, without the key."""
    shown = without_secret(text[: 20 * _LONGEST_MESSAGE], key)
    shown = " ".join("".join(c if c.isprintable() else " " for c in shown).split())
    return shown if len(shown) <= _LONGEST_MESSAGE else shown[:_LONGEST_MESSAGE] + "…"
