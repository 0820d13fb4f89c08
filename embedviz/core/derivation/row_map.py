"""Map of rows to rows that needs no other rows: what a recipe does once it is fitted.

A recipe makes a set of a set in memory. Of rows that are too many for that, one block after the
other is mapped, and what is mapped has to be the same today and when the work is taken up again: so
a map has a digest that is another one where anything in it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.transform import AffineMap
from embedviz.core.arrays import Matrix
from embedviz.core.contrastive.heads import Head
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.truncation import truncate
from embedviz.core.notes import counted


@dataclass(frozen=True, eq=False)
class RowMap:
    """Map of rows.

    Attributes
    ----------
    description : str
        What it does, in a few words: "first 256 dimensions"; nothing where rows stay as they are.
    n_inputs, n_outputs : int
        Dimensions before and after.
    digest : str
        Short text that is another one where the map is.
    keeps_rows : bool
        Whether rows stay as they are, to the last bit.
    arrays : mapping of str to array
        Of a fitted map its mean and its matrix, as they are exported.
    """

    description: str
    n_inputs: int
    n_outputs: int
    digest: str
    _apply: Callable[[Matrix], Matrix]
    keeps_rows: bool = False
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def apply(self, rows: Matrix) -> Matrix:
        """Return mapped rows, (n_rows, n_outputs), float32, of unit length unless they are kept.

        Parameters
        ----------
        rows : float32 array of shape (n_rows, n_inputs)
            Of finite numbers.
        """
        return np.asarray(self._apply(rows), np.float32)

    def require_inputs(self, dimensions: int, name: str) -> None:
        """Refuse rows of another length.

        Raises
        ------
        UserError
        """
        if dimensions != self.n_inputs:
            raise UserError(
                f"{name} has vectors of {counted(dimensions, 'dimension')}; this map is for "
                f"{self.n_inputs:,}. Give it vectors of the model that it was made with."
            )

    @classmethod
    def same(cls, dimensions: int) -> RowMap:
        """Return the map that leaves rows as they are."""
        return cls("", dimensions, dimensions, _digest_of("same"), lambda rows: rows, True)

    @classmethod
    def of_prefix(cls, dimensions: int, prefix: int, layer_norm: bool = False) -> RowMap:
        """Return truncation to the first dimensions, made unit length again.

        Raises
        ------
        UserError
            When there are not so many.
        """
        if not 1 <= prefix <= dimensions:
            raise UserError(
                f"The first {prefix:,} of {counted(dimensions, 'dimension')} cannot be taken. Take "
                f"from 1 to {dimensions:,}."
            )
        words = f"first {counted(prefix, 'dimension')}{' after layer norm' * layer_norm}"
        apply = partial(truncate, dimensions=prefix, layer_norm=layer_norm)
        return cls(words, dimensions, prefix, _digest_of("prefix", f"{prefix} {layer_norm}"), apply)

    @classmethod
    def of_affine(cls, found: AffineMap, description: str) -> RowMap:
        """Return a fitted map such as whitening, with rows made unit length."""
        arrays = {"mean": found.mean, "matrix": found.matrix}
        n_inputs, n_outputs = found.matrix.shape
        apply = partial(AffineMap.apply, found, unit_length=True)
        digest = _digest_of("affine", "", arrays)
        return cls(description, n_inputs, n_outputs, digest, apply, arrays=arrays)

    @classmethod
    def of_head(cls, head: Head, description: str = "") -> RowMap:
        """Return a trained head, such as the nested adapter."""
        words = description or f"trained head of {counted(head.n_outputs, 'output')}"
        digest = _digest_of("head", head.activation, head.arrays())
        return cls(words, head.n_inputs, head.n_outputs, digest, head.apply)


def _digest_of(
    kind: str, settings: str = "", arrays: Mapping[str, NDArray[Any]] | None = None
) -> str:
    digest = blake2b(f"{kind} {settings}".encode(), digest_size=16)
    for name, array in (arrays or {}).items():
        digest.update(f"\0{name} {array.dtype.str} {array.shape}\0".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
