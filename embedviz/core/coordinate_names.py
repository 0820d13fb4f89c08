"""Columns of a table that are places on a map, judged by their names.

Numbers of which nothing says that they are places are left alone: score1 and score2 are two
scores, and score_x and score_y come from a join of two tables with a column of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Words that say of the numbered or lettered columns after them that they are places. Those of the
# first kind have their most important component first, so that a picture of the leading ones is a
# picture of the whole.
_leading = re.compile(
    "pca|pcs?|pcoa|svd|lsa|lda|mca|ica|n?mds|spectral|diffmap|dc|diffusion"
).fullmatch
_place = re.compile(
    "umap|densmap|(open)?tsne|isomap|phate|trimap|pacmap|localmap|lle|nca|largevis|ivis|som|fa|force"
    "|fr|linear|custom|dim(ension)?|comp(onent)?|proj(ection|ected)?|emb(edding|edded)?"
    "|latent|layout|map|coords?|coordinates?|pos(ition)?|point|loc(ation)?|axis|center|centroid"
).fullmatch

_LONGITUDES = ("lon", "lng", "long", "longitude")
_LATITUDES = ("lat", "latitude")

_numbered = re.compile(r"(.*?)[\s_.-]*([0-9]+)").fullmatch
_lettered = re.compile(r"(.*?)([\s_.-]*)([xyz])").fullmatch
_letter_first = re.compile(r"([xyz])[\s_.-]+(.+)").fullmatch

Group = tuple[str, ...]
"""Names of two or three columns that belong together: along x, y and z."""


def groups_of(table: pa.Table) -> list[Group]:
    """Return the groups of coordinate columns of a table; see `coordinate_columns`."""
    found: dict[tuple[str, str], dict[int, str]] = {}
    for name in table.column_names:
        parts = _parts_of(name)
        if parts is not None and _has_numbers(table.column(name)):
            kind, stem, component = parts
            found.setdefault((kind, stem), {}).setdefault(component, name)
    groups = [_run_of(components, stem) for (_, stem), components in found.items()]
    return [group for group in groups if group]


def _run_of(components: dict[int, str], stem: str) -> Group:
    """Return the names with the numbers 0, 1, 2 or 1, 2, 3; nothing when they are not places."""
    if len(components) > 3 and not _ends_in(_leading, stem):
        return ()
    start = 0 if 0 in components else 1
    count = 0
    while count < 3 and start + count in components:
        count += 1
    return tuple(components[start + i] for i in range(count)) if count > 1 else ()


def _parts_of(name: str) -> tuple[str, str, int] | None:
    """Return the kind, the stem and the component of a column's name, or None for no place."""
    name = name.strip().casefold()
    if found := _numbered(name):
        stem, number = found.groups()
        return ("numbered", stem, int(number)) if _is_place(stem) and len(number) < 4 else None
    if found := _lettered(name):
        stem, separator, letter = found.groups()
        # "layout 7 x" can hardly mean anything else.
        if not stem or _is_place(stem) or separator.isspace():
            return "lettered", stem, "xyz".index(letter)
    if (found := _letter_first(name)) and _is_place(found[2]):
        return "letter first", found[2], "xyz".index(found[1])
    *before, last = re.split(r"[\s_.-]+", name)
    if last in _LONGITUDES + _LATITUDES:
        return "on the globe", " ".join(before), int(last in _LATITUDES)
    return None


def _is_place(stem: str) -> bool:
    return _ends_in(_place, stem) or _ends_in(_leading, stem)


def _ends_in(word: Callable[[str], object], stem: str) -> bool:
    words = re.split(r"[\s_.-]+", stem)
    return bool(word(words[-1]) or word("".join(words[-2:])))


def _has_numbers(column: pa.ChunkedArray) -> bool:
    return (is_numeric(column.type) or is_date(column.type)) and column.null_count < len(column)


def is_numeric(kind: pa.DataType) -> bool:
    """Return whether values of this type are numbers."""
    import pyarrow as pa

    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def is_date(kind: pa.DataType) -> bool:
    """Return whether values of this type are dates or moments."""
    import pyarrow as pa

    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))
