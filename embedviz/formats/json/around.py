"""What is around the rows of a document: fields that hold for all of them, lists as long as they.

Objects have fields that hold for all rows in them, such as the `custom_id` of a request, and lists
as long as there are rows, such as `texts` beside `embeddings`. Where rows are the members of an
object, what is beside it is joined by their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from embedviz.formats.companions.record_columns import KEY_COLUMN, Scalar, flat_columns, flatten

_MOSTLY = 0.5


@dataclass
class Container:
    """One list or object whose elements are rows.

    Attributes
    ----------
    names : list of str or None
        Of its rows, bad ones included; None where they have none, or none to join anything by.
    constants : dict of name to scalar
        What holds for all of them.
    columns : dict of name to list
        What there is for each of them.
    """

    names: list[str | None] = field(default_factory=list)
    constants: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[str, Sequence[Scalar]] = field(default_factory=dict)

    def take_columns(self, beside: dict[str, Any], prefix: str, *, is_cut: bool) -> None:
        """Take what there is for each row out of an object; if it is cut, lists may be longer."""
        n_rows = len(self.names)
        for name, value in list(beside.items()):
            if isinstance(value, list) and (
                len(value) == n_rows or (is_cut and len(value) > n_rows)
            ):
                values = value[:n_rows]
            elif isinstance(value, dict) and self._joins(value):
                values = [value.get(row) for row in self.names]
            else:
                continue
            del beside[name]
            self.columns |= flat_columns(prefix + name, values)

    def _joins(self, value: Mapping[str, Any]) -> bool:
        return self.names[:1] != [None] and len(value) >= _MOSTLY * len(self.names)


Document = list[Container]
"""The rows of a document, in their order."""


def put_around(
    containers: Sequence[Container],
    beside: dict[str, Any],
    prefix: str,
    key: str | None,
    *,
    is_cut: bool,
) -> None:
    """Give containers what else is in the object that they are in.

    Parameters
    ----------
    containers : sequence of Container
    beside : dict
    prefix : str
        Of the names of its members.
    key : str or None
        What the object itself is called, where that is a label.
    is_cut : bool
        Whether the object was not read to its end.
    """
    if len(containers) == 1:
        containers[0].take_columns(beside, prefix, is_cut=is_cut)
    flat: dict[str, Scalar] = {} if key is None else {KEY_COLUMN: key}
    flat |= flatten(beside, prefix)
    for container in containers:
        container.constants = flat | container.constants
