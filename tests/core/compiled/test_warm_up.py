"""Compiling ahead: in this process, and in real children."""

import io
import threading

import pytest

from embedviz.core.compiled import kernels, warm_up
from embedviz.core.compiled.kernels import CompileGate


@pytest.fixture
def stamps(tmp_path, monkeypatch):
    monkeypatch.setattr(warm_up, "_stamp", lambda what: tmp_path / what)
    return tmp_path


@pytest.fixture(autouse=True)
def go_on_at_once(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


@pytest.mark.parametrize("name", warm_up.STEPS)
def test_each_step_runs_its_kernels(name):
    assert list(warm_up.compile_steps([name])) == [name]


def test_every_parallel_kernel_belongs_to_a_step_or_waits_for_the_end():
    modules = {module for step in warm_up.STEPS.values() for module in step.modules}
    assert {"neighbors", "cone", "matryoshka.prefix_search", "drawing.raster"} <= modules


def test_every_step_is_given_to_one_child():
    given = [name for share in warm_up._SHARES for name in share]
    assert sorted(given) == sorted(warm_up.STEPS)


def test_drawing_is_ready_before_the_children_compile_the_rest(stamps, monkeypatch):
    monkeypatch.setattr(warm_up, "_SHARES", (("raster",), ("marks", "readers")))
    seen = []
    warm_up.prepare(lambda: seen.append(warm_up.is_done("drawing")))
    assert seen == [True]
    assert warm_up.is_done("all")


def test_a_later_start_needs_no_children(stamps, monkeypatch):
    monkeypatch.setattr(warm_up, "_start_children", lambda: pytest.fail("a child was started"))
    for what in ("drawing", "all"):
        (stamps / what).touch()
    seen = []
    warm_up.prepare(lambda: seen.append(1))
    assert seen == [1]


def test_children_that_fail_are_done_without(stamps, monkeypatch):
    monkeypatch.setattr(warm_up, "__name__", "embedviz.no_such_module")
    seen = []
    warm_up.prepare(lambda: seen.append(1))
    assert seen == [1]
    assert not warm_up.is_done("all")


def test_no_children_where_no_process_can_be_started(stamps, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", refuse)
    seen = []
    warm_up.prepare(lambda: seen.append(1))
    assert seen == [1]


def test_the_stamp_belongs_to_these_sources():
    stamp = warm_up._stamp("all")
    assert stamp == warm_up._stamp("all")
    assert stamp.name.startswith("embedviz-")
    assert stamp.name.endswith(".all")


def test_others_wait_for_their_turn_and_the_main_thread_never_does():
    turn, ran = CompileGate(), []
    with turn.given_to(["first"]):
        turn.wait("second")  # In the main thread: returns at once.
        threads = [
            threading.Thread(target=lambda name=name: (turn.wait(name), ran.append(name)))
            for name in ("first", "second", "third")
        ]
        threads[0].start()
        threads[0].join()
        for thread in threads[1:]:
            thread.start()
        assert ran == ["first"]
        turn.allow(["second"])
        threads[1].join()
        assert ran == ["first", "second"]
    threads[2].join()
    assert ran == ["first", "second", "third"]
    assert kernels.compile_gate._allowed is None
