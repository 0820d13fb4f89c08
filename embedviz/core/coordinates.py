"""Places on the map that are in the file: columns of the metadata, used as they are.

They are neither centered nor scaled. The columns are found by their names, as other tools write
them: x and y, umap_1 and umap_2, X_umap-0, tSNE1, PC1, longitude and latitude. Numbers of which
nothing says that they are places stay alone: score1 and score2 are two scores, and score_x and
score_y come from a join of two tables with a column of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.errors import UserError
from embedviz.core.progress import OnLayout, Report, silent
from embedviz.core.vector_set import Matrix, VectorSet

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
    "|draw_graph|linear|custom|dim(ension)?|comp(onent)?|proj(ection|ected)?|emb(edding|edded)?"
    "|latent|layout|map|coords?|coordinates?|pos(ition)?|point|loc(ation)?|axis|center|centroid"
).fullmatch

_LONGITUDES = ("lon", "lng", "long", "longitude")
_LATITUDES = ("lat", "latitude")

_numbered = re.compile(r"(.*?)[\s_.-]*([0-9]+)").fullmatch
_lettered = re.compile(r"(.*?)([\s_.-]*)([xyz])").fullmatch
_letter_first = re.compile(r"([xyz])[\s_.-]+(.+)").fullmatch

Group = tuple[str, ...]
"""Names of two or three columns that belong together: along x, y and z."""


@dataclass(frozen=True)
class Columns:
    """Columns of the metadata, as the places of the rows.

    Attributes
    ----------
    names : tuple of str
        Two or three: along x, y and z.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.names) not in (2, 3):
            raise ValueError(f"{len(self.names)} columns; two or three are needed")

    def __str__(self) -> str:
        return f"columns {', '.join(self.names)}"

    def positions(self, vector_set: VectorSet, n_components: int = 2) -> Matrix:
        """Return where each row lies, in the units of the columns.

        Parameters
        ----------
        vector_set : VectorSet
            Its metadata has these columns.
        n_components : {2, 3}
            Two of three columns: the first two. Three of two: all rows lie in the plane z = 0.

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
            NaN where a row has no value, or one beyond the range of float32.

        Raises
        ------
        UserError
            When a column is not there, or holds no numbers.
        """
        columns = [_numbers(vector_set, name) for name in self.names[:n_components]]
        positions = np.zeros((len(vector_set), n_components), dtype=np.float32)
        for axis, values in enumerate(columns):
            positions[:, axis] = values
        # Without one of its coordinates a row has no place.
        positions[~np.isfinite(positions).all(axis=1)] = np.nan
        return positions

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """Raise an error: vectors alone do not have the columns; call `positions`."""
        raise UserError(f"The {self} are in the metadata of a set, not in its vectors.")


def coordinate_columns(vector_set: VectorSet) -> list[Group]:
    """Return the groups of columns whose names say that they are places, in the order of the file.

    Numbers begin at 0 or 1, and case does not matter. Of more than three components, the first
    three are taken. The names of a group are in the order x, y, z; longitude is x.

    Parameters
    ----------
    vector_set : VectorSet

    Returns
    -------
    list of tuple of str
        Two or three names each.
    """
    return groups_of(vector_set.metadata)


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
    """Return the names with the numbers 0, 1, 2 or 1, 2, 3; nothing when they are no places."""
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
    return _is_numeric(column.type) and column.null_count < len(column)


def _is_numeric(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _numbers(vector_set: VectorSet, name: str) -> Matrix:
    """Return a column as float32, NaN where it has no value."""
    import pyarrow as pa

    metadata, set_name = vector_set.metadata, vector_set.name or "The set"
    if name not in metadata.column_names:
        raise UserError(f"{set_name} has no column {name!r}. Choose other coordinates.")
    column = metadata.column(name)
    if not _is_numeric(column.type):
        raise UserError(f"Column {name!r} of {set_name} holds no numbers, so it gives no places.")
    exact = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        return np.asarray(exact, dtype=np.float32)
