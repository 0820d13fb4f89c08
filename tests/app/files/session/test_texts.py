"""Sets that were made of texts are made again with a session; nothing is sent for them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import can_be_kept, save_session
from embedviz.app.state import State
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.formats import load, save
from embedviz.sources.embedding import embed_file

pytest.importorskip("wordllama", reason="wordllama is not installed")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("id,review\n" + "".join(f"r{i},review number {i} is fine\n" for i in range(30)))
    return path


def there_and_back(path, *sets):
    state = State()
    for each in sets:
        state = state.opened(each)
    assert save_session(path, state, {}, STEPS) == ()
    return restore_sets(read_plan(path, STEPS))


def test_a_set_of_texts_is_embedded_again_with_what_came_from_it(table, tmp_path):
    settings = TextsSettings(label_column="id", sample=20, seed=3)
    made = embed_file(table, replace(settings, encoder=EncoderSettings(dimensions=64)))
    assert can_be_kept(made)
    some = chosen_rows(made, [3, 1])
    restored = there_and_back(tmp_path / "a.embedviz", made, Whitened().derive(made), some)
    assert restored.notes == []
    assert restored.is_same == [True, True, True]
    first, white, chosen = restored.sets
    np.testing.assert_array_equal(first.vectors, made.vectors)
    assert first.labels == made.labels
    assert first.origin == made.origin
    assert encoder_of(white) == EncoderSettings(dimensions=64)
    assert chosen.labels == some.labels


def test_a_table_that_changed_or_is_gone_is_told(table, tmp_path):
    path = tmp_path / "a.embedviz"
    there_and_back(path, embed_file(table, TextsSettings(column="review")))
    table.write_text(table.read_text() + "r99,one more\n")
    restored = restore_sets(read_plan(path, STEPS))
    assert len(restored.sets[0]) == 31
    assert "reviews.csv has changed since (30 rows before, 31 now)" in restored.notes[0]
    moved = table.with_name("elsewhere.csv")
    table.rename(moved)
    plan = read_plan(path, STEPS)
    assert plan.missing == [table]
    found = restore_sets(read_plan(path, STEPS, {table: moved}))
    assert len(found.sets[0]) == 31


def test_a_service_is_not_connected_to(table, tmp_path):
    pytest.importorskip("openai", reason="openai is not installed")
    path = tmp_path / "a.embedviz"
    made = embed_file(table, TextsSettings(column="review"))
    there_and_back(path, made)
    document = json.loads(path.read_text())
    document["sets"][0]["settings"]["encoder"] = {
        "encoder": "service",
        "address": "https://api.example.com/v1",
        "model": "m",
    }
    path.write_text(json.dumps(document))
    restored = restore_sets(read_plan(path, STEPS))
    assert restored.sets == [None]
    (note,) = restored.notes
    assert note.startswith("reviews could not be opened: ")
    assert "opening a session connects to nothing" in note
    assert "Embed reviews.csv again" in note


@pytest.mark.parametrize(
    "encoder",
    [
        None,
        "wordllama",
        {"encoder": "../x"},
        {"encoder": "service", "address": "https://u:p@host/v1"},
        {"encoder": "service", "key_variable": "a secret key itself"},
        {"encoder": "wordllama", "dimensions": -3},
    ],
)
def test_an_encoder_that_makes_no_sense_is_left_out(table, tmp_path, encoder):
    path = tmp_path / "a.embedviz"
    there_and_back(path, embed_file(table, TextsSettings(column="review")))
    document = json.loads(path.read_text())
    document["sets"][0]["settings"]["encoder"] = encoder
    path.write_text(json.dumps(document))
    plan = read_plan(path, STEPS)
    assert plan.nodes == [None]
    assert "is not described in a way that can be read" in plan.notes[0]


def test_what_the_user_said_of_a_file_comes_back_and_no_key_is_written(
    table, tmp_path, monkeypatch
):
    canary = "sk-canary-0123456789"
    monkeypatch.setenv("MY_KEY", canary)
    save(embed_file(table, TextsSettings(column="review")), tmp_path / "a.npy")
    settings = EncoderSettings("service", address="https://h/v1", model="m", key_variable="MY_KEY")
    named = NamedEncoder(settings, 256, "m at h").derive(load(tmp_path / "a.npy"))
    restored = there_and_back(tmp_path / "a.embedviz", named)
    assert restored.notes == []
    assert encoder_of(restored.sets[0]) == settings
    assert "Its encoder, as you said: m at h." in restored.sets[0].notes
    written = (tmp_path / "a.embedviz").read_bytes()
    assert b"MY_KEY" in written
    assert canary.encode() not in written


@pytest.mark.parametrize(
    "change",
    [
        {"model": "m\u202e, which is trusted"},
        {"address": "https://host/v1\nWithout a key"},
        {"address": "https://u:p@host/v1"},
        {"key_variable": "not a name"},
    ],
)
def test_an_encoder_of_a_step_is_checked_like_that_of_a_file(table, tmp_path, change):
    """What is asked before anything is sent shows these words: they must not deceive."""
    save(embed_file(table, TextsSettings(column="review")), tmp_path / "a.npy")
    settings = EncoderSettings("service", address="https://h/v1", model="m")
    named = NamedEncoder(settings, 256, "m at h").derive(load(tmp_path / "a.npy"))
    path = tmp_path / "a.embedviz"
    assert there_and_back(path, named).sets[0] is not None
    document = json.loads(path.read_text())
    (node,) = [each for each in document["sets"] if "encoder" in each]
    node["encoder"]["encoder"].update(change)
    path.write_text(json.dumps(document))
    assert read_plan(path, STEPS).nodes[-1] is None
