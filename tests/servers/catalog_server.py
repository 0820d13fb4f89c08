"""A catalog on loopback, whose server does as badly as it is told to."""

import gzip
import hashlib
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from embedviz.sources.catalog import Catalog


def word_vectors(count=300, dimensions=8, seed=0):
    """Return a word2vec text file, packed."""
    rng = np.random.default_rng(seed)
    lines = [f"{count} {dimensions}"]
    for row in range(count):
        numbers = " ".join(f"{number:.6f}" for number in rng.normal(size=dimensions))
        lines.append(f"word{row} {numbers}")
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def md5(data):
    return hashlib.md5(data).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers as `server.files` and the switches of the server say."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, dict(self.headers)))
        if self.path in server.redirects:
            return self.answer(302, b"", Location=server.redirects[self.path])
        if self.path in server.statuses:
            return self.answer(server.statuses[self.path], b"no")
        data = server.files.get(self.path)
        if data is None:
            return self.answer(404, b"nothing")
        headers = dict(server.headers.get(self.path, {}))
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        is_same = condition in (None, headers.get("ETag"), headers.get("Last-Modified"))
        if found is None or server.ignores_range or not is_same:
            return self.answer(200, data, **headers)
        start = int(found[1])
        if start >= len(data):
            return self.answer(416, b"", **{"Content-Range": f"bytes */{len(data)}"})
        headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return self.answer(206, data[start:], **headers)

    def answer(self, status, data, **headers):
        server = self.server
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts and status in (200, 206) else None
        self.wfile.write(data if cut is None else data[:cut])
        self.wfile.flush()
        server.has_sent.set()
        if cut is None:
            return
        if server.holds is not None:
            server.holds.wait(timeout=60)
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *args):
        pass


class CatalogServer(ThreadingHTTPServer):
    """A server of files on loopback.

    Attributes
    ----------
    files : dict of path to bytes
    headers : dict of path to dict
    redirects, statuses : dict
    cuts : list of int or None
        After how many bytes the connection breaks off, for one answer after the other.
    holds : threading.Event or None
        Waited for before it breaks off.
    has_sent : threading.Event
        Set when an answer has gone out, as far as it does.
    ignores_range : bool
    requests : list of (path, headers)
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.headers, self.redirects, self.statuses = {}, {}, {}, {}
        self.cuts, self.requests, self.holds, self.ignores_range = [], [], None, False
        self.has_sent = threading.Event()

    def handle_error(self, request, client_address):
        """Say nothing of clients that went away."""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def host(self):
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def catalog(self):
        return Catalog(f"{self.address}/list.json", self.address)

    def ranges(self):
        """Return the ranges that were asked for, of all but the list."""
        return [headers.get("Range") for path, headers in self.requests if path != "/list.json"]

    def offer(self, models):
        """Serve a list; entries that are bytes become files with a checksum."""
        entries = {}
        for name, given in models.items():
            if isinstance(given, bytes):
                self.files[f"/{name}/{name}.gz"] = given
                self.headers[f"/{name}/{name}.gz"] = {"ETag": f'"{md5(given)}"'}
                given = {
                    "num_records": 300,
                    "file_size": len(given),
                    "license": "http://opendatacommons.org/licenses/pddl/",
                    "parameters": {"dimension": 8},
                    "description": f"Vectors of {name}.",
                    "checksum": md5(given),
                    "file_name": f"{name}.gz",
                    "parts": 1,
                }
            entries[name] = given
        listing = {"corpora": {"text8": {"file_name": "text8.gz"}}, "models": entries}
        self.files["/list.json"] = json.dumps(listing).encode()


@pytest.fixture
def new_server():
    """Return a function that starts another server on loopback."""
    servers = []

    def start():
        server = CatalogServer()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        if server.holds is not None:
            server.holds.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=60)


@pytest.fixture
def server(new_server):
    """Return a server with one entry, `tiny`, of 300 words."""
    server = new_server()
    server.offer({"tiny": word_vectors()})
    return server
