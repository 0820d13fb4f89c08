"""Addresses of services: checked, written in one way, and some that are offered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from embedviz.core.errors import UserError


@dataclass(frozen=True)
class ServicePreset:
    """A known service, to be offered in a list.

    Attributes
    ----------
    name : str
    address : str
    model : str
        One that it has, as an example; empty where that is up to the user.
    key_variable : str
        Environment variable that usually holds its key; empty where it takes none.
    """

    name: str
    address: str
    model: str = ""
    key_variable: str = ""


PRESETS = (
    ServicePreset(
        "OpenAI", "https://api.openai.com/v1", "text-embedding-3-small", "OPENAI_API_KEY"
    ),
    ServicePreset("Ollama, this machine", "http://localhost:11434/v1", "nomic-embed-text"),
    ServicePreset("llama.cpp, this machine", "http://localhost:8080/v1"),
    ServicePreset("vLLM, this machine", "http://localhost:8000/v1"),
    ServicePreset("LM Studio, this machine", "http://localhost:1234/v1"),
)
"""With the ports that these programs take where nobody says otherwise."""

_EXAMPLE = "Write it like http://localhost:11434/v1 or https://api.example.com/v1."
_PORTS = {"http": 80, "https": 443}


def checked_address(text: str) -> str:
    """Return an address in the one way in which it is kept and compared.

    With http before it for this machine and https for others, where nothing is said; without a
    slash at its end, and without the "/embeddings" that the client adds; a name in other scripts as
    it is looked up (xn--…), so that no letter passes for another one.

    Raises
    ------
    UserError
        When it is not one, or holds a password or a key, which is not repeated in the message.
    """
    text = text.strip()
    if not text:
        raise UserError(f"There is no address of the service. {_EXAMPLE}")
    if re.search(r"[\x00-\x20\x7f\\]", text):
        raise UserError(f"There are spaces in the address of the service. {_EXAMPLE}")
    if "://" not in text:
        text = f"http://{text}" if is_loopback(f"http://{text}") else f"https://{text}"
    parts, port = _parts(text)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError(
            "The address of the service must hold no name, password or key: leave out what is "
            "before the @ and after the ?. The key is taken from an environment variable or the "
            "system's keyring."
        )
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UserError(f"{text!r} is not the address of a service. {_EXAMPLE}")
    path = parts.path.rstrip("/").removesuffix("/embeddings").rstrip("/")
    host = _looked_up(parts.hostname)
    shown = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return f"{parts.scheme}://{shown}{path}"


def host_of(address: str) -> str:
    """Return the name and port that are connected to: "api.example.com:443"."""
    parts, port = _parts(address)
    host = parts.hostname or ""
    return f"{_bracketed(host)}:{port or _PORTS.get(parts.scheme, 0)}"


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own, by its numbers or as localhost."""
    host = _parts(address)[0].hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_readable_underway(address: str) -> bool:
    """Return whether what is sent can be read on its way: without TLS, to another machine."""
    return not address.startswith("https://") and not is_loopback(address)


def _parts(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise UserError(f"The address of the service is not one. {_EXAMPLE}") from None


def _looked_up(host: str) -> str:
    if host.isascii():
        return _bracketed(host)
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise UserError(f"{host!r} is not the name of a machine. {_EXAMPLE}") from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
