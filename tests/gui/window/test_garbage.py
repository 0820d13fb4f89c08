"""Garbage is collected in the UI thread, whichever thread makes it."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject

from embedviz.gui.window.garbage import UiThreadCollector


class Cycle:
    """An object that only a collection can delete; it notes in which thread it ends."""

    def __init__(self, ends):
        self.itself = self
        self._ends = ends

    def __del__(self):
        self._ends.append(threading.current_thread())


def make_cycles(ends):
    for _ in range(20 * gc.get_threshold()[0]):
        Cycle(ends)


@pytest.fixture
def parent(qapp):
    was_enabled = gc.isenabled()
    parent = QObject()
    yield parent
    parent.deleteLater()
    (gc.enable if was_enabled else gc.disable)()


def test_what_a_thread_leaves_is_collected_in_the_ui_thread(parent, qtbot):
    ends = []
    UiThreadCollector(parent)
    thread = threading.Thread(target=make_cycles, args=(ends,))
    thread.start()
    thread.join()
    assert not ends
    qtbot.waitUntil(lambda: bool(ends))
    assert set(ends) == {threading.main_thread()}


def test_every_generation_is_collected_in_the_end(parent, qtbot):
    collector = UiThreadCollector(parent)
    gc.collect()
    kept = [[] for _ in range(2 * gc.get_threshold()[0])]
    before = gc.get_stats()[2]["collections"]
    for _ in range(300):
        kept.extend([] for _ in range(2 * gc.get_threshold()[0]))
        collector.collect()
    assert gc.get_stats()[2]["collections"] > before


def test_python_collects_again_without_it(qapp):
    parent = QObject()
    UiThreadCollector(parent)
    assert not gc.isenabled()
    del parent
    gc.collect()
    assert gc.isenabled()
