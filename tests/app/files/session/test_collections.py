"""Sessions with samples of collections: where they are goes into the file, and nothing secret."""

import json

import numpy as np
import pytest

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.state import State
from embedviz.core.derivation.chosen_rows import ChosenRows
from embedviz.sources.consent import refuse
from embedviz.sources.databases.opening import open_collection
from tests.sources.databases.memory_engine import CONNECTED, registered, table
from tests.sources.databases.test_opening import folder  # noqa: F401


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    return registered(monkeypatch)


def agree(sending):
    return True


def saved(tmp_path, opened):
    rows = ChosenRows(np.arange(4, dtype=np.intp), "four").derive(opened, lambda a, b: None)
    path = tmp_path / "it.embedviz"
    assert save_session(path, State().opened(opened).opened(rows), {}, STEPS) == ()
    return path


def restored(path, ask):
    return restore_sets(read_plan(path, STEPS), ask=ask)


def test_the_same_sample_comes_back_after_the_question(tmp_path, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "s3cret-canary")
    opened = open_collection(
        "memory://db", label="title", sample=20, seed=2, password_from="DB_PASSWORD"
    )
    path = saved(tmp_path, opened)
    assert b"s3cret" not in path.read_bytes()
    asked = []
    found = restored(path, lambda sending: not asked.append(sending))
    assert len(asked) == 1
    assert "DB_PASSWORD" in " ".join(asked[0].details)
    first, second = found.sets
    assert first.labels == opened.labels
    assert np.array_equal(first.vectors, opened.vectors)
    assert second.labels == opened.labels[:4]
    assert found.notes == []
    assert found.is_same == [True, True]


def test_without_the_answer_nothing_is_connected_to_and_the_rest_is_said(tmp_path):
    path = saved(tmp_path, open_collection("memory://db", sample=20))
    CONNECTED.clear()
    found = restored(path, refuse)
    assert CONNECTED == []
    assert found.sets == [None, None]
    assert "things could not be opened: db was not connected to" in found.notes[0]
    assert "what it was made from is not" in found.notes[1]


def test_what_has_changed_is_said_and_rows_are_found_by_their_labels(tmp_path, memory):
    opened = open_collection("memory://db", sample=50)
    path = saved(tmp_path, opened)
    memory["things"] = changed = table(60, version="2")
    assert len(changed.keys) == 60
    found = restored(path, agree)
    assert any("things has changed since (50 rows before, 60 now)" in each for each in found.notes)
    assert found.sets[1].labels == opened.labels[:4]


def test_a_collection_that_is_gone_is_said(tmp_path, memory):
    path = saved(tmp_path, open_collection("memory://db", sample=50))
    del memory["things"]
    found = restored(path, agree)
    assert found.sets == [None, None]
    assert "There is no collection 'things'" in found.notes[0]


def test_a_folder_opens_by_itself_also_where_both_were_moved(tmp_path, folder):  # noqa: F811
    opened = open_collection(str(folder), sample=100)
    path = saved(tmp_path, opened)
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    tmp_path.rename(moved)
    found = restored(moved / path.name, refuse)
    assert found.sets[0].labels == opened.labels
    assert found.notes == []


@pytest.mark.parametrize(
    "odd",
    [
        {"settings": {"n_rows": 0}},
        {"settings": 3},
        {"collection": 3},
        {"collection": {"engine": "memory", "place": 3}},
        {"n_rows": "many"},
    ],
)
def test_what_makes_no_sense_is_said(tmp_path, odd):
    path = saved(tmp_path, open_collection("memory://db", sample=20))
    document = json.loads(path.read_text("utf-8"))
    document["sets"][0] |= odd
    path.write_text(json.dumps(document), "utf-8")
    found = restored(path, agree)
    assert found.sets == [None, None]
    assert "not described in a way that can be read" in found.notes[0]
