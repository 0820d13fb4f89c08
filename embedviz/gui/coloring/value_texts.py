"""Numbers, dates and shares as they are written beside colors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from embedviz.gui.points.legend.layout import number_text

_DAY = 86400.0


def value_text(unit: str, low: float, high: float) -> Callable[[float], str]:
    """Return what writes numbers of a unit as briefly as a range asks for.

    Parameters
    ----------
    unit : {"number", "date", "share"}
        Dates are seconds since 1970, UTC.
    low, high : float
        Dates within a few days of each other have a time.
    """
    if unit == "share":
        return _percent
    if unit == "date":
        return _moment if high - low < 3 * _DAY else _date
    return number_text


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _date(seconds: float) -> str:
    return _written(seconds, "%Y-%m-%d")


def _moment(seconds: float) -> str:
    return _written(seconds, "%Y-%m-%d %H:%M")


def _written(seconds: float, form: str) -> str:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime(form)
    except OverflowError:  # Before the year 1 or after 9999.
        return number_text(seconds)
