import errno
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import inspect, load, save
from embedviz.formats.paths import companion_of
from embedviz.formats.writing import atomic_write
from embedviz.formats.writing.atomic_write import finish_saving, replaced_files

OLD = VectorSet(np.eye(3), ["a", "b", "c"], {"kind": ["x", "y", "z"]})
NEW = VectorSet(2 * np.eye(3), ["d", "e", "f"], {"kind": ["u", "v", "w"]})


class Killed(BaseException):
    """The process ends here; what would still be done is not done."""


@pytest.fixture
def killed_at(monkeypatch):
    """Let the process end before the so-many-th file is put in its place."""

    def arrange(count):
        real, done = atomic_write._put, []

        def put(source, target):
            if len(done) == count:
                # Nothing is tidied up by a process that is gone.
                monkeypatch.setattr(type(source), "unlink", lambda *_, **__: None)
                raise Killed
            done.append(target)
            real(source, target)

        monkeypatch.setattr(atomic_write, "_put", put)

    return arrange


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("name", ["x.npy", "x.tsv"])
def test_what_was_promised_is_done_by_the_next_load(tmp_path, killed_at, monkeypatch, name, count):
    path = tmp_path / name
    save(OLD, path)
    with monkeypatch.context() as patches:
        killed_at(count)
        with pytest.raises(Killed):
            save(NEW, path)
        patches.undo()
    monkeypatch.undo()
    assert len(names(tmp_path)) > 2
    found = load(path)
    assert found.labels == NEW.labels
    np.testing.assert_array_equal(found.vectors, NEW.vectors)
    assert found.metadata["kind"].to_pylist() == ["u", "v", "w"]
    assert names(tmp_path) == [name, f"{name}.metadata.tsv"]


@pytest.mark.parametrize("read", [inspect, lambda path: save(OLD, path), finish_saving])
def test_others_finish_it_too(tmp_path, killed_at, monkeypatch, read):
    path = tmp_path / "x.npy"
    save(OLD, path)
    killed_at(1)
    with pytest.raises(Killed):
        save(NEW, path)
    monkeypatch.undo()
    read(path)
    assert names(tmp_path) == ["x.npy", "x.npy.metadata.tsv"]
    assert load(path).labels in (OLD.labels, NEW.labels)


def test_a_table_of_the_same_name_comes_after_what_was_promised(tmp_path, killed_at, monkeypatch):
    path = tmp_path / "x.tsv"
    killed_at(0)
    with pytest.raises(Killed):
        save(NEW, path)
    monkeypatch.undo()
    with replaced_files([path]) as files:
        files[0].write(b"a\t1\t2\nb\t3\t4\n")
    assert load(path).labels[0] != "d"
    assert path.read_bytes() == b"a\t1\t2\nb\t3\t4\n"


