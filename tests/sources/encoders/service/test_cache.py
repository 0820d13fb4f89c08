"""The cache of paid vectors: several processes, damage, bounds, and clearing."""

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.sources.encoders.service.cache import VectorCache, space_key, vector_key

SPACE = space_key("http://localhost/v1", "tiny", None)


def keys_of(count, start=0):
    return [vector_key(SPACE, f"text {number}") for number in range(start, start + count)]


def vectors_of(count, dimensions=8, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)


def found(cache, keys):
    return dict(cache.find(keys))


@pytest.fixture
def cache(cache_path):
    return VectorCache(cache_path)


def test_vectors_come_back_bit_for_bit(cache):
    keys, vectors = keys_of(1200), vectors_of(1200)
    assert cache.keep(SPACE, keys, vectors)
    back = found(cache, keys)
    assert sorted(back) == list(range(1200))
    assert all((back[at] == vectors[at]).all() for at in back)
    assert cache.missing(keys) == set()
    assert cache.missing([*keys_of(2, 5000), *keys]) == {0, 1}
    assert (cache.n_vectors, cache.length(SPACE)) == (1200, 8)
    assert cache.description.startswith("1,200 vectors · ")
    assert not cache.notice


def test_one_that_was_never_written_is_empty(cache, cache_path):
    assert cache.missing(keys_of(3)) == {0, 1, 2}
    assert found(cache, keys_of(3)) == {}
    assert cache.length(SPACE) is None
    assert (cache.n_vectors, cache.n_bytes) == (0, 0)
    cache.clear()
    cache.forget(SPACE)
    assert not cache_path.parent.exists(), "looking writes nothing"


def test_it_holds_no_text(cache, cache_path):
    key = vector_key(SPACE, "a very particular text")
    cache.keep(SPACE, [key], vectors_of(1))
    written = b"".join(path.read_bytes() for path in cache_path.parent.iterdir())
    for word in (b"particular", b"tiny", b"localhost"):
        assert word not in written


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_may_read_it(cache, cache_path):
    cache.keep(SPACE, keys_of(1), vectors_of(1))
    assert stat.S_IMODE(cache_path.stat().st_mode) == 0o600


def test_keys_differ_by_each_part():
    spaces = [
        space_key(address, model, dimensions)
        for address in ("http://a/v1", "http://b/v1")
        for model in ("m", "n")
        for dimensions in (None, 3)
    ]
    # Parts that are the same one after the other, but not each.
    spaces += [space_key("ab", "c", None), space_key("a", "bc", None), space_key("a", "bc1", 2)]
    spaces.append(space_key("a", "bc", 12))
    keys = {vector_key(space, text) for space in spaces for text in ("x", "y")}
    assert len(keys) == 2 * len(spaces)


DAMAGES = {
    "text": lambda path: path.write_bytes(b"not a database at all" * 100),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "overwritten": lambda path: path.write_bytes(
        path.read_bytes()[:100] + b"\xff" * (path.stat().st_size - 100)
    ),
    "other tables": lambda path: other_tables(path),
}


