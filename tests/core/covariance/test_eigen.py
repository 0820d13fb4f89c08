"""Eigenvalues and eigenvectors against NumPy's, and when NumPy is asked."""

import threading
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.covariance import eigen
from embedviz.core.covariance.eigen import eigenvectors, symmetric_eigen
from embedviz.core.covariance.own_threads import blas_in_own_threads

SPECTRA = {
    "flat": lambda n: np.ones(n),
    "steep": lambda n: np.geomspace(1.0, 1e-12, n),
    "singular": lambda n: np.r_[np.linspace(1.0, 0.1, n - n // 2), np.zeros(n // 2)],
    "in pairs": lambda n: np.repeat(np.arange(n), 2)[:n].astype(float),
    "of both signs": lambda n: np.linspace(-1.0, 1.0, n),
    "nothing": np.zeros,
}


def symmetric(spectrum, seed=0):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum),) * 2))[0]
    matrix = (turn * spectrum) @ turn.T
    return (matrix + matrix.T) / 2


def quickly():
    """Take that way for few dimensions too."""
    return mock.patch.object(eigen, "_FEWEST", 2)


def by_numpy():
    return mock.patch.object(np.linalg, "eigh", wraps=np.linalg.eigh)


@given(
    name=st.sampled_from(sorted(SPECTRA)),
    n=st.integers(2, 70),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-40, 1.0, 1e40]),
)
@settings(deadline=None, max_examples=60)
def test_they_are_those_of_numpy(name, n, seed, scale):
    matrix = symmetric(SPECTRA[name](n), seed) * scale
    size = np.abs(np.linalg.eigvalsh(matrix)).max()
    given = np.triu(matrix) + np.tril(np.full((n, n), 7.0 * scale), -1)  # Which nobody reads.
    before = given.copy()
    with quickly(), by_numpy() as asked:
        values, vectors = symmetric_eigen(given)
    assert not asked.called
    np.testing.assert_array_equal(given, before)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(matrix), rtol=0, atol=1e-13 * size)
    assert np.all(np.diff(values) >= 0)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(n), rtol=0, atol=1e-13)
    np.testing.assert_allclose((vectors * values) @ vectors.T, matrix, rtol=0, atol=2e-13 * size)


@pytest.mark.parametrize("n", [eigen._FEWEST - 1, eigen._FEWEST, 512])
def test_many_dimensions_are_decomposed_here(n):
    matrix = symmetric(SPECTRA["steep"](n))
    with by_numpy() as asked:
        values, vectors = symmetric_eigen(matrix)
    assert asked.called == (n < eigen._FEWEST)
    np.testing.assert_allclose((vectors * values) @ vectors.T, matrix, rtol=0, atol=1e-13)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_numbers_near_the_ends_of_float64_are_numpys(size):
    matrix = symmetric(SPECTRA["in pairs"](12)) * size
    with quickly(), by_numpy() as asked:
        values, _ = symmetric_eigen(matrix)
    assert asked.called
    assert values[-1] == pytest.approx(5 * size)


def test_numpy_is_asked_where_scipy_has_no_such_routine():
    matrix = symmetric(SPECTRA["flat"](9))
    with quickly(), mock.patch.object(eigen, "routine", return_value=None), by_numpy() as asked:
        symmetric_eigen(matrix)
    assert asked.called


def test_numpy_is_asked_where_a_step_fails():
    matrix = symmetric(SPECTRA["flat"](9))

    def fail(*given):
        given[-1].value = 3

    with quickly(), by_numpy() as asked:
        steps = eigen._Steps.found()._replace(solve=fail)
        with mock.patch.object(eigen._Steps, "found", return_value=steps):
            symmetric_eigen(matrix)
    assert asked.called


def test_one_thread_is_enough():
    matrix = symmetric(SPECTRA["steep"](40))
    with quickly(), by_numpy() as asked:
        alone = symmetric_eigen(matrix)
        with blas_in_own_threads():  # As when something else has taken them.
            meanwhile = symmetric_eigen(matrix)
    assert not asked.called
    for one, other in zip(alone, meanwhile, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-13)


def test_two_at_once_do_not_disturb_each_other():
    matrices = [symmetric(SPECTRA["steep"](60), seed) for seed in range(2)]
    expected = [np.linalg.eigvalsh(matrix) for matrix in matrices]
    found = [[], []]

    def decompose(which):
        found[which] = [symmetric_eigen(matrices[which])[0] for _ in range(20)]

    with quickly():
        threads = [threading.Thread(target=decompose, args=(which,)) for which in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for which in range(2):
        assert len(found[which]) == 20
        for values in found[which]:
            np.testing.assert_allclose(values, expected[which], atol=1e-13)


def test_dimensions_without_variance_are_axes_of_their_own():
    matrix = symmetric(SPECTRA["flat"](9) * np.arange(1, 10))
    matrix[[2, 5]] = matrix[:, [2, 5]] = 0.0
    with quickly():
        values, vectors = eigenvectors(matrix)
    assert values[:2].tolist() == [0.0, 0.0]
    assert np.abs(vectors[:, :2]).sum(axis=1).nonzero()[0].tolist() == [2, 5]
    assert not vectors[[2, 5], 2:].any()
    np.testing.assert_allclose((vectors * values) @ vectors.T, matrix, atol=1e-13)