def test_a_process_killed_before_the_promise_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "x.npy"
    save(OLD, path)
    monkeypatch.setattr(atomic_write, "_replace_both", lambda *_: (_ for _ in ()).throw(Killed()))
    monkeypatch.setattr(atomic_write, "suppress", lambda *_: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        save(NEW, path)
    monkeypatch.undo()
    assert len(names(tmp_path)) == 4
    assert load(path).labels == OLD.labels
    np.testing.assert_array_equal(load(path).vectors, OLD.vectors)


@pytest.mark.parametrize("text", ["", "../../x", "zzzzzzzz-1-00000000", "0" * 100, "\xff"])
def test_a_promise_that_is_none_is_left_alone(tmp_path, text):
    path = tmp_path / "x.npy"
    save(OLD, path)
    atomic_write._promise(path).write_text(text, "latin-1")
    assert load(path).labels == OLD.labels


def test_a_promise_without_its_files_is_over(tmp_path):
    path = tmp_path / "x.npy"
    save(OLD, path)
    atomic_write._promise(path).write_text("00000000-1-00000000")
    assert load(path).labels == OLD.labels
    assert names(tmp_path) == ["x.npy", "x.npy.metadata.tsv"]


def test_a_promise_that_cannot_be_kept_is_said(tmp_path, killed_at, monkeypatch):
    path = tmp_path / "x.npy"
    save(OLD, path)
    killed_at(0)
    with pytest.raises(Killed):
        save(NEW, path)
    monkeypatch.undo()

    def refuse(source, target):
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patches:
        patches.setattr(atomic_write, "_put", refuse)
        with pytest.raises(UserError, match=r"x\.npy was being saved .* Read-only file system"):
            load(path)
    assert load(path).labels == NEW.labels


@pytest.mark.parametrize("count", [0, 1])
def test_files_in_use_are_left_as_they_are(tmp_path, monkeypatch, count):
    path, done = tmp_path / "x.npy", []
    save(OLD, path)
    real = atomic_write._put

    def put(source, target):
        if len(done) == count:
            raise PermissionError(errno.EACCES, "Access is denied")
        done.append(target)
        real(source, target)

    with monkeypatch.context() as patches:
        patches.setattr(atomic_write, "_put", put)
        with pytest.raises(UserError, match="Access is denied"):
            save(NEW, path)
    # Where the first file is new, the second follows with the next load.
    assert load(path).labels == (NEW if count else OLD).labels
    assert names(tmp_path) == ["x.npy", "x.npy.metadata.tsv"]


def _leave(path, process, seconds):
    mark = f"{atomic_write._machine()}-{process}-00000000"
    left = atomic_write._temporary(path, mark)
    left.write_bytes(b"half")
    then = time.time() - seconds
    os.utime(left, (then, then))
    return left


def test_what_killed_processes_left_is_removed_after_a_while(tmp_path):
    path = tmp_path / "x.npy"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = _leave(path, ended.pid, 3600)
    gone_too = _leave(companion_of(path), ended.pid, 3600)
    kept = [
        _leave(path, os.getpid(), 3600),
        _leave(tmp_path / "y.npy", ended.pid, 3600),
    ]
    foreign = gone.with_name(gone.name.replace(atomic_write._machine(), "00000000"))
    foreign.write_bytes(b"half")
    fresh = gone.with_name(gone.name.replace("00000000", "00000001"))
    fresh.write_bytes(b"half")
    save(OLD, path)
    assert not gone.exists()
    assert not gone_too.exists()
    assert all(each.exists() for each in (*kept, foreign, fresh))


def test_targets_that_are_no_files(tmp_path):
    (tmp_path / "x.npy").mkdir()
    with pytest.raises(UserError, match=r"x\.npy is a folder"):
        save(OLD, tmp_path / "x.npy")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "y.npy")
        with pytest.raises(UserError, match=r"y\.npy is not an ordinary file"):
            save(OLD, tmp_path / "y.npy")
    assert names(tmp_path) in (["x.npy"], ["x.npy", "y.npy"])


def test_write_protected_files_stay(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    save(OLD, path)
    monkeypatch.setattr(os, "access", lambda *_: False)  # The tests may run as root.
    with pytest.raises(UserError, match=r"x\.csv is write-protected"):
        save(NEW, path)
    monkeypatch.undo()
    assert load(path).labels == OLD.labels


def test_long_names_and_odd_names(tmp_path):
    for name in (f"{'x' * 230}.npy", "\udcff.csv", "é %s {}.csv"):
        save(OLD, tmp_path / name)
        assert load(tmp_path / name).labels == OLD.labels
    with pytest.raises(UserError, match="File name too long"):
        save(OLD, tmp_path / f"{'x' * 300}.csv")
    with pytest.raises(UserError, match="NUL"):
        save(OLD, "a\0b.csv")
    with pytest.raises(UserError, match="line break in this path"):
        save(OLD, tmp_path / "a\nb.csv")
    assert not (tmp_path / "a\nb.csv").exists()


def test_a_folder_that_cannot_be_synchronized_is_no_failure(tmp_path, monkeypatch):
    real = os.open

    def refuse(path, *arguments, **names):
        if os.path.isdir(path):
            raise PermissionError
        return real(path, *arguments, **names)

    monkeypatch.setattr(os, "open", refuse)
    save(OLD, tmp_path / "x.npy")
    assert load(tmp_path / "x.npy").labels == OLD.labels
