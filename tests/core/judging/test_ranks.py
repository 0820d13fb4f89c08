"""Ranks of numbers against SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from embedviz.core.judging.ranks import mean_ranks

numbers = st.one_of(st.integers(-3, 3).map(float), st.floats(width=32))


@given(st.lists(numbers, max_size=40), st.sampled_from([np.float64, np.float32]))
def test_ranks_are_those_of_scipy(values, dtype):
    given_values = np.array(values, dtype)
    np.testing.assert_array_equal(mean_ranks(given_values), rankdata(given_values))


@pytest.mark.parametrize("values", [[], [2], [1, 1, 1], [3, 1, 2, 1]])
def test_whole_numbers_have_ranks(values):
    np.testing.assert_array_equal(mean_ranks(values), rankdata(values))
