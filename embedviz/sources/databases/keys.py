"""Keys of rows in a collection: whole numbers, or texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np

from embedviz.core.errors import UserError
from embedviz.sources.databases.protocol import Keys


def as_keys(values: Iterable[Any]) -> Keys:
    """Return keys as an array: int64 where all are whole numbers, else texts.

    Raises
    ------
    UserError
        When one is missing, or a number too large for 64 bits.
    """
    listed = list(values)
    if any(each is None for each in listed):
        raise UserError("A row of the collection has no key. Choose a field that names every row.")
    if all(isinstance(each, (int, np.integer)) for each in listed):
        try:
            return np.array(listed, np.int64)
        except OverflowError:
            raise UserError("A key is a number too large for 64 bits.") from None
    return cast(Keys, np.array([str(each) for each in listed], np.str_))
