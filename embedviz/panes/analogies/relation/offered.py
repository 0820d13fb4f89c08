"""A relation that can be chosen: its name, and where its pairs are from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.core.analogies.relations import pairs_of_columns
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.panes.analogies.relation.settings import Columns, KeptRelation

Pair = tuple[str, str | tuple[str, ...]]
"""Two labels; in place of the second, several that are right answers."""


@dataclass(frozen=True)
class OfferedRelation:
    """A relation that can be chosen.

    Attributes
    ----------
    name : str
    pairs : tuple of Pair
        Labels, of which the set may lack some; empty where columns are given.
    columns : (str or None, str or None) or None
        Of the metadata, whose values in a row are a pair; None among them: the labels.
    is_added : bool
        Whether the user added it, and can take it away.
    """

    name: str
    pairs: tuple[Pair, ...]
    columns: Columns | None = None
    is_added: bool = False

    @property
    def title(self) -> str:
        """Its name with the number of its pairs, where that is known."""
        count = f" · {len(self.pairs):,}" if self.columns is None else ""
        return f"{one_line(self.name)}{count}"

    def pairs_in(self, vector_set: VectorSet) -> Sequence[Pair]:
        """Return its pairs; those of columns are read from a set, which may take a while.

        Raises
        ------
        UserError
            When the set has no such column.
        """
        if self.columns is None:
            return self.pairs
        return pairs_of_columns(vector_set, *self.columns).pairs

    def is_of(self, vector_set: VectorSet) -> bool:
        """Return whether a set has the columns that it is of."""
        if self.columns is None:
            return True
        return {None, *vector_set.metadata.column_names}.issuperset(self.columns)

    @classmethod
    def of_kept(cls, kept: KeptRelation) -> OfferedRelation:
        """Return one that the user added."""
        return cls(kept.name, kept.pairs, kept.columns, is_added=True)
