"""Neighbors among all rows of a collection in the neighbors panel, as a person asks for them."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from embedviz.app.databases.settings import CollectionSearchSettings
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Whitened
from embedviz.gui.panels.all_rows.search import MISSED, OUTSIDE
from embedviz.gui.panels.neighbors import NeighborsPanel
from embedviz.sources.databases.opening import read_collection
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.databases.sample_set import sample_collection
from tests.sources.databases.served_engine import served, served_address


@pytest.fixture
def server(monkeypatch):
    """Return the server, which is there for this test."""
    return served(monkeypatch)


@pytest.fixture
def sample(server):
    """Return a sample of what it has, labeled by titles."""
    settings = SampleSettings("rows", "vector", "title", n_rows=60)
    return read_collection(served_address(), settings, lambda _: True)


@pytest.fixture
def panel(session, qtbot):
    panel = NeighborsPanel(session)
    qtbot.addWidget(panel)
    panel.resize(300, 760)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def opened(panel, session, idle, sample):
    """Return a session in which the sample was just opened by the user."""
    session.all_rows.collections.agree(sample)
    session.show(State().opened(sample).queried(3))
    idle(session)
    return session


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def lines_of(view):
    return [(line.label, line.note) for line in view.lines.lines]


def expected(server, sample, row, count=10, without=True):
    """Return titles of the nearest of all rows by NumPy alone, and whether they are outside."""
    vectors = server.collections["rows"].vectors.astype(float)
    query = sample.vectors[row].astype(float)
    scores = vectors @ query / np.linalg.norm(vectors, axis=1)
    titles = [f"title {place}" for place in np.argsort(-scores)]
    if without:
        titles.remove(sample.labels[row])
    return [(title, "" if title in sample.labels else OUTSIDE) for title in titles[:count]]


def test_all_rows_are_searched_by_the_engine(panel, opened, idle, server, sample):
    controls = panel.all_rows.controls
    assert controls.isVisibleTo(panel)
    assert controls.among.currentText() == "these 60 rows"
    n_connected = len(server.connected)
    choose(controls.among, "all 600 rows")
    idle(opened)
    assert len(server.connected) == n_connected + 1
    assert lines_of(panel.list) == expected(server, sample, 3)
    said = controls.said.text()
    assert said.startswith("Served, 600 rows, exact, ")
    n_shown = sum(note == "" for _, note in lines_of(panel.list))
    assert f"{n_shown} of 10 are among the rows shown." in said
    opened.undo()
    idle(opened)
    assert controls.among.currentText() == "these 60 rows"
    assert {note for _, note in lines_of(panel.list)} == {""}


def test_the_index_is_named_as_approximate_with_its_settings(panel, opened, idle, server, qtbot):
    controls = panel.all_rows.controls
    choose(controls.among, "all 600 rows")
    idle(opened)
    assert controls.way.currentText() == "exact"
    assert not controls.effort.isVisibleTo(panel)
    choose(controls.way, "IVF_FLAT, approximate")
    idle(opened)
    assert "approximate: IVF_FLAT (nlist 64), nprobes 20" in controls.said.text()
    assert controls.effort_name.text() == "nprobes"
    controls.effort.selectAll()
    qtbot.keyClicks(controls.effort, "2")
    qtbot.keyClick(controls.effort, Qt.Key.Key_Return)
    idle(opened)
    assert "nprobes 2," in controls.said.text()
    assert server.collections["rows"].asked[-1].settings == {"nprobes": 2}


def test_beside_them_are_the_exact_ones_of_the_sample(panel, opened, idle, server, sample):
    controls = panel.all_rows.controls
    opened.show(opened.state.with_settings(CollectionSearchSettings("all", "index", 1)))
    idle(opened)
    assert not panel.all_rows.beside.isVisibleTo(panel)
    controls.beside.click()
    idle(opened)
    beside = panel.all_rows.beside
    assert beside.isVisibleTo(panel)
    vectors = sample.vectors.astype(float)
    order = np.argsort(-(vectors @ vectors[3]) / np.linalg.norm(vectors, axis=1))
    nearest = [row for row in order if row != 3][:10]
    assert [label for label, _ in lines_of(beside)] == [sample.labels[row] for row in nearest]
    worst, found = panel.list.lines.lines[-1].score, {line.label for line in panel.list.lines.lines}
    missed = [
        line.label
        for line in beside.lines.lines
        if line.score > worst + 1e-5 and line.label not in found
    ]
    assert [label for label, note in lines_of(beside) if note == MISSED] == missed
    assert f"{len(missed)} missed by the engine" in panel.all_rows.beside_title.text()
    controls.beside.click()
    idle(opened)
    assert not beside.isVisibleTo(panel)


def test_a_click_on_a_row_outside_walks_there(panel, opened, idle, click_line, server):
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(opened)
    place = next(i for i, (_, note) in enumerate(lines_of(panel.list)) if note == OUTSIDE)
    label = panel.list.lines.lines[place].label
    click_line(panel.list, place)
    idle(opened)
    assert panel.query.text() == f"◉ {label}"
    vectors = server.collections["rows"].vectors.astype(float)
    row = int(label.split()[1])
    scores = vectors @ vectors[row] / np.linalg.norm(vectors, axis=1)
    assert lines_of(panel.list)[0][0] == f"title {np.argsort(-scores)[1]}"


@pytest.mark.parametrize("fault", ["gone", "dropped", "refused"])
def test_after_a_fault_the_list_stays_and_the_message_is_worded(
    panel, opened, idle, server, sample, fault
):
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(opened)
    before = lines_of(panel.list)
    if fault == "dropped":
        opened.all_rows.collections.keep_only(())  # Else what is open would still be there.
        server.collections.clear()
    else:
        server.error = "The server does not answer any more."
    opened.show(opened.state.queried(7))
    idle(opened)
    told = {"dropped": "There is no collection 'rows'."}
    assert panel.message_bar.label.text() == told.get(fault, server.error)
    assert lines_of(panel.list) == before
    name = sample.labels[3]
    assert panel.all_rows.controls.said.text() == (
        f"Not answered. Listed are the neighbors of {name}, as before."
    )


def test_when_the_server_is_back_it_is_asked_again(panel, opened, idle, server, sample):
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(opened)
    server.error = "The server does not answer any more."
    opened.show(opened.state.queried(7))
    idle(opened)
    server.error = ""
    opened.show(opened.state.queried(8))
    idle(opened)
    assert lines_of(panel.list) == expected(server, sample, 8)
    assert panel.message_bar.isHidden()


def test_a_slow_search_is_stopped_and_the_list_stays(panel, opened, idle, server, qtbot):
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(opened)
    before = lines_of(panel.list)
    server.waits = Event()
    opened.show(opened.state.queried(7))
    qtbot.waitUntil(server.is_waiting.is_set)
    # The window goes on while the engine is at work: this is its thread.
    assert opened.board.current is not None
    opened.board.stop()
    assert opened.board.current is None
    assert lines_of(panel.list) == before
    assert panel.message_bar.label.text() == "Stopped."
    server.waits.set()
    server.waits = None
    panel.message_bar.offer.click()
    idle(opened)
    assert lines_of(panel.list) != before


def test_a_session_that_was_restored_asks_before_it_connects(panel, session, idle, server, sample):
    asked = []
    session.all_rows.collections.ask = lambda sending: asked.append(sending) or False
    session.restart(State().opened(sample).queried(3))
    idle(session)
    before, n_connected = lines_of(panel.list), len(server.connected)
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(session)
    assert [each.host for each in asked] == ["db.example.org"]
    assert len(server.connected) == n_connected
    assert "was not connected to: that was refused" in panel.message_bar.label.text()
    assert lines_of(panel.list) == before


def test_sets_of_other_spaces_and_origins_offer_no_such_search(panel, opened, idle, sample, toy):
    opened.show(opened.state.with_settings(CollectionSearchSettings("all")))
    idle(opened)
    opened.show(opened.state.derived(Whitened(n_components=3).derive(sample)))
    idle(opened)
    assert not panel.all_rows.controls.isVisibleTo(panel)
    assert {note for _, note in lines_of(panel.list)} == {""}
    opened.show(opened.state.opened(toy))
    idle(opened)
    assert not panel.all_rows.controls.isVisibleTo(panel)
    assert all(line.row >= 0 for line in panel.list.lines.lines)


def test_a_closed_sample_ends_its_connection(panel, opened, idle, server, sample):
    choose(panel.all_rows.controls.among, "all 600 rows")
    idle(opened)
    n_closed = server.n_closed
    opened.show(opened.state.closed(sample))
    idle(opened)
    assert server.n_closed == n_closed + 1
    assert opened.all_rows.last_of(sample) is None
    assert lines_of(panel.list) == [] or not panel.list.isVisibleTo(panel)


def test_metric_and_count_go_to_the_engine(panel, opened, idle, server):
    choose(panel.all_rows.controls.among, "all 600 rows")
    choose(panel.metric_box, "Euclidean")
    panel.count.setValue(4)
    idle(opened)
    request = server.collections["rows"].asked[-1]
    assert (request.metric, request.count, request.is_exact) == ("euclidean", 5, True)
    assert len(panel.list.lines.lines) == 4
    assert panel.all_rows.controls.way.findText("IVF_FLAT, approximate") < 0  # That is of cosines.


def test_a_real_folder(panel, session, idle, tmp_path, click_line):
    lance = pytest.importorskip("lancedb")
    import pyarrow as pa

    from embedviz.sources.databases import Address, database_class

    vectors = np.random.default_rng(1).standard_normal((900, 12)).astype(np.float32)
    flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 12)
    names = [f"name {place}" for place in range(900)]
    made = pa.table({"id": range(900), "name": names, "vector": flat})
    lance.connect(tmp_path).create_table("names", made)
    address = Address("lancedb", str(tmp_path), is_local=True)
    database = database_class("lancedb")(address)
    collection = database.open("names")
    sample = sample_collection(
        collection, address, SampleSettings("names", "vector", "name", (), 90)
    )
    collection.close()
    database.close()
    session.show(State().opened(sample).queried(5))
    session.show(session.state.with_settings(CollectionSearchSettings("all")))
    idle(session)  # A folder here is not asked about: no connection is opened.
    scores = vectors @ sample.vectors[5] / np.linalg.norm(vectors, axis=1)
    best = [names[place] for place in np.argsort(-scores)[1:11]]
    assert [label for label, _ in lines_of(panel.list)] == best
    assert panel.all_rows.controls.said.text().startswith("LanceDB, 900 rows, exact, ")
    lance.connect(tmp_path).drop_table("names")
    session.all_rows.collections.keep_only(())
    session.show(replace(session.state, query=6))
    idle(session)
    assert panel.message_bar.isVisibleTo(panel)
    assert [label for label, _ in lines_of(panel.list)] == best
    assert QApplication.activeModalWidget() is None


def test_the_controls_fit_into_a_narrow_panel(panel, opened, idle):
    opened.show(opened.state.with_settings(CollectionSearchSettings("all", "index", beside=True)))
    idle(opened)
    panel.resize(240, 760)
    assert panel.width() == 240
    for control in panel.all_rows.controls.findChildren(QWidget):
        if control.isVisibleTo(panel):
            right = control.mapTo(panel, control.rect().bottomRight()).x()
            assert right < 240, control.objectName()
