import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.neighbors import METRICS, NeighborSearch
from embedviz.core.vector_set import VectorSet
from embedviz.formats.writing import neighbor_lists
from embedviz.formats.writing.neighbor_lists import SCORES, save_neighbors


def expected(vector_set, count, metric, rows):
    search = NeighborSearch(vector_set.vectors, metric)
    for row in rows:
        found = search.nearest(vector_set.vectors[row], count, exclude=[row])
        for rank, (other, score) in enumerate(zip(*found, strict=True), 1):
            labels = vector_set.labels[row], vector_set.labels[other]
            yield {
                "row": row,
                "label": labels[0],
                "rank": rank,
                "neighbor_row": int(other),
                "neighbor_label": labels[1],
                SCORES[metric]: score,
            }


def require_same(found, wanted, score):
    wanted = list(wanted)
    assert len(found) == len(wanted)
    for line, other in zip(found, wanted, strict=True):
        assert list(line) == list(other)
        for name in ("row", "rank", "neighbor_row"):
            assert int(line[name]) == other[name]
        assert line["label"] == other["label"]
        assert line["neighbor_label"] == other["neighbor_label"]
        assert float(line[score]) == pytest.approx(float(other[score]), rel=1e-6, abs=1e-6)


@pytest.fixture
def ugly(toy):
    labels = [f'w "{i}", or so' if i % 3 else f"ü{i}" for i in range(50)]
    return VectorSet(toy.vectors, labels)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("rows", [None, [7, 3, 3]])
@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".parquet"])
def test_the_nearest_rows_are_written(tmp_path, ugly, metric, rows, suffix, monkeypatch, read):
    monkeypatch.setattr(neighbor_lists, "_BLOCK_LINES", 40)
    path = tmp_path / f"x{suffix}"
    save_neighbors(ugly, path, 4, metric, rows)
    wanted = expected(ugly, 4, metric, range(50) if rows is None else rows)
    require_same(read(path), wanted, SCORES[metric])


def test_fewer_rows_than_neighbors(tmp_path, read):
    three = VectorSet(np.eye(3, 2) + 1, ["a", "b", "c"])
    for suffix in (".csv", ".feather", ".arrow"):
        save_neighbors(three, tmp_path / f"x{suffix}", 10)
        found = read(tmp_path / f"x{suffix}")
        assert [int(line["rank"]) for line in found] == [1, 2] * 3
        assert {line["label"] for line in found} == set("abc")


@pytest.mark.parametrize(
    ("path", "settings", "message"),
    [
        ("x.npy", {}, "neighbors are written as .csv"),
        ("x", {}, "neighbors are written as .csv"),
        ("x.csv", {"count": 0}, "it must be at least 1"),
        ("x.csv", {"rows": []}, "No rows are selected"),
        ("no/x.csv", {}, "No such file or directory"),
    ],
)
def test_what_cannot_be_written(tmp_path, toy, path, settings, message):
    with pytest.raises(UserError, match=message):
        save_neighbors(toy, tmp_path / path, **settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("metric", METRICS)
def test_rows_that_are_nobodys_neighbors(tmp_path, metric):
    with pytest.raises(UserError, match="one row only"):
        save_neighbors(VectorSet([[1, 2]]), tmp_path / "x.csv", metric=metric)
    bad = VectorSet([[1, 2], [np.nan, 1], [2, 1]])
    with pytest.raises(UserError, match="NaN"):
        save_neighbors(bad, tmp_path / "x.csv", metric=metric)
    assert list(tmp_path.iterdir()) == []


def test_tabs_in_labels(tmp_path, read):
    odd = VectorSet(np.eye(2), ["a\tb", "c"])
    with pytest.raises(UserError, match="has a tab in it"):
        save_neighbors(odd, tmp_path / "x.tsv")
    save_neighbors(odd, tmp_path / "x.csv")
    assert read(tmp_path / "x.csv")[0]["label"] == "a\tb"


def test_progress_goes_on_and_can_be_stopped(tmp_path, toy):
    seen = []
    for metric in METRICS:
        seen.clear()
        path = tmp_path / "x.csv"
        save_neighbors(toy, path, metric=metric, report=lambda part, _: seen.append(part))
        assert seen == sorted(seen)
        assert 0 <= seen[0] <= seen[-1] <= 1

    def stop(fraction, words):
        raise KeyboardInterrupt

    before = (tmp_path / "x.csv").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        save_neighbors(toy, tmp_path / "x.csv", 3, report=stop)
    assert (tmp_path / "x.csv").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
