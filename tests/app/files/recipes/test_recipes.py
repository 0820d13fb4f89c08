"""Recipes: what a picture showed is shown again, and nothing in them tells where files are."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.files.recipes.joining import RestoredRecipe
from embedviz.app.files.recipes.names import without_folders
from embedviz.app.files.recipes.reading import plan_of_recipe, read_recipe
from embedviz.app.files.recipes.restoring import restored_recipe, state_of_recipe
from embedviz.app.files.recipes.writing import recipe_of
from embedviz.app.scenes.sequence import taking
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.errors import UserError
from embedviz.core.query_vector import QueryVector
from embedviz.core.samples import load_sample
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

PANES = (AnalogySettings, MatryoshkaSettings)


@pytest.fixture
def words(load_words):
    return load_words()


def shown(vector_set):
    state = State().opened(vector_set).queried(3).selecting([1, 2, 5])
    return state.with_settings(MatryoshkaSettings(3)).listing(7, "dot")


def test_what_was_shown_is_shown_again(words, tmp_path):
    state = shown(words)
    state = state.mapped(replace(state.map, color_by="kind", label_scale=1.5))
    found = state_of_recipe(recipe_of(state), None, [tmp_path], panes=PANES)
    assert found.notes == []
    again = found.state
    assert again.active.labels == words.labels
    assert (again.query, again.selected, again.metric, again.count) == (
        state.query,
        state.selected,
        "dot",
        7,
    )
    assert again.map == state.map
    assert again[MatryoshkaSettings] == state[MatryoshkaSettings]


def test_a_set_that_is_open_is_used_as_it_is(words, tmp_path):
    derived = Whitened().derive(words)
    state = shown(words).derived(derived)
    (tmp_path / "words.csv").unlink()
    found = state_of_recipe(recipe_of(state, "map"), state.activated(words), panes=PANES)
    assert found.notes == []
    assert found.state.active is derived
    assert found.state.sets == state.sets


def test_a_derived_set_is_made_from_its_open_parent(words, tmp_path):
    text = recipe_of(shown(words).derived(Whitened().derive(words)), "map")
    (tmp_path / "words.csv").unlink()
    found = state_of_recipe(text, State().opened(words), panes=PANES)
    assert found.notes == []
    assert found.state.active.derivation.parent is words
    assert len(found.state.sets) == 2


def test_a_file_of_the_same_name_with_other_labels_is_not_taken_for_it(load_words):
    text = recipe_of(shown(load_words()), "map")
    other = load_words(labels=[f"v{i}" for i in range(40)])
    wanted = plan_of_recipe(read_recipe(text), State().opened(other))
    assert wanted.known == {}


def test_of_two_files_the_one_of_the_same_size_is_opened(words, tmp_path):
    text = recipe_of(shown(words), "map")
    near = tmp_path / "near"
    near.mkdir()
    (near / "words.csv").write_text("label,d0\na,1\n")
    found = state_of_recipe(text, None, [near, tmp_path], panes=PANES)
    assert found.state.active.labels == words.labels


def test_what_is_missing_is_said_and_what_is_open_stays(words, toy, tmp_path):
    text = recipe_of(shown(words), "map")
    (tmp_path / "words.csv").unlink()
    current = State().opened(toy)
    wanted = plan_of_recipe(read_recipe(text), current, [tmp_path])
    assert wanted.plan.missing == [tmp_path / "words.csv"]
    found = restored_recipe(wanted, panes=PANES)
    assert found.among(current) is current
    assert "Nothing of it could be opened." in found.notes
    assert any("words" in note for note in found.notes[1:])


def test_a_file_is_found_where_the_user_says(words, tmp_path):
    text = recipe_of(shown(words), "map")
    moved = tmp_path / "other" / "renamed.csv"
    moved.parent.mkdir()
    shutil.move(tmp_path / "words.csv", moved)
    wanted = plan_of_recipe(
        read_recipe(text), State(), [tmp_path], moved={tmp_path / "words.csv": moved}
    )
    assert wanted.plan.missing == []
    assert restored_recipe(wanted).state.active.labels == words.labels


def test_a_set_that_is_in_no_file_is_named(toy):
    found = state_of_recipe(recipe_of(shown(toy), "map"))
    assert any(toy.name in note and "in no file" in note for note in found.notes)


def test_other_panes_keep_what_is_set_in_them(words, tmp_path):
    text = recipe_of(shown(words), "matryoshka")
    analogy = AnalogySettings(("w1", "w2"), ("w3",))
    current = State().opened(words).with_settings(analogy)
    again = state_of_recipe(text, current, [tmp_path], panes=PANES).state
    assert again[MatryoshkaSettings] == MatryoshkaSettings(3)
    assert again[AnalogySettings] == analogy


def test_nothing_tells_where_files_are(words, tmp_path):
    encoder = EncoderSettings("sentence-transformers", model=str(tmp_path / "model"))
    query = QueryVector("rain", np.ones(4, dtype=np.float32), encoder)
    state = replace(shown(words).queried_with(query), texts=(query,))
    text = recipe_of(state)
    assert str(tmp_path) not in text
    assert tmp_path.name not in text
    assert "words.csv" in text
    assert str(tmp_path) in recipe_of(state, with_paths=True)


def test_the_same_state_gives_the_same_text_wherever_its_file_is(words, tmp_path):
    from embedviz.formats import load

    other = tmp_path / "copy" / "words.csv"
    other.parent.mkdir()
    shutil.copy(tmp_path / "words.csv", other)
    os.utime(other, (1, 1))
    assert recipe_of(shown(words)) == recipe_of(shown(load(other)))


def test_a_recipe_with_paths_finds_files_that_may_be_read(words, tmp_path):
    text = recipe_of(shown(words), with_paths=True)
    found = state_of_recipe(text, panes=PANES, may_be_read=[tmp_path / "words.csv"])
    assert found.state.active.labels == words.labels


def test_a_path_is_not_followed_where_nobody_has_been_before(words, tmp_path):
    recipe = json.loads(recipe_of(shown(words), "map", with_paths=True))
    own = recipe["session"]["sets"][0]["file"]
    assert own["path"] == str(tmp_path / "words.csv")
    recipe["session"]["sets"][0]["file"] = {**own, "relative": "../words.csv", "more": 1}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    wanted = plan_of_recipe(read_recipe(json.dumps(recipe)), State(), [elsewhere])
    assert wanted.plan.missing == [elsewhere / "words.csv"]


def test_a_picture_takes_no_scenes_and_gives_none(words, tmp_path):
    text = recipe_of(shown(words))
    current = taking(State().opened(words), "map", "mine")
    given = json.loads(text)
    given["session"]["scenes"] = [{"key": 1, "name": "theirs", "pane": "map"}]
    found = state_of_recipe(json.dumps(given), current, [tmp_path], panes=PANES)
    assert [scene.name for scene in found.state.scenes] == ["mine"]


def test_what_was_opened_meanwhile_stays(words, toy, tmp_path):
    text = recipe_of(shown(words), "map")
    wanted = plan_of_recipe(read_recipe(text), State(), [tmp_path])
    restored = restored_recipe(wanted, panes=PANES)
    later = restored.among(State().opened(toy))
    assert toy in later.sets
    assert later.active.labels == words.labels
    assert RestoredRecipe(None, "map", []).among(later) is later


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", "", "a\0b", 3, "C:\\x\\y.csv"]
)
def test_a_name_does_not_lead_out_of_the_folders(words, tmp_path, name):
    recipe = json.loads(recipe_of(shown(words), "map"))
    recipe["session"]["sets"][0]["file"] = {"file_name": name}
    wanted = plan_of_recipe(read_recipe(json.dumps(recipe)), State(), [tmp_path])
    assert all(path.parent == tmp_path for path in wanted.plan.missing)


@pytest.mark.parametrize(
    "text",
    ["", "null", "{}", "[1]", '{"format": "embedviz recipe"}', "[" * 100_000, " " * (5 << 20)],
)
def test_what_is_no_recipe_is_refused(text):
    with pytest.raises(UserError):
        read_recipe(text)


def test_a_newer_recipe_says_so(words):
    newer = json.loads(recipe_of(shown(words))) | {"version": 2}
    with pytest.raises(UserError, match="newer embedviz"):
        read_recipe(json.dumps(newer))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(
    value=json_values,
    where=st.sampled_from(["sets", "library", "state", "version", "window"]),
)
def test_whatever_is_in_a_recipe_it_is_refused_or_read(value, where):
    session = {"format": "x", "version": 1, "sets": [], "library": [], "state": {}, where: value}
    recipe = {"format": "embedviz recipe", "version": 1, "pane": "map", "session": session}
    current = State().opened(VectorSet([[1.0, 2.0]], ["a"], name="tiny"))
    try:
        found = state_of_recipe(json.dumps(recipe), current, panes=PANES)
    except UserError:
        return
    assert current.active in found.state.sets


@given(st.text(alphabet="abc/~.: ", max_size=20))
def test_folders_are_taken_out_of_every_setting(text):
    part = text.replace("://", "")
    found = without_folders({"state": {"settings": {"x": {"file": f"/home/somebody/{part}x"}}}})
    assert "somebody" not in json.dumps(found)


def test_servers_of_databases_are_not_named():
    node = {"engine": "qdrant", "place": "db.example.org:6333", "user": "me", "is_local": False}
    found = json.dumps(without_folders({"sets": [{"collection": node, "settings": {}}]}))
    assert "example.org" not in found
    assert '"me"' not in found


def test_samples_are_opened_again():
    words = load_sample("words")
    found = state_of_recipe(recipe_of(State().opened(words), "map"), panes=PANES)
    assert found.notes == []
    assert found.state.active.name == words.name
