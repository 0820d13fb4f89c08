"""The queue of what is to be opened, and where each request goes."""

from pathlib import Path

import pytest

from embedviz.app.opening import OpenQueue, SampleRequest
from embedviz.app.pairing import OpenRequest
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import silent


class Noted:
    """Notes what becomes of requests."""

    def __init__(self):
        self.shown, self.asked, self.told = [], [], []

    def show(self, vector_set, request):
        self.shown.append((vector_set, request))

    def ask(self, request, error):
        self.asked.append((request.vectors.name, error.option))

    def show_error(self, error):
        self.told.append(str(error))


@pytest.fixture
def noted():
    return Noted()


@pytest.fixture
def queue(noted):
    return OpenQueue(noted)


def read(request, report):
    name = request.name if isinstance(request, SampleRequest) else request.vectors.name
    if name == "bad":
        raise UserError("Broken.")
    if name == "open":
        raise ChoiceRequired("Which one?", "key", {})
    if name == "wrong":
        raise ZeroDivisionError
    return f"set of {name}"


def test_everything_is_read_in_order_whatever_fails(queue, noted):
    requests = [OpenRequest(Path(name)) for name in ("a", "bad", "open", "b")]
    queue.add(requests)
    queue.add([SampleRequest("words")])
    queue.read_all(read, silent)
    assert [shown for shown, _ in noted.shown] == ["set of a", "set of b", "set of words"]
    assert noted.shown[0][1] is requests[0]
    assert noted.asked == [("open", "key")]
    assert noted.told == ["Broken."]
    assert queue.take() is None


def test_there_is_nothing_to_decide_about_a_sample(queue, noted):
    queue.add([SampleRequest("open")])
    queue.read_all(read, silent)
    assert (noted.asked, noted.told) == ([], ["Which one?"])


def test_an_error_of_the_program_is_nobodys_fault(queue):
    queue.add([OpenRequest(Path("wrong"))])
    with pytest.raises(ZeroDivisionError):
        queue.read_all(read, silent)
    with pytest.raises(ZeroDivisionError):
        queue.fail(OpenRequest(Path("a")), ZeroDivisionError())


def test_what_waits_can_be_forgotten(queue, noted):
    queue.add([OpenRequest(Path("a"))])
    queue.clear()
    queue.read_all(read, silent)
    assert noted.shown == []


def test_whoever_is_told_may_end_it(queue, noted):
    def end(error):
        raise error

    noted.show_error = end
    queue.add([OpenRequest(Path("bad")), OpenRequest(Path("a"))])
    with pytest.raises(UserError, match="Broken"):
        queue.read_all(read, silent)
    assert noted.shown == []
