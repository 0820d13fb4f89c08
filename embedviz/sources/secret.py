"""Keys and passwords, held so that nothing shows them."""

from __future__ import annotations

from typing import Any, NoReturn


class Secret:
    """Key or password, which nothing shows: it has no text of its own and cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key itself, to be put into a request and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A key is not written anywhere.")
