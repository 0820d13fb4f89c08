import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.origin import ReadSettings
from embedviz.formats.reading import BadRows
from embedviz.formats.rows import NOT_FINITE, ORDINARY, ZERO, RowCollector, keep_rows, mark_rows
from embedviz.formats.source import Source


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "x.txt"
    path.write_bytes(b"x")
    return Source(path)


def collect(source, sizes, *, labels=None, bad=(), fraction=1.0, keeps_duplicates=True, **wanted):
    """Return what a collector makes of rows [i, i] in blocks of these sizes."""
    choice = ReadSettings(on_bad_rows="skip", **wanted)
    rows = RowCollector(
        2,
        choice,
        BadRows(source, choice),
        is_labeled=labels is not None,
        keeps_duplicates=keeps_duplicates,
    )
    for size in sizes:
        first = rows.n_read
        if rows.is_full:
            rows.stop()
            break
        rows.space_for(size, fraction)[:] = np.arange(first, first + size)[:, np.newaxis]
        problems = {i: "bad" for i in range(size) if first + i in bad}
        block = None if labels is None else labels[first : first + size]
        rows.add(size, block, problems, lambda row, first=first: f"row {first + row}")
    return rows.contents("test")


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), max_size=6),
    bad=st.sets(st.integers(0, 30), max_size=6),
    limit=st.none() | st.integers(1, 12),
    sample=st.none() | st.integers(1, 12),
    seed=st.integers(0, 3),
)
def test_rows_do_not_depend_on_the_blocks(source, sizes, bad, limit, sample, seed):
    wanted = {"bad": bad, "max_rows": limit, "sample": sample, "seed": seed}
    n_rows = sum(sizes)
    labels = [f"w{i % 20}" for i in range(n_rows)]
    for keeps_duplicates in (True, False):
        wanted["keeps_duplicates"] = keeps_duplicates
        found = collect(source, sizes, labels=labels, **wanted)
        good = [i for i in range(n_rows) if i not in bad]
        if not keeps_duplicates:
            good = [i for i in good if labels[i] not in {labels[j] for j in good if j < i}]
        good = good[:limit]
        if sample is not None:
            keys = np.random.default_rng(seed).random(n_rows)
            good = sorted(sorted(good, key=keys.__getitem__)[:sample])
        assert found.rows.tolist() == good
        assert found.labels == [labels[i] for i in good]
        np.testing.assert_array_equal(
            found.vectors, np.array([[i, i] for i in good]).reshape(-1, 2)
        )


def test_space_follows_the_file_and_not_its_claims(source):
    choice = ReadSettings()
    rows = RowCollector(2, choice, BadRows(source, choice))
    for fraction, most in ((0.5, 300), (1e-12, 900)):
        rows = RowCollector(2, choice, BadRows(source, choice), is_labeled=False)
        rows.space_for(100, fraction)
        assert 100 <= len(rows.storage.matrix) <= most
    limited = ReadSettings(max_rows=10, sample=3)
    rows = RowCollector(2, limited, BadRows(source, limited), is_labeled=False)
    rows.space_for(100, 1e-12)
    assert len(rows.storage.matrix) <= 110


def test_notes(source):
    found = collect(source, [4, 4], labels=list("abacbaxy"), keeps_duplicates=False, sample=2)
    assert found.notes == [
        "3 rows left out, their labels were there before ('a', 'b'): the first of each is kept.",
        "A random sample of 2 of 5 rows, seed 0.",
    ]
    assert collect(source, [3], sample=3).notes == [
        "1 row is all zeros: kept, but without a direction."
    ]
    assert collect(source, [3, 3], bad={0}, max_rows=2).n_rows is None


def test_marks():
    tiny = np.float32(1e-45)
    rows = [[0, 0], [0, -0.0], [tiny, 0], [1, np.nan], [-np.inf, 1], [3.4e38, 1]]
    marks = [ZERO, ZERO, ORDINARY, NOT_FINITE, NOT_FINITE, ORDINARY]
    assert mark_rows(np.array(rows, np.float32)).tolist() == marks


@given(st.sets(st.integers(0, 19)))
def test_keeping_rows_in_place(kept):
    matrix = np.arange(40, dtype=np.float32).reshape(20, 2)
    expected = matrix[sorted(kept)]
    keep_rows(matrix, np.array(sorted(kept), np.int64))
    np.testing.assert_array_equal(matrix[: len(kept)], expected)


def test_keeping_rows_in_blocks(monkeypatch):
    monkeypatch.setattr("embedviz.formats.rows._BLOCK_ROWS", 3)
    matrix = np.arange(40, dtype=np.float32).reshape(20, 2)
    expected = matrix[1:].copy()
    keep_rows(matrix, np.arange(1, 20))
    np.testing.assert_array_equal(matrix[:19], expected)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"max_rows": 0}, "max_rows is 0"),
        ({"sample": -1}, "sample is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"on_bad_rows": "drop"}, "on_bad_rows is 'drop'"),
    ],
)
def test_settings_that_mean_nothing(wanted, message):
    with pytest.raises(UserError, match=message):
        ReadSettings(**wanted)


def test_counting():
    assert [counted(count, "row") for count in (0, 1, 1234)] == ["0 rows", "1 row", "1,234 rows"]
