import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import scanning
from embedviz.core.progress import Cancelled
from embedviz.core.scanning import RowScan, scan_rows

FEW_VALUES = st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-45, float("nan"), float("inf")])


def expected_scan(vectors):
    """Return the same, row by row in Python."""
    seen, bad, duplicates = set(), [], 0
    for row, vector in enumerate(vectors.tolist()):
        if not np.isfinite(vector).all():
            bad.append(row)
            continue
        duplicates += tuple(vector) in seen  # Zero and minus zero are equal, and hash alike.
        seen.add(tuple(vector))
    n_zero = int((vectors == 0).all(axis=1).sum())
    n_rows = len(vectors)
    return RowScan(n_rows, n_rows, len(bad), tuple(bad[:10]), n_zero, duplicates)


@settings(deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=FEW_VALUES))
def test_counts_as_python_does(vectors):
    assert scan_rows(vectors) == expected_scan(vectors)


def test_rows_with_the_same_hash_are_told_apart(monkeypatch):
    class Keys:
        def integers(self, low, high, count, dtype):
            return np.zeros(count, dtype)  # Each key becomes 1, so sums do not know the order.

    monkeypatch.setattr(scanning.np.random, "default_rng", lambda seed: Keys())
    vectors = np.float32([[1, 2], [2, 1], [1, 2], [2, 1], [3, 0]])
    assert scan_rows(vectors).n_duplicate == 2


def test_what_was_found_so_far_comes_in_parts(monkeypatch):
    monkeypatch.setattr(scanning, "_BLOCK_BYTES", 2 * 4 * 3)
    vectors = np.arange(21, dtype=np.float32).reshape(7, 3)
    vectors[[1, 4]] = np.nan
    vectors[5] = 0
    vectors[6] = vectors[0]
    parts, fractions = [], []
    found = scan_rows(vectors, lambda fraction, _: fractions.append(fraction), parts.append)
    assert [part.n_seen for part in parts] == [2, 4, 6, 7]
    assert [part.n_not_finite for part in parts] == [1, 1, 2, 2]
    assert parts[-1] == found == RowScan(7, 7, 2, (1, 4), 1, 1)
    assert [part.is_complete for part in parts] == [False, False, False, True]
    assert fractions == [2 / 7, 4 / 7, 6 / 7, 1]


def test_a_mapped_array_in_any_order(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    vectors[7] = vectors[2]
    for order in "CF":
        np.save(tmp_path / "x.npy", np.asarray(vectors, order=order))
        assert scan_rows(np.load(tmp_path / "x.npy", mmap_mode="r")) == RowScan(
            20, 20, n_duplicate=1
        )


@pytest.mark.parametrize("shape", [(0, 5), (1, 1)])
def test_hardly_any_rows(shape):
    assert scan_rows(np.ones(shape, np.float32)) == RowScan(shape[0], shape[0])


def test_it_stops_when_nobody_wants_the_result():
    def stop(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        scan_rows(np.ones((3, 2), np.float32), stop)
