"""Options of the command line that follow from the fields of settings.

A new field, a new pane and a new projection have theirs without a line here.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.settings import SettingField, fields_of

GIVEN = "setting "
"""Before the name of a field, in the parsed options: no other option begins like this."""
_OF_PART = "setting of a part "


def add_setting_options(group: argparse._ArgumentGroup, fields: Iterable[SettingField]) -> None:
    """Add an option for each field of settings that can be typed; what is not given is absent."""
    for each in fields:
        _add_option(group, each, given_name(each), _option(each), each.about.help)
        of_parts: dict[str, list[tuple[str, SettingField]]] = {}
        for name, part in each.about.parts.items():
            for inner in fields_of(part).values():
                of_parts.setdefault(inner.name, []).append((name, inner))
        for alike in of_parts.values():
            names, first = ", ".join(name for name, _ in alike), alike[0][1]
            option = _option_of_part(each, first)
            help = f"{names}: {first.about.help}"
            _add_option(group, first, _OF_PART + first.name, option, help)


def given_name(each: SettingField) -> str:
    """Return under which name parsed options hold what was given for a field.

    By its option, which no two have: fields of two pages of a pane may have one name.
    """
    return GIVEN + _option(each)


def _option_of_part(each: SettingField, inner: SettingField) -> str:
    return _option(inner) if inner.about.is_alone else f"{_option(each)}-{_option(inner)}"


def _option(each: SettingField) -> str:
    return each.name.replace("_", "-") if each.about.option is None else each.about.option


def _add_option(
    group: argparse._ArgumentGroup, each: SettingField, name: str, option: str, help: str
) -> None:
    about, kind = each.about, each.kind
    if (kind == "other" and about.of_texts is None) or not option:
        return
    how: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS, "help": help}
    if kind == "flag" and each.default is None:  # Neither is what it does by itself.
        how["action"] = argparse.BooleanOptionalAction
    elif kind == "flag":
        how["action"] = "store_false" if each.default else "store_true"
        option = f"no-{option}" if each.default else option
        how["help"] = f"not: {help}" if each.default else help
    elif kind in ("choice", "part"):
        how["choices"] = [str(value) for _, value in about.choices] or list(about.parts)
    elif kind in ("int", "float"):
        least = -math.inf if about.least is None else about.least
        most = math.inf if about.most is None else about.most
        how["type"] = (number_type if kind == "float" else whole_number_type)(least, most)
        how["metavar"] = about.metavar or "N"
    elif about.of_texts is not None:
        how |= {"nargs": len(about.texts), "metavar": about.texts}
    elif kind == "indices":
        how |= {"type": whole_number_type(1, math.inf), "nargs": "+", "metavar": "N"}
    else:
        how["metavar"] = about.metavar or "TEXT"
    if kind == "labels":
        how |= {"nargs": "+", "action": "extend"}
    group.add_argument(f"--{option}", **how)


def settings_of_options(usual: Any, options: argparse.Namespace) -> Any:
    """Return settings with what was given on the command line.

    Raises
    ------
    UserError
        When a setting of a part was given that the chosen part does not have.
    """
    given = {}
    kind: type = type(usual)
    for name, each in fields_of(kind).items():
        value = getattr(options, given_name(each), None)
        if each.kind == "part":
            value = _part(each, value, options)
        elif value is not None:
            value = _value(each, value)
        if value is not None:
            given[name] = value
    return usual.with_options(given)


def _part(each: SettingField, name: str | None, options: argparse.Namespace) -> Any:
    found = vars(options)
    given = {
        key.removeprefix(_OF_PART): value
        for key, value in found.items()
        if key.startswith(_OF_PART)
    }
    option = f"--{_option(each)}"
    if name is None:
        if not given:
            return None
        name = _part_chosen_by(each, given)
    if name is None:
        names = ", ".join(each.about.parts)
        first = _written(each, next(iter(given)))
        raise UserError(f"{first} belongs to a method. Choose it by {option}: {names}.")
    part = each.about.parts[name]
    known = fields_of(part)
    for key in given:
        if key not in known:
            raise UserError(f"{name} has no {_written(each, key)}. Leave it out.")
    return part(**{key: _value(known[key], value) for key, value in given.items()})


def _part_chosen_by(each: SettingField, given: Iterable[str]) -> str | None:
    """Return the part that has an option of its own among those that were given."""
    for name, part in each.about.parts.items():
        if any(inner.about.is_alone and inner.name in given for inner in fields_of(part).values()):
            return name
    return None


def _written(each: SettingField, key: str) -> str:
    """Return an option of a part as it is typed."""
    inner = (fields_of(part).get(key) for part in each.about.parts.values())
    return f"--{_option_of_part(each, next(found for found in inner if found is not None))}"


def _value(each: SettingField, value: Any) -> Any:
    if each.about.of_texts is not None:
        return each.about.of_texts(*value)
    if each.kind == "choice":
        return next(choice for _, choice in each.about.choices if str(choice) == value)
    if each.kind == "indices":
        return tuple(number - 1 for number in value)
    return tuple(value) if isinstance(value, list) else value


def number_type(least: float, most: float) -> Callable[[str], float]:
    """Return what reads a number within a range, for argparse."""

    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most or math.isinf(number):
            raise argparse.ArgumentTypeError(f"{text!r} is not a number{_range(least, most)}")
        return number

    return parse


def whole_number_type(least: float, most: float) -> Callable[[str], int]:
    """Return what reads a whole number within a range, for argparse."""

    def parse(text: str) -> int:
        if not text.removeprefix("-").isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number{_range(least, most)}")
        return int(text)

    return parse


def _range(least: float, most: float) -> str:
    if math.isinf(most):
        return "" if math.isinf(least) else f" from {least:g} up"
    return f" from {least:g} to {most:g}"
