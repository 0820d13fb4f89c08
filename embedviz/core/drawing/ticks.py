"""Ticks of an axis: round values, written so that neighboring ones differ, however far from zero.

Values are exact fractions, counted from an origin: at 1,000,000,000,000, the sum of origin and
place would be rounded to whole pixels. What all texts of an axis begin with is written once where
it would make them too long, as is the day of times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor, log10

_ROUNDING = Fraction(1, 10**9)
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""The years 1 to 9999."""
_MONDAY = 4
"""The first one, in days since 1970."""
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 3, 6)


@dataclass(frozen=True)
class Ticks:
    """Ticks along a part of an axis.

    Attributes
    ----------
    places : tuple of float
        Seen from the origin.
    texts : tuple of str
        Beside each; no two are equal.
    base : str
        What is to be added to each text; empty where they are whole.
    """

    places: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    base: str = ""


def tick_values(low: float, high: float, step: float) -> list[float]:
    """Return the multiples of a step from `low` to `high`."""
    return [n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def tick_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least this."""
    power = 10.0 ** floor(log10(least))
    return next(n * power for n in (1.0, 2.0, 5.0, 10.0) if n * power >= least * (1 - 1e-9))


def tick_text(value: float | Fraction, step: float) -> str:
    """Return a tick value with as many decimals as the step needs, and a true minus sign."""
    size = abs(float(value))
    if size < step / 2:
        return "0"
    if step >= 1e5 or step < 1e-4:
        digits = floor(log10(size) + 1e-9) - floor(log10(step) + 1e-9) + 1
        return f"{float(value):.{max(3, digits)}g}".replace("-", "\u2212")
    return _decimal(Fraction(value), max(0, -floor(log10(step) + 1e-9)))


def number_ticks(
    origin: float, low: float, high: float, step: float, fits: Callable[[str], bool]
) -> Ticks:
    """Return ticks at the multiples of a step.

    Parameters
    ----------
    origin : float
        Where `low` and `high` are counted from.
    low, high : float
        The part of the axis, seen from the origin.
    step : float
        From `tick_step`.
    fits : callable
        Whether there is room for a text. Where there is not, the base is written apart.
    """
    exact = Fraction(f"{step:.0e}")
    values = _multiples(exact, Fraction(0), origin, low, high)
    if not values:
        return Ticks()
    places = tuple(float(value - Fraction(origin)) for value in values)
    texts = tuple(tick_text(value, step) for value in values)
    if all(map(fits, texts)) and len(set(texts)) == len(texts):
        return Ticks(places, texts)
    around = ceil(log10(float(values[-1] - values[0] + exact)) - 1e-9)
    power = Fraction(10**around) if around > 0 else Fraction(1, 10**-around)
    base = values[0] // power * power
    if not base:
        return Ticks(places, texts)
    beyond = tuple(f"+{tick_text(value - base, step)}" for value in values)
    return Ticks(places, beyond, _decimal(base, max(0, -around)))


def date_ticks(
    origin: float, low: float, high: float, least: float, fits: Callable[[str], bool]
) -> Ticks:
    """Return ticks of an axis in days since 1970: at round years, months, days and times.

    Parameters
    ----------
    origin, low, high, fits
        See `number_ticks`.
    least : float
        Days between neighboring ticks, at least.
    """
    if not (origin + low > _FIRST_DAY and origin + high < _LAST_DAY):
        return number_ticks(origin, low, high, tick_step(least), fits)
    if least > _DAYS[-1]:
        return _month_ticks(origin, low, high, least)
    day = next((n for n in _DAYS if n >= least * (1 - 1e-9)), _DAYS[-1])
    if least > _HOURS[-1] / 24:
        start = Fraction(_MONDAY if day >= _DAYS[2] else 0)
        values = _multiples(Fraction(day), start, origin, low, high)
        return _ticks(values, origin, [f"{_moment(value):%Y-%m-%d}" for value in values])
    seconds = (*_SECONDS, *(3600 * hours for hours in _HOURS))
    wanted = least * _DAY * (1 - 1e-9)
    if wanted <= 0.5:
        return _ticks_within_seconds(origin, low, high, tick_step(wanted))
    step = next(n for n in seconds if n >= wanted)
    return _ticks_of_times(origin, low, high, step)


def _ticks_of_times(origin: float, low: float, high: float, step: int) -> Ticks:
    values = _multiples(Fraction(step, _DAY), Fraction(0), origin, low, high)
    if not values:
        return Ticks()
    first = floor(values[0])
    if values[-1] - values[0] >= 1:  # The same time comes again.
        texts = [f"{_moment(value):%m-%d %H:%M}" for value in values]
        return _ticks(values, origin, texts, f"{_moment(values[0]):%Y}")
    clock = "%H:%M:%S" if step < 60 else "%H:%M"
    texts = [
        f"{_moment(value):{'%m-%d' if value.denominator == 1 and value > first else clock}}"
        for value in values
    ]
    return _ticks(values, origin, texts, f"{_moment(Fraction(first)):%Y-%m-%d}")


def _ticks_within_seconds(origin: float, low: float, high: float, step: float) -> Ticks:
    exact = Fraction(f"{step:.0e}")
    values = _multiples(exact / _DAY, Fraction(0), origin, low, high)
    if not values:
        return Ticks()
    second = values[0] * _DAY // 1
    texts = [f"+{tick_text(value * _DAY - second, step)} s" for value in values]
    base = f"{_moment(Fraction(second, _DAY)):%Y-%m-%d %H:%M:%S}"
    return _ticks(values, origin, texts, base)


def _month_ticks(origin: float, low: float, high: float, least: float) -> Ticks:
    months = next((n for n in _MONTHS if 30.5 * n >= least * (1 - 1e-9)), 0)
    step = months or 12 * ceil(tick_step(max(1.0, least / 365.25)))
    first = _moment(Fraction(origin) + Fraction(low))
    number = (12 * first.year + first.month - 1) // step * step
    values, texts = [], []
    while number < 12 * 10_000:
        year, month = number // 12, number % 12 + 1
        number += step
        if year < 1:
            continue
        value = Fraction((datetime(year, month, 1, tzinfo=UTC) - _EPOCH).days)
        if value > Fraction(origin) + Fraction(high):
            break
        if value >= Fraction(origin) + Fraction(low):
            values.append(value)
            texts.append(f"{year:04}-{month:02}" if months else f"{year:04}")
    return _ticks(values, origin, texts)


def _ticks(values: list[Fraction], origin: float, texts: list[str], base: str = "") -> Ticks:
    places = tuple(float(value - Fraction(origin)) for value in values)
    return Ticks(places, tuple(texts), base)


def _multiples(
    step: Fraction, start: Fraction, origin: float, low: float, high: float
) -> list[Fraction]:
    """Return start plus the multiples of a step within a part of an axis."""
    first = (Fraction(origin) + Fraction(low) - start) / step
    last = (Fraction(origin) + Fraction(high) - start) / step
    return [start + n * step for n in range(ceil(first - _ROUNDING), floor(last + _ROUNDING) + 1)]


def _moment(days: Fraction) -> datetime:
    return _EPOCH + timedelta(seconds=floor(days * _DAY + _ROUNDING))


def _decimal(value: Fraction, decimals: int) -> str:
    """Return a fraction with so many decimals, exact however large it is."""
    digits = f"{round(abs(value) * 10**decimals):0{decimals + 1}}"
    whole, rest = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    text = f"{int(whole):,}" + (f".{rest}" if rest else "")
    return f"\u2212{text}" if value < 0 else text
