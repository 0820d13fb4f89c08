"""What the compiled loop over JSON knows and says: numbers with names."""

from __future__ import annotations

MOST_DEPTH = 100

# What a scan ends with, and what is wrong with a row or document.
FINE, CUT, DEEP, NO_COMMA, NO_VALUE, NO_KEY, NO_COLON, NO_RECORD = range(8)
MORE, ROOM, DONE = 20, 21, 22

REASONS = {
    CUT: "it ends before a bracket or quote is closed",
    DEEP: f"lists and objects are nested more than {MOST_DEPTH} deep",
    NO_COMMA: "a comma or a closing bracket is missing",
    NO_VALUE: "a value is missing",
    NO_KEY: "a name in double quotes is missing",
    NO_COLON: "a colon is missing",
    NO_RECORD: "no JSON object or list starts here",
}

# What must come next.
TOP, VALUE, VALUE_OR_END, NAME_OR_END, NAME, COLON, COMMA_OR_END = range(7)
# Places in the state.
DEPTH, EXPECTED, COUNT, IN_UNIT, AT, OUT, UNITS, DOCUMENTS, LISTS, START = range(10)
# Columns of what a scan finds.
OUT_START, OUT_STOP, TEXT_START, FIRST_LIST, STATUS = range(5)
LISTS_END, UNITS_END = OUT_START, FIRST_LIST
"""Of a document: how many lists of numbers and how many rows there are before its end."""

MARGIN = 64
"""Bytes of the skeleton beyond those of a token that one step may write."""
