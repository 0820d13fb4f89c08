"""A service on this machine that does what real ones do on their worst days, and counts."""

import base64
import json
import threading
import zlib
from collections import Counter, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import only_loopback

DIMENSIONS = 24
CANARY = "sk-canary-5f2b9e01c7d84a36-not-to-be-seen"


def vector_of(text, dimensions=DIMENSIONS):
    """Return what the service makes of a text: not of unit length."""
    rng = np.random.default_rng(zlib.crc32(text.encode()))
    return rng.normal(size=DIMENSIONS).astype(np.float32)[:dimensions] * 3


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def expected(texts, dimensions=DIMENSIONS):
    return unit(np.array([vector_of(text, dimensions) for text in texts]))


def encoded(vector, as_base64):
    data = np.asarray(vector, dtype="<f4")
    return base64.b64encode(data.tobytes()).decode() if as_base64 else data.astype(float).tolist()


def answer_to(body, change=None, dimensions=DIMENSIONS):
    """Return the answer of a good service, after a change of its list."""
    as_base64 = body.get("encoding_format") == "base64"
    data = [
        {
            "object": "embedding",
            "index": i,
            "embedding": encoded(vector_of(text, dimensions), as_base64),
        }
        for i, text in enumerate(body["input"])
    ]
    data = change(data) if change else data
    count = sum(len(text.split()) for text in body["input"])
    usage = {"prompt_tokens": count, "total_tokens": count}
    return json.dumps({"object": "list", "data": data, "model": body["model"], "usage": usage})


@dataclass
class FaultyService:
    """What the service is to do next, and what it was asked.

    Attributes
    ----------
    script : deque of callable
        What is done with the next requests, each given the handler and the request; then it works.
    paid : Counter of str
        How often the vector of each text was given whole.
    requests : list of (headers, body)
    """

    script: deque = field(default_factory=deque)
    paid: Counter = field(default_factory=Counter)
    requests: list = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    obeys_dimensions: bool = True
    port: int = 0

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def sent(self):
        """Return the texts of each request."""
        return [body["input"] for _, body in self.requests]

    def good(self, handler, body):
        dimensions = body.get("dimensions", DIMENSIONS) if self.obeys_dimensions else DIMENSIONS
        self.paid.update(body["input"])
        handler.reply(200, answer_to(body, dimensions=dimensions))

    def handle(self, handler):
        length = int(handler.headers["Content-Length"])
        body = json.loads(handler.rfile.read(length))
        self.requests.append((dict(handler.headers), {**body, "path": handler.path}))
        self.asked.set()
        act = self.script.popleft() if self.script else self.good
        act(handler, body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.service.handle(self)

    def log_message(self, *arguments):
        pass

    def reply(self, status, text, kind="application/json", **headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, request, client_address):
        """Say nothing: clients that go away are what is tested."""


# What goes wrong. Each is made with its own settings and put into the script.


def status(code, message="no", kind="application/json", error_code=None, **headers):
    error = {"error": {"message": message, "type": "error", "code": error_code}}

    def act(handler, body):
        handler.reply(code, json.dumps(error), kind, **headers)

    return act


def text_answer(text, kind="application/json", code=200, **headers):
    def act(handler, body):
        handler.reply(code, text, kind, **headers)

    return act


def changed(change):
    """Return a good answer whose list is changed."""

    def act(handler, body):
        handler.reply(200, answer_to(body, change))

    return act


def cut(handler, body):
    """Break off in the middle of what was promised."""
    data = answer_to(body).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.close_connection = True


def cut_unnoticed(handler, body):
    """Break off where nothing was promised."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(answer_to(body).encode()[:-40])
    handler.close_connection = True


def hang_up(handler, body):
    """Close without a word."""
    handler.close_connection = True


def endless(handler, body):
    """Answer for ever."""
    service = handler.server.service
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    try:
        handler.wfile.write(b'{"data": [')
        while True:
            handler.wfile.write(b" " * 100_000)
    except OSError:
        service.gone.set()


def hang(handler, body):
    """Say nothing until the client has gone, or the test lets it."""
    service = handler.server.service
    handler.close_connection = True
    handler.connection.settimeout(30)
    try:
        if handler.connection.recv(1) == b"":
            service.gone.set()
    except OSError:
        service.gone.set()


class FakeClock:
    """Time that passes only while somebody waits."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def faults():
    """Return what can go wrong, by name, and how the service's vectors are made."""
    names = "status text_answer changed cut cut_unnoticed hang_up endless hang expected vector_of"
    names += " answer_to encoded"
    return SimpleNamespace(**{name: globals()[name] for name in names.split()}, canary=CANARY)


@pytest.fixture
def services():
    """Return a function that starts such a service, behind TLS where it is given a context."""
    servers = []

    def start(context=None):
        server = _Server(("127.0.0.1", 0), _Handler)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.service = FaultyService(port=server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return server.service

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def service(services):
    return services()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def cache_path(tmp_path):
    return tmp_path / "cache" / "vectors.sqlite"


@pytest.fixture
def new_encoder(service, clock, cache_path):
    """Return a function that makes an encoder of the service, which may ask it."""
    pytest.importorskip("openai", reason="the extra [api] is not installed")
    from embedviz.sources.encoders.service.cache import VectorCache
    from embedviz.sources.encoders.service.encoder import ServiceEncoder
    from embedviz.sources.encoders.service.retrying import Patience

    def make(ask=only_loopback, *, timeouts=None, cache=None, patience=None, **settings):
        chosen = {"address": service.address, "model": "tiny", **settings}
        calm = Patience(clock=clock, sleep=clock.sleep, chance=lambda: 0.0)
        return ServiceEncoder(
            EncoderSettings("service", **chosen),
            ask,
            cache=cache or VectorCache(cache_path),
            patience=patience or calm,
            timeouts=timeouts,
        )

    return make


@pytest.fixture
def failure_of():
    """Return a function that gives the error of a call."""

    def call(work, *arguments):
        with pytest.raises(UserError) as caught:
            work(*arguments)
        return caught.value

    return call


@pytest.fixture
def no_request_left():
    """Fail a test that leaves the thread of a request behind."""
    yield
    for thread in threading.enumerate():
        if thread.name == "embedviz request":
            thread.join(timeout=20)
            assert not thread.is_alive(), "a request never ends"
