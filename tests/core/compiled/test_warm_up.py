"""Compiling ahead: in this process, and in real children."""

import json
import threading

import pytest

from embedviz.core import isotropy, neighbors
from embedviz.core.compiled import kernels, warm_up
from embedviz.core.compiled.kernels import CompileGate
from embedviz.panes import all_kernels


@pytest.fixture
def stamps(tmp_path, monkeypatch):
    monkeypatch.setattr(warm_up, "_stamp", lambda what: tmp_path / what)
    return tmp_path


def compile_neighbors():
    """Stand for what a pane names."""
    neighbors.compile_all()


def no_children(monkeypatch):
    monkeypatch.setattr(warm_up, "_start_children", lambda: pytest.fail("a child was started"))


@pytest.mark.parametrize("compile_all", [*warm_up.DRAWING, *all_kernels()], ids=warm_up.name_of)
def test_each_function_is_found_by_its_name_and_runs_its_kernels(compile_all):
    (line,) = warm_up.compile_named([f"{warm_up.name_of(compile_all)}\n"])
    name, modules = json.loads(line)
    assert name == warm_up.name_of(compile_all)
    assert isinstance(modules, list)


def test_modules_whose_parallel_kernels_are_ready_are_told():
    (line,) = warm_up.compile_named([warm_up.name_of(neighbors.compile_all)])
    assert "embedviz.core.neighbors" in json.loads(line)[1]


def test_all_parallel_kernels_are_compiled_ahead():
    names = [warm_up.name_of(each) for each in (*warm_up.DRAWING, *all_kernels())]
    for _ in warm_up.compile_named(names):
        pass
    modules = {"core.anisotropy.placing", "core.isotropy.pairwise", "core.neighbors"}
    modules |= {"core.matryoshka.prefix_marks", "core.matryoshka.prefix_bounds"}
    modules |= {"core.neighbors.tiles", "core.analogies.scoring"}
    modules |= {f"core.analogies.relations.{name}" for name in ("answering", "consistency")}
    assert {f"embedviz.{module}" for module in modules} <= set(kernels.used_modules())


def test_drawing_is_ready_before_the_children_compile_the_rest(stamps, monkeypatch):
    seen = []

    def start():
        warm_up.prepare(
            lambda: seen.append(warm_up.is_done("drawing")), lambda: (neighbors.compile_all,)
        )

    start()
    assert seen == [True]
    assert len(list(stamps.glob("all-*"))) == 1
    no_children(monkeypatch)  # A later start needs none.
    start()
    assert seen == [True, True]


def test_what_draws_a_crowd_is_loaded_once_all_is_compiled(stamps, monkeypatch):
    """Loading holds the GIL: neither before the first picture, nor in one."""
    seen = []
    monkeypatch.setattr(warm_up, "SOON", (lambda: seen.append(len(list(stamps.glob("all-*")))),))
    for _ in range(2):
        warm_up.prepare(lambda: seen.append("ready"), lambda: (neighbors.compile_all,))
    assert seen == ["ready", 1, "ready", 1]
    monkeypatch.setattr(warm_up, "_start_children", list)
    warm_up.prepare(lambda: seen.append("ready"), lambda: (isotropy.compile_all,))
    assert seen[4:] == ["ready"]  # It would be compiled here.


def test_a_start_with_another_pane_compiles_what_it_names(stamps, monkeypatch):
    warm_up.prepare(lambda: None, lambda: (neighbors.compile_all,))
    compile_neighbors.__module__ = "embedviz.no_such_module"
    warm_up.prepare(lambda: None, lambda: (neighbors.compile_all, compile_neighbors))
    assert len(list(stamps.glob("all-*"))) == 1  # The child has failed, so it is tried again.
    warm_up.prepare(lambda: None, lambda: (isotropy.compile_all,))
    assert len(list(stamps.glob("all-*"))) == 2


def test_children_that_fail_are_done_without(stamps, monkeypatch):
    monkeypatch.setattr(warm_up, "__name__", "embedviz.no_such_module")
    seen = []
    warm_up.prepare(lambda: seen.append(1), lambda: (neighbors.compile_all,))
    assert seen == [1]
    assert not list(stamps.glob("all-*"))


def test_no_children_where_no_process_can_be_started(stamps, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", refuse)
    seen = []
    warm_up.prepare(lambda: seen.append(1), lambda: (neighbors.compile_all,))
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
