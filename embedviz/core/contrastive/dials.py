"""Dials of a run: what may be changed between two steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_NOISE = 100.0
"""Beside points of the length 1: of which nothing is seen any more."""


@dataclass(frozen=True)
class Dials:
    """What may be changed between two steps.

    Attributes
    ----------
    temperature : float
        The τ by which cosines are divided.
    negatives : int, optional
        Wrong answers for each row of a batch; None: all other rows, 0: none, only the pull.
    dropout : float
        The share of the inputs that is set to 0 in each view, from 0 to below 1; the others are
        divided by what is left.
    learning_rate : float
        Of Adam.
    batch_size : int
        Pairs of a step, as long as there are so many.
    hardness : float
        By which negatives that are alike count for more; 0: all alike.
    prefixes : tuple of int
        Numbers of first outputs that are trained to do alone, beside all together.
    symmetric : bool
        Whether both sides of the pairs ask for their partners.
    noise : float
        Of free points alone: the standard deviation of what is added to each number of a view,
        from 0 to 100.
    bias : bool
        Whether what all rows have in common, the bias, is learned too.
    orthogonality : float
        Of linear heads alone: how hard their matrix M is held to MᵀM = 1, where it keeps all
        cosines; 0: not at all.
    """

    temperature: float = 0.05
    negatives: int | None = None
    dropout: float = 0.1
    learning_rate: float = 1e-2
    batch_size: int = 256
    hardness: float = 0.0
    prefixes: tuple[int, ...] = ()
    symmetric: bool = False
    noise: float = 0.1
    bias: bool = True
    orthogonality: float = 0.0

    def __post_init__(self) -> None:
        for name in ("temperature", "learning_rate"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be above 0")
        for name in ("hardness", "orthogonality"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be from 0 up")
        if not 0 <= self.noise <= MOST_NOISE:
            raise ValueError(f"noise is {self.noise!r}; it must be from 0 to {MOST_NOISE:g}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout!r}; it must be from 0 to below 1")
        if self.batch_size < 1:
            raise ValueError(f"batch_size is {self.batch_size!r}; it must be from 1 up")
        if self.negatives is not None and self.negatives < 0:
            raise ValueError(f"negatives is {self.negatives!r}; it must be from 0 up, or None")
        if any(length < 1 for length in self.prefixes):
            raise ValueError(f"prefixes are {self.prefixes!r}; each must be from 1 up")
