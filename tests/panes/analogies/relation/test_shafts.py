"""The arrow at the mouse."""

import numpy as np

from embedviz.panes.analogies.relation.shafts import distances_to_shafts


def test_distances_are_to_the_line_between_the_ends():
    starts = np.array([[0.0, 0.0], [0.0, 0.0], [3.0, 3.0], [np.nan, 0.0]])
    ends = np.array([[10.0, 0.0], [0.0, 10.0], [3.0, 3.0], [1.0, 1.0]])
    found = distances_to_shafts(starts, ends, np.array([5.0, 2.0]))
    np.testing.assert_allclose(found[:3], [2.0, 5.0, np.hypot(2, 1)])
    assert np.isinf(found[3])


def test_beyond_an_end_the_distance_is_to_that_end():
    found = distances_to_shafts(np.zeros((1, 2)), np.array([[10.0, 0.0]]), np.array([13.0, 4.0]))
    np.testing.assert_allclose(found, [5.0])
