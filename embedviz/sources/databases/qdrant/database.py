"""Connection to Qdrant: a server, or a folder of its client's local mode."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar
from warnings import catch_warnings, simplefilter

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.qdrant.collection import PointSource, QdrantCollection
from embedviz.sources.databases.qdrant.failures import Failures
from embedviz.sources.databases.qdrant.folder import StoredCollection, StoredFolder
from embedviz.sources.databases.qdrant.points import FolderPoints, ServerPoints
from embedviz.sources.databases.server_address import ServerAddress, key_for, server_address
from embedviz.sources.secret import Secret

_PORT = 6333
_SECONDS = 60
_PORTS = (6333, 6334)


class QdrantDatabase:
    """Qdrant: a server, or a folder of local mode.

    A server is asked over HTTP; over gRPC, which is faster, with the option ("grpc_port", "6334").
    The option ("timeout", "60") is how many seconds an answer is waited for. Of a folder nothing is
    changed, nor is it locked; a collection of it is read into memory when it is opened.

    Parameters
    ----------
    address : Address
        With a folder, or with "https://db.example.org:6333".
    secret : Secret, optional
        API key; sent encrypted, or to this machine.

    Raises
    ------
    UserError
        When the package is absent, the server cannot be reached, or it is no Qdrant.
    """

    title: ClassVar[str] = "Qdrant"
    address_help: ClassVar[str] = (
        "an address, such as https://db.example.org:6333, or a folder of local mode"
    )

    def __init__(self, address: Address, secret: Secret | None = None) -> None:
        if lacks := self.what_lacks():
            raise UserError(lacks)
        self._address = address
        self._folder: StoredFolder | None = None
        self._server: Any = None
        self._stored: dict[str, StoredCollection] = {}
        if address.is_local:
            self._failures = Failures(address.place)
            self._folder = StoredFolder(Path(address.place))
            return
        options = dict(address.options)
        seconds = _whole_number(options, "timeout", _SECONDS)
        grpc_port = _whole_number(options, "grpc_port", 0)
        place = server_address(address.place, _PORT)
        self._failures = Failures(place.place, seconds)
        key = key_for(secret, place)
        self._client_text = _client_text(place, address.secret_variable if key else "", grpc_port)
        with self._failures.worded():
            self._server = _server(place, key, seconds, grpc_port)
        try:
            self.collections()
        except BaseException:
            self.close()
            raise

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        if find_spec("qdrant_client") is None:
            return (
                "Qdrant needs the package qdrant-client, which is not installed. "
                "Run: pip install 'embedviz[qdrant]'"
            )
        return ""

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Return whether a text that a user typed is an address of this engine."""
        text = text.strip()
        if StoredFolder.is_one(Path(text)):
            return True
        try:
            place = server_address(text, 0)
        except UserError:
            return False
        return place.port in _PORTS or "qdrant" in place.host

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    def collections(self) -> Sequence[str]:
        """Return the names of its collections, in alphabetical order."""
        if self._folder is not None:
            return sorted(self._folder.names)
        with self._failures.worded():
            return sorted(each.name for each in self._client().get_collections().collections)

    def open(self, name: str) -> QdrantCollection:
        """Open a collection for reading.

        Raises
        ------
        UserError
            When there is none of this name, or it may not be read.
        """
        names = self.collections()
        if name not in names:
            raise UserError(
                f"There is no collection {shown_name(name)!r} at {self._failures.place}. There "
                f"are: {', '.join(map(shown_name, names[:20])) or 'none'}."
            )
        if self._folder is None:
            client = self._client()
            source = PointSource(
                client, ServerPoints(client, name), self._failures, self._client_text
            )
            return QdrantCollection(name, source)
        if name not in self._stored:
            self._stored[name] = self._folder.open(name)
        stored = self._stored[name]
        points = FolderPoints(stored.client, name, stored.ids)
        text = f"QdrantClient(path={self._address.place!r})"
        source = PointSource(
            stored.client, points, self._failures, text, stored.n_bytes, stored.version, True
        )
        return QdrantCollection(name, source)

    def close(self) -> None:
        """End the connection; may be called twice."""
        clients = [*(each.client for each in self._stored.values())]
        if self._server is not None:
            clients.append(self._server)
        self._stored, self._server = {}, None
        for client in clients:
            client.close()

    def _client(self) -> Any:
        if self._server is None:
            raise UserError(f"The connection to {self._failures.place} is closed. Open it again.")
        return self._server


def _server(place: ServerAddress, key: str, seconds: int, grpc_port: int) -> Any:
    package = import_module("qdrant_client")
    more: dict[str, Any] = {}
    if place.is_loopback:
        # What goes to this machine, maybe with the key, does not go through a proxy elsewhere.
        more = {"trust_env": False, "grpc_options": {"grpc.enable_http_proxy": 0}}
    if key:
        # Not as `api_key`, of which the client warns on this machine.
        more["headers"] = {"api-key": key}
    if grpc_port:
        more |= {"prefer_grpc": True, "grpc_port": grpc_port}
    with catch_warnings():
        simplefilter("ignore")
        return package.QdrantClient(
            url=place.url, timeout=seconds, check_compatibility=False, **more
        )


def _client_text(place: ServerAddress, variable: str, grpc_port: int) -> str:
    """Return the Python that makes a client, which takes the key from a variable."""
    given = [f"url={place.url!r}"]
    if variable:
        given.append(f"api_key=os.environ[{variable!r}]")
    if grpc_port:
        given += ["prefer_grpc=True", f"grpc_port={grpc_port}"]
    return f"QdrantClient({', '.join(given)})"


def _whole_number(options: dict[str, str], name: str, usual: int) -> int:
    text = options.get(name, str(usual))
    if not text.isdecimal() or int(text) > 86_400:
        raise UserError(f"The option {name} is {text!r}; it must be a whole number.")
    return int(text)
