"""Loading the kernels that draw, once."""

from threading import Event

import shiboken6

from embedviz.app import preparation as module
from embedviz.app.preparation import Preparation


def test_begins_once_and_says_when_it_is_done(qtbot, monkeypatch):
    calls = []

    def kernels():
        return ()

    def prepare(on_drawing_ready, further, in_children):
        calls.append((further, in_children))
        on_drawing_ready()

    monkeypatch.setattr(module.warm_up, "prepare", prepare)
    preparation = Preparation()
    assert not preparation.is_ready
    with qtbot.waitSignal(preparation.ready):
        preparation.start(kernels, in_children=True)
        preparation.start()
    assert preparation.is_ready
    assert calls == [(kernels, True)]


def test_ends_silently_where_the_program_has_ended(qtbot, monkeypatch):
    """A figure that is refused ends the program while the kernels are still loaded."""
    may_end, told = Event(), []

    def prepare(on_drawing_ready, further, in_children):
        may_end.wait(10)
        try:
            on_drawing_ready()
        except RuntimeError as error:
            told.append(error)

    monkeypatch.setattr(module.warm_up, "prepare", prepare)
    preparation = Preparation()
    preparation.start()
    shiboken6.delete(preparation)
    may_end.set()
    preparation._thread.join(10)
    assert not told
