"""P values corrected for how many they are, beside SciPy and plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from embedviz.core.analogies.significance import CORRECTIONS, correct_p_values

p_values = st.lists(st.floats(0.0, 1.0), max_size=12)


@given(p_values)
def test_the_false_discovery_rate_is_that_of_scipy(given_p):
    expected = false_discovery_control(given_p) if given_p else []
    assert correct_p_values(given_p, "Benjamini-Hochberg") == pytest.approx(expected)


@given(p_values)
def test_holm_is_that_of_plain_loops(given_p):
    corrected = correct_p_values(given_p, "Holm")
    largest = 0.0
    for rank, place in enumerate(np.argsort(given_p, kind="stable")):
        largest = max(largest, (len(given_p) - rank) * given_p[place])
        assert corrected[place] == pytest.approx(min(largest, 1.0))


@given(p_values, st.sampled_from(CORRECTIONS))
def test_corrected_p_values_keep_their_order_and_skip_what_is_none(given_p, correction):
    corrected = correct_p_values(given_p, correction)
    assert (corrected >= np.array(given_p) - 1e-12).all()
    assert (corrected <= 1.0).all()
    assert (np.diff(corrected[np.argsort(given_p, kind="stable")]) >= -1e-12).all()
    with_none = correct_p_values([math.nan, *given_p], correction)
    assert math.isnan(with_none[0])
    assert with_none[1:] == pytest.approx(corrected)


def test_a_correction_must_be_one_of_two():
    with pytest.raises(ValueError, match="must be one of"):
        correct_p_values([0.1], "Bonferroni")
