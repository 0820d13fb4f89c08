import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.matryoshka.orderings import ORDERINGS, arrangements


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("shape", [(200, 12), (8, 12)])
@pytest.mark.parametrize("center", [False, True])
def test_no_order_changes_the_products_of_rows(ordering, shape, center):
    vectors = random_rows(*shape) + 1
    orders = arrangements(vectors, ordering, center=center, draws=4)
    assert len(orders) == (4 if ordering == "random" else 1)
    expected = vectors - vectors.mean(axis=0) if center else vectors
    for arrange in orders:
        arranged = arrange(vectors)
        assert arranged.dtype == np.float32
        assert arranged.shape == shape
        np.testing.assert_allclose(arranged @ arranged.T, expected @ expected.T, atol=1e-4)


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("shape", [(200, 12), (8, 12)])
def test_singular_vectors_are_those_of_numpy(shape, center):
    vectors = (random_rows(*shape) + 1) * (1.5 ** np.arange(12)).astype(np.float32)
    (arrange,) = arrangements(vectors, "svd", center=center)
    expected = vectors - vectors.mean(axis=0) if center else vectors
    lengths = np.linalg.svd(expected, compute_uv=False)
    found = np.linalg.norm(arrange(vectors), axis=0)
    np.testing.assert_allclose(found[: len(lengths)], lengths, rtol=1e-3, atol=1e-3)


def test_variance_falls_along_the_dimensions():
    vectors = random_rows(100, 9) * np.float32(1000) + np.float32(1e6)
    (arrange,) = arrangements(vectors, "variance")
    assert (np.diff(arrange(vectors).var(axis=0, dtype=np.float64)) <= 0).all()


def test_random_orders_differ_and_repeat():
    vectors = random_rows(1, 50)
    draws = [arrange(vectors) for arrange in arrangements(vectors, "random", draws=3, seed=4)]
    again = [arrange(vectors) for arrange in arrangements(vectors, "random", draws=3, seed=4)]
    np.testing.assert_array_equal(draws, again)
    assert len({draw.tobytes() for draw in draws}) == 3


@pytest.mark.parametrize("shape", [(200, 12), (8, 12)])
def test_rows_with_nan_have_no_singular_vectors(shape):
    vectors = random_rows(*shape)
    vectors[3, 3] = np.nan
    with pytest.raises(UserError, match="NaN"):
        arrangements(vectors, "svd")


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_identical_rows_stay_identical(ordering):
    vectors = random_rows(301, 50)
    same = [0, 5, 127, 128, 299, 300]
    vectors[same] = vectors[0]
    arranged = arrangements(vectors, ordering, center=True)[0](vectors)
    assert (arranged[same] == arranged[0]).all()
