"""One row of a JSON file: its vector, whatever way it is written, and its other fields."""

from __future__ import annotations

from typing import Any

from embedviz.core.arrays import Matrix
from embedviz.formats.companions.record_columns import KEY_COLUMN, Scalar, find_member, flatten
from embedviz.formats.json.layouts import JsonLayout
from embedviz.formats.json.parsing import NumberList
from embedviz.formats.refused.answers import find_failure
from embedviz.formats.text.base64_vectors import decode_base64

_KINDS = {
    str: "text",
    dict: "an object",
    list: "a list of other things than numbers",
    bool: "a truth value",
    int: "a single number",
    float: "a single number",
}


def take_apart(value: Any, layout: JsonLayout, record: dict[str, Scalar]) -> bytes | Matrix:
    """Return the vector of a row, its numbers as printed or decoded, and put the rest in a record.

    Parameters
    ----------
    value : any
        As it was parsed, or the `ValueError` that says what is wrong with it; in a tuple with its
        name where it has one.
    layout : JsonLayout
    record : dict
        Receives the other fields.

    Raises
    ------
    ValueError
        With what is there in place of a vector.
    """
    if isinstance(value, tuple):
        record[KEY_COLUMN], value = value
    if isinstance(value, ValueError):
        raise value
    found = find_member(value, layout.column)
    vector: bytes | Matrix
    if isinstance(found, NumberList):
        vector = found
    elif isinstance(found, str) and found.lstrip()[:1] == "[":
        vector = found.strip()[1:-1].encode("utf-8", "replace")
    elif isinstance(found, str) and layout.chosen.is_base64:
        vector = decode_base64(found)
    else:
        raise ValueError(_describe(found, value, ".".join(layout.column)))
    if isinstance(value, list):
        names = dict(enumerate(layout.names))
        value = {names.get(i, str(i)): x for i, x in enumerate(value) if x is not found}
    elif isinstance(found, str):
        parent = find_member(value, layout.column[:-1])
        if isinstance(parent, dict):
            del parent[layout.column[-1]]
    if isinstance(value, dict):
        record |= flatten(value)
    return vector


def _describe(found: Any, value: Any, name: str) -> str:
    where = f" in {name!r}" if name else ""
    failure = find_failure(value)
    what = _KINDS.get(type(found))
    said = f"no vector{where}" if what is None else f"{what} instead of a vector{where}"
    return f"{said} ({failure})" if failure else said
