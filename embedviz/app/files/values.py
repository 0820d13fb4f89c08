"""Settings as JSON and back, checked by the types that their classes name.

The conversion is msgspec's: a new field of a dataclass is kept without another line here, and
nothing of another type gets into the state. msgspec and not cattrs, since it checks strictly
unless told otherwise (a truth value is not a number, text is not a list) and needs no hooks for
the dataclasses, literals, unions, tuples and sets that settings are made of. What a class itself
refuses (`__post_init__`) is refused too; so are numbers that are not finite. Rows that somebody has
selected are packed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from embedviz.app.files.packed import pack_rows, unpack_rows
from embedviz.app.files.unfit import Unfit as Unfit
from embedviz.core.errors import UserError
from embedviz.core.selection import Selection

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return settings as what JSON can hold; numbers that are not finite as None.

    Raises
    ------
    TypeError
        When they hold what is not kept in files, such as an array.
    """
    encoded = msgspec.json.encode(value, enc_hook=_encode, order="deterministic")
    return msgspec.json.decode(encoded)


def from_json(hint: Any, value: Any) -> Any:
    """Return a value of the type that a hint names.

    Raises
    ------
    Unfit
        When it is of another type, or its class refuses it.
    """
    try:
        _require_finite(value)
        return msgspec.convert(value, hint, dec_hook=_decode)
    except (UserError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unfit(str(error)) from None


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
        When it is not an object, or a field does not fit and `on_unfit` is not given.
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


def _encode(value: Any) -> Any:
    """Return what is no dataclass and no value of JSON as what it can hold."""
    if isinstance(value, Selection):
        return pack_rows(value.rows, int(value.rows[-1]) + 1 if len(value) else 0)
    raise TypeError(f"{type(value).__name__} is not kept in files")


def _decode(hint: type, value: Any) -> Any:
    if hint is Selection:
        return Selection(unpack_rows(value))
    raise TypeError(f"{hint.__name__} is not kept in files")


def _require_finite(value: Any) -> None:
    """Refuse numbers that JSON has as text only, or that are beyond float64, such as 1e400."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for each in value:
        _require_finite(each)
