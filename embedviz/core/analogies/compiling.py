"""Compilation ahead of all kernels that analogies need."""

from __future__ import annotations

import numpy as np

from embedviz.core.analogies.baselines import answer_baselines
from embedviz.core.analogies.benchmark import evaluate_methods, relation_questions
from embedviz.core.analogies.benchmark.question_words import sectioned_lines
from embedviz.core.analogies.relations.measuring import measure_relation
from embedviz.core.analogies.scoring import METHODS
from embedviz.core.analogies.solving import solve
from embedviz.core.analogies.subspace import parallelogram
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.vector_set import VectorSet


def compile_all() -> None:
    """Run the kernels of all methods, the picture, relations and the benchmark, once."""
    vectors = few_rows()
    some = VectorSet(vectors, [f"row {i}" for i in range(len(vectors))])
    for method in METHODS:
        solve(some, ["row 1", "row 2"], ["row 3"], method=method)
    parallelogram(vectors[:4]).transform(vectors)
    answer_baselines(some, np.array([[0, 1, 2], [3, 4, 5]]))
    pairs = [(f"row {i}", f"row {i + 20}") for i in range(10)]
    measure_relation(some, [*pairs, ("row 0", "row 41")], n_shuffles=3)  # With a repeated word.
    evaluate_methods(some, relation_questions({"rows": pairs[:2]}))
    sectioned_lines(": rows\na b c d\n")
