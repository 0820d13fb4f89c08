"""Sentences about a set, and what a program knows of each."""

import copy
import pickle

import numpy as np
import pytest

from embedviz.core.notes import Note, as_notes, note_on_some_rows
from embedviz.core.vector_set import VectorSet


def test_a_note_is_a_text_with_facts():
    note = Note("2 bad rows skipped.", "bad rows", facts={"count": 2})
    assert note == "2 bad rows skipped."
    assert f"{note}" == " ".join([note]) == note.text
    assert type(note.text) is str
    assert (note.kind, note.level, note.facts["count"]) == ("bad rows", "warning", 2)


def test_a_note_is_immutable():
    note = Note("x", facts={"count": 2})
    for name in ("kind", "text", "other"):
        with pytest.raises(AttributeError):
            setattr(note, name, "y")
    with pytest.raises(TypeError):
        note.facts["count"] = 3


def test_a_note_survives_a_copy():
    note = Note("x", "labels", "note", {"file": "a"})
    for again in (copy.deepcopy(note), pickle.loads(pickle.dumps(note))):
        assert (again, again.kind, again.level) == (note, note.kind, note.level)
        assert dict(again.facts) == {"file": "a"}


def test_texts_become_plain_notes():
    note = note_on_some_rows(3, 50, "")
    assert note == "3 of 50 rows of a set."
    plain, same = as_notes(["read badly", note])
    assert same is note
    assert (plain, plain.kind, plain.level) == ("read badly", "plain", "warning")
    assert VectorSet(np.eye(2), notes=["read badly", note]).notes == ("read badly", note)
