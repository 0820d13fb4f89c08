"""Settings as JSON, and back by the types that their classes name.

What is read is checked against the type hints of the dataclasses, so that a new setting is kept
without another line here, and nothing of another type gets into the state. What a class itself
refuses (`__post_init__`) is refused too.
"""

from __future__ import annotations

import math
import os
import types
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from embedviz.core.errors import UserError

T = TypeVar("T")
_UNIONS = (Union, types.UnionType)


class Unfit(Exception):
    """A value that is not what it should be."""


def to_json(value: Any) -> Any:
    """Return settings as what JSON can hold; numbers that are not finite as None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [to_json(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"{type(value).__name__} is not kept in files")


def from_json(hint: Any, value: Any) -> Any:
    """Return a value of the type that a hint names.

    Raises
    ------
    Unfit
        When it is of another type, or its class refuses it.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _UNIONS:
        return _first_that_fits(arguments, value)
    if origin is Literal:
        if any(value == each and type(value) is type(each) for each in arguments):
            return value
    elif origin is tuple:
        return _tuple_of(arguments, value)
    elif origin is frozenset:
        if isinstance(value, list):
            return frozenset(from_json(arguments[0], each) for each in value)
    elif is_dataclass(hint) and isinstance(hint, type):
        return made(hint, settings_of(hint, value))
    elif hint is float:
        return _number(value)
    elif hint in (bool, int, str, type(None)) and type(value) is hint:
        return value
    raise Unfit(f"{value!r:.80} is no {hint}")


def settings_of(
    hint: type,
    value: Any,
    without: Collection[str] = (),
    on_unfit: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Return the fields of a dataclass that a JSON object has; what it has beyond is ignored.

    Parameters
    ----------
    hint : type
        The dataclass.
    value : Any
        What is read.
    without : collection of str
        Fields that are read in another way.
    on_unfit : callable, optional
        Takes the name of a field whose value does not fit, which is then left out.

    Raises
    ------
    Unfit
        When it is no object, or a field does not fit and `on_unfit` is not given.
    """
    if not isinstance(value, Mapping):
        raise Unfit(f"{value!r:.80} holds no settings")
    hints = get_type_hints(hint)
    found = {}
    for each in fields(hint):
        if each.name in without or each.name not in value:
            continue
        try:
            found[each.name] = from_json(hints[each.name], value[each.name])
        except Unfit:
            if on_unfit is None:
                raise
            on_unfit(each.name)
    return found


def made(kind: Callable[..., T], settings: Mapping[str, Any]) -> T:
    """Return `kind(**settings)`.

    Raises
    ------
    Unfit
        When it refuses them.
    """
    try:
        return kind(**settings)
    except (UserError, ValueError, TypeError) as error:
        raise Unfit(str(error)) from None


def path_to_json(path: Path, folder: Path | None) -> dict[str, str | None]:
    """Return a path as it is, and as seen from a folder, so that both can be moved together."""
    absolute = Path(os.path.abspath(path.expanduser()))
    relative = None
    if folder is not None:
        with suppress(ValueError):  # On another drive.
            relative = Path(os.path.relpath(absolute, folder)).as_posix()
    return {"path": str(absolute), "relative": relative}


def _number(value: Any) -> float:
    if type(value) is int and abs(value) < 1 << 53:
        return value  # As it was written: layouts are kept by the text of their settings.
    if type(value) is float and math.isfinite(value):
        return value
    raise Unfit(f"{value!r:.80} is no number")


def _first_that_fits(hints: tuple[Any, ...], value: Any) -> Any:
    for hint in hints:
        try:
            return from_json(hint, value)
        except Unfit:
            continue
    raise Unfit(f"{value!r:.80} is none of {hints}")


def _tuple_of(hints: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Unfit(f"{value!r:.80} is no list")
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(from_json(hints[0], each) for each in value)
    if len(hints) != len(value):
        raise Unfit(f"{len(value)} values instead of {len(hints)}")
    return tuple(from_json(hint, each) for hint, each in zip(hints, value, strict=True))
