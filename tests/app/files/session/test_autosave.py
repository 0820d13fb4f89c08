"""The session that is saved by itself, and what is left of one after a crash."""

import json
import os
import subprocess
import sys
import time

import pytest

from embedviz.app.files.session.autosave import Autosave, SavedFile, autosave_folder, find_orphan
from embedviz.app.files.session.contents import SUFFIX
from embedviz.app.files.session.steps import STEPS


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def autosave(session):
    autosave = Autosave(session, dict, STEPS, session)
    yield autosave
    autosave.close()


@pytest.fixture
def saved(qtbot, autosave):
    """Return a function that saves, and gives the files and whether something was written."""

    def save():
        before = stamps()
        autosave.save()
        qtbot.waitUntil(lambda: not autosave._task.is_busy)
        return sessions(), stamps() != before

    return save


def sessions():
    return sorted(autosave_folder().glob(f"*{SUFFIX}"))


def stamps():
    return [(path.stat().st_ino, path.stat().st_mtime_ns) for path in sessions()]


def test_nothing_is_saved_while_nothing_is_open(saved):
    assert saved() == ([], False)


def test_it_is_saved_when_something_has_changed_and_only_then(session, saved, load_words):
    session.show(session.state.opened(load_words()))
    (path,), was_written = saved()
    assert was_written
    assert not saved()[1]
    session.show(session.state.selecting([1, 2, 3]))
    assert saved() == ([path], True)
    assert not saved()[1]
    assert json.loads(path.read_text())["state"]["selected"]["rows"] == [1, 2, 3]


def test_a_change_of_the_window_alone_is_saved(session, saved, autosave, load_words):
    session.show(session.state.opened(load_words()))
    assert saved()[1]
    autosave._describe = lambda: {"theme": "dark"}
    assert saved()[1]
    assert not saved()[1]


def test_what_is_only_in_memory_leaves_no_file(session, saved, toy, load_words):
    session.show(session.state.opened(toy))
    assert saved()[0] == []
    session.show(session.state.opened(load_words()))
    assert len(saved()[0]) == 1
    session.show(session.state.closed(session.state.sets[1]))
    assert saved()[0] == []


def test_the_file_is_gone_when_the_window_is_closed(session, saved, autosave, load_words):
    session.show(session.state.opened(load_words()))
    saved()
    autosave.close()
    assert list(autosave_folder().iterdir()) == []
    session.show(session.state.selecting([1]))
    autosave.save()
    assert sessions() == []


def test_the_timer_saves(qtbot, session, autosave, load_words):
    session.show(session.state.opened(load_words()))
    autosave._timer.setInterval(1)
    autosave.start()
    qtbot.waitUntil(lambda: len(sessions()) == 1)


def test_then_is_called_when_what_is_open_is_saved(qtbot, session, autosave, load_words):
    told = []
    session.show(session.state.opened(load_words()))
    autosave.save(lambda: told.append(len(sessions())))
    session.show(session.state.selecting([1]))
    autosave.save(lambda: told.append("second"))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [1, "second"]
    assert json.loads(sessions()[0].read_text())["state"]["selected"]["rows"] == [1]
    autosave.save(lambda: told.append("at once"))
    assert told[-1] == "at once"


def test_what_cannot_be_saved_is_told_once(qtbot, session, autosave, load_words, tmp_path):
    told = []
    autosave.failed.connect(told.append)
    session.show(session.state.opened(load_words()))
    (tmp_path / "data").write_text("no folder")
    for _ in range(2):
        autosave.save()
        qtbot.waitUntil(lambda: not autosave._task.is_busy)
    assert len(told) == 1
    assert "cannot be saved by itself" in told[0]
    (tmp_path / "data").unlink()
    autosave.save()
    qtbot.waitUntil(lambda: len(sessions()) == 1)


def test_two_windows_have_files_of_their_own(session, load_words):
    state = session.state.opened(load_words())
    one, other = SavedFile(), SavedFile()
    one.write(state, {}, STEPS)
    other.write(state, {}, STEPS)
    assert len(sessions()) == 2
    assert find_orphan() is None
    one.close()
    assert sessions() == [other.path]
    other.close()
    assert sessions() == []


CHILD = """
import sys, time
from embedviz.app.files.session.autosave import SavedFile
from embedviz.app.state import State
from embedviz.formats import load
from embedviz.app.files.session.steps import STEPS
saved = SavedFile()
saved.write(State().opened(load(sys.argv[1])), {}, STEPS)
print("saved", flush=True)
time.sleep(60)
"""


def test_a_killed_process_leaves_its_session(write_words):
    arguments = [sys.executable, "-c", CHILD, str(write_words())]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "saved\n"
            assert len(sessions()) == 1
            assert find_orphan() is None  # It is alive.
        finally:
            child.kill()
    orphan = find_orphan()
    assert orphan.path == sessions()[0]
    assert orphan.n_sets == 1
    assert abs(orphan.saved.timestamp() - time.time()) < 60
    assert find_orphan() is None  # It is offered in one window only.
    orphan.leave()
    again = find_orphan()
    assert again.path == orphan.path
    again.discard()
    assert list(autosave_folder().iterdir()) == []


def orphaned(name, content, age=0):
    autosave_folder().mkdir(parents=True, exist_ok=True)
    path = autosave_folder() / f"{name}{SUFFIX}"
    path.write_text(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


SESSION = {"format": "embedviz session", "version": 1, "library": [0, 1]}


def test_the_latest_one_is_offered_first_and_damaged_ones_are_removed():
    old = orphaned("old", json.dumps(SESSION), age=100)
    new = orphaned("new", json.dumps(SESSION), age=50)
    broken = orphaned("broken", "{")
    empty = orphaned("empty", json.dumps({**SESSION, "library": []}))
    newer = orphaned("newer", json.dumps({**SESSION, "version": 2}))
    first = find_orphan()
    assert first.path == new
    assert first.n_sets == 2
    assert not broken.exists()
    assert not empty.exists()
    assert newer.exists()  # A newer program will want it.
    second = find_orphan()
    assert second.path == old
    first.discard()
    second.discard()
    assert find_orphan() is None


def test_no_folder_yet():
    assert find_orphan() is None


def test_what_a_killed_process_did_not_finish_is_removed_after_a_day():
    autosave_folder().mkdir(parents=True)
    for name, age in ((".old.tmp", 2 * 24 * 3600), (".new.tmp", 60), (f"gone{SUFFIX}.lock", 0)):
        path = autosave_folder() / name
        path.write_text("")
        os.utime(path, (time.time() - age, time.time() - age))
    assert find_orphan() is None
    left = [path.name for path in autosave_folder().iterdir()]
    assert ".new.tmp" in left
    assert ".old.tmp" not in left
