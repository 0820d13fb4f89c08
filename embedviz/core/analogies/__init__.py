"""Directions that carry meaning: a is to b as c is to which label.

`solve` answers one question, and `parallelogram` finds where to draw it. `measure_relation` says
how far many pairs have one direction in common, and `apply_relation` what that makes of other
words. `evaluate` asks a whole file of questions.
"""

from embedviz.core.analogies.benchmark import BenchmarkReport, SectionResult, evaluate
from embedviz.core.analogies.compiling import compile_all
from embedviz.core.analogies.scoring import METHODS, Method
from embedviz.core.analogies.solving import solve, solve_rows
from embedviz.core.analogies.subspace import Subspace, parallelogram
from embedviz.core.analogies.terms import Term, vectors_of

__all__ = [
    "METHODS",
    "BenchmarkReport",
    "Method",
    "SectionResult",
    "Subspace",
    "Term",
    "compile_all",
    "evaluate",
    "parallelogram",
    "solve",
    "solve_rows",
    "vectors_of",
]
