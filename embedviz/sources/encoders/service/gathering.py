"""Vectors of texts as they come in, from the cache and from a service."""

from __future__ import annotations

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.truncation import truncate
from embedviz.sources.encoders.service.plan import TextPlan
from embedviz.sources.encoders.service.target import ServiceTarget


class Gathered:
    """Vectors of the different texts of a plan, those that are there by now.

    Parameters
    ----------
    target : ServiceTarget
    plan : TextPlan
    """

    def __init__(self, target: ServiceTarget, plan: TextPlan) -> None:
        self._target = target
        self._plan = plan
        self._is_known = np.zeros(len(plan.texts), dtype=bool)
        self._vectors: Matrix | None = None

    @property
    def absent(self) -> list[int]:
        """Places of the texts that no vector is there for."""
        found: list[int] = np.flatnonzero(~self._is_known).tolist()
        return found

    @property
    def fraction(self) -> float:
        """How many of the vectors are there, from 0 to 1."""
        return float(self._is_known.mean()) if len(self._is_known) else 1.0

    def put(self, place: int, vector: Matrix) -> None:
        """Take the vector of a text, as the service gave it.

        Raises
        ------
        UserError
            When it has not the dimensions that were asked for, or other ones than those before.
        """
        row = self._target.fitted(vector)
        if self._vectors is None:
            self._vectors = np.zeros((len(self._is_known), len(row)), dtype=np.float32)
        if len(row) != self._vectors.shape[1]:
            raise self._target.changed(self._vectors.shape[1], len(row))
        self._vectors[place] = row
        self._is_known[place] = True

    def rows(self, known_length: int | None) -> Matrix:
        """Return the vectors of all texts that were wanted, of unit length; zeros of empty ones.

        Parameters
        ----------
        known_length : int or None
            Dimensions of the model's vectors, where no text was.

        Raises
        ------
        UserError
            When all texts are empty, and nobody knows how many dimensions there are.
        """
        rows = self._plan.rows
        if self._vectors is None:
            length = self._target.settings.dimensions or known_length
            if length is None:
                raise UserError("There is no text in any row, so there is nothing to embed.")
            return np.zeros((len(rows), length), dtype=np.float32)
        unit = truncate(self._vectors, self._vectors.shape[1])
        found: Matrix = unit[rows]
        found[rows < 0] = 0.0
        return found
