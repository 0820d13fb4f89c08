"""Keys and passwords, held so that nothing shows them."""

from __future__ import annotations

import re
from typing import Any, NoReturn

# Pieces of a secret this long are taken out of texts: services show some of a key's ends.
_PIECE = 8
_SHORTEST = 4


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


def without_secret(text: str, secret: Secret | None) -> str:
    """Return a text in which an ellipsis stands for the secret, and for each longer piece of it."""
    value = secret.reveal() if secret else ""
    if len(value) < _SHORTEST:
        return text
    length = min(_PIECE, len(value))
    hidden = bytearray(len(text))
    for piece in {value[at : at + length] for at in range(len(value) - length + 1)}:
        at = text.find(piece)
        while at >= 0:
            hidden[at : at + length] = b"\1" * length
            at = text.find(piece, at + 1)
    shown = "".join("\0" if hide else letter for letter, hide in zip(text, hidden, strict=True))
    return re.sub("\0+", "…", shown)
