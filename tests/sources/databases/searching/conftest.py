"""Rows for searches of a collection."""

import numpy as np
import pytest


@pytest.fixture
def rows_of_a_cone():
    """Return 500 rows that lie in a cone, as embeddings do."""
    return (np.random.default_rng(0).standard_normal((500, 6)) + 0.8).astype(np.float32)
