"""The set that a recipe makes of another one, row by row."""

from __future__ import annotations

from collections.abc import Callable

from embedviz.core.arrays import Matrix
from embedviz.core.vector_set import Derivation, VectorSet


def derived_set(
    parent: VectorSet,
    recipe: object,
    transform: Callable[[Matrix], Matrix],
    vectors: Matrix,
    notes: tuple[str, ...] = (),
) -> VectorSet:
    """Return a set with the labels and metadata of its parent, called what the recipe says.

    Parameters
    ----------
    parent : VectorSet
    recipe : Recipe
        What made it.
    transform : callable
        Takes rows of the parent to rows of the set, for queries.
    vectors : float32 array of shape (len(parent), n_dimensions)
    notes : tuple of str
    """
    return VectorSet(
        vectors,
        parent.labels,
        parent.metadata if parent.metadata.num_columns else None,
        str(recipe),
        notes=notes,
        derivation=Derivation(parent, recipe, transform),
    )
