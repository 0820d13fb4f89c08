"""Clusters of points, and their names."""

import numpy as np

from embedviz.core.clusters import cluster_names, find_clusters


def test_clusters_are_found_the_largest_first_and_the_rest_is_in_none():
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(n, 2)) * 0.1 + at for n, at in ((60, 0), (90, 5), (40, 10))]
    points = np.vstack([*parts, [[np.nan, 0.0]]])
    codes = find_clusters(points, 10)
    assert codes[-1] == -1
    assert [
        np.bincount(codes[a:b] + 1).argmax() - 1 for a, b in ((0, 60), (60, 150), (150, 190))
    ] == [1, 0, 2]


def test_words_that_set_a_cluster_apart_name_it():
    texts = [f"the guitar plays music {k}" for k in "abcd"] + [
        f"the sauce needs salt {k}" for k in "abcd"
    ]
    codes = np.repeat([0, 1], 4)
    names = cluster_names(codes, texts.__getitem__, np.eye(8, dtype=np.float32))
    assert "guitar" in names[0]
    assert "sauce" in names[1]
    assert "the" not in " ".join(names).replace(",", "").split()
