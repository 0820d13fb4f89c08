"""Connections to the hosts that the user agreed to, and what went wrong with one, in words.

Redirections are followed here, one by one: each host is asked about before it is connected to, and
nothing goes from an encrypted address to one that is not.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    BaseHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from embedviz.core.errors import UserError
from embedviz.sources.catalog.addresses import FileAddress
from embedviz.sources.consent import Ask, NotAgreed, Sending

TIMEOUT = 20.0
"""Seconds without a sign of life, after which a connection counts as cut."""

_MOST_REDIRECTIONS = 6
_REDIRECTIONS = (301, 302, 303, 307, 308)
_AGENT = "embedviz"

Describe = Callable[[FileAddress], Sending]
"""Says what is to be agreed to before an address is asked for."""

CUTS = (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
"""What is raised where a connection breaks off, after which it may be taken up again."""


class Response:
    """Answer of a server, with a status of 200, 206 or 416.

    Attributes
    ----------
    address : FileAddress
        Where it came from in the end.
    status : int
    headers : Message
    n_bytes : int or None
        Size of the body; None where the server does not say.
    """

    def __init__(self, address: FileAddress, body: http.client.HTTPResponse) -> None:
        self.address, self.status = address, body.status
        self.headers: Message = body.headers
        self._body = body
        self.n_bytes: int | None = body.length
        self._left = self.n_bytes

    def read(self, count: int) -> bytes:
        """Return some bytes of the body, as many as have arrived; none at its end.

        Raises
        ------
        http.client.IncompleteRead
            When it ends before as much was sent as the server said.
        """
        if self._left is None:
            found: bytes = self._body.read1(count)
            return found
        found = self._body.read1(min(count, self._left)) if self._left else b""
        if self._left and not found:
            raise http.client.IncompleteRead(b"", self._left)
        self._left -= len(found)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._body.close()


def connect(
    address: FileAddress, ask: Ask, describe: Describe, headers: Mapping[str, str] | None = None
) -> Response:
    """Return what a server answers, after consent.

    Parameters
    ----------
    address : FileAddress
    ask : Ask
        Called before each host is connected to.
    describe : callable
    headers : mapping of str to str, optional

    Raises
    ------
    NotAgreed
        When a host was not agreed to; it was not connected to.
    UserError
        When the server refuses, or cannot be reached.
    """
    for _ in range(_MOST_REDIRECTIONS):
        sending = describe(address)
        if not ask(sending):
            raise NotAgreed(sending)
        response = _open(address, headers or {})
        if response.status not in _REDIRECTIONS:
            return response
        location = response.headers.get("Location")
        response.close()
        if not location:
            break
        address = address.following(location)
    raise UserError(f"{address.host} sends from one address to the next without an end.")


def _open(address: FileAddress, headers: Mapping[str, str]) -> Response:
    sent = {"User-Agent": _AGENT, "Accept-Encoding": "identity", **headers}
    request = Request(address.text, headers=sent)
    try:
        found = _opener(address).open(request, timeout=TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UserError(describe_failure(error, address)) from None
    if found.status in (200, 206, 416, *_REDIRECTIONS):
        return Response(address, found)
    found.close()
    raise UserError(_on_status(found.status, address))


class _EveryStatus(HTTPErrorProcessor):
    """Every answer as it is; errors and redirections are judged here, not by handlers."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


def _opener(address: FileAddress) -> OpenerDirector:
    opener = OpenerDirector()
    # What is on this machine is not asked for through a machine elsewhere.
    proxies = ProxyHandler({}) if address.is_loopback else ProxyHandler()
    handlers: list[BaseHandler] = [proxies, HTTPHandler(), HTTPSHandler(), _EveryStatus()]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def describe_failure(error: Exception, address: FileAddress) -> str:
    """Return in words why a server could not be reached."""
    reason = error.reason if isinstance(error, URLError) and not isinstance(error, HTTPError) else 0
    cause = reason if isinstance(reason, Exception) else error
    host = address.host
    if isinstance(cause, socket.gaierror):
        return f"{host} was not found. Is this machine online? Try again when it is."
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"{host} does not prove that it is {host}: its certificate is not valid here. Nothing "
            "was sent. A company's own certificate has to be known to Python."
        )
    if isinstance(cause, TimeoutError):
        return f"{host} did not answer within {TIMEOUT:.0f} s. Try again later."
    if isinstance(cause, ConnectionRefusedError):
        return f"{host} does not accept a connection. Is the address right, and the server on?"
    return f"The connection to {host} failed: {str(cause) or type(cause).__name__}. Try again."


def _on_status(status: int, address: FileAddress) -> str:
    host = address.host
    if status in (401, 403, 407):
        return (
            f"{host} does not give out {address.shown} without a login ({status}), and embedviz "
            "sends none. Download it in a browser, and open the file."
        )
    if status in (404, 410):
        return f"There is nothing at {address.shown} any more ({status}). Check the address."
    if status == 429 or status >= 500:
        return f"{host} is busy or out of order ({status}). Try again later."
    return f"{host} answered in a way that is not understood ({status}) for {address.shown}."
