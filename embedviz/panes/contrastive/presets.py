"""Presets as settings of the pane: which of them there are, and which of them is set."""

from __future__ import annotations

from dataclasses import replace

from embedviz.core.contrastive.runs.presets import PRESETS, Preset
from embedviz.panes.contrastive.settings import ContrastiveSettings, presets_of

__all__ = ["PRESETS", "place_of", "presets_of", "with_preset"]


def with_preset(settings: ContrastiveSettings, preset: Preset) -> ContrastiveSettings:
    """Return settings with those of a preset; what is learned from stays, as far as it can."""
    return settings.with_preset(preset)


def place_of(settings: ContrastiveSettings) -> int:
    """Return which of the presets of their source settings are; -1 where they are none.

    The page and the point that are looked at are no part of it.
    """
    for place, each in enumerate(presets_of(settings.source)):
        found = settings.with_preset(each)
        if replace(found, side=settings.side, point=settings.point) == settings:
            return place
    return -1
