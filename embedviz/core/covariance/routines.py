"""Routines of BLAS and LAPACK that NumPy has no function for, called without Python's lock.

SciPy offers them to Cython, with their types; its own wrappers for Python hold the lock all the
while, so that a second thread would wait. Matrices are those of Fortran: what is stored row after
row here is read there as its transpose, and the "lower" triangle there is the upper one here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

Routine = Callable[..., None]
"""Takes what the reference names, in its order: letters as bytes, numbers, contiguous arrays of
the right type, and a `ctypes.c_int` for what comes back in a number."""

_SIGNATURES = {
    ("cython_blas", "ssyrk"): "char char int int s s int s s int",
    ("cython_lapack", "dsytrd"): "char int d int d d d d int int",
    ("cython_lapack", "dstedc"): "char int d d d int d int int int int",
    ("cython_lapack", "dorgtr"): "char int d int d d int int",
}
"""Types of the arguments: s and d are numbers in float32 and float64."""

_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
_declaration = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(
    ("PyCapsule_GetName", ctypes.pythonapi)
)


@cache
def routine(module: str, name: str) -> Routine | None:
    """Return a routine, or None where SciPy has none of this name that takes the same types.

    Parameters
    ----------
    module : {"cython_blas", "cython_lapack"}
    name : str
    """
    try:  # Not above, because SciPy takes 0.1 s that a start need not take.
        capsule = import_module(f"scipy.linalg.{module}").__pyx_capi__[name]
    except (ImportError, AttributeError, KeyError):
        return None
    declared = _declaration(capsule)
    # Such as "void (char *, int *, __pyx_t_5scipy_6linalg_13cython_lapack_d *)".
    types = [each.rsplit("_", 1)[-1] for each in re.findall(r"(\w+) \*", declared.decode())]
    if types != _SIGNATURES[module, name].split():
        return None
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * len(types))(_pointer(capsule, declared))

    def run(*given: Any) -> None:
        call(*map(_address, given))

    return run


def _address(given: Any) -> Any:
    """Return what a routine takes for something: always an address."""
    if isinstance(given, np.ndarray):
        return given.ctypes.data
    if isinstance(given, bytes):
        return given
    if isinstance(given, int):
        return ctypes.byref(ctypes.c_int(given))
    return ctypes.byref(ctypes.c_float(float(given)) if isinstance(given, np.float32) else given)
