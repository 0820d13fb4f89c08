"""Moments of all rows of a folder of Parquet are those of the whole matrix."""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.core.covariance import principal_axes
from embedviz.core.errors import UserError
from embedviz.core.isotropy import iso_score, mean_cosine
from embedviz.core.progress import Cancelled
from embedviz.sources.cluster import ParquetRows, moments_of_all


def written(folder, vectors, n_files=3, group=700):
    folder.mkdir(exist_ok=True)
    for place, some in enumerate(np.array_split(np.arange(len(vectors)), n_files)):
        column = pa.array([vectors[row] for row in some], pa.list_(pa.float32()))
        pq.write_table(pa.table({"vector": column}), folder / f"{place}.parquet", group)
    return folder


def cloud(n_rows, dimensions, seed=0):
    random = np.random.default_rng(seed)
    spread = np.geomspace(1, 0.01, dimensions)
    return (random.normal(size=(n_rows, dimensions)) * spread + 3 * spread).astype(np.float32)


@pytest.mark.parametrize(("n_rows", "dimensions"), [(2000, 16), (9000, 360)])
def test_moments_are_those_of_the_whole_matrix(tmp_path, n_rows, dimensions):
    vectors = cloud(n_rows, dimensions)
    found = moments_of_all(ParquetRows.of(written(tmp_path / "set", vectors)))
    whole = np.cov(vectors.astype(np.float64), rowvar=False)
    assert np.linalg.norm(found.covariance - whole) <= 1e-6 * np.linalg.norm(whole)
    np.testing.assert_allclose(found.axes.mean, vectors.mean(axis=0, dtype=np.float64), rtol=1e-6)
    expected = principal_axes(vectors)
    np.testing.assert_allclose(found.axes.variances, expected.variances, rtol=1e-4)
    assert found.axes.n_rows == n_rows
    assert found.axes.n_distinct == expected.n_distinct
    assert found.mean_cosine == pytest.approx(mean_cosine(vectors), rel=1e-6)
    assert found.iso_score == pytest.approx(iso_score(vectors), rel=1e-6)


def test_the_smallest_variances_are_measured_by_themselves(tmp_path):
    vectors = cloud(9000, 360)
    vectors[:, -5:] *= np.float32(1e-3)
    found = moments_of_all(ParquetRows.of(written(tmp_path / "set", vectors)))
    exact = np.linalg.eigvalsh(np.cov(vectors.astype(np.float64), rowvar=False))[::-1]
    np.testing.assert_allclose(found.axes.variances, exact, rtol=2e-3)


def test_rows_that_are_no_vectors_are_counted_and_left_out(tmp_path):
    vectors = list(cloud(600, 8))
    vectors[5] = np.full(8, np.nan, np.float32)
    vectors[7] = np.full(8, np.inf, np.float32)
    vectors[300] = np.ones(7, np.float32)
    vectors[301] = None
    found = moments_of_all(ParquetRows.of(written(tmp_path / "set", vectors, group=50)))
    good = np.array([each for row, each in enumerate(vectors) if row not in (5, 7, 300, 301)])
    assert (found.n_not_finite, found.n_left_out, found.axes.n_rows) == (2, 2, 596)
    np.testing.assert_allclose(found.covariance, np.cov(good, rowvar=False), rtol=1e-5, atol=1e-9)


def test_constant_rows_have_no_variance_at_all(tmp_path):
    vectors = np.full((500, 6), 1234.567, np.float32)
    found = moments_of_all(ParquetRows.of(written(tmp_path / "set", vectors)))
    assert not found.axes.variances.any()
    assert found.axes.n_distinct == 1


def test_stopping_ends_it(tmp_path):
    rows = ParquetRows.of(written(tmp_path / "set", cloud(2000, 16), n_files=6))

    def stop(fraction, words):
        if fraction:
            raise Cancelled

    with pytest.raises(Cancelled):
        moments_of_all(rows, stop)


def test_a_file_that_has_gone_is_said(tmp_path):
    folder = written(tmp_path / "set", cloud(900, 8))
    rows = ParquetRows.of(folder)
    (folder / "1.parquet").unlink()
    with pytest.raises(UserError, match=r"1\.parquet cannot be read"):
        moments_of_all(rows)


def test_without_dask_it_is_said_what_to_install(tmp_path, monkeypatch):
    rows = ParquetRows.of(written(tmp_path / "set", cloud(100, 8)))
    monkeypatch.setitem(sys.modules, "dask.threaded", None)
    with pytest.raises(UserError, match=r"pip install 'embedviz\[dask\]'"):
        moments_of_all(rows)


@pytest.mark.parametrize("column", ["", "other"])
def test_a_folder_without_vectors_is_refused(tmp_path, column):
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(UserError, match="lists of floats"):
        ParquetRows.of(tmp_path, column)
