"""Counts of a training are of one moment, also where several threads add to them."""

from threading import Thread

from embedviz.sources.training.models import Counts


def test_a_loss_is_counted_with_its_words():
    counts = Counts()
    counts.note_loss(3.0)
    assert counts.read()[:3] == (0, 0, 0.0)
    other = Thread(target=counts.add, args=(10, 8, 0.1))
    other.start()
    other.join()
    assert counts.read()[:3] == (10, 8, 0.0)
    counts.add(5, 4, 0.1)
    counts.add(5, 4, 0.1)
    assert counts.read()[:3] == (20, 16, 3.0)
