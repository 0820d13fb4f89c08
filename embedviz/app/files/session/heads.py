"""Trained heads in session files: their arrays, with all of their bits.

Nothing else tells what a head does, and it is small: 384 × 64 numbers are 131 kB.
"""

from __future__ import annotations

from typing import Any

from embedviz.app.files.packed import pack_array, unpack_array
from embedviz.app.files.values import Unfit
from embedviz.core.contrastive.heads import ACTIVATIONS, Head, head_from_arrays
from embedviz.core.errors import UserError


def head_to_json(head: Head) -> dict[str, Any]:
    """Return a head as JSON."""
    arrays = {name: pack_array(array) for name, array in head.arrays().items()}
    return {"activation": head.activation, **arrays}


def read_head(value: Any) -> Head:
    """Return the head.

    Raises
    ------
    Unfit
        When it is damaged.
    """
    if not isinstance(value, dict) or value.get("activation") not in ACTIVATIONS:
        raise Unfit("no head")
    arrays = {name: unpack_array(each) for name, each in value.items() if name != "activation"}
    try:
        return head_from_arrays(arrays, value["activation"])
    except UserError as error:
        raise Unfit(str(error)) from None
