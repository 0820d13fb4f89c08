"""Rows of open sets, looked at while the sets are on the screen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embedviz.core import scanning
from embedviz.core.origin import FileInfo, FileOrigin, ReadSettings
from embedviz.core.vector_set import VectorSet


def mapped(name, n_rows=40, *, is_scanned=False):
    """Return a set as if its rows were still in its file: the third is zero, the fifth NaN."""
    vectors = np.random.default_rng(0).normal(size=(n_rows, 6)).astype(np.float32)
    vectors[2], vectors[4, 0] = 0, np.nan
    facts = FileInfo("float32", n_rows, is_mapped=True, is_scanned=is_scanned)
    opened = FileOrigin(Path(f"/{name}.npy"), ReadSettings(scans_later=True), facts, n_rows)
    return VectorSet(vectors, name=name, origin=opened)


@pytest.fixture
def ended(session):
    sets = []
    session.scans.ended.connect(sets.append)
    return sets


def test_sets_are_looked_at_one_after_the_other(session, idle, ended):
    first, second = mapped("first"), mapped("second")
    session.show(session.state.opened(first).opened(second))
    idle(session)
    assert ended == [first, second]
    scan = session.scans.of(first)
    assert (scan.n_not_finite, scan.first_not_finite, scan.n_zero) == (1, (4,), 1)
    assert scan.is_complete


def test_only_what_nobody_has_looked_at(session, idle, ended, toy):
    session.show(session.state.opened(toy).opened(mapped("known", is_scanned=True)))
    idle(session)
    assert ended == []
    assert session.scans.of(toy) is None


def test_what_is_known_already_is_not_found_again(session, idle, ended):
    vector_set = mapped("known")
    known = scanning.scan_rows(vector_set.vectors)
    session.scans.learn(vector_set, known)
    session.show(session.state.opened(vector_set))
    idle(session)
    assert ended == []
    assert session.scans.of(vector_set) is known


def test_counts_are_told_as_they_are_found(session, idle, monkeypatch):
    whole = scanning.RowScan(40, 40, n_zero=2)

    def scan_slowly(vectors, report, on_part):
        on_part(replace(whole, n_seen=10, n_zero=1))
        return whole

    monkeypatch.setattr(scanning, "scan_rows", scan_slowly)
    vector_set, seen = mapped("x"), []
    session.scans.changed.connect(lambda each: seen.append(session.scans.of(each).n_seen))
    session.show(session.state.opened(vector_set))
    idle(session)
    assert seen == [10, 40]


def test_a_closed_set_is_forgotten(session, idle, ended):
    first, second = mapped("first"), mapped("second")
    session.show(session.state.opened(first))
    session.show(session.state.opened(second).closed(first))
    idle(session)
    assert ended[-1] is second
    assert session.scans.of(first) is None


def test_stop_ends_it_and_it_does_not_begin_again(session, idle, ended, qtbot):
    vector_set = mapped("x")
    session.show(session.state.opened(vector_set))
    session.board.stop()
    session.show(session.state.opened(mapped("y", is_scanned=True)))
    idle(session)
    qtbot.waitUntil(lambda: session.scans.task._at_work is None)
    assert ended == []
    assert session.scans.of(vector_set) is None
