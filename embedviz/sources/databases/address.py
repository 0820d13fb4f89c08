"""Address of a database: where it is and who asks, never with what secret.

It may be written down, shown and pickled.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """Where a database is.

    Attributes
    ----------
    engine : str
        As in `ENGINES`.
    place : str
        An absolute folder or file, or "host:port/database".
    user : str
        Who asks; empty: as the engine has it.
    secret_variable : str
        The environment variable that holds the password or key; empty: the system's keyring, or
        none is needed.
    options : tuple of (str, str)
        What else the engine takes: ("sslmode", "require").
    is_local : bool
        Whether it is a folder or a file here, for which no connection is opened.
    """

    engine: str
    place: str
    user: str = ""
    secret_variable: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_local: bool = False

    @property
    def description(self) -> str:
        """Who and where, on one line, without a secret: "reader@db.example.org:5432/texts"."""
        return f"{self.user}@{self.place}" if self.user else self.place
