"""Fixtures, and the checks that every test gets."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from embedviz.core.vector_set import VectorSet

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def data_folder():
    """Return the folder of real files, or skip."""
    given = os.environ.get("EMBEDVIZ_TEST_DATA", "../shared/data")
    folder = (ROOT / given).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set EMBEDVIZ_TEST_DATA to their folder")
    return folder


@pytest.fixture
def toy():
    """Return 50 random vectors of 32 dimensions."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 32)).astype(np.float32)
    return VectorSet(vectors, [f"word{i}" for i in range(50)], name="toy")
