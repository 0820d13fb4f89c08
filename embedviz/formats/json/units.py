"""What the compiled loop over JSON takes down: where rows and documents begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.formats.json.codes import (
    COMMA_OR_END,
    COUNT,
    DEPTH,
    DOCUMENTS,
    EXPECTED,
    FINE,
    FIRST_LIST,
    IN_UNIT,
    LISTS,
    LISTS_END,
    OUT,
    OUT_START,
    OUT_STOP,
    START,
    STATUS,
    TEXT_START,
    TOP,
    UNITS,
    UNITS_END,
)
from embedviz.formats.json.steps import ITEM, MEMBER
from embedviz.formats.json.tokens import LIST, LIST_END


@serial_kernel
def holds_rows(depth: int, kinds: NDArray[np.int8], containers: Bytes, hits: Bytes) -> bool:
    """Return whether the innermost of the open containers is the one whose elements are rows."""
    if depth != len(kinds) or hits[depth - 1] == 0:
        return False
    return bool((kinds[depth - 1] == ITEM) == (containers[depth - 1] == LIST))


@serial_kernel
def begin_unit(state: Offsets, units: Offsets, at: int) -> None:
    """Take down that a row begins."""
    n_units = state[UNITS]
    units[n_units, OUT_START] = state[OUT]
    units[n_units, TEXT_START] = at
    units[n_units, FIRST_LIST] = state[LISTS]
    units[n_units, STATUS] = FINE
    state[IN_UNIT] = 1


@serial_kernel
def end_value(
    state: Offsets, kinds: NDArray[np.int8], out: Bytes, units: Offsets, documents: Offsets
) -> None:
    """Take down that a value is complete, and with it perhaps a row, and a document."""
    depth = state[DEPTH]
    state[EXPECTED] = COMMA_OR_END if depth else TOP
    if state[IN_UNIT] and depth == len(kinds):
        if depth and kinds[depth - 1] == MEMBER:
            out[state[OUT]] = LIST_END
            state[OUT] += 1
        units[state[UNITS], OUT_STOP] = state[OUT]
        state[UNITS] += 1
        state[COUNT] += 1
        state[IN_UNIT] = 0
    if depth == 0:
        end_document(state, documents, FINE)


@serial_kernel
def end_document(state: Offsets, documents: Offsets, status: int) -> None:
    """Take down that a document is complete, or broken."""
    n_documents = state[DOCUMENTS]
    documents[n_documents, LISTS_END] = state[LISTS]
    documents[n_documents, OUT_STOP] = state[OUT]
    documents[n_documents, TEXT_START] = state[START]
    documents[n_documents, UNITS_END] = state[UNITS]
    documents[n_documents, STATUS] = status
    state[DOCUMENTS] += 1
    state[DEPTH] = 0
    state[EXPECTED] = TOP
    state[IN_UNIT] = 0
