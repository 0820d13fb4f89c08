"""Address of a database server that is written as a URL, and whether a key may be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from embedviz.core.errors import UserError
from embedviz.sources.secret import Secret


@dataclass(frozen=True)
class ServerAddress:
    """Where a server listens.

    Attributes
    ----------
    scheme : {"http", "https"}
    host : str
    port : int
    path : str
        What follows, without a slash at its end: empty, or "/texts".
    """

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """The whole address: "https://db.example.org:6333"."""
        return f"{self.scheme}://{self.place}{self.path}"

    @property
    def place(self) -> str:
        """Name and port: "db.example.org:6333"."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return _is_loopback(self.host)


def server_address(text: str, port: int) -> ServerAddress:
    """Return the parts of an address, with http for this machine and https for others if not said.

    Parameters
    ----------
    text : str
        "https://db.example.org:6333", "localhost".
    port : int
        Taken where the address has none.

    Raises
    ------
    UserError
        When it is not one, or holds a name, password or key, which is not repeated.
    """
    example = f"Write it like http://localhost:{port} or https://db.example.org:{port}."
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        given = parts.port
    except ValueError:
        raise UserError(f"The address of the server is not one. {example}") from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError(
            "The address of the server must hold no name, password or key: leave out what is "
            "before the @ and after the ?. The key is taken from an environment variable or the "
            "system's keyring."
        )
    host = parts.hostname or ""
    if not host or any(letter.isspace() for letter in text):
        raise UserError(f"{text!r} is not the address of a server. {example}")
    scheme = parts.scheme or ("http" if _is_loopback(host) else "https")
    if scheme not in ("http", "https"):
        raise UserError(f"{text!r} begins with {scheme}://. {example}")
    return ServerAddress(scheme, host, given or port, parts.path.rstrip("/"))


def key_for(secret: Secret | None, address: ServerAddress) -> str:
    """Return the key that may be sent to a server; empty where there is none.

    Raises
    ------
    UserError
        When it would be readable on its way, or is not one.
    """
    key = secret.reveal().strip() if secret is not None else ""
    if not key:
        return ""
    if address.scheme != "https" and not address.is_loopback:
        raise UserError(
            f"The key would be sent unencrypted to {address.place}. Write https:// before the "
            "address, or connect through a tunnel whose end is on this machine."
        )
    if not key.isascii() or not key.isprintable():
        raise UserError(
            "The key holds characters that no key has, such as a line break. Look at the "
            "environment variable or the entry in the keyring."
        )
    return key


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
