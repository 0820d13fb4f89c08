"""Connection to a service through the `openai` package: one request at a time, that can be stopped.

The package is used for what it is good at, the form of a request and its errors, and for nothing
that it would do by itself: it tries nothing again, follows no redirect, and takes no key, address,
organization, header or proxy from environment variables. Just before a request leaves, all headers
but a few are taken off, and the key is put in: the package itself never has it. Neither it nor what
is below it logs anything of a request, whatever the level: a service may echo the key.

A request runs in a thread of its own, while the caller looks every few hundredths of a second
whether it is still wanted. Where it is not, its socket is shut down, which ends the thread.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from embedviz.core.progress import Cancelled
from embedviz.sources.encoders.service.failures import (
    AnswerCompressed,
    AnswerTooLong,
    RequestFailure,
    failure_of,
)
from embedviz.sources.secret import Secret

THREAD_NAME = "embedviz request"

_LOOK_SECONDS = 0.03
_HEADERS = ("host", "accept", "content-type", "content-length", "connection")
# Of an answer: what is around the vectors, and a vector of 16,384 numbers written out.
_BYTES_OF_ANSWER = 1_000_000
_BYTES_OF_VECTOR = 400_000


@dataclass(frozen=True)
class Timeouts:
    """Seconds that are waited.

    Attributes
    ----------
    connect : float
        For the connection.
    read : float
        For anything to arrive; a local server may load its model first.
    request : float
        For the whole answer.
    """

    connect: float = 10.0
    read: float = 300.0
    request: float = 900.0


@dataclass(frozen=True)
class ServiceAnswer:
    """Body of an answer that says it is one."""

    body: bytes = field(repr=False)


class ServiceConnection:
    """Connection to one service; opened with the first request.

    Parameters
    ----------
    address : str
        As `checked_address` returns it.
    key : Secret or None
    timeouts : Timeouts
    """

    def __init__(self, address: str, key: Secret | None, timeouts: Timeouts | None = None) -> None:
        self.has_key = key is not None
        self._address = address
        self._key = key
        self._timeouts = timeouts or Timeouts()
        self._request: _Request | None = None
        self._socket: socket.socket | None = None
        self._client: Any = None
        self._is_closed = False
        # A thread whose request was given up may still be about to connect: it has its own.
        self._own = threading.local()

    def ask(
        self, body: dict[str, Any], n_texts: int, look: Callable[[], None]
    ) -> ServiceAnswer | RequestFailure:
        """Return what the service answers to a request for vectors.

        Parameters
        ----------
        body : dict
            Arguments of the package's `embeddings.create`.
        n_texts : int
            How many vectors are awaited, which bounds the size of the answer.
        look : callable
            Called all the time; when it raises, the request is given up at once.

        Raises
        ------
        Cancelled
            When it was closed.
        """
        look()
        most_bytes = _BYTES_OF_ANSWER + n_texts * _BYTES_OF_VECTOR
        request = self._request = _Request(self._key, most_bytes, self._socket)
        thread = threading.Thread(
            target=self._run, args=(request, body), name=THREAD_NAME, daemon=True
        )
        deadline = time.monotonic() + self._timeouts.request
        thread.start()
        try:
            while not request.done.wait(_LOOK_SECONDS):
                self._require_open()
                look()
                if time.monotonic() > deadline:
                    seconds = f"{self._timeouts.request:,.0f} s"
                    return RequestFailure("timeout", message=f"no whole answer within {seconds}")
        finally:
            if not request.done.is_set():
                request.give_up()
                self._client = None  # Its own thread closes it.
            self._request = self._socket = None
        thread.join()
        self._require_open()
        self._socket = request.socket
        assert request.outcome is not None
        return request.outcome

    def close(self) -> None:
        """Close the connection, giving up a request that runs; from any thread."""
        self._is_closed = True
        request = self._request  # It may be over, and none any more, at any moment.
        if request is not None:
            request.give_up()
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _require_open(self) -> None:
        if self._is_closed:
            raise Cancelled

    def _run(self, request: _Request, body: dict[str, Any]) -> None:
        self._own.request = request
        client = self._client
        try:
            if client is None or client.is_closed():
                client = _new_client(self._address, self._timeouts, self._hooks())
            request.require_wanted()
            self._client = client
            raw = client.embeddings.with_raw_response.create(**body)
            request.outcome = ServiceAnswer(raw.content)
        except Exception as error:  # noqa: BLE001 - it ends here: what it leads to holds the key
            request.outcome = failure_of(error, self._key, is_connected=request.is_connected)
        finally:
            if request.is_given_up and client is not None:
                client.close()
            request.done.set()

    def _hooks(self) -> dict[str, list[Callable[[Any], None]]]:
        def prepare(sent: Any) -> None:
            self._own.request.prepare(sent)

        def watch(response: Any) -> None:
            self._own.request.watch(response)

        return {"request": [prepare], "response": [watch]}


class _GivenUp(Exception):
    """Exception that ends the thread of a request that is not wanted any more."""


class _Request:
    """Request at work: its socket, and whether it is still wanted."""

    def __init__(self, key: Secret | None, most_bytes: int, kept: socket.socket | None) -> None:
        self.socket = kept  # Of a connection that is used again.
        self.done = threading.Event()
        self.outcome: ServiceAnswer | RequestFailure | None = None
        self.is_given_up = False
        self.is_connected = False
        self._taken_off: dict[str, str] = {}
        self._key = key
        self._most_bytes = most_bytes

    def give_up(self) -> None:
        """Want no answer any more, and wake the thread that waits for it."""
        self.is_given_up = True
        if self.socket is not None:
            with suppress(OSError):
                # Not that of an encrypted socket, which first changes what the thread reads with.
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def prepare(self, sent: Any) -> None:
        """Leave nothing in a request but what it needs, and put the key in."""
        self.require_wanted()
        for name in list(sent.headers):
            if name.lower() not in _HEADERS:
                self._taken_off[name] = sent.headers.pop(name)
        sent.headers["Accept-Encoding"] = "identity"
        sent.headers["User-Agent"] = "embedviz"
        if self._key is not None:
            sent.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        sent.extensions = {**sent.extensions, "trace": self._trace}

    def watch(self, response: Any) -> None:
        """Let an answer be read no further than it may be long.

        The package looks later into the headers of what was sent, for marks of its own.
        """
        response.request.headers.pop("Authorization", None)
        response.request.headers.update(self._taken_off)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise AnswerCompressed
        response.stream = _bounded(response.stream, self._most_bytes, self)

    def require_wanted(self) -> None:
        """Raise an exception that ends the thread where the request is given up."""
        if self.is_given_up:
            raise _GivenUp

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Note the socket, and let nothing leave after the request was given up."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            stream = info["return_value"]
            self.socket = stream.get_extra_info("socket")
            if self.is_given_up:  # Nobody else would, as nobody else has it yet.
                stream.close()
        if event.endswith("send_request_headers.started"):
            self.is_connected = True
        self.require_wanted()


def _is_not_of_a_request(record: logging.LogRecord) -> bool:
    return record.threadName != THREAD_NAME


def _silence() -> None:
    """Let the loggers of the package, and of what is below it, say nothing of these requests."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.startswith(("openai", "httpx", "httpcore")) and isinstance(logger, logging.Logger):
            logger.addFilter(_is_not_of_a_request)  # Once: a filter that is there is not added.


