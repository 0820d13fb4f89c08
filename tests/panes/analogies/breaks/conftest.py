"""Sets with words of a few bundled relations, in which some come out right and some do not."""

import numpy as np
import pytest

from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet

PLANTED, RANDOM = "singular → plural", "country → capital"
N_PAIRS = 8


def related_words(seed=0, dimensions=40, n_others=60):
    """Return words of two relations, the first with one offset, the second with none."""
    rng = np.random.default_rng(seed)
    relations = load_relations()
    labels, rows = [], []
    for name, is_planted in ((PLANTED, True), (RANDOM, False)):
        offset = 1.2 * rng.normal(size=dimensions)
        for first, second in relations[name][:N_PAIRS]:
            stem = 2 * rng.normal(size=dimensions)
            end = stem + offset if is_planted else 2 * rng.normal(size=dimensions)
            labels += [first, second]
            rows += [stem, end + 0.1 * rng.normal(size=dimensions)]
    labels += [f"other {i}" for i in range(n_others)]
    rows += [2 * rng.normal(size=dimensions) for _ in range(n_others)]
    return VectorSet(np.array(rows), labels, name="related words")


@pytest.fixture
def related():
    return related_words()


@pytest.fixture
def make_related():
    return related_words
