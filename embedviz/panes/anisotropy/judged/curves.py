"""What the two charts show of measured curves."""

from __future__ import annotations

import numpy as np

from embedviz.core.anisotropy.judged.settings_grid import DialCurves
from embedviz.core.covariance import Vector
from embedviz.core.notes import counted
from embedviz.panes.anisotropy.judged.curve_chart import SettingCurve
from embedviz.panes.anisotropy.judged.measuring import MeasuredHelp

_TICKS = ((0.0, "raw"), (0.5, "centered"), (1.0, "white"))


def dial_curve(measured: MeasuredHelp, measure: str) -> SettingCurve:
    """Return the curve over the dial of what a judge measures."""
    curves = _known(measured)
    positions = curves.positions
    return SettingCurve(
        (f"{measure} over the dial", "over the dial"),
        positions / 2,
        curves.over_dial,
        tuple(map(_position_name, positions.tolist())),
        _TICKS,
        _place_of(positions, measured.wanted.position.settings.position),
        curves.before,
        _span_of(curves.over_dial, curves.before),
    )


def component_curve(measured: MeasuredHelp) -> SettingCurve:
    """Return the curve over the number of components, on a logarithmic scale."""
    curves = _known(measured)
    counts = curves.counts.astype(np.float64)
    last = np.log(counts[-1])
    places = np.log(counts) / last if last > 0 else np.zeros(1)
    powers = [at for at, count in enumerate(curves.counts.tolist()) if not count & (count - 1)]
    shown = sorted({*powers, len(counts) - 1})
    return SettingCurve(
        ("over components",),
        places,
        curves.over_components,
        tuple(counted(count, "component") for count in curves.counts.tolist()),
        tuple((float(places[at]), f"{curves.counts[at]:,}") for at in shown),
        _place_of(counts, measured.components),
        curves.before,
        _span_of(curves.over_components, curves.before),
    )


def _known(measured: MeasuredHelp) -> DialCurves:
    assert measured.curves is not None
    return measured.curves


def _place_of(values: Vector, value: float) -> int:
    return int(np.abs(values - value).argmin())


def _span_of(curve: Vector, before: float) -> tuple[float, float]:
    """Return the ends of the upright axis."""
    values = np.append(curve, before)
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = max(0.06 * (high - low), 0.005)
    return low - margin, high + margin


def _position_name(position: float) -> str:
    if position == 0:
        return "raw"
    if position < 1:
        return f"{100 * position:.0f} % centered"
    return "centered" if position == 1 else f"strength {position - 1:.2g}"
