"""Pairs of rows that belong together, or were judged for how much they do.

`Pairs` is the thing itself, `load_pairs` reads a file of them. The file is read here, as the
questions of the analogies are: what a pair names is a row of the set, which formats do not know.
`tables` splits a text into columns, `roles` finds which of them are what, `loading` looks for the
rows. `row_pairs` draws pairs of rows at random.
"""

from embedviz.core.pairs.judged import Pairs
from embedviz.core.pairs.loading import load_pairs, names_pairs

__all__ = ["Pairs", "load_pairs", "names_pairs"]
