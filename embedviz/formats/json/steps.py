"""The steps of a path through JSON, and the names of columns that have a meaning of their own."""

from __future__ import annotations

KEY, ITEM, MEMBER = 0, 1, 2

Step = str | int
"""How a path goes on: to the member of that name, to every ITEM of a list or MEMBER."""

KEY_COLUMN = "key"
"""What the column with the names of rows is called, where rows are the members of an object."""
INDEX = "index"
REQUEST = "custom_id"
