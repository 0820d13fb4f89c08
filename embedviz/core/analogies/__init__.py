"""Directions that carry meaning: a is to b as c is to which label.

`solve` answers one question, and `parallelogram` finds where to draw it. `measure_relation` says
how far many pairs have one direction in common, and `apply_relation` what that makes of other
words. `evaluate` asks a whole file of questions, and `evaluate_similarity` compares cosines with
judgments of people.
"""

from embedviz.core.analogies.benchmark import (
    BenchmarkComparison,
    BenchmarkReport,
    QuestionSet,
    SectionResult,
    compare_reports,
    evaluate,
    evaluate_methods,
    read_questions,
    relation_questions,
)
from embedviz.core.analogies.compiling import compile_all
from embedviz.core.analogies.relations.applying import AppliedRelation, apply_relation
from embedviz.core.analogies.relations.measuring import RelationMeasures, measure_relation
from embedviz.core.analogies.relations.table import RelationsTable, relations_table
from embedviz.core.analogies.scoring import METHODS, Method
from embedviz.core.analogies.similarity import (
    SimilarityReport,
    evaluate_similarity,
    read_judged_pairs,
)
from embedviz.core.analogies.solving import solve, solve_rows
from embedviz.core.analogies.subspace import Subspace, parallelogram
from embedviz.core.analogies.terms import Term, vectors_of

__all__ = [
    "METHODS",
    "AppliedRelation",
    "BenchmarkComparison",
    "BenchmarkReport",
    "Method",
    "QuestionSet",
    "RelationMeasures",
    "RelationsTable",
    "SectionResult",
    "SimilarityReport",
    "Subspace",
    "Term",
    "apply_relation",
    "compare_reports",
    "compile_all",
    "evaluate",
    "evaluate_methods",
    "evaluate_similarity",
    "measure_relation",
    "parallelogram",
    "read_judged_pairs",
    "read_questions",
    "relation_questions",
    "relations_table",
    "solve",
    "solve_rows",
    "vectors_of",
]