def _new_client(address: str, timeouts: Timeouts, hooks: dict[str, Any]) -> Any:
    import openai

    _silence()
    read = timeouts.read
    transport = openai.DefaultHttpxClient(
        trust_env=False,
        follow_redirects=False,
        timeout=openai.Timeout(read, connect=timeouts.connect, write=read, pool=read),
        event_hooks=hooks,
    )
    return openai.OpenAI(
        api_key="none", base_url=address, max_retries=0, http_client=transport, organization=""
    )


def _bounded(stream: Any, most_bytes: int, request: _Request) -> Any:
    """Return a stream of bytes that fails where it is longer than it may be."""
    # Of whichever library the package uses: it has changed from httpx to httpx2.
    kind: Any = next(each for each in type(stream).__mro__ if each.__name__ == "SyncByteStream")

    class BoundedStream(kind):  # type: ignore[misc]
        """Bytes of an answer."""

        def __iter__(self) -> Iterator[bytes]:
            total = 0
            for part in stream:
                request.require_wanted()
                total += len(part)
                if total > most_bytes:
                    raise AnswerTooLong
                yield part

        def close(self) -> None:
            stream.close()

    return BoundedStream()


def texts_body(
    texts: Sequence[str], model: str, dimensions: int | None, *, as_base64: bool
) -> dict[str, Any]:
    """Return the arguments of the package for some texts."""
    body: dict[str, Any] = {
        "input": list(texts),
        "model": model,
        "encoding_format": "base64" if as_base64 else "float",
    }
    if dimensions is not None:
        body["dimensions"] = dimensions
    return body
