"""Interface of a pane that draws the rows of the active set as points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from embedviz.core.arrays import Matrix, Rows


@runtime_checkable
class HasLasso(Protocol):
    """A pane in which a drag can select."""

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso."""


@runtime_checkable
class HasPoints(HasLasso, Protocol):
    """A pane with points to select and a view to move; menus and keys test for it."""

    def fly_to_selection(self) -> None:
        """Bring what is selected into view."""

    def drawn_rows(self) -> Rows | None:
        """Return the rows of the active set that are drawn; None: all of them."""

    def rows_in_view(self) -> Rows | None:
        """Return the rows of the active set whose points are in view; None where none are drawn."""

    def places(self) -> tuple[Matrix, Sequence[str]] | None:
        """Return where the rows of the active set are drawn, and what the axes are called."""


def points_of(pane: object) -> HasPoints | None:
    """Return a pane as one that has points; None where it has none."""
    return pane if isinstance(pane, HasPoints) else None
