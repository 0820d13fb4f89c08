"""Pairs in session files."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.judged_pairs import bundled_pairs, pairs_of
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.pairs import Pairs
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet

N = 40


def read(path):
    plan = read_plan(path, STEPS)
    restored = restore_sets(plan)
    choices = restore_state(plan.document, restored)
    return choices.state, [*restored.notes, *choices.notes]


def there_and_back(path, state):
    save_session(path, state, {}, STEPS)
    return read(path)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(0, N - 1),
            st.integers(0, N - 1),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=200,
    ),
    st.booleans(),
    st.integers(0, 9),
    st.text(max_size=9),
)
def test_any_pairs_come_back(tmp_path, load_words, rows, is_judged, n_unmatched, name):
    first, second, scores = zip(*rows, strict=True) if rows else ((), (), ())
    given_scores = scores if is_judged else None
    pairs = Pairs(first, second, given_scores, n_unmatched, name, ["ä", "b"], ["A note."])
    words = load_words()
    state, notes = there_and_back(tmp_path / "x.embedviz", State().opened(words, pairs))
    assert notes == []
    assert pairs_of(state.pairs, state.sets[0]) == (pairs,)


def test_pairs_of_several_sets_come_back_to_theirs(tmp_path, load_words):
    one, other = load_words("one.csv"), load_words("other.csv", seed=1)
    first, second = Pairs([0], [1], name="first"), Pairs([2, 3], [4, 5], [1, 2], name="second")
    state = State().opened(one, first).opened(other, second)
    state = state.derived(Truncated(2).derive(one)).opened(VectorSet(np.eye(3)), Pairs([0], [1]))
    state, _ = there_and_back(tmp_path / "x.embedviz", state)
    assert [each.name for each in state.sets][0::2] == ["one", "other"]
    assert pairs_of(state.pairs, state.sets[0]) == (first,)
    assert pairs_of(state.pairs, state.sets[1]) == (first,)  # Derived: the same rows.
    assert pairs_of(state.pairs, state.sets[2]) == (second,)
    assert len(state.pairs) == 2  # A set from memory alone is not kept, nor are its pairs.


@pytest.mark.parametrize("count", [4, 300])
def test_rows_of_a_changed_file_are_found_by_their_labels(tmp_path, write_words, load_words, count):
    labels = [f"w{i}" for i in range(400)]
    words = load_words(labels=labels)
    pairs = Pairs(range(count), range(1, count + 1), np.arange(count), name="judged")
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(words, pairs), {}, STEPS)
    gone = {"w0", "w3"}
    write_words(labels=[label for label in reversed(labels) if label not in gone])
    state, notes = read(path)
    (found,) = pairs_of(state.pairs, state.sets[0])
    now = state.sets[0].labels
    kept = [i for i in range(count) if not gone & {f"w{i}", f"w{i + 1}"}]
    assert [now[row] for row in found.first] == [f"w{i}" for i in kept]
    assert [now[row] for row in found.second] == [f"w{i + 1}" for i in kept]
    assert found.scores.tolist() == kept
    assert any("3 pairs of judged" in note for note in notes)


def test_the_bundled_pairs_come_back_and_removed_ones_stay_away(tmp_path):
    sentences = load_sample("sentences")
    path = tmp_path / "x.embedviz"
    bundled = bundled_pairs(sentences)
    state, _ = there_and_back(path, State().opened(sentences, bundled))
    assert pairs_of(state.pairs, state.sets[0]) == (bundled,)
    state, _ = there_and_back(path, State().opened(sentences))
    assert state.pairs == ()
    # A version that knew no pairs wrote nothing about them.
    document = json.loads(path.read_text("utf-8"))
    del document["state"]["pairs"]
    path.write_text(json.dumps(document), "utf-8")
    state, notes = read(path)
    assert pairs_of(state.pairs, state.sets[0]) == (bundled,)
    assert notes == []


@pytest.mark.parametrize(
    "damage",
    [
        {"first": None},
        {"first": {"n_rows": 40, "rows": [0, "x"]}},
        {"second": {"n_rows": 40, "rows": [0]}},
        {"scores": "no numbers"},
        {"scores": 3},
        {"name": 4},
        {"notes": [1]},
    ],
)
def test_pairs_that_make_no_sense_are_named_and_the_rest_stays(tmp_path, load_words, damage):
    path = tmp_path / "x.embedviz"
    state = State().opened(load_words(), Pairs([0, 1], [2, 3], [1, 2], name="judged"))
    save_session(path, state, {}, STEPS)
    document = json.loads(path.read_text("utf-8"))
    document["state"]["pairs"][0] |= damage
    path.write_text(json.dumps(document), "utf-8")
    state, notes = read(path)
    assert len(state.sets) == 1
    assert state.pairs == ()
    assert any("pairs" in note for note in notes)


@pytest.mark.parametrize("value", [None, 3, {}, [3], [{}], [{"vector_set": 9}]])
def test_a_list_of_pairs_that_is_none(tmp_path, load_words, value):
    path = tmp_path / "x.embedviz"
    save_session(path, State().opened(load_words()), {}, STEPS)
    document = json.loads(path.read_text("utf-8"))
    document["state"]["pairs"] = value
    path.write_text(json.dumps(document), "utf-8")
    state, _ = read(path)
    assert state.pairs == ()
    assert len(state.sets) == 1
