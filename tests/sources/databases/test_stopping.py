"""Work that is stopped while it waits, and reports as if it were done where it was asked for."""

import threading

import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.sources.databases.stopping import stoppable


class Asked:
    """What is reported; from the report on that is told, no answer is wanted any more."""

    def __init__(self, stops_at=None):
        self.stops_at = stops_at
        self.said = []
        self.threads = set()

    def __call__(self, fraction, message):
        self.said.append((fraction, message))
        self.threads.add(threading.current_thread())
        if self.stops_at is not None and len(self.said) >= self.stops_at:
            raise Cancelled


def test_what_the_work_returns_is_returned_and_each_report_comes_in_its_order():
    def work(report):
        for place in range(5):
            report(place / 5, f"part {place}")
        return "done"

    asked = Asked()
    assert stoppable(work, asked, lambda: None) == "done"
    assert list(dict.fromkeys(asked.said)) == [(place / 5, f"part {place}") for place in range(5)]
    assert asked.threads == {threading.current_thread()}


def test_what_the_work_raises_is_raised():
    def work(report):
        raise UserError("The server is gone.")

    with pytest.raises(UserError, match="gone"):
        stoppable(work, Asked(), pytest.fail)


def test_a_report_that_raises_is_noticed_by_the_work_as_well():
    is_noticed = threading.Event()

    def work(report):
        try:
            report(0.0, "begun")
        except Cancelled:
            is_noticed.set()
            raise

    with pytest.raises(Cancelled):
        stoppable(work, Asked(stops_at=1), lambda: None)
    assert is_noticed.wait(30)


def test_work_that_waits_for_an_answer_is_left_and_its_connection_closed():
    closed, is_over = threading.Event(), threading.Event()

    def work(report):
        report(0.5, "waiting for the server")
        assert closed.wait(60)
        is_over.set()

    asked = Asked(stops_at=3)
    with pytest.raises(Cancelled):
        stoppable(work, asked, closed.set)
    assert asked.said == [(0.5, "waiting for the server")] * 3
    assert is_over.wait(60)


def test_a_close_that_fails_hides_nothing():
    def fail():
        raise OSError("already closed")

    with pytest.raises(Cancelled):
        stoppable(lambda report: report(0.0, "begun"), Asked(stops_at=1), fail)


def test_it_waits_in_silence_before_anything_was_reported():
    asked = Asked()
    assert stoppable(lambda report: threading.Event().wait(0.3), asked, pytest.fail) is False
    assert asked.said == []
