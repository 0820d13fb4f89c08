"""Databases that are dropped on the window, and what the window says of a sample."""

import pytest

from embedviz.app.opening import CollectionRequest
from embedviz.gui.describe import describe_part, describe_set, describe_size
from embedviz.sources.databases.connecting import address_of
from embedviz.sources.databases.opening import open_collection
from embedviz.sources.databases.origin import SampleSettings
from tests.sources.databases.memory_engine import CONNECTED, registered
from tests.sources.databases.test_opening import folder  # noqa: F401


@pytest.fixture
def memory(monkeypatch):
    return registered(monkeypatch)


def test_a_folder_that_is_dropped_opens(window, idle, folder):  # noqa: F811
    window.open_paths([folder])
    idle(window.session)
    active = window.session.state.active
    assert (active.name, len(active)) == ("texts", 300)
    assert window.message_bar.isHidden()


def test_a_server_is_asked_about_in_the_window(window, idle, qtbot, memory):
    address, _ = address_of("memory://db")
    request = CollectionRequest(address, SampleSettings("", "", n_rows=20))
    consent = window.embeddings.consent
    for answer, count in (("cancel", 0), ("send", 1)):
        window.opener.open([request])
        qtbot.waitUntil(lambda: consent.dialog is not None, timeout=30_000)
        getattr(consent.dialog, f"{answer}_button").click()
        idle(window.session)
        assert len(CONNECTED) == count
        assert len(window.session.state.sets) == count
        assert window.message_bar.isVisibleTo(window) is not bool(count)
        window.message_bar.clear()


def test_a_sample_is_called_one_wherever_it_is_shown(memory):
    memory["things"].vectors[0] = None
    found = open_collection("memory://db", sample=20, seed=4)
    assert describe_part(found).startswith("20 of 50 rows, sampled by key, seed 4")
    assert describe_size(found) == "20 of 50 rows × 4"
    assert "sampled by key, seed 4" in describe_set(found)
    whole = open_collection("memory://db", sample=50)
    assert describe_part(whole) == "49 of 50 rows, 1 left out"
