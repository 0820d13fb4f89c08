"""Numbers as they are read beside a picture: true minus signs, powers of ten, a dash for none."""

from __future__ import annotations

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LARGEST = 1e5
"""From here on, a number is written as a power of ten."""


def number_text(value: float, decimals: int = 2) -> str:
    """Return a number with so many decimals; as a power of ten where it is very large.

    Parameters
    ----------
    value : float
        nan is a dash.
    decimals : int
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value) >= _LARGEST:
        return ("−" if value < 0 else "") + power_text(math.log(abs(value)))
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):  # "-0.00" is 0.00.
        text = text.lstrip("-")
    return text.replace("-", "−")


def power_text(logarithm: float) -> str:
    """Return exp(logarithm) with two digits, however large or small it is: "1.2×10⁸".

    Parameters
    ----------
    logarithm : float
        The natural one; minus infinity is 0.
    """
    if math.isnan(logarithm):
        return "–"
    if math.isinf(logarithm):
        return "∞" if logarithm > 0 else "0"
    tens = logarithm / math.log(10)
    if -2 <= tens < 3:
        value = math.exp(logarithm)
        return f"{value:.0f}" if value >= 99.5 else f"{value:.{1 if value >= 9.95 else 2}f}"
    exponent = math.floor(tens)
    digits = f"{10 ** (tens - exponent):.1f}"
    if digits == "10.0":
        digits, exponent = "1.0", exponent + 1
    return f"{digits}×10{raised(exponent)}"


def raised(power: int) -> str:
    """Return a whole number as an exponent: "⁻⁷"."""
    return str(power).translate(_SUPERSCRIPTS)


def percent(share: float) -> str:
    """Return a share in %, with two digits that count: "41 %", "0.90 %", "0.0032 %", "4×10⁻⁷ %"."""
    value = 100 * float(share)
    if value <= 0:
        return "0 %"
    if value >= 9.95:
        return f"{value:.0f} %" if value < 99.5 or value == 100 else f"{min(value, 99.99):.2f} %"
    power = math.floor(math.log10(value))
    if power < -4:
        return f"{value / 10.0**power:.0f}×10{raised(power)} %"
    return f"{value:.{max(1 - power, 1) if power < 0 else 1}f} %"
