"""The skeleton of a JSON file as Python values: texts and single numbers, but no vectors."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

Scalar = str | int | float | bool | None

_DEEPEST = 8
_JOINED = ", "
_LONGEST_INTEGER = 18
_MESSAGE_LENGTH = 200

# A backslash that escapes nothing is one, as it stands.
_escapes = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt])?').sub

# What is near an error, without what stands for something else.
_until_mark = re.compile(r".?[^,:\[\]{}]{0,20}", re.DOTALL).match


class NumberList(int):
    """Placeholder of a list of numbers that was cut out, with its place among them."""


class _Rows:
    """Placeholder of the rows of a container, which were cut out."""


ROWS: Final = _Rows()


class _Marks:
    """Filler of the placeholders in a skeleton, in the order in which they come."""

    def __init__(self, first_list: int) -> None:
        self._next = first_list

    def __call__(self, word: str) -> Any:
        if word == "-Infinity":
            self._next += 1
            return NumberList(self._next - 1)
        return ROWS if word == "Infinity" else math.nan


def parse_skeleton(text: bytes, first_list: int = 0) -> Any:
    """Return the value of one piece of a skeleton.

    Parameters
    ----------
    text : bytes
        What is not UTF-8 in it is replaced.
    first_list : int
        The place of its first list of numbers among all.

    Raises
    ------
    ValueError
        With what is wrong with it.
    """
    decoded = text.decode("utf-8", "replace")
    try:
        return json.loads(decoded, strict=False, parse_constant=_Marks(first_list))
    except json.JSONDecodeError as error:
        if "escape" in error.msg:
            mended = _escapes(lambda found: found[0] if found[1] else "\\\\", decoded)
            if mended != decoded:
                return parse_skeleton(mended.encode(), first_list)
        near = _until_mark(decoded, error.pos)
        assert near is not None
        raise ValueError(f"not valid JSON at {near[0]!r} ({error.msg})") from None
    except ValueError:  # An integer of thousands of digits.
        return json.loads(
            decoded, strict=False, parse_constant=_Marks(first_list), parse_int=_integer
        )


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def parse_pieces(pieces: Sequence[bytes], first_lists: Sequence[int]) -> list[Any]:
    """Return the value of each piece, or the `ValueError` that says what is wrong with it."""
    try:
        # All at once is several times as fast as one by one, and nearly always works.
        values = parse_skeleton(b"[%b]" % b",".join(pieces), first_lists[0] if pieces else 0)
        if len(values) == len(pieces):
            return list(values)
    except ValueError:
        pass
    return [_parse(*piece) for piece in zip(pieces, first_lists, strict=True)]


def _parse(piece: bytes, first_list: int) -> Any:
    try:
        return parse_skeleton(piece, first_list)
    except ValueError as error:
        return error


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Scalar]:
    """Return the single values of an object, those of objects in it by names with dots.

    Lists of texts are joined by commas. Lists of numbers, and of objects, are left out.
    """
    return dict(_scalars(value, prefix, _DEEPEST))


def _scalars(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    for name, member in value.items():
        kind = type(member)
        if kind is str or kind is int or kind is float or kind is bool or member is None:
            yield prefix + name, member
        elif kind is dict and depth:
            yield from _scalars(member, f"{prefix}{name}.", depth - 1)
        elif kind is list and is_list_of_texts(member):
            yield prefix + name, join_texts(member)


def is_list_of_texts(value: list[Any]) -> bool:
    """Return whether these are texts, perhaps with single numbers and nothing between them."""
    return any(type(item) is str for item in value) and all(
        type(item) in (str, int, float, bool, type(None)) for item in value
    )


def join_texts(value: list[Any]) -> str:
    """Return the items with commas between them."""
    return _JOINED.join(str(item) for item in value if item is not None)


def find_member(value: Any, path: Sequence[str]) -> Any:
    """Return what is at the end of a path of names, or of places in lists; None if nothing is."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


_ERRORS = (
    ("error",),
    ("response", "error"),
    ("response", "body", "error"),
    ("body", "error"),
    ("errors",),
)
_STATUSES = (("response", "status_code"), ("status_code",), ("status",))


def find_failure(value: Any) -> str | None:
    """Return what a service says of a request that failed, None if it says nothing."""
    status = next((s for path in _STATUSES if (s := find_member(value, path))), None)
    words = next((w for path in _ERRORS if (w := _words_of(find_member(value, path)))), "")
    if isinstance(status, str):
        words = words or status
    has_failed = isinstance(status, int) and not 200 <= status < 300
    if has_failed:
        return f"status {status}: {words}" if words else f"status {status}"
    return f"error: {words}" if words else None


def _words_of(error: Any) -> str:
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, dict):
        error = error.get("message") or error.get("code") or error.get("type")
    return error.strip()[:_MESSAGE_LENGTH] if isinstance(error, str) else ""
