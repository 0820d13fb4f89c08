"""Outputs of the pane: the recipe of the set for all panes, and what makes the map itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from embedviz.app.state import State
from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.progress import Report
from embedviz.panes.anisotropy.prepared import FitChoice, Prepared, fit_choice
from embedviz.panes.anisotropy.settings import AnisotropySettings


def recipe_of(state: State, prepared: Prepared) -> Whitened:
    """Return what *Use in all panes* makes: of other rows than all of the set, with their fit."""
    fit, settings = prepared.fit, state[AnisotropySettings].transform
    if prepared.choice.source.is_usual:
        return Whitened.of(settings, left_out=fit.left_out)
    return Whitened.of(settings, fit)


def maker_of(state: State, prepared: Prepared | None) -> Callable[[Report], Transform]:
    """Return what makes the map that the dial stands for: at once, where its rows were fitted."""
    choice = FitChoice.of(state)
    fit = prepared.fit if prepared is not None and prepared.choice == choice else None
    return partial(_make, choice, state[AnisotropySettings].transform, fit)


def _make(
    choice: FitChoice, settings: TransformSettings, fit: Fit | None, report: Report
) -> Transform:
    """Return the map. Runs off the UI thread."""
    fit = fit_choice(choice, report) if fit is None else fit
    return Transform(fit, settings, choice.vector_set.name or "the set")
