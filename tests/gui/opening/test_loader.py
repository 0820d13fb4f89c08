"""Files that are opened one after the other, with their second files."""

import threading

import numpy as np
import pytest
from pytestqt.exceptions import capture_exceptions

from embedviz import formats
from embedviz.app.pairing import OpenRequest, describe_with, pair_up
from embedviz.core.vector_set import VectorSet
from embedviz.gui.opening.loader import Opener


@pytest.fixture
def opener(session):
    opener = Opener(session, session)
    opener.told = []
    opener.failed.connect(opener.told.append)
    opener.asked = []
    opener.undecided.connect(opener.asked.append)
    return opener


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a good file, a bad one, and second files."""
    vectors = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.save(tmp_path / "vectors.npy", vectors)
    lines = [f"w{i} {' '.join(map(str, row))}" for i, row in enumerate(vectors.tolist())]
    (tmp_path / "good.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "bad.txt").write_text("a 1 2 3\nb 1 2\nc 1 2 3\n")
    (tmp_path / "labels.txt").write_text("north\neast\nsouth\nwest\n")
    (tmp_path / "metadata.tsv").write_text("name\tside\nn\tup\ne\tright\ns\tdown\nw\tleft\n")
    return tmp_path


def names(session):
    return [vector_set.name for vector_set in session.state.sets]


def test_opens_one_after_the_other(opener, session, idle, folder):
    opener.open([OpenRequest(folder / "good.txt"), OpenRequest(folder / "vectors.npy")])
    idle(session)
    assert names(session) == ["good", "vectors"]
    assert session.state.active.name == "vectors"
    assert opener.told == []


def test_a_bad_file_is_told_once_and_the_others_open(opener, session, idle, folder):
    opener.open(
        [OpenRequest(folder / name) for name in ("good.txt", "bad.txt", "none.txt", "vectors.npy")]
    )
    idle(session)
    assert names(session) == ["good", "vectors"]
    (told,) = opener.told
    assert "none.txt" in told
    assert [wanted.vectors.name for wanted in opener.asked] == ["bad.txt"]


def test_labels_from_a_second_file(opener, session, idle, folder):
    opener.open([OpenRequest(folder / "vectors.npy", labels=folder / "labels.txt")])
    idle(session)
    assert session.state.active.labels == ("north", "east", "south", "west")


def test_metadata_from_a_second_file(opener, session, idle, folder):
    opener.open([OpenRequest(folder / "vectors.npy", metadata=folder / "metadata.tsv")])
    idle(session)
    active = session.state.active
    assert active.metadata.column("side").to_pylist() == ["up", "right", "down", "left"]


def test_a_second_file_of_another_length_is_told(opener, session, idle, folder):
    (folder / "labels.txt").write_text("north\neast\n")
    opener.open([OpenRequest(folder / "vectors.npy", labels=folder / "labels.txt")])
    idle(session)
    assert names(session) == []
    assert "labels.txt" in opener.told[0]


def test_samples_are_opened_once(opener, session, idle):
    opener.open_sample("words")
    idle(session)
    opener.open_sample("words-final")
    idle(session)
    assert names(session) == ["words · layer 2", "words · final"]
    opener.open_sample("words")
    assert session.board.current is None
    assert session.state.active.name == "words · layer 2"
    assert len(session.state.sets) == 2


def test_an_error_of_the_program_goes_to_the_handler_and_the_next_file_opens(
    opener, session, idle, folder, monkeypatch
):
    read = formats.open_file

    def fail_once(path, settings, report):
        if path.name == "bad.txt":
            raise ZeroDivisionError
        return read(path, settings, report)

    monkeypatch.setattr(formats, "open_file", fail_once)
    with capture_exceptions() as caught:
        opener.open([OpenRequest(folder / "bad.txt"), OpenRequest(folder / "good.txt")])
        idle(session)
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]
    assert opener.told == []
    assert names(session) == ["good"]


def test_stop_forgets_the_files_that_wait(opener, session, idle, folder, qtbot, monkeypatch):
    read, go, begun = formats.open_file, threading.Event(), threading.Event()

    def slow(path, settings, report):
        begun.set()
        go.wait()
        report(0.5, "reading")
        return read(path, settings, report)

    monkeypatch.setattr(formats, "open_file", slow)
    opener.open([OpenRequest(folder / "good.txt"), OpenRequest(folder / "vectors.npy")])
    begun.wait()
    session.board.stop()
    go.set()
    qtbot.waitUntil(lambda: opener.task._at_work is None)
    assert names(session) == []
    opener.open([OpenRequest(folder / "good.txt")])
    idle(session)
    assert names(session) == ["good"]
    assert opener.told == []


def test_progress_is_told_while_a_file_is_read(opener, session, idle, folder):
    seen = []
    session.board.changed.connect(lambda: seen.append(session.board.current))
    opener.open([OpenRequest(folder / "good.txt")])
    idle(session)
    assert (0.0, "opening good.txt") in seen
    assert seen[-1] is None


def test_what_is_slow_with_a_million_labels_is_done_before_showing(opener, session, idle, folder):
    opener.open([OpenRequest(folder / "good.txt")])
    idle(session)
    assert "_first_rows" in vars(session.state.active)
    assert "metadata" in vars(session.state.active)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["a.txt"], [("a.txt", None, None)]),
        (["a.txt", "b.txt"], [("a.txt", None, None), ("b.txt", None, None)]),
        (["tensors.tsv", "metadata.tsv"], [("tensors.tsv", None, "metadata.tsv")]),
        (["metadata.tsv", "tensors.tsv"], [("tensors.tsv", None, "metadata.tsv")]),
        (["x.npy", "labels.txt"], [("x.npy", "labels.txt", None)]),
        (["glove.vocab.txt", "glove.bin"], [("glove.bin", "glove.vocab.txt", None)]),
        (["x.npy", "texts.tsv"], [("x.npy", None, "texts.tsv")]),
        (
            ["labels.txt", "metadata.tsv"],
            [("labels.txt", None, None), ("metadata.tsv", None, None)],
        ),
        (
            ["a.npy", "b.npy", "labels.txt"],
            [("a.npy", None, None), ("b.npy", None, None), ("labels.txt", None, None)],
        ),
        ([], []),
        (["x.npy", "labels.npy"], [("x.npy", "labels.npy", None)]),
        (["vocab.json", "x.safetensors"], [("x.safetensors", "vocab.json", None)]),
        (["x.npy", "words.npy"], [("x.npy", None, None), ("words.npy", None, None)]),
    ],
)
def test_files_that_belong_together(tmp_path, given, expected):
    for name in given:
        (tmp_path / name).write_text("a\tb\n" if name.endswith(".tsv") else "a\nb\n")
    wanted = pair_up([str(tmp_path / name) for name in given])
    found = [
        tuple(file and file.name for file in (one.vectors, one.labels, one.metadata))
        for one in wanted
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "is_vectors"),
    [
        ("north 1 0.5 0\neast 0 1 -0.5\n", True),
        ("2 3\nnorth 1 0.5 0e-3\n", True),
        ("word,a,b,c\nnorth,1,2,3\n", True),
        ("1\t0.5\t0.25\t-1\n", True),
        ("word\trank\nnorth\t1\n", False),
        ("north\neast\n", False),
        ("the 2nd of 3\nof 4 and 5\n", False),
        ("", False),
    ],
)
def test_text_with_vectors_of_its_own_names_no_rows(tmp_path, text, is_vectors):
    (tmp_path / "a.txt").write_text(text)
    assert len(pair_up([tmp_path / "x.npy", tmp_path / "a.txt"])) == 1 + is_vectors


def test_a_second_file_that_is_missing_is_left_to_the_loader(tmp_path):
    wanted = describe_with(tmp_path / "x.npy", tmp_path / "none.tsv")
    assert wanted == OpenRequest(tmp_path / "x.npy", labels=tmp_path / "none.tsv")


def test_a_second_text_that_is_missing_is_left_to_the_loader(tmp_path):
    wanted = pair_up([tmp_path / "x.npy", tmp_path / "none.txt"])
    assert wanted == [OpenRequest(tmp_path / "x.npy", labels=tmp_path / "none.txt")]


def test_opened_sets_are_added_to_those_that_are_there(opener, session, idle, folder, toy):
    session.show(session.state.opened(toy))
    opener.open([OpenRequest(folder / "bad.txt")])
    idle(session)
    assert session.state.active is toy
    opener.open([OpenRequest(folder / "good.txt")])
    idle(session)
    assert names(session) == ["toy", "good"]
    assert isinstance(session.state.active, VectorSet)
