"""Connections to the collections of open sets: agreed to, kept, and closed."""

from threading import Event, Thread

import pytest

from embedviz.app.databases.collections import Collections, origin_of
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled, silent
from embedviz.sources.consent import NotAgreed
from embedviz.sources.databases.opening import read_collection
from embedviz.sources.databases.origin import SampleSettings
from tests.sources.databases.served_engine import served, served_address


@pytest.fixture
def server(monkeypatch):
    """Return the server, which is there for this test."""
    return served(monkeypatch)


@pytest.fixture
def sample(server):
    """Return a sample of what it has; that it was connected to is forgotten."""
    settings = SampleSettings("rows", "vector", n_rows=60)
    made = read_collection(served_address(), settings, lambda _: True)
    server.connected.clear()
    server.n_closed = 0
    return made


def is_open(collections, sample):
    with collections.opened(sample.origin, silent) as collection:
        return collection.info.n_rows


def test_nothing_is_connected_to_before_somebody_agrees(server, sample):
    collections = Collections()
    with pytest.raises(NotAgreed):
        is_open(collections, sample)
    assert server.connected == []
    asked = []
    collections.ask = lambda sending: asked.append(sending) or True
    assert is_open(collections, sample) == 600
    assert [each.host for each in asked] == ["db.example.org"]
    assert len(server.connected) == 1


def test_who_opened_a_sample_has_agreed(server, sample):
    collections = Collections()
    collections.agree(Whitened(n_components=2).derive(sample))
    assert is_open(collections, sample) == 600


def test_a_connection_is_kept_and_closed_with_the_last_set(server, sample):
    collections = Collections()
    collections.agree(sample)
    for _ in range(3):
        is_open(collections, sample)
    collections.keep_only((sample,))
    assert (len(server.connected), server.n_closed) == (1, 0)
    collections.keep_only(())
    assert server.n_closed == 1


def test_after_an_error_it_is_connected_to_anew(server, sample):
    collections = Collections()
    collections.agree(sample)

    def take():
        with collections.opened(sample.origin, silent) as collection:
            server.error = "The server is gone."
            collection.take(collection.keys[:1], "vector")

    with pytest.raises(UserError, match="gone"):
        take()
    assert server.n_closed == 1
    server.error = ""
    assert is_open(collections, sample) == 600
    assert len(server.connected) == 2


def test_a_collection_that_was_dropped_is_said_to_be(server, sample):
    collections = Collections()
    collections.agree(sample)
    server.collections.clear()
    with pytest.raises(UserError, match="no collection 'rows'"):
        is_open(collections, sample)
    assert server.n_closed == 1


def test_who_waits_for_a_collection_can_stop(server, sample):
    collections = Collections()
    collections.agree(sample)
    is_held, may_end = Event(), Event()

    def hold():
        with collections.opened(sample.origin, silent):
            is_held.set()
            may_end.wait(30)

    holder = Thread(target=hold)
    holder.start()
    is_held.wait(30)

    def stop(fraction, words):
        if words == "waiting for the database":
            raise Cancelled

    with pytest.raises(Cancelled), collections.opened(sample.origin, stop):
        pytest.fail("It was given to two.")
    collections.close()  # Closed when who has it is done.
    assert server.n_closed == 0
    may_end.set()
    holder.join()
    assert server.n_closed == 1
    with pytest.raises(UserError, match="being closed"):
        is_open(collections, sample)


def test_who_does_not_want_it_any_more_when_he_agrees_connects_to_nothing(server, sample):
    collections = Collections()
    collections.ask = lambda _: True

    def stop(fraction, words):
        if words.startswith("connecting"):
            raise Cancelled

    with pytest.raises(Cancelled), collections.opened(sample.origin, stop):
        pytest.fail("It was opened.")
    assert server.connected == []


def test_only_samples_as_they_are_in_the_collection_can_be_searched_there(sample, toy):
    assert origin_of(sample) is sample.origin
    assert origin_of(Whitened(n_components=2).derive(sample)) is None
    assert origin_of(toy) is None
    assert origin_of(None) is None
