"""Places on the map that are in the file: columns of the metadata, used as they are.

They are neither centered nor scaled. The columns are found by their names, as other tools write
them: x and y, umap_1 and umap_2, X_umap-0, tSNE1, PC1, longitude and latitude.
`formats.companions.coordinate_files` adds such columns to a set that is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.coordinate_names import Group, groups_of, is_numeric
from embedviz.core.errors import UserError
from embedviz.core.progress import OnLayout, Report, silent
from embedviz.core.projections.axis import plain_axes
from embedviz.core.projections.projection import PlacedRows, Projection
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class CoordinateColumns(Projection):
    """Columns of the metadata, as the places of the rows.

    Attributes
    ----------
    names : tuple of str
        Two or three: along x, y and z.
    """

    name: ClassVar[str] = "coordinates"
    caveat: ClassVar[str] = "Places as they are in the file; nothing is computed from the vectors."

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
        columns = [_column(vector_set, name) for name in self.names[:n_components]]
        positions = np.zeros((len(vector_set), n_components), dtype=np.float32)
        for axis, values in enumerate(columns):
            positions[:, axis] = values
        # Without one of its coordinates a row has no place.
        positions[~np.isfinite(positions).all(axis=1)] = np.nan
        return positions

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the columns say that the rows lie; the axes are called as the columns."""
        return PlacedRows(self.positions(vector_set, n_components), plain_axes(self.names))

    def words(self, n_rows: int) -> str:
        """Return the names of the columns."""
        return str(self)

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


def _column(vector_set: VectorSet, name: str) -> Matrix:
    """Return a column as float32, NaN where it has no value."""
    import pyarrow as pa

    metadata, set_name = vector_set.metadata, vector_set.name or "The set"
    if name not in metadata.column_names:
        raise UserError(f"{set_name} has no column {name!r}. Choose other coordinates.")
    column = metadata.column(name)
    if not is_numeric(column.type):
        raise UserError(f"Column {name!r} of {set_name} holds no numbers, so it gives no places.")
    exact = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        return np.asarray(exact, dtype=np.float32)
