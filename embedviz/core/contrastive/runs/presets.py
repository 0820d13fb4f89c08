"""Presets: runs that each show one thing about the contrastive loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from embedviz.core.contrastive.dials import Dials


@dataclass(frozen=True)
class Preset:
    """Dials that show something, and what.

    Attributes
    ----------
    name : str
    key : str
        What it is called where it is typed.
    watch : str
        One line on what to look at.
    changes : mapping of str to value
        Dials by name, beside those of `Dials()`.
    n_outputs : int, optional
        How many outputs it needs; None: any number shows it.
    two_views : bool
        Whether partners have to be two views of one row, whatever belongs together otherwise.
    shows_row : bool
        Whether it is seen in the softmax of one row.
    """

    name: str
    key: str
    watch: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    n_outputs: int | None = None
    two_views: bool = False
    shows_row: bool = False

    def dials(self, others: Dials | None = None) -> Dials:
        """Return its dials.

        Parameters
        ----------
        others : Dials, optional
            From which learning rate, batch size, dropout and noise are taken where the preset does
            not set them: they suit the data. All else is as in `Dials()`.
        """
        others = others or Dials()
        kept = {name: getattr(others, name) for name in _OF_THE_DATA}
        return replace(Dials(), **{**kept, **self.changes})


_OF_THE_DATA = ("learning_rate", "batch_size", "dropout", "noise")

PRESETS = (
    Preset(
        "Healthy",
        "healthy",
        "Partners meet, and all rows together spread until they fill the sphere evenly.",
        {"temperature": 0.05},
        n_outputs=3,
    ),
    Preset(
        "No negatives (collapse)",
        "no-negatives",
        "With nothing to push them apart, all rows run to one point: agreement costs nothing.",
        {"negatives": 0},
    ),
    Preset(
        "Too cold",
        "cold",
        "Only the nearest negatives push: neighbors part, and the whole spreads slowly and "
        "unevenly.",
        {"temperature": 0.005},
    ),
    Preset(
        "Too hot",
        "hot",
        "The softmax is nearly even: all bars of a row are alike, and all negatives push as much.",
        {"temperature": 5.0},
        shows_row=True,
    ),
    Preset(
        "Two dropout views (SimCSE)",
        "simcse",
        "Each row is its own partner, seen twice with other inputs dropped: 16 outputs without "
        "labels.",
        {"temperature": 0.05, "dropout": 0.1},
        n_outputs=16,
        two_views=True,
    ),
    Preset(
        "Matryoshka",
        "matryoshka",
        "The loss is the sum of that of the first two outputs and that of all three: the two do "
        "alone too.",
        {"temperature": 0.05, "prefixes": (2,)},
        n_outputs=3,
    ),
)


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    KeyError
        When there is none.
    """
    return {each.name: each for each in PRESETS}[name]
