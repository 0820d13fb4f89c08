"""Loading the kernels that draw, once."""

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
