"""Easing: which part of the way is gone at which part of the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

Easing = Callable[[float], float]


def linear(part: float) -> float:
    """Return the part of the way: that of the time."""
    return part


def ease_in(part: float) -> float:
    """Return the part of the way, with a slow start."""
    return part**3


def ease_out(part: float) -> float:
    """Return the part of the way, with a slow end."""
    return 1 - (1 - part) ** 3


def ease_in_out(part: float) -> float:
    """Return the part of the way, with a slow start and a slow end: the same on both halves."""
    return ease_in(2 * part) / 2 if part < 0.5 else 1 - ease_in(2 - 2 * part) / 2


EASINGS: Mapping[str, Easing] = MappingProxyType(
    {
        "in-out": ease_in_out,
        "in": ease_in,
        "out": ease_out,
        "linear": linear,
    }
)
"""By name. To add one: write the function from 0 at 0 to 1 at 1, and name it here."""


def eased_with_hold(part: float, easing: Easing, hold: float) -> float:
    """Return the part of the way at a part of the time, with a rest at both ends.

    Parameters
    ----------
    part : float
        Of the whole time, 0 to 1.
    easing : Easing
    hold : float
        The part of the time that each end stands still, 0 to below a half.
    """
    moved = (part - hold) / (1 - 2 * hold)
    return easing(min(max(moved, 0.0), 1.0))
