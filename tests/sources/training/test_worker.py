"""The process that trains, looked into from here: what is asked of it at the wrong moment."""

import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from embedviz.core.processes.messages import Message, read_message
from embedviz.sources.training import worker as training_worker
from embedviz.sources.training.corpus import TextsCorpus
from embedviz.sources.training.run import TrainingRun
from embedviz.sources.training.settings import TrainingSettings


def test_a_stop_while_the_first_snapshot_is_made_is_not_lost(monkeypatch):
    replies = io.BytesIO()
    worker = training_worker.Worker(io.BytesIO(), replies)

    class FirstSnapshot(SimpleNamespace):
        def start(self):
            worker._stop.set()
            worker._end_early()  # As its thread does: too early, as nothing has begun.
            self.is_started = True

    views = SimpleNamespace(all=lambda: np.ones((2, 3), np.float32))
    watcher = FirstSnapshot(is_started=False, fraction=0.0, seconds=0.0, views=views)

    def train(*args, **options):
        raise AssertionError("training went on")

    def leave(code):
        raise SystemExit(code)

    model = SimpleNamespace(corpus_count=1, epochs=1, train=train)
    monkeypatch.setattr(training_worker, "make_model", lambda *args: model)
    monkeypatch.setattr(training_worker, "build_vocabulary", lambda *args: {})
    monkeypatch.setattr(worker, "_make_watcher", lambda *args: watcher)
    monkeypatch.setattr(worker, "_corpus", lambda job: TextsCorpus(("a b", "b a")))
    monkeypatch.setattr(training_worker.os, "_exit", leave)
    settings = vars(TrainingSettings(min_count=1))
    with pytest.raises(SystemExit):
        worker._train(Message("train", {"settings": settings, "watched": ""}))
    replies.seek(0)
    kinds = []
    while (message := read_message(replies)) is not None:
        kinds.append(message.kind)
    assert kinds[-1] == "done"


def test_a_word_that_is_watched_before_there_are_any_is_watched_later():
    texts = ["one two three four", "four three two one"] * 20
    run = TrainingRun(TextsCorpus(texts), replace(TrainingSettings(dimensions=4), epochs=2))
    snapshots = []
    run.run(lambda fraction, words: run.watch("two"), on_snapshot=snapshots.append)
    assert snapshots[-1].watched == "two"


def test_asking_a_run_for_something_waits_for_no_pipe():
    """A window asks, and the pipe may be full of texts that the process has not read yet."""
    run = TrainingRun(TextsCorpus(("a b",)))

    def send(message):
        raise AssertionError("the window waits")

    run._child = SimpleNamespace(send=send)
    run.stop()
    run.watch("a")
    assert run.is_stopped
