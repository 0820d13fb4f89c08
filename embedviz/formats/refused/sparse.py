"""Sparse matrices, of which only what is not zero is stored: how to make vectors of them.

They have as many dimensions as there are words or genes: so they are reduced before they are shown.
"""

from __future__ import annotations

SPARSE = "it is sparse"
"""Why a matrix is not read."""


def on_sparse_archive(name: str, path: str, what: str) -> str:
    """Return the sentences about a file of `scipy.sparse.save_npz`.

    Parameters
    ----------
    name, path : str
        Of the file.
    what : str
        As in "CSR, 20 × 50".
    """
    return (
        f"{name} is a sparse matrix ({what}), which is not read. Reduce it in Python: import "
        "numpy, scipy.sparse; from sklearn.decomposition import TruncatedSVD; m = scipy.sparse."
        f"load_npz({path!r}); numpy.save('vectors.npy', TruncatedSVD(min(300, min(m.shape) - 1))"
        ".fit_transform(m)). Where it is small, numpy.save('vectors.npy', m.toarray()) keeps "
        "all of it."
    )


def on_sparse_group(key: str) -> str:
    """Return what to do with a sparse matrix of HDF5, as its parts are in most programs."""
    return (
        "Reduce it in Python: import h5py, numpy, scipy.sparse; from sklearn.decomposition import "
        f"TruncatedSVD; g = h5py.File(path)[{key!r}]; m = scipy.sparse.csr_matrix((g['data'][:], "
        "g['indices'][:], g['indptr'][:])); numpy.save('vectors.npy', TruncatedSVD(min(300, "
        "min(m.shape) - 1)).fit_transform(m)), with csc_matrix where its rows are columns."
    )


def on_sparse_column(name: str, column: str) -> str:
    """Return the sentences about a table with sparse vectors: places and values in each row."""
    return (
        f"{name}: column {column!r} holds sparse vectors, which are not read. Reduce them in Python"
        ": import numpy, pyarrow.parquet, scipy.sparse; from sklearn.decomposition import "
        f"TruncatedSVD; c = pyarrow.parquet.read_table(path)[{column!r}].to_pylist(); "
        "m = scipy.sparse.csr_matrix(([v for r in c for v in r['values']], "
        "([i for i, r in enumerate(c) for _ in r['values']], [k for r in c for k in r['indices']]"
        "))); numpy.save('vectors.npy', TruncatedSVD(min(300, min(m.shape) - 1)).fit_transform(m))"
    )
