"""Presets as settings of the pane: what each of them changes."""

from __future__ import annotations

from dataclasses import replace

from embedviz.core.contrastive.runs.presets import PRESETS, Preset
from embedviz.panes.contrastive.settings import ContrastiveSettings

__all__ = ["PRESETS", "place_of", "with_preset"]


def with_preset(settings: ContrastiveSettings, preset: Preset) -> ContrastiveSettings:
    """Return settings with those of a preset; what is learned from stays, as far as it can."""
    dials = preset.dials(settings.dials)
    return replace(
        settings,
        temperature=dials.temperature,
        negatives=dials.negatives,
        noise=preset.changes.get("dropout", settings.noise),
        learning_rate=dials.learning_rate,
        batch_size=dials.batch_size,
        hardness=dials.hardness,
        is_nested=bool(dials.prefixes),
        outputs=preset.n_outputs or settings.outputs,
        together="views" if preset.two_views else settings.together,
    )


def place_of(settings: ContrastiveSettings) -> int:
    """Return which of the presets settings are; -1 where they are none.

    Of several that would change nothing, the first.
    """
    places = (i for i, each in enumerate(PRESETS) if with_preset(settings, each) == settings)
    return next(places, -1)
