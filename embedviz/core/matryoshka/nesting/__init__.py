"""Making a set nested: training a map after which short prefixes do alone.

The head begins as the identity on centered rows, is held near an orthogonal matrix, and learns the
sum of the contrastive losses of several prefixes, all dimensions among them (Kusupati et al.,
NeurIPS 2022, "Matryoshka Representation Learning"). So it can turn what matters to the front, and
has little reason to lose anything at full length.
"""

from embedviz.core.matryoshka.nesting.comparison import NestedComparison
from embedviz.core.matryoshka.nesting.options import Nesting, nested_lengths
from embedviz.core.matryoshka.nesting.run import (
    Moment,
    Nested,
    judge_rotation,
    nested_head,
    train_nested,
)

__all__ = [
    "Moment",
    "Nested",
    "NestedComparison",
    "Nesting",
    "judge_rotation",
    "nested_head",
    "nested_lengths",
    "train_nested",
]
