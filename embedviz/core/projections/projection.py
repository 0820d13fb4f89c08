"""What a method that lays points out is: its settings, and all that is shown of it.

A method is a frozen dataclass made of `core.settings.setting`s, so that equal settings compare
equal, and forms, session files and the options of the command line follow from it. What the rest
of the program asks is answered here as most methods would; a method overrides what is otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol, Self

from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.progress import OnLayout, Report, silent


class Projection(Protocol):
    """A method and its settings.

    Attributes
    ----------
    name : str
        What the method is called.
    caveat : str
        What one should know about its picture before one believes it.
    is_slow : bool
        Whether it waits for Run, shows points on their way, and can be stopped.
    """

    name: ClassVar[str]
    caveat: ClassVar[str]
    is_slow: ClassVar[bool] = False

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

    def suited_to(self, n_rows: int) -> Self:
        """Return these settings, with values that a set of so many rows can have."""
        return self

    def limits(self, n_rows: int, n_dimensions: int) -> Mapping[str, int | None]:
        """Return the largest numbers that make sense for a set, by field; None: not shown."""
        return {}

    def note(self, n_rows: int) -> str:
        """Return what is to be said below the settings, for a set of so many rows."""
        return self.caveat
