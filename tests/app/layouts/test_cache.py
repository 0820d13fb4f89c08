import json
import os
import time
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QStandardPaths

from embedviz.app.layouts import cache
from embedviz.app.layouts.cache import find, first_choice, is_bundled, keep
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class Method:
    """A projection for these tests; nothing but its settings matters."""

    width: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Other(Method):
    """Another method with the same settings."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "layouts"


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)


def places(n_components=2, n=30):
    return np.random.default_rng(1).normal(size=(n, n_components)).astype(np.float32)


def test_a_layout_is_found_again_by_content(rows):
    first = VectorSet(rows, name="first")
    assert find(first, Method(), 2) is None
    keep(first, Method(), 2, places())
    for same in (first, VectorSet(rows.copy(), [f"w{i}" for i in range(30)], name="another")):
        found = find(same, Method(), 2)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, places())
    np.testing.assert_array_equal(find(VectorSet(np.asfortranarray(rows)), Method(), 2), places())


def test_rows_without_a_place_stay_so(rows):
    positions = places()
    positions[3] = np.nan
    keep(VectorSet(rows), Method(), 2, positions)
    np.testing.assert_array_equal(find(VectorSet(rows), Method(), 2), positions)


def test_other_content_settings_methods_and_dimensions_are_other_layouts(rows):
    keep(VectorSet(rows), Method(), 2, places())
    changed = rows.copy()
    changed[-1, -1] += 1e-3
    for other in (changed, rows[:-1], rows[::-1], rows.reshape(60, 4), rows[:, :-1]):
        assert find(VectorSet(other), Method(), 2) is None
    for method, n_components in (
        (Method(0.6), 2),
        (Method(seed=1), 2),
        (Other(), 2),
        (Method(), 3),
    ):
        assert find(VectorSet(rows), method, n_components) is None
    assert find(VectorSet(rows), Method(0.5, 0), 2) is not None


def test_the_vectors_are_read_once(rows, monkeypatch):
    vector_set = VectorSet(rows)
    keep(vector_set, Method(), 2, places())
    monkeypatch.setattr(cache, "_hash", lambda vectors: pytest.fail("read again"))
    assert find(vector_set, Method(), 2) is not None


def test_sets_without_rows_or_dimensions():
    for shape in ((0, 4), (3, 0)):
        empty = VectorSet(np.zeros(shape))
        keep(empty, Method(), 2, places(n=shape[0]))
        assert find(empty, Method(), 2).shape == (shape[0], 2)
        assert first_choice(empty) is None


def test_the_file_says_of_what_it_is(rows, folder):
    keep(VectorSet(rows), Method(), 2, places())
    (path,) = folder.iterdir()
    with np.load(path, allow_pickle=False) as archive:
        about = json.loads(str(archive["about"]))
    assert about["key"] == path.stem
    assert about["method"] == "Method"
    assert about["settings"] == {"width": 0.5, "seed": 0}
    assert about["shape"] == [30, 8]


@pytest.mark.parametrize(
    "damage", ["cut", "empty", "text", "changed", "one array", "other array", "other shape"]
)
def test_a_damaged_file_is_removed(rows, folder, damage):
    vector_set = VectorSet(rows)
    keep(vector_set, Method(), 2, places())
    (path,) = folder.iterdir()
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("no layout", encoding="utf-8")
    elif damage == "changed":
        at = data.index(places().tobytes()[:16])
        data[at : at + 4] = b"\x00\x00\x00\x00"
        path.write_bytes(data)
    elif damage == "one array":
        with path.open("wb") as file:
            np.save(file, places())
    elif damage == "other array":
        np.savez(path, others=places())
    else:
        np.savez(path, positions=places(3))
    assert find(vector_set, Method(), 2) is None
    assert not path.exists()
    keep(vector_set, Method(), 2, places())
    assert find(vector_set, Method(), 2) is not None


def test_pickles_are_never_loaded(rows, folder):
    vector_set = VectorSet(rows)
    keep(vector_set, Method(), 2, places())
    (path,) = folder.iterdir()
    np.savez(path, positions=np.array([{}], dtype=object))
    assert find(vector_set, Method(), 2) is None
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_harmless(rows, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path / "file"))
    keep(VectorSet(rows), Method(), 2, places())
    assert find(VectorSet(rows), Method(), 2) is None


def test_a_file_that_cannot_be_read_is_harmless(rows, folder):
    vector_set = VectorSet(rows)
    keep(vector_set, Method(), 2, places())
    (path,) = folder.iterdir()
    path.unlink()
    path.mkdir()
    assert find(vector_set, Method(), 2) is None
    keep(vector_set, Method(), 2, places())


def test_the_layouts_used_longest_ago_are_removed(rows, folder, monkeypatch):
    vector_set = VectorSet(rows)
    methods = [Method(seed=seed) for seed in range(4)]
    now = time.time()
    for age, method in enumerate(methods[:3]):
        before = set(folder.iterdir()) if folder.exists() else set()
        keep(vector_set, method, 2, places())
        (path,) = set(folder.iterdir()) - before
        os.utime(path, (now - 1000 + age, now - 1000 + age))
    assert find(vector_set, methods[0], 2) is not None  # Used just now.
    monkeypatch.setattr(cache, "MOST_BYTES", 3 * path.stat().st_size)
    keep(vector_set, methods[3], 2, places())
    there = [find(vector_set, method, 2) is not None for method in methods]
    assert there == [True, False, True, True]


def test_nothing_half_written_is_left(rows, folder):
    keep(VectorSet(rows), Method(), 2, places())
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


def test_the_usual_folder_is_that_of_the_platform(monkeypatch):
    monkeypatch.delenv("EMBEDVIZ_CACHE_DIR")
    caches = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    assert cache._path("key") == cache.Path(caches) / "embedviz/layouts/key.npz"


def test_words_come_with_layouts_and_others_do_not(words, toy, monkeypatch):
    usual = first_choice(words)
    for n_components in (2, 3):
        assert is_bundled(words, usual, n_components)
        assert find(words, usual, n_components).shape == (10_000, n_components)
    assert not is_bundled(words, PCA(), 2)
    changed = VectorSet(words.vectors * 2)
    assert first_choice(changed) is None
    monkeypatch.setattr(cache, "_hash", lambda vectors: pytest.fail("read for nothing"))
    assert first_choice(toy) is None
    assert not is_bundled(toy, usual, 2)


def test_an_installation_without_layouts(words, monkeypatch, tmp_path):
    def missing(name):
        raise cache.UserError("missing")

    for replacement in (missing, lambda name: tmp_path):
        (tmp_path / "broken.npz").write_bytes(b"")
        monkeypatch.setattr(cache, "resource_path", replacement)
        cache._bundled.cache_clear()
        try:
            assert first_choice(words) is None
        finally:
            monkeypatch.undo()
            cache._bundled.cache_clear()


def test_a_bundled_method_that_is_no_more(words, monkeypatch):
    monkeypatch.setattr(cache, "PROJECTIONS", {"PCA": PCA})
    assert first_choice(words) is None
