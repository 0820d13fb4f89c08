import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.contrastive.products import product


@given(st.integers(1, 700), st.integers(1, 300), st.integers(1, 700), st.booleans(), st.booleans())
@settings(max_examples=40)
def test_is_the_product_of_matrices(n_rows, inner, n_columns, left_turned, right_turned):
    rng = np.random.default_rng(0)
    left = rng.normal(size=(inner, n_rows)).T if left_turned else rng.normal(size=(n_rows, inner))
    right = rng.normal(size=(inner, n_columns))
    right = np.asfortranarray(right) if right_turned else right
    np.testing.assert_allclose(product(left, right), left @ right, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 9), (0, 3), (513, 64), (1100, 100)])
def test_keeps_the_type(dtype, shape):
    left = np.ones(shape, dtype)
    found = product(left, left.T)
    assert found.dtype == dtype
    assert (found == shape[1]).all()
    assert found.shape == (shape[0], shape[0])
