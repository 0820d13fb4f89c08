"""Loading the kernels that draw, once."""

from embedviz.app import preparation as module
from embedviz.app.preparation import Preparation


def test_begins_once_and_says_when_it_is_done(qtbot, monkeypatch):
    calls = []

    def prepare(on_drawing_ready, in_children):
        calls.append(in_children)
        on_drawing_ready()

    monkeypatch.setattr(module.warm_up, "prepare", prepare)
    preparation = Preparation()
    assert not preparation.is_ready
    with qtbot.waitSignal(preparation.ready):
        preparation.start(in_children=True)
        preparation.start()
    assert preparation.is_ready
    assert calls == [True]
