"""Clusters: found, also among many points and until somebody stops it, and named."""

import numpy as np
import psutil
import pytest
from sklearn.cluster import HDBSCAN

from embedviz.core.clusters import cluster_names, find_clusters, finding, usual_min_size
from embedviz.core.clusters.worker import clusters_of
from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample, resource_path


def blobs(*parts, n_dimensions=2, seed=0):
    """Return points around places on the diagonal, given as (number, place)."""
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(size=(n, n_dimensions)) * 0.1 + at for n, at in parts])


@pytest.fixture
def found_here(monkeypatch):
    """Find clusters in this process, and return what each job was."""
    jobs = []

    def found(job, report):
        jobs.append(job)
        return clusters_of(**job.arrays, min_size=job.facts["min_size"])

    monkeypatch.setattr(finding, "_run", found)
    return jobs


def test_a_process_finds_them_as_scikit_learn_does():
    points = blobs((60, 0), (90, 5), (40, 10))
    found = find_clusters(points, 10)
    assert found.n_divided == 0
    codes = found.codes
    expected = HDBSCAN(min_cluster_size=10, min_samples=5, copy=True).fit_predict(points)
    assert codes.dtype == np.int32
    pairs = set(zip(codes.tolist(), expected.tolist(), strict=True))
    assert len(pairs) == len(set(codes.tolist())) == len(set(expected.tolist()))
    assert (-1 in codes) == ((-1, -1) in pairs)


@pytest.mark.parametrize("n_dimensions", [2, 3])
def test_the_largest_comes_first_and_what_has_no_place_is_in_none(found_here, n_dimensions):
    points = blobs((60, 0), (90, 5), (40, 10), n_dimensions=n_dimensions)
    codes = find_clusters(np.vstack([points, np.full(n_dimensions, np.nan)]), 10).codes
    assert codes.dtype == np.int32
    assert codes[-1] == -1
    assert [
        np.bincount(codes[a:b] + 1).argmax() - 1 for a, b in ((0, 60), (60, 150), (150, 190))
    ] == [1, 0, 2]


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_too_few_points_are_no_cluster_and_need_no_process(monkeypatch, count):
    monkeypatch.setattr(finding, "ChildProcess", lambda *_: pytest.fail("started"))
    assert find_clusters(np.zeros((count, 2)), 5).codes.tolist() == [-1] * count


def test_of_too_many_points_some_are_looked_at_and_the_others_follow(monkeypatch, found_here):
    monkeypatch.setattr(finding, "MOST_FITTED", 500)
    parts = (1200, 0), (500, 6), (300, 12)
    points = blobs(*parts)
    found = find_clusters(points, 100)
    codes = found.codes
    assert found.n_divided == 0, "a round heap stays whole, with 60 % of the points as well"
    (job,) = found_here
    assert (len(job.arrays["fitted"]), len(job.arrays["others"])) == (500, 1500)
    assert job.facts["min_size"] == 25, "as many of those as are their share"
    for cluster, (first, last) in enumerate(((0, 1200), (1200, 1700), (1700, 2000))):
        assert np.mean(codes[first:last] == cluster) > 0.9
    np.testing.assert_array_equal(codes, find_clusters(points, 100).codes)
    assert (codes != find_clusters(points, 100, seed=3).codes).mean() < 0.1


LAYOUTS = ["sentences-umap-2d", "sentences-umap-3d", "words-wordllama-umap-3d"]
"""Bundled layouts in which nearly all of the groups touch."""


def positions_of(layout):
    with np.load(resource_path(f"layouts/{layout}.npz")) as arrays:
        return arrays["positions"].astype(np.float64)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_cluster_is_nearly_everything(found_here, layout):
    """HDBSCAN alone makes one of 93 to 95 % of the points, beside a few that lie apart."""
    points = positions_of(layout)
    size = usual_min_size(len(points))
    usual = HDBSCAN(min_cluster_size=size, min_samples=5, copy=True).fit_predict(points)
    (largest, count) = max(
        zip(*np.unique(usual, return_counts=True), strict=True), key=lambda x: x[1]
    )
    assert count > 0.9 * len(points)
    found = find_clusters(points)
    assert found.n_divided == count
    counts = np.bincount(found.codes[found.codes >= 0])
    assert len(counts) >= 12
    assert counts.max() < 0.2 * len(points)
    assert counts.min() >= size
    assert (np.diff(counts) <= 0).all(), "the largest first"
    # Those that lay apart are as they were.
    for code in set(usual.tolist()) - {-1, largest}:
        assert len(set(found.codes[usual == code].tolist())) == 1
        assert (found.codes == found.codes[usual == code][0]).sum() == (usual == code).sum()


