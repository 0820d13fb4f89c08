"""The steps of a path through JSON."""

from __future__ import annotations

KEY, ITEM, MEMBER = 0, 1, 2

Step = str | int
"""How a path goes on: to the member of that name, to every ITEM of a list or MEMBER."""

INDEX = "index"
