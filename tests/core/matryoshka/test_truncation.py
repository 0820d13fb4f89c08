import json

import numpy as np

from embedviz.core.matryoshka import PrefixSearch, truncate
from embedviz.core.neighbors import NeighborSearch


def titles(data_folder, length):
    path = data_folder / "movies" / f"peliculas_text-embedding-3-small-{length}.json"
    found = json.loads(path.read_text())
    return list(found), np.array(list(found.values()), dtype=np.float32)


def test_a_truncated_model_equals_its_short_vectors(data_folder):
    names, whole = titles(data_folder, 1536)
    same_names, short = titles(data_folder, 256)
    assert names == same_names
    np.testing.assert_allclose(truncate(whole, 256), short, atol=1e-3)
    query, search = PrefixSearch(whole), NeighborSearch(short)
    for row in range(0, len(whole), 7):
        rows, cosines = query.query(whole[row]).top(256, 10)
        expected, expected_cosines = search.nearest(short[row], 10)
        assert rows.tolist() == expected.tolist()
        np.testing.assert_allclose(cosines, expected_cosines, atol=1e-3)
