"""Interface of a method that lays points out: its settings, and all that is shown of it.

A method is a frozen dataclass made of `core.settings.setting`s, so that equal settings compare
equal, and forms, session files and the options of the command line follow from it. What the rest
of the program asks is answered here as most methods would; a method overrides what is otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Placed
from embedviz.core.progress import OnLayout, Report, silent
from embedviz.core.projections.axis import Axis
from embedviz.core.vector_set import VectorSet

Mapped = Callable[[Matrix], Matrix]
"""Takes vectors, (n, n_dimensions), to where they lie, (n, number of axes)."""


@dataclass(frozen=True, eq=False)
class PlacedRows:
    """Positions of the rows of a set, with their axes.

    Attributes
    ----------
    positions : float32 or float64 array of shape (n_vectors, number of axes)
        NaN for rows that have no place.
    axes : tuple of Axis
        None where the axes have no meaning.
    mapping : callable, optional
        Takes other vectors to their places, exactly as the rows to theirs; None where the method
        gives no place to what was not laid out with the rest.
    words : str
        What the picture is of, where that is known only now; empty: see `Projection.words`.
    """

    positions: Placed
    axes: tuple[Axis, ...] = ()
    mapping: Mapped | None = None
    words: str = ""


def all_rows(count: int) -> str:
    """Return "all 900 rows"."""
    return "the 1 row" if count == 1 else f"all {count:,} rows"


class Projection(Protocol):
    """A method and its settings.

    Attributes
    ----------
    name : str
        What the method is called.
    caveat : str
        What one should know about its picture before one believes it.
    is_slow : bool
        Whether it waits for Run, shows points on their way, can be stopped, and is kept on disk.
    n_kept : int or None
        How many axes are computed whatever is shown; None: as many as are shown.
    is_dialed : bool
        Whether its settings change step by step with a dial: a picture that comes late is then
        still a step on the way, and only the last one is kept.
    """

    name: ClassVar[str]
    caveat: ClassVar[str]
    is_slow: ClassVar[bool] = False
    n_kept: ClassVar[int | None] = None
    is_dialed: ClassVar[bool] = False

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """Return where each row lies in the picture.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)
        n_components : {2, 3}
        report : Report
        on_layout : callable, optional
            Gets a copy of the positions while they change, at most 20 times a second; methods
            that know them only at the end do not call it.

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
        """

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the rows of a set lie, and along which axes; see `fit_transform`."""
        return PlacedRows(
            self.fit_transform(vector_set.vectors, n_components, report=report, on_layout=on_layout)
        )

    def words(self, n_rows: int) -> str:
        """Return the method and its settings, and of how many rows the picture is."""
        return f"{self} · {all_rows(n_rows)}"

    def suited_to(self, n_rows: int) -> Self:
        """Return these settings, with values that a set of so many rows can have."""
        return self

    def at_prefix(self, dimensions: int | None) -> Self:
        """Return these settings where the program works with the first so many dimensions.

        Only methods that follow that length are different; None: it works with all of them.
        """
        return self

    def limits(self, n_rows: int, n_dimensions: int) -> Mapping[str, int | None]:
        """Return the largest numbers that make sense for a set, by field; None: not shown."""
        return {}

    def note(self, n_rows: int) -> str:
        """Return what is to be said below the settings, for a set of so many rows."""
        return self.caveat
