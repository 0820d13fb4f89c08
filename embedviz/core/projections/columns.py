"""Places on the map that are in the file: columns of the metadata, used as they are.

They are neither centered nor scaled, and stay float64: neighboring places far from zero, as on
a national grid, differ in digits beyond float32. Dates and times are days since 1970. The
columns are found by their names, as other tools write them: x and y, umap_1 and umap_2, X_umap-0,
tSNE1, PC1, longitude and latitude.
`formats.companions.coordinate_files` adds such columns to a set that is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.coordinate_names import Group, groups_of, is_date, is_numeric
from embedviz.core.errors import UserError
from embedviz.core.progress import OnLayout, Report, silent
from embedviz.core.projections.axis import Axis
from embedviz.core.projections.projection import PlacedRows, Projection
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    import pyarrow as pa

Places = NDArray[np.float64]
_LARGEST = float(np.finfo(np.float32).max)
_MICROSECONDS_A_DAY = 86_400_000_000
_MOST_LOOKED_AT = 50
_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}.*)?").fullmatch


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

    def positions(self, vector_set: VectorSet, n_components: int = 2) -> Places:
        """Return where each row lies, in the units of the columns.

        Parameters
        ----------
        vector_set : VectorSet
            Its metadata has these columns.
        n_components : {2, 3}
            Two of three columns: the first two. Three of two: all rows lie in the plane z = 0.

        Returns
        -------
        float64 array of shape (n_vectors, n_components)
            NaN where a row has no value, or one beyond the range of float32.

        Raises
        ------
        UserError
            When a column is not there, or holds neither numbers nor dates.
        """
        columns = [_column(vector_set, name) for name in self.names[:n_components]]
        positions = np.zeros((len(vector_set), n_components), dtype=np.float64)
        for axis, values in enumerate(columns):
            positions[:, axis] = values
        # Without one of its coordinates a row has no place.
        positions[~(np.abs(positions) <= _LARGEST).all(axis=1)] = np.nan
        return positions

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the columns say that the rows lie; the axes are called as the columns."""
        axes = tuple(_axis(vector_set, name) for name in self.names)
        return PlacedRows(self.positions(vector_set, n_components), axes)

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


def _column(vector_set: VectorSet, name: str) -> Places:
    """Return a column as float64, NaN where it has no value."""
    import pyarrow as pa

    metadata, set_name = vector_set.metadata, vector_set.name or "The set"
    if name not in metadata.column_names:
        raise UserError(f"{set_name} has no column {name!r}. Choose other coordinates.")
    column = metadata.column(name)
    if holds_dates(column):
        return _days(column, f"Column {name!r} of {set_name}")
    if not is_numeric(column.type):
        raise UserError(
            f"Column {name!r} of {set_name} holds neither numbers nor dates, so it gives no places."
        )
    exact = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.asarray(exact, dtype=np.float64)


def holds_dates(column: pa.ChunkedArray) -> bool:
    """Return whether a column has dates or moments, also as texts: 2024-03-01, 2024-03-01 12:30.

    Of texts, the first ones decide.
    """
    from pyarrow import types

    if not (types.is_string(column.type) or types.is_large_string(column.type)):
        return is_date(column.type)
    given = column.slice(0, _MOST_LOOKED_AT).to_pylist()
    texts = [text for text in given if text]
    return bool(texts) and all(map(_date, texts))


def _days(column: pa.ChunkedArray, name: str) -> Places:
    """Return dates or moments as days since 1970; of texts with a zone, in UTC."""
    import pyarrow as pa
    from pyarrow import compute

    if is_date(column.type):
        moments = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False)
    else:
        texts = compute.if_else(compute.equal(column, ""), None, column)
        try:
            moments = _moments(texts)
        except pa.ArrowInvalid as error:
            raise UserError(
                f"{name} begins with dates, but not all of its texts are dates: {error}. "
                "Write them as 2024-03-01 or 2024-03-01 12:30:00, or leave them empty."
            ) from None
    counts = moments.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    days = counts.view(np.int64) / _MICROSECONDS_A_DAY
    days[np.isnat(counts)] = np.nan
    return np.asarray(days, dtype=np.float64)


def _axis(vector_set: VectorSet, name: str) -> Axis:
    kind = vector_set.metadata.schema.field(name).type
    zone = getattr(kind, "tz", None)
    dated = holds_dates(vector_set.metadata.column(name))
    return Axis(f"{name} (UTC)" if zone else name, is_date=dated)


def _moments(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return texts.cast(pa.timestamp("us", "UTC"))
