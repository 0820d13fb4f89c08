"""Processes that are killed while they save leave the old file or the new one."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from fuzz import kills


def test_saves_and_autosaves_may_be_killed_at_any_moment(tmp_path):
    assert kills.run(20, seed=4, folder=tmp_path) == []
    saved = {path.name for path in tmp_path.iterdir()}
    assert {f"vectors{suffix}" for suffix in kills.SUFFIXES} < saved
    assert not [name for name in saved if name.endswith((".saving", ".tmp"))]


@pytest.mark.parametrize("name", kills.SAVINGS)
def test_whole_files_are_known(tmp_path, name):
    saving = kills.SAVINGS[name]
    path = tmp_path / f"x{saving.suffix}"
    saving.save(path, 3)
    assert kills.judge(name, path, 3) == (3, "")
    assert kills.judge(name, path, 2) == (3, "")
    assert kills.judge(name, path, 4) == (3, "version 3 is there")
    path.write_bytes(path.read_bytes()[:-30])
    assert kills.judge(name, path, 3)[1]
    path.unlink()
    assert kills.judge(name, path, 3)[1]


def test_files_of_two_versions_are_known(tmp_path):
    path = tmp_path / "x.npy"
    kills.SAVINGS["vectors.npy"].save(path, 3)
    old = path.read_bytes()
    kills.SAVINGS["vectors.npy"].save(path, 3 + 2000)  # With as many rows.
    path.write_bytes(old)
    assert kills.judge("vectors.npy", path, 3)[1] == (
        "ValueError: the vectors are not those of the labels"
    )
