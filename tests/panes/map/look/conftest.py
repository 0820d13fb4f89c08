"""What the tests of the look of a map share."""

import pytest

from embedviz.core.clusters import finding
from embedviz.core.clusters.worker import clusters_of


@pytest.fixture(autouse=True)
def clusters_here(monkeypatch):
    """Find clusters in this process: another one takes seconds to import scikit-learn."""

    def found(job, report):
        report(0.5, "finding clusters")
        return clusters_of(**job.arrays, min_size=job.facts["min_size"])

    monkeypatch.setattr(finding, "_run", found)
