"""Milvus on loopback: Milvus Lite at a port, as if it were a server."""

from milvus_lite.adapter.grpc.server import _build_server
from milvus_lite.db import MilvusLite
from pymilvus import MilvusClient


class MilvusServer:
    """Server of a file.

    Parameters
    ----------
    path : Path
        Made where it is not there.
    """

    def __init__(self, path):
        self.database = MilvusLite(str(path))
        self.server = _build_server(self.database, 4)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()
        self.is_ended = False

    @property
    def place(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self):
        """Return a client that may write."""
        return MilvusClient(self.place, dedicated=True)

    def end(self):
        if not self.is_ended:
            self.is_ended = True
            self.server.stop(0).wait()
            self.database.close()
