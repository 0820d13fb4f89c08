"""Routines of BLAS and LAPACK that SciPy lends, by what they declare."""

import ctypes
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

from embedviz.core.covariance import routines
from embedviz.core.covariance.routines import _SIGNATURES, routine


@pytest.fixture(autouse=True)
def asked_anew():
    routine.cache_clear()
    yield
    routine.cache_clear()


@pytest.mark.parametrize(("module", "name"), sorted(_SIGNATURES))
def test_scipy_declares_them_as_they_are_called(module, name):
    assert routine(module, name) is not None


@pytest.mark.parametrize("n_rows", [1, 7, 300])
def test_products_are_added_to_those_there_are(n_rows):
    rows = np.random.default_rng(0).normal(size=(n_rows, 11)).astype(np.float32)
    products = np.full((11, 11), 2.0, np.float32)
    add, one = routine("cython_blas", "ssyrk"), np.float32(1)
    add(b"L", b"N", 11, n_rows, one, rows, 11, one, products, 11)
    upper = np.triu_indices(11)
    np.testing.assert_allclose(products[upper], (rows.T @ rows + 2)[upper], rtol=1e-4, atol=1e-4)
    assert (products[np.tril_indices(11, -1)] == 2).all()


def test_what_comes_back_in_a_number_is_read():
    failed, n = ctypes.c_int(7), 3
    turn, space = np.eye(n), np.empty(9)
    routine("cython_lapack", "dorgtr")(b"L", n, turn, n, np.zeros(n - 1), space, 9, failed)
    assert failed.value == 0
    np.testing.assert_array_equal(turn, np.eye(n))


@pytest.mark.parametrize("offered", [{}, {"ssyrk": "another type"}])
def test_what_is_not_there_or_takes_other_types_is_none(offered):
    get = ctypes.pythonapi.PyCapsule_New
    get.restype, get.argtypes = (
        ctypes.py_object,
        [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p],
    )
    declared = b"void (char *, char *, long *, long *, s *, s *, long *, s *, s *, long *)"
    capsules = {name: get(1, declared, None) for name in offered}
    module = SimpleNamespace(__pyx_capi__=capsules)
    with mock.patch.object(routines, "import_module", return_value=module):
        assert routine("cython_blas", "ssyrk") is None
    with mock.patch.object(routines, "import_module", side_effect=ImportError):
        assert routine("cython_lapack", "dsytrd") is None
