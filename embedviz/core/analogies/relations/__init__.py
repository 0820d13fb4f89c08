"""Relations: many pairs of words that may have one offset in common.

`measure_relation` says how far they have, `relations_table` compares many relations, and
`apply_relation` answers with the mean offset for other words. Pairs are read by `parse_pairs`,
`read_relations` and `pairs_of_columns`.
"""

from embedviz.core.analogies.relations.applying import (
    AppliedRelation,
    AppliedWord,
    apply_relation,
)
from embedviz.core.analogies.relations.columns import pairs_of_columns
from embedviz.core.analogies.relations.consistency import ShuffledStatistic
from embedviz.core.analogies.relations.files import read_relations
from embedviz.core.analogies.relations.found_pairs import (
    FoundPairs,
    GivenPairs,
    Pair,
    SkippedPair,
    find_pairs,
)
from embedviz.core.analogies.relations.measuring import RelationMeasures, measure_relation
from embedviz.core.analogies.relations.reading import RelationList, WordPair, parse_pairs
from embedviz.core.analogies.relations.table import (
    RelationsTable,
    TableRelation,
    relations_table,
)
from embedviz.core.analogies.significance import CORRECTIONS, Correction, correct_p_values

__all__ = [
    "CORRECTIONS",
    "AppliedRelation",
    "AppliedWord",
    "Correction",
    "FoundPairs",
    "GivenPairs",
    "Pair",
    "RelationList",
    "RelationMeasures",
    "RelationsTable",
    "ShuffledStatistic",
    "SkippedPair",
    "TableRelation",
    "WordPair",
    "apply_relation",
    "correct_p_values",
    "find_pairs",
    "measure_relation",
    "pairs_of_columns",
    "parse_pairs",
    "read_relations",
    "relations_table",
]
