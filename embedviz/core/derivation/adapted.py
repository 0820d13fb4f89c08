"""The recipe that sends each row through a trained head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from embedviz.core.contrastive.heads import Head
from embedviz.core.derivation.by_recipe import derived_set
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True, eq=False)
class Adapted:
    """Each row through a head that a contrastive loss has trained.

    Two are equal where the arrays of their heads are, bit for bit: what is said of the training
    makes no other set.

    Attributes
    ----------
    head : Head
        Its arrays are copied, so that they stay what they are.
    positives : str
        What belonged together in the training, such as "605 judged pairs"; nothing where that is
        not known.
    temperature : float, optional
        Of the loss.
    n_steps : int, optional
        Of the training.
    """

    head: Head
    positives: str = ""
    temperature: float | None = None
    n_steps: int | None = None

    def __post_init__(self) -> None:
        if self.temperature is not None and not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature!r}; it must be above 0")
        if self.n_steps is not None and self.n_steps < 0:
            raise ValueError(f"n_steps is {self.n_steps!r}; it must be from 0 up")
        copies = {name: np.array(array) for name, array in self.head.arrays().items()}
        for array in copies.values():
            array.flags.writeable = False
        object.__setattr__(self, "head", Head(**copies, activation=self.head.activation))

    def __str__(self) -> str:
        return f"contrastive · {self.head.n_outputs:,}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Adapted):
            return NotImplemented
        return self is other or self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    @cached_property
    def _digest(self) -> bytes:
        """What differs where any bit of the head does."""
        digest = blake2b(self.head.activation.encode(), digest_size=16)
        for name, array in self.head.arrays().items():
            digest.update(f"\0{name} {array.dtype.str} {array.shape}\0".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.digest()

    @property
    def description(self) -> str:
        """How the head was trained, as a sentence; nothing where that is not known."""
        words = f"Trained on {self.positives}" if self.positives else ""
        if self.temperature is not None:
            words += f"{'' if words else 'Trained'} at temperature {self.temperature:g}"
        if self.n_steps is not None:
            words += f"{'' if words else 'Trained'} for {counted(self.n_steps, 'step')}"
        return f"{words}." if words else ""

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set of what the head makes of each row, of unit length.

        Raises
        ------
        UserError
            When the head takes vectors of another number of dimensions.
        """
        if parent.dimensions != self.head.n_inputs:
            raise UserError(
                f"{parent.name or 'The set'} has {counted(parent.dimensions, 'dimension')}; the "
                f"head was trained on vectors of {self.head.n_inputs:,}. Show a set of the same "
                "model, or train another head on this one."
            )
        vectors = self.head.apply(parent.vectors, report)
        notes = (self.description,) if self.description else ()
        return derived_set(parent, self, self.head.apply, vectors, notes)
