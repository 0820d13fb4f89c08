"""Compilation ahead of all kernels that analogies need."""

from __future__ import annotations

import numpy as np

from embedviz.core.analogies.baselines import answer_baselines
from embedviz.core.analogies.scoring import METHODS
from embedviz.core.analogies.solving import solve
from embedviz.core.analogies.subspace import parallelogram
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.vector_set import VectorSet


def compile_all() -> None:
    """Run the kernels of all methods, and of the picture, once."""
    vectors = few_rows()
    some = VectorSet(vectors, [f"row {i}" for i in range(len(vectors))])
    for method in METHODS:
        solve(some, ["row 1", "row 2"], ["row 3"], method=method)
    answer_baselines(some, np.array([[0, 1, 2], [3, 4, 5]]))
    parallelogram(vectors[:4]).transform(vectors)