def other_tables(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE vectors (name TEXT)")
        database.commit()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("first", ["keep", "find", "missing"])
def test_a_damaged_file_is_moved_aside_and_said(cache, cache_path, damage, first):
    keys, vectors = keys_of(300), vectors_of(300)
    cache.keep(SPACE, keys, vectors)
    DAMAGES[damage](cache_path)
    damaged = cache_path.read_bytes()
    if first == "find":
        assert found(cache, keys) == {}
    elif first == "missing":
        assert cache.missing(keys) == set(range(300))
    assert cache.keep(SPACE, keys, vectors)
    assert len(found(cache, keys)) == 300
    aside = cache_path.with_name(f"{cache_path.name}.damaged-1")
    if damage == "other tables":  # Which SQLite itself could read, and has marked as its own.
        damaged = aside.read_bytes()[:16]
        assert damaged == b"SQLite format 3\0"
    assert aside.read_bytes().startswith(damaged)
    assert str(aside) in cache.notice


def test_a_second_damaged_file_overwrites_no_first(cache, cache_path):
    for number in (1, 2):
        cache_path.parent.mkdir(exist_ok=True)
        cache_path.write_text(f"damage {number} " * 100)
        cache.keep(SPACE, keys_of(1), vectors_of(1))
        aside = cache_path.with_name(f"{cache_path.name}.damaged-{number}")
        assert aside.read_text().startswith(f"damage {number}")


@pytest.mark.parametrize("vector", [b"", b"12345", np.float32("nan").tobytes(), "text"])
def test_a_vector_that_is_none_is_as_if_it_were_not_there(cache, cache_path, vector):
    cache.keep(SPACE, keys_of(2), vectors_of(2))
    with closing(sqlite3.connect(cache_path)) as database:
        database.execute("UPDATE vectors SET vector = ? WHERE key = ?", (vector, keys_of(1)[0]))
        database.commit()
    assert list(found(cache, keys_of(2))) == [1]


def test_its_size_is_bounded_and_the_oldest_go_first(cache_path, monkeypatch):
    now = [0]
    monkeypatch.setattr("time.time", lambda: now[0])
    cache = VectorCache(cache_path, most_bytes=400_000)
    for number in range(40):
        now[0] = number * 100_000
        cache.keep(SPACE, keys_of(50, 50 * number), vectors_of(50, 64))
        cache.missing(keys_of(10))
        found(cache, keys_of(10))  # Used all the time.
    assert cache.missing(keys_of(10)) == set()
    assert cache.missing(keys_of(50, 50 * 39)) == set(), "the newest stay"
    assert len(cache.missing(keys_of(40, 10))) == 40, "the oldest go"
    assert cache.n_bytes < 1_000_000


def test_a_bound_below_one_vector_is_no_end(cache_path):
    cache = VectorCache(cache_path, most_bytes=10)
    assert cache.keep(SPACE, keys_of(5), vectors_of(5))
    assert cache.n_vectors == 0


def test_clearing_gives_the_room_back(cache):
    cache.keep(SPACE, keys_of(2000), vectors_of(2000, 64))
    before = cache.n_bytes
    cache.clear()
    assert cache.n_vectors == 0
    assert cache.length(SPACE) is None
    assert cache.n_bytes < before / 10


def test_one_model_can_be_forgotten(cache):
    other = space_key("http://localhost/v1", "other", None)
    key = vector_key(other, "text")
    cache.keep(SPACE, keys_of(3), vectors_of(3))
    cache.keep(other, [key], vectors_of(1))
    cache.forget(SPACE)
    assert cache.missing([*keys_of(3), key]) == {0, 1, 2}


def test_clearing_what_somebody_writes_to_is_said(cache, cache_path, monkeypatch):
    monkeypatch.setattr("embedviz.sources.encoders.service.cache._BUSY_SECONDS", 0.01)
    cache.keep(SPACE, keys_of(1), vectors_of(1))
    with closing(sqlite3.connect(cache_path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(UserError, match="could not be changed"):
            cache.clear()
        assert not cache.keep(SPACE, keys_of(1, 1), vectors_of(1))
        assert "cannot be kept" in cache.notice
        assert list(found(cache, keys_of(1))) == [0], "reading goes on"
        database.execute("ROLLBACK")
    assert cache.keep(SPACE, keys_of(1, 1), vectors_of(1))


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    cache = VectorCache(tmp_path / "file" / "vectors.sqlite")
    assert not cache.keep(SPACE, keys_of(1), vectors_of(1))
    assert "cannot be kept" in cache.notice


WRITER = """
import sys
from pathlib import Path
import numpy as np
from embedviz.sources.encoders.service.cache import VectorCache, space_key, vector_key
space = space_key("http://localhost/v1", "tiny", None)
start = int(sys.argv[2])
cache = VectorCache(Path(sys.argv[1]))
for number in range(start, start + 60, 3):
    keys = [vector_key(space, f"text {each}") for each in range(number, number + 3)]
    assert cache.keep(space, keys, np.full((3, 8), number, dtype=np.float32)), cache.notice
    assert cache.missing(keys) == set()
"""


def test_processes_write_at_once(cache, cache_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(cache_path), str(start)])
        for start in (0, 60, 30)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    assert cache.missing(keys_of(120)) == set()
    assert cache.n_vectors == 120
    assert not list(Path(cache_path.parent).glob("*.damaged*"))


def test_threads_write_at_once(cache):
    threads = [
        threading.Thread(
            target=lambda start: cache.keep(SPACE, keys_of(20, start), vectors_of(20)),
            args=(20 * number,),
        )
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.missing(keys_of(120)) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_what_is_kept_is_there_after_a_kill(cache, cache_path):
    code = WRITER + "\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", code, str(cache_path), "0"], check=False)
    assert cache.missing(keys_of(60)) == set()
