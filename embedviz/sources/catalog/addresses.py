"""Addresses on the web: which are asked for, and what of them is shown."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name

_LONGEST = 4000
_PORTS = {"http": 80, "https": 443}
_is_address = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL).fullmatch


@dataclass(frozen=True)
class FileAddress:
    """Address of a file: http or https, without a name or password in it.

    Attributes
    ----------
    text : str
        As it is asked for, in ASCII. May hold a key in its query: never shown.
    scheme : {"http", "https"}
    host : str
        With the port: "example.com:443".
    path : str
        From the first slash, still with `%20`.
    """

    text: str
    scheme: str
    host: str
    path: str

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a key."""
        return shown_name(f"{self.scheme}://{self._short_host}{self.path}")

    @property
    def _short_host(self) -> str:
        return self.host.removesuffix(f":{_PORTS[self.scheme]}")

    @property
    def is_loopback(self) -> bool:
        """Whether this machine is asked."""
        name = self.host.rpartition(":")[0].strip("[]")
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"

    def following(self, location: str) -> FileAddress:
        """Return the address that this one sends on to.

        Raises
        ------
        UserError
            When that is no address, or one that is not encrypted where this one is.
        """
        found = parse_address(urljoin(self.text, location))
        if self.scheme == "https" and found.scheme != "https":
            raise UserError(
                f"{self.shown} sends on to {found.shown}, which is not encrypted. Nothing was "
                "downloaded."
            )
        return found


def is_address(text: str) -> bool:
    """Return whether a text is meant as an address, not as a name or a path."""
    return _is_address(text) is not None


def parse_address(text: str) -> FileAddress:
    """Return the address that a text is.

    Raises
    ------
    UserError
        When it is not one of http or https, or holds a name or password. The text is not repeated
        then.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise UserError(f"An address may have {_LONGEST:,} characters; this one has {len(text):,}.")
    try:
        parts = urlsplit(text)
        name, port, scheme = parts.hostname or "", parts.port, parts.scheme.lower()
        host = name if ":" in name else name.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise UserError("This is not an address. Use one like https://example.com/x.gz.") from None
    if parts.username is not None or parts.password is not None:
        raise UserError(
            "The address has a name or a password in it. embedviz sends none: leave out what is "
            "before the @, or download the file in a browser and open it."
        )
    if scheme not in _PORTS or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise UserError("This is not an address of http or https. Use one like https://host/x.gz.")
    shown_host = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    full_host = f"{shown_host}:{port or _PORTS[scheme]}"
    whole = f"{scheme}://{full_host.removesuffix(f':{_PORTS[scheme]}')}{path}"
    return FileAddress(f"{whole}?{query}" if query else whole, scheme, full_host, path)
