"""How JSON begins, by which a file is taken for it."""

from __future__ import annotations

import re

from embedviz.formats.source import Source

begins_with_bracket = re.compile(
    rb'[\s\x1e]*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[]\["{0-9.+-]|null|NaN|Infinity|\Z))'
).match
# Such as a table whose first column has lists.
_goes_on_otherwise = re.compile(rb'\s*\[[^][{}"]*+\]\s*[^\s\[{\0\x1e]').match


def starts_as_json(source: Source) -> bool:
    """Return whether a file begins as JSON does."""
    return bool(begins_with_bracket(source.text)) and not _goes_on_otherwise(source.text)
