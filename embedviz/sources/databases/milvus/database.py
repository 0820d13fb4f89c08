"""Connection to Milvus: a server, or a file of Milvus Lite."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.milvus.collection import MilvusCollection
from embedviz.sources.databases.milvus.failures import worded
from embedviz.sources.databases.milvus.lite import LiteServer, is_lite_file
from embedviz.sources.databases.milvus.rows import MilvusSource
from embedviz.sources.databases.server_address import key_for, server_address
from embedviz.sources.secret import Secret

_PORT = 19530
_SECONDS = 60


class MilvusDatabase:
    """Milvus: a server, or a file of Milvus Lite.

    The option ("timeout", "60") is how many seconds an answer is waited for, ("database", "name")
    which database of a server is read. Of a file of Milvus Lite a copy is opened.

    Parameters
    ----------
    address : Address
        With a path that ends in .db, or with "https://db.example.org:19530".
    secret : Secret, optional
        Token, or "name:password"; sent encrypted, or to this machine.

    Raises
    ------
    UserError
        When the package is absent, the server cannot be reached, or it is no Milvus.
    """

    title: ClassVar[str] = "Milvus"
    address_help: ClassVar[str] = (
        "an address, such as https://db.example.org:19530, or a file of Milvus Lite, such as "
        "/data/vectors.db"
    )

    def __init__(self, address: Address, secret: Secret | None = None) -> None:
        if lacks := self.what_lacks():
            raise UserError(lacks)
        self._address = address
        self._lite: LiteServer | None = None
        self._client: Any = None
        self._key = ""
        options = dict(address.options)
        seconds = options.get("timeout", str(_SECONDS))
        if not seconds.isdecimal():
            raise UserError(f"The option timeout is {seconds!r}; it must be a whole number.")
        self._seconds = int(seconds)
        try:
            if address.is_local:
                self._connect_to_lite()
            else:
                self._connect(secret, options.get("database", ""))
        except BaseException:
            self.close()
            raise

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        if find_spec("pymilvus") is None:
            return (
                "Milvus needs the package pymilvus, which is not installed. "
                "Run: pip install 'embedviz[milvus]'"
            )
        return ""

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Return whether a text that a user typed is an address of this engine."""
        text = text.strip()
        if is_lite_file(Path(text)):
            return True
        try:
            place = server_address(text, 0)
        except UserError:
            return False
        return place.port == _PORT or "milvus" in place.host or "zilliz" in place.host

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    def collections(self) -> Sequence[str]:
        """Return the names of its collections, in alphabetical order."""
        with worded(self._place, key=self._key):
            return sorted(self._opened().list_collections(timeout=self._seconds))

    def open(self, name: str) -> MilvusCollection:
        """Open a collection for reading.

        Raises
        ------
        UserError
            When there is none of this name, or it may not be read.
        """
        names = self.collections()
        if name not in names:
            raise UserError(
                f"There is no collection {shown_name(name)!r} at {self._place}. There are: "
                f"{', '.join(map(shown_name, names[:20])) or 'none'}."
            )
        client = self._opened()
        if self._lite is not None:
            # Only of the copy: on a server, that is for its owner to decide.
            with worded(self._place, name):
                client.load_collection(name)
        source = MilvusSource(client, self._place, self._client_text, self._seconds, self._key)
        return MilvusCollection(name, source)

    def close(self) -> None:
        """End the connection; may be called twice."""
        client, self._client = self._client, None
        lite, self._lite = self._lite, None
        if client is not None:
            client.close()
        if lite is not None:
            lite.close()

    def _connect_to_lite(self) -> None:
        if find_spec("milvus_lite") is None:
            raise UserError(
                "A file of Milvus Lite needs the package milvus-lite, which is not installed. "
                "Run: pip install milvus-lite"
            )
        self._place = self._address.place
        self._client_text = f"MilvusClient({self._address.place!r})"
        self._lite = LiteServer(Path(self._address.place))
        self._client = _client(self._place, self._lite.address, self._seconds, {})

    def _connect(self, secret: Secret | None, database: str) -> None:
        place = server_address(self._address.place, _PORT)
        self._place = place.place
        self._key = key_for(secret, place)
        given: dict[str, Any] = {"token": self._key} if self._key else {}
        if database:
            given["db_name"] = database
        if place.is_loopback:
            # What goes to this machine, maybe with the token, does not go through a proxy.
            given["grpc_options"] = {"grpc.enable_http_proxy": 0}
        text = f"MilvusClient({place.url!r}"
        if self._key:
            text += f", token=os.environ[{self._address.secret_variable or 'MILVUS_TOKEN'!r}]"
        if database:
            text += f", db_name={database!r}"
        self._client_text = text + ")"
        self._client = _client(self._place, place.url, self._seconds, given)
        self.collections()

    def _opened(self) -> Any:
        if self._client is None:
            raise UserError(f"The connection to {self._place} is closed. Open it again.")
        return self._client


def _client(place: str, address: str, seconds: int, given: dict[str, Any]) -> Any:
    with worded(place, key=given.get("token", "")):
        return import_module("pymilvus").MilvusClient(
            uri=address, timeout=seconds, dedicated=True, **given
        )
