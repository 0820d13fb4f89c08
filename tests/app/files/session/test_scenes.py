"""Scenes in session files: whole where their sets are there, kept where they are not."""

import json
from dataclasses import replace

import pytest

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.scenes.sequence import noted, renamed, showing, taking, what_is_missing
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import UMAP
from embedviz.core.samples import load_sample
from embedviz.formats import load
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings

PANE_SETTINGS = (AnalogySettings, AnisotropySettings)


def read(path):
    plan = read_plan(path, STEPS)
    return restore_state(plan.document, restore_sets(plan), ("viridis",), PANE_SETTINGS).state


def there_and_back(path, state):
    save_session(path, state, {}, STEPS)
    return read(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "talk.embedviz"


@pytest.fixture
def talk(write_words):
    """Return a state with three scenes: about two files, and a set derived from the second."""
    first = load(write_words("first.csv"))
    state = State().opened(first).queried(3).selecting([1, 2])
    state = state.mapped(
        replace(state.map, projection=UMAP(n_neighbors=7), camera=Camera(scale=2.0))
    )
    state = noted(taking(state, "map", "The map"), 1, "Say 'hello'.\nTwice.")
    second = load(write_words("second.csv", seed=1))
    state = state.opened(second).queried(5).with_settings(AnalogySettings(("w1",), ("w2",)))
    state = taking(state, "analogies", "An analogy")
    white = Whitened().derive(second)
    state = state.derived(white).queried(6).with_settings(AnisotropySettings(strength=0.25))
    return taking(state, "anisotropy", "White")


def test_scenes_are_the_same_after_a_save(talk, path, seen):
    found = there_and_back(path, talk)
    assert [(each.name, each.note, each.pane) for each in found.scenes] == [
        ("The map", "Say 'hello'.\nTwice.", "map"),
        ("An analogy", "", "analogies"),
        ("White", "", "anisotropy"),
    ]
    for old, new in zip(talk.scenes, found.scenes, strict=True):
        assert what_is_missing(found, new) == new.misses == ""
        before = replace(showing(talk, old), scenes=(), left=())
        assert seen(replace(showing(found, new), scenes=(), left=())) == seen(before)


def test_what_is_not_there_is_said_and_the_rest_is_played(talk, path, tmp_path):
    save_session(path, talk, {}, STEPS)
    (tmp_path / "second.csv").rename(tmp_path / "elsewhere.csv")
    found = read(path)
    assert [what_is_missing(found, each) for each in found.scenes] == [
        "",
        "second is not there.",
        f"{talk.scenes[2].look.active.name} is not there.",
    ]
    assert showing(found, found.scenes[0]).query == 3
    assert showing(found, found.scenes[2]) is found


def test_a_lost_scene_is_whole_again_when_its_file_is_back(talk, path, tmp_path, seen):
    save_session(path, talk, {}, STEPS)
    (tmp_path / "second.csv").rename(tmp_path / "elsewhere.csv")
    lost = read(path)
    lost = noted(renamed(lost, 2, "Renamed"), 2, "Changed meanwhile")
    again = there_and_back(path, lost)  # Saved while it was lost, and read twice.
    again = there_and_back(path, again)
    assert [each.look is None for each in again.scenes] == [False, True, True]
    (tmp_path / "elsewhere.csv").rename(tmp_path / "second.csv")
    found = read(path)
    assert [each.name for each in found.scenes] == ["The map", "Renamed", "White"]
    assert found.scenes[1].note == "Changed meanwhile"
    for old, new in zip(talk.scenes, found.scenes, strict=True):
        assert what_is_missing(found, new) == ""
        shown = showing(found, new)
        assert (shown.active.name, shown.query) == (old.look.active.name, old.look.query)
        assert shown.settings == old.look.settings
        assert shown.map.projection == old.look.map.projection


def test_a_scene_brings_its_closed_set_along(talk, path):
    closed = talk.closed(talk.sets[0])
    assert what_is_missing(closed, closed.scenes[0])
    found = there_and_back(path, closed)
    assert [what_is_missing(found, each) for each in found.scenes] == ["", "", ""]


def test_a_set_that_is_only_in_memory_is_named(toy, path, write_words):
    state = taking(State().opened(load(write_words())).opened(toy), "map", "Toy")
    found = there_and_back(path, state)
    assert what_is_missing(found, found.scenes[0]) == "toy is not there."
    again = there_and_back(path, found)
    assert what_is_missing(again, again.scenes[0]) == "toy is not there."


def test_rows_that_are_gone_are_said_by_the_scene(path, write_words):
    state = State().opened(load(write_words(labels=["a", "b", "c", "d", "e"])))
    state = taking(state.queried(4).selecting([0, 4]), "map", "Five")
    save_session(path, state, {}, STEPS)
    write_words(labels=["d", "c", "b", "a"])
    found = read(path)
    assert what_is_missing(found, found.scenes[0]) == ""
    assert "Not found any more" in found.scenes[0].misses
    shown = showing(found, found.scenes[0])
    assert [shown.active.labels[row] for row in shown.selected.rows] == ["a"]


def test_what_a_newer_version_says_of_a_scene_is_kept(talk, path):
    save_session(path, talk, {}, STEPS)
    document = json.loads(path.read_text())
    document["scenes"][0] |= {"fade": {"seconds": 2}}
    document["scenes"][0]["look"]["settings"]["future"] = {"n": 1}
    document["scenes"][0]["look"]["maps"][0]["sparkle"] = 0.5
    path.write_text(json.dumps(document))
    found = there_and_back(path, read(path))
    assert len(found.scenes) == 3
    kept = json.loads(path.read_text())["scenes"][0]
    assert kept["fade"] == {"seconds": 2}
    assert kept["look"]["settings"]["future"] == {"n": 1}
    assert kept["look"]["maps"][0]["sparkle"] == 0.5


@pytest.mark.parametrize(
    "scenes",
    [
        None,
        7,
        "scenes",
        [None, 3, [], {}],
        [{"name": 1, "pane": "map", "look": {}}],
        [{"name": "a", "pane": "map", "look": []}],
        [{"name": "a", "pane": "map", "set": "x", "look": {"active": "0", "maps": {"a": 1}}}],
        [{"name": "a", "pane": "map", "set": "x", "look": {"active": 99, "maps": [1, {}]}}],
        [{"name": "a", "pane": "map", "look": {"active": [1], "settings": 3, "maps": 4}}],
    ],
)
def test_scenes_that_make_no_sense_do_no_harm(talk, path, scenes):
    save_session(path, talk, {}, STEPS)
    document = json.loads(path.read_text())
    document["scenes"] = scenes
    path.write_text(json.dumps(document))
    found = there_and_back(path, read(path))
    assert found.active is not None
    for each in found.scenes:
        assert showing(found, each).sets == found.sets


def test_sessions_without_scenes_have_none(talk, path):
    save_session(path, talk, {}, STEPS)
    document = json.loads(path.read_text())
    del document["scenes"]
    path.write_text(json.dumps(document))
    assert read(path).scenes == ()


def test_many_scenes_of_one_set_write_it_once(path):
    state = State().opened(load_sample("digits"))
    for row in range(50):
        state = taking(state.queried(row), "map", f"row {row}")
    found = there_and_back(path, state)
    assert len(found.sets) == 1
    assert len(json.loads(path.read_text())["sets"]) == 1
    assert [showing(found, each).query for each in found.scenes] == list(range(50))