def test_parts_of_the_bundled_sentences_have_topics_in_common(found_here):
    """A cluster of 94 % has 9 % of a topic; its parts, several times as much of their own."""
    points = positions_of("sentences-umap-2d")
    topics = np.array(load_sample("sentences").metadata.column("topic").to_pylist())
    codes = find_clusters(points).codes
    shares = [
        np.unique(topics[codes == code], return_counts=True)[1].max() / (codes == code).sum()
        for code in range(codes.max() + 1)
    ]
    assert np.mean(shares) > 0.4


@pytest.mark.parametrize("part", [0.6, 0.8, 0.95])
def test_a_round_heap_is_not_divided(found_here, part):
    count = round(2000 * part)
    found = find_clusters(blobs((count, 0), (2000 - count, 5)))
    assert found.n_divided == 0
    counts = np.bincount(found.codes[found.codes >= 0])
    assert counts == pytest.approx([count, 2000 - count], abs=20)


def test_those_that_go_with_the_nearest_are_counted_as_divided_too():
    points = positions_of("sentences-umap-2d")
    alone, n_alone = clusters_of(points, points[:0], 18)
    codes, n_divided = clusters_of(points, points[::3], 18)
    np.testing.assert_array_equal(codes, np.concatenate([alone, alone[::3]]))
    assert n_divided > 1.2 * n_alone > 0


def test_the_usual_size_grows_with_the_root():
    assert [usual_min_size(n) for n in (10, 10_000, 1_000_000)] == [5, 50, 500]


def test_stop_ends_the_process_at_once(monkeypatch):
    started = []

    class Watched(ChildProcess):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            started.append(psutil.Process(self.pid))

    def stop(part, words):
        assert 0 <= part < 1
        assert "1,000 points" in words
        raise Cancelled

    monkeypatch.setattr(finding, "ChildProcess", Watched)
    with pytest.raises(Cancelled):
        find_clusters(blobs((1000, 0)), 10, stop)
    (process,) = started
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_process_that_is_ended_from_outside_is_told(monkeypatch):
    class Doomed(ChildProcess):
        def send(self, message):
            psutil.Process(self.pid).kill()

    monkeypatch.setattr(finding, "ChildProcess", Doomed)
    with pytest.raises(UserError, match="ended unexpectedly"):
        find_clusters(blobs((100, 0)), 10)


def test_words_that_set_a_cluster_apart_name_it():
    texts = [f"the guitar plays music {k}" for k in "abcd"] + [
        f"the sauce needs salt {k}" for k in "abcd"
    ]
    codes = np.repeat([0, 1], 4)
    names = cluster_names(codes, texts.__getitem__, np.eye(8, dtype=np.float32))
    assert "guitar" in names[0]
    assert "sauce" in names[1]
    assert "the" not in " ".join(names).replace(",", "").split()


def test_frequent_words_name_no_cluster_that_is_nearly_everything():
    rng = np.random.default_rng(0)
    usual = ["was", "with", "this", "that"]
    rare = [f"{a}{b}le" for a in "bcdfgklm" for b in ("arti", "olti", "umpi", "enka", "istu")]
    texts = [" ".join([*rng.choice(usual, 3), *rng.choice(rare, 2)]) for _ in range(200)]
    texts += [f"{rng.choice(usual)} guitar {rng.choice(rare)}" for _ in range(12)]
    codes = np.repeat([0, 1], [200, 12])
    names = cluster_names(codes, texts.__getitem__, np.zeros((212, 2), dtype=np.float32))
    assert not set(usual) & set(" ".join(names).replace(",", "").split())
    assert names[1].startswith("guitar")


def test_single_words_name_a_cluster_by_those_in_its_middle():
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(30)[:2], 20, axis=0) + 0.2 * rng.normal(size=(40, 30))
    vectors[[7, 27]] = np.eye(30)[:2]
    words = [f"left{chr(97 + k)}x" if k < 20 else f"right{chr(77 + k)}x" for k in range(40)]
    words[7], words[27] = "guitar", "sauce"
    names = cluster_names(np.repeat([0, 1], 20), words.__getitem__, vectors.astype(np.float32))
    assert names[0].startswith("guitar")
    assert names[1].startswith("sauce")


@pytest.mark.parametrize("text", ["", "the same text"])
def test_no_two_clusters_have_one_name(text):
    codes = np.repeat([0, 1, 2], 5)
    names = cluster_names(codes, lambda row: text, np.zeros((15, 2), dtype=np.float32))
    assert len(set(names)) == 3
    assert all(names)
