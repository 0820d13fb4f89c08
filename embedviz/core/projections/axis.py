"""An axis of a layout: what its coordinate is called, and how much of the variance it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """An axis along which rows are laid out.

    Attributes
    ----------
    title : str
        What the coordinate is called: "PC1", "man → woman", "umap_1".
    variance : float or None
        The share of the variance along it, 0 to 1; None where it is not known or means nothing.
    is_date : bool
        Whether it is in days since 1970.
    """

    title: str
    variance: float | None = None
    is_date: bool = False

    def __str__(self) -> str:
        if self.variance is None:
            return self.title
        return f"{self.title} · {100 * self.variance:.1f} %"


def plain_axes(titles: Iterable[str]) -> tuple[Axis, ...]:
    """Return axes with these titles, along which no variance is known."""
    return tuple(map(Axis, titles))
