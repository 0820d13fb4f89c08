"""Qdrant on loopback: answers over HTTP from a client in memory, as badly as it is told to."""

import json
import socket
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from qdrant_client import QdrantClient, models


class Handler(BaseHTTPRequestHandler):
    """Answers as the collections, and the switches of the server, say."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if not self.is_hindered():
            parts = self.path.split("?")[0].strip("/").split("/")
            if len(parts) == 1:
                self.answer(200, server.client.get_collections())
            elif not server.client.collection_exists(parts[1]):
                self.answer(404, error=f"Not found: Collection `{parts[1]}` doesn't exist!")
            else:
                info = server.client.get_collection(parts[1])
                indexed = {"indexed_vectors_count": server.n_indexed}
                self.answer(200, info.model_copy(update=indexed))

    def do_POST(self):
        server = self.server
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.is_hindered():
            return
        _, name, *rest = self.path.split("?")[0].strip("/").split("/")
        server.asked.append((rest, asked))
        client = server.client
        if not client.collection_exists(name):
            return self.answer(404, error=f"Not found: Collection `{name}` doesn't exist!")
        payload, vectors = asked.get("with_payload"), asked.get("with_vector", False)
        if rest == ["points", "scroll"]:
            given = models.ScrollRequest(**asked)
            records, following = client.scroll(
                name,
                scroll_filter=given.filter,
                limit=given.limit,
                offset=given.offset,
                with_payload=payload,
                with_vectors=vectors,
            )
            result = {"points": [each.model_dump() for each in records]}
            return self.answer(200, {**result, "next_page_offset": following})
        if rest == ["points", "count"]:
            return self.answer(200, client.count(name))
        if rest == ["points", "query"]:
            given = models.QueryRequest(**asked)
            prefetch = given.prefetch
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = client.query_points(
                    name,
                    query=given.query,
                    using=given.using,
                    prefetch=prefetch,
                    query_filter=given.filter,
                    limit=given.limit,
                    with_payload=payload,
                )
            return self.answer(200, found)
        found = client.retrieve(name, asked["ids"], with_payload=payload, with_vectors=vectors)
        return self.answer(200, [each.model_dump() for each in found])

    def is_hindered(self):
        server = self.server
        server.keys.append(self.headers.get("api-key"))
        server.n_requests += 1
        if server.key and self.headers.get("api-key") != server.key:
            self.answer(server.refusal, text="Must provide an API key")
            return True
        if server.page is not None:
            self.answer(server.page[0], text=server.page[1])
            return True
        if server.last is not None and server.n_requests > server.last:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return True
        server.pause.wait(server.seconds)
        return False

    def answer(self, status, result=None, *, error=None, text=None):
        if hasattr(result, "model_dump"):
            result = result.model_dump(mode="json")
        said = {"result": result, "status": "ok" if error is None else {"error": error}, "time": 0}
        data = (text if text is not None else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


class QdrantServer(ThreadingHTTPServer):
    """Server of what is in `client`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.client = QdrantClient(":memory:")
        self.key, self.refusal = "", 401
        self.page, self.last, self.seconds = None, None, 0.0
        self.n_requests, self.n_indexed = 0, 0
        self.keys, self.asked = [], []
        self.pause = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def place(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass

    def end(self):
        self.pause.set()
        self.shutdown()
        self.server_close()
        self._thread.join()
        time.sleep(0)
        self.client.close()
