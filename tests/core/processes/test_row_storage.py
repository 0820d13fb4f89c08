"""Rows of files that are read: in memory, or in a file that has no name."""

import shutil
from collections import namedtuple

import numpy as np
import pytest

import embedviz
from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.processes import row_storage as module
from embedviz.core.processes.row_storage import (
    RowsInMemory,
    RowsOnDisk,
    release_pages,
    row_storage,
    rows_on_disk,
)
from embedviz.formats import open_file


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_rows_stay_what_they_are_while_it_grows(tmp_path, is_on_disk):
    rows = RowsOnDisk(3, tmp_path) if is_on_disk else RowsInMemory(3)
    given = np.arange(30_000, dtype=np.float32).reshape(-1, 3)
    n_used = 0
    for size in (10, 11, 3000, 10_000):
        rows.grow(size, n_used)
        rows.matrix[n_used:size] = given[n_used:size]
        n_used = size
        rows.release(n_used)
    np.testing.assert_array_equal(rows.taken(9_999), given[:9_999])


def test_pages_are_given_back_and_the_rows_are_still_there(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_RELEASED_BYTES", 1)
    rows = RowsOnDisk(4, tmp_path)
    rows.grow(5000, 0)
    for start in range(0, 5000, 500):
        rows.matrix[start : start + 500] = start
        rows.release(start + 500)
    np.testing.assert_array_equal(rows.taken(5000)[::500, 0], np.arange(0, 5000, 500))


def test_a_mapped_copy_keeps_its_changes(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((4, 3), np.float32))
    array = np.load(tmp_path / "x.npy", mmap_mode="c")
    array[1] = 5
    release_pages(array[1:].view())
    assert array[1].tolist() == [5, 5, 5]


def test_only_within_the_block_rows_go_to_the_disk(tmp_path):
    with rows_on_disk(tmp_path):
        assert isinstance(row_storage(2), RowsOnDisk)
        with rows_on_disk(None):
            assert isinstance(row_storage(2), RowsInMemory)
    assert isinstance(row_storage(2), RowsInMemory)


@pytest.mark.parametrize("name", ["x.vec", "x.bin", "x.csv", "x.parquet", "x.jsonl", "x.vec.gz"])
@pytest.mark.parametrize("sample", [None, 40])
def test_every_format_reads_the_same_rows_either_way(tmp_path, name, sample):
    vectors = np.random.default_rng(0).normal(size=(300, 5)).astype(np.float32)
    labels = [f"n{i}" for i in range(300)]
    embedviz.save(embedviz.VectorSet(vectors, labels, {"count": range(300)}), tmp_path / name)
    settings = ReadSettings(sample=sample)
    expected = open_file(tmp_path / name, settings)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with rows_on_disk(scratch):
        found = open_file(tmp_path / name, settings)
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    assert found.labels == expected.labels
    assert found.metadata.equals(expected.metadata)
    # It has no name, or is gone with the last who holds it.
    del found
    assert list(scratch.iterdir()) == []


def test_a_disk_without_room_is_told_before_anything_is_read(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 0, 1000))
    rows = RowsOnDisk(10, tmp_path)
    rows.require("x.vec", 20)
    with pytest.raises(UserError, match=r"x\.vec is unpacked .* are free in .* Make room"):
        rows.require("x.vec", 1000)


def test_a_disk_that_gets_full_is_told_too(tmp_path, monkeypatch):
    def refuse(file, n_bytes):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_reserve", refuse)
    with pytest.raises(UserError, match=r"No space left on device\. Make room"):
        RowsOnDisk(10, tmp_path).grow(100, 0)
    assert list(tmp_path.iterdir()) == []
