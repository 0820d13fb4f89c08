"""A session that is written and read is the same, for any state; what does not fit is named."""

import copy
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import (
    can_be_kept,
    describe_session,
    save_session,
    write_session,
)
from embedviz.app.linked_maps import add_map
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State, derived_by
from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource
from embedviz.core.derivation.additions import with_columns
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.group_column import GroupColumn
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.matching import share_rows
from embedviz.core.projections import PCA, TSNE, UMAP, PrefixPCA
from embedviz.core.projections.chosen_axes import ChosenAxes, ChosenAxis
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.query_vector import QueryVector
from embedviz.core.samples import load_sample
from embedviz.core.selection import Selection
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.formats.companions.coordinate_files import load_coordinates
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

RAMPS = ("viridis", "cividis")
PANE_SETTINGS = (AnalogySettings, AnisotropySettings, MatryoshkaSettings)
N = 40


def read(path, moved=None):
    """Return the state of a session, and what could not be restored."""
    plan = read_plan(path, STEPS, moved)
    restored = restore_sets(plan)
    choices = restore_state(plan.document, restored, RAMPS, PANE_SETTINGS)
    return choices.state, [*restored.notes, *choices.notes]


def there_and_back(path, state):
    save_session(path, state, {}, STEPS)
    return read(path)


@pytest.fixture
def library(load_words):
    """Return a file, a set derived from it, one derived from that, and some rows of it."""
    words = load_words()
    whitened = Whitened(0.5, 3).derive(words)
    return (words, whitened, Truncated(2).derive(whitened), chosen_rows(whitened, [3, 1, 8]))


floats = st.floats(-1e6, 1e6)
cameras = st.none() | st.builds(
    Camera,
    st.tuples(floats, floats, floats),
    st.floats(1e-6, 1e6),
    st.floats(-3, 3),
    st.floats(-1.5, 1.5),
    st.booleans(),
)
rows = st.sets(st.integers(0, N - 1), max_size=N).map(Selection)
axes = st.builds(
    ChosenAxis,
    st.lists(st.integers(0, 2), min_size=1, max_size=3).map(tuple),
    st.lists(st.integers(0, 2), min_size=1, max_size=3).map(tuple),
    st.text(max_size=5),
    st.text(max_size=5),
)
projections = st.one_of(
    st.none(),
    st.builds(PCA, st.permutations([0, 1, 2]).map(tuple)),
    st.builds(TSNE, st.floats(1, 100), seed=st.integers(0, 2**32 - 1)),
    st.builds(UMAP, st.integers(2, 50), st.floats(0, 1), st.sampled_from(["cosine", "euclidean"])),
    st.just(CoordinateColumns(("x", "y"))),
    st.builds(PrefixPCA, st.none() | st.integers(1, 500)),
    st.lists(axes, min_size=1, max_size=3).map(lambda each: ChosenAxes(tuple(each))),
)
maps = st.builds(
    MapSettings,
    projection=projections,
    is_3d=st.booleans(),
    color_by=st.sampled_from([None, "kind", "x"]),
    size_by=st.sampled_from([None, "x"]),
    as_categories=st.sampled_from([None, True, False]),
    ramp=st.sampled_from(RAMPS),
    color_range=st.none() | st.tuples(floats, floats).map(sorted).map(tuple),
    inverted=st.booleans(),
    hidden=st.frozensets(st.sampled_from(["odd", "even"])),
    density=st.none() | st.booleans(),
    trust=st.booleans(),
    images=st.booleans(),
    labels=st.booleans(),
    label_scale=st.floats(0.6, 2.5),
    names_around=st.booleans(),
    name_size_by=st.sampled_from([None, "x"]),
    palette=st.sampled_from(["distinct", "place"]),
    clusters=st.booleans(),
    min_cluster_size=st.none() | st.integers(2, 1_000_000),
    cluster_texts=st.sampled_from([None, "kind"]),
    cluster_names=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3).map(
        lambda names: tuple(names.items())
    ),
    glow=st.booleans(),
    heading=st.text(max_size=9),
    subtitle=st.text(max_size=9),
    legend=st.booleans(),
    legend_place=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    through=st.booleans(),
    camera=cameras,
)


@st.composite
def states(draw, library):
    """Return any state of a library whose last set has three rows, the others forty."""
    state = State()
    for each in library:
        state = state.derived(each) if each.derivation else state.opened(each)
    for _ in range(draw(st.integers(0, 2))):
        state = add_map(state.activated(draw(st.sampled_from(state.sets))))
    state = state.with_active_map(draw(st.sampled_from([each.key for each in state.maps])))
    changed = tuple(
        replace(draw(maps), key=each.key, vector_set=each.vector_set) for each in state.maps
    )
    state = replace(state, maps=changed)
    active = state.active
    own = st.sets(st.integers(0, len(active) - 1), max_size=len(active)).map(Selection)
    state = state.mapped(replace(state.map, isolated=draw(st.none() | own.filter(len))))
    vector = np.arange(active.root.dimensions, dtype=np.float32) / 3
    return (
        replace(
            state,
            query=draw(st.none() | st.integers(0, len(active) - 1)),
            query_vector=draw(st.none() | st.just(QueryVector("mine", vector))),
            texts=tuple(draw(st.lists(pinned_texts, max_size=3))),
            selected=draw(own),
            metric=draw(st.sampled_from(["cosine", "dot", "euclidean"])),
            count=draw(st.integers(1, 1000)),
        )
        .with_settings(draw(questions))
        .with_settings(draw(dials(active)))
        .with_settings(MatryoshkaSettings(draw(st.integers(1, active.dimensions))))
    )


pinned_texts = st.builds(
    lambda name, encoder, size: QueryVector(name, np.ones(size, np.float32), encoder),
    st.text(max_size=5),
    st.builds(
        EncoderSettings,
        st.sampled_from(["wordllama", "sentence-transformers", "service"]),
        dimensions=st.none() | st.integers(2, 9),
    ),
    st.integers(1, 4),
)
questions = st.builds(
    AnalogySettings,
    st.lists(st.text(max_size=3), max_size=3).map(tuple),
    st.lists(st.text(max_size=3), max_size=3).map(tuple),
    st.sampled_from(["3CosAdd", "3CosMul", "PairDirection"]),
    st.booleans(),
    st.booleans(),
)


def dials(active):
    kept = st.none() | st.integers(1, max(active.dimensions - 1, 1))
    sources = [ALL_ROWS, FitSource.of_group("kind", "a"), FitSource.of_set("train")]
    sources.append(FitSource.of_selection(Selection([0, 2]), 3))
    return st.builds(
        AnisotropySettings,
        st.floats(0, 1),
        kept,
        cameras,
        centering=st.floats(0, 1),
        method=st.sampled_from(["pca", "zca"]),
        variance_share=st.none() | st.floats(0.01, 1),
        remove_top=st.integers(0, active.dimensions - 1),
        shrinkage=st.booleans(),
        leave_out=st.booleans(),
        fit_on=st.sampled_from(sources),
    )


def test_any_state_comes_back(tmp_path, library, seen):
    path = tmp_path / "any.embedviz"

    @settings(
        max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(states(library))
    def check(state):
        again, notes = there_and_back(path, state)
        assert notes == []
        assert seen(again) == seen(state)

    check()


def test_sets_have_the_same_rows_as_before(tmp_path, library, write_words):
    words, whitened, truncated, chosen = library
    again = load(write_words())  # The same file, opened a second time: other rows.
    state = State()
    for each in (words, whitened, truncated, chosen, again):
        state = state.derived(each) if each.derivation else state.opened(each)
    found, _ = there_and_back(tmp_path / "a.embedviz", state)
    for one, other in zip(state.sets, found.sets, strict=True):
        for two, another in zip(state.sets, found.sets, strict=True):
            assert share_rows(one, two) == share_rows(other, another)
    assert found.sets[1].derivation.parent is found.sets[0]
    assert found.sets[2].derivation.parent is found.sets[1]
    assert derived_by(found, found.sets[0], Whitened(0.5, 3)) is found.sets[1]


def test_rows_of_a_closed_set_and_columns_that_were_added(tmp_path, library, seen):
    words, _, _, chosen = library
    (tmp_path / "places.csv").write_text(
        "label,umap_1,umap_2\n" + "".join(f"w{i},{i},{-i}\n" for i in range(N))
    )
    extended = load_coordinates(tmp_path / "places.csv", words)
    state = State().opened(words).opened(chosen).replaced(words, extended)
    state = state.derived(Whitened().derive(extended))
    found, notes = there_and_back(tmp_path / "a.embedviz", state)
    assert notes == []
    assert seen(found) == seen(state)
    alone = state.closed(extended)
    assert [each.name for each in alone.sets] == [chosen.name]
    found, notes = there_and_back(tmp_path / "a.embedviz", alone)
    assert notes == []
    assert seen(found) == seen(alone)


@pytest.mark.parametrize("count", [N, 1000])
def test_clusters_that_became_a_column(tmp_path, write_words, seen, count):
    words = load(write_words(labels=[f"w{i}" for i in range(count)]))
    groups = np.random.default_rng(0).integers(0, 3, count)
    extended = GroupColumn("cluster", ("first", "second"), groups).derive(words)
    state = State().opened(words).replaced(words, extended)
    found, notes = there_and_back(tmp_path / "a.embedviz", state)
    assert notes == []
    assert seen(found) == seen(state)
    kept = found.sets[0].metadata["cluster"].to_pylist()
    assert kept == [(None, "first", "second")[group] for group in groups]
    write_words(labels=[f"w{i}" for i in range(count)][::-1])
    later = (tmp_path / "a.embedviz").stat().st_mtime_ns + 10**9
    os.utime(words.origin.path, ns=(later, later))
    found, notes = read(tmp_path / "a.embedviz")
    assert "cluster" not in found.sets[0].metadata.column_names
    assert any("without what was added to it" in note for note in notes)


def test_bundled_sets_and_settings_of_files(tmp_path, write_words, seen):
    (tmp_path / "v.npy").write_bytes(b"")
    np.save(tmp_path / "v.npy", np.arange(12.0).reshape(4, 3))
    (tmp_path / "l.txt").write_text("a\nb\nc\nd\n")
    named = load(tmp_path / "v.npy", labels=tmp_path / "l.txt", max_rows=3)
    listed = load(tmp_path / "v.npy", labels=["e", "f", "g", "h"])
    by_column = load(write_words(), label_column="kind", sample=5, seed=3)
    state = State()
    for each in (named, listed, by_column, load_sample("words")):
        state = state.opened(each)
    found, notes = there_and_back(tmp_path / "a.embedviz", state)
    assert notes == []
    assert seen(found) == seen(state)


def test_sets_in_memory_are_left_out_by_name(tmp_path, library, toy, seen):
    words = library[0]
    added = with_columns(words, {"length": np.ones(N)})
    unknown = VectorSet(toy.vectors)
    assert not any(map(can_be_kept, (toy, added, unknown, Whitened().derive(toy))))
    state = add_map(State().opened(words).opened(toy)).with_active_map(0)
    state = state.activated(words).opened(unknown).selecting([1, 2])
    path = tmp_path / "a.embedviz"
    assert save_session(path, state, {}, STEPS) == ("toy", "unnamed")
    found, notes = read(path)
    assert notes == []
    assert [each.name for each in found.sets] == ["words"]
    assert found.active is found.sets[0]
    assert len(found.selected) == 0
    assert [each.key for each in found.maps] == [0]


def test_a_set_that_was_trained_here_is_said_to_be_only_in_memory(tmp_path, toy, library):
    """Training gives no such vectors again, or takes as long as before."""
    origin = TrainedOrigin("corpus.txt", tmp_path / "corpus.txt", "Skip-gram, 32 dimensions")
    trained = VectorSet(toy.vectors, toy.labels, name="trained", origin=origin)
    assert not can_be_kept(trained)
    path = tmp_path / "a.embedviz"
    state = State().opened(library[0]).opened(trained)
    assert save_session(path, state, {}, STEPS) == ("trained",)
    found, notes = read(path)
    assert notes == []
    assert [each.name for each in found.sets] == [library[0].name]


def test_nothing_open(tmp_path):
    state = replace(State(), count=30, metric="dot")
    assert there_and_back(tmp_path / "a.embedviz", state) == (state, [])


def test_a_folder_that_is_moved_or_copied_as_a_whole(tmp_path, library):
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.move(tmp_path / "words.csv", folder / "words.csv")
    state = State().opened(load(folder / "words.csv"))
    save_session(folder / "a.embedviz", state, {}, STEPS)
    shutil.copytree(folder, tmp_path / "two")
    shutil.rmtree(folder)
    plan = read_plan(tmp_path / "two" / "a.embedviz", STEPS)
    assert plan.missing == []
    assert restore_sets(plan).sets[0].opened.path == tmp_path / "two" / "words.csv"


def test_a_session_that_is_moved_alone_finds_its_files(tmp_path, library):
    state = State().opened(library[0])
    save_session(tmp_path / "a.embedviz", state, {}, STEPS)
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "a.embedviz").rename(other / "a.embedviz")
    (other / "words.csv").write_text("another file of that name")
    found, notes = read(other / "a.embedviz")
    assert notes == []
    assert found.sets[0].opened.path == tmp_path / "words.csv"


def test_a_file_that_is_gone_is_missing_and_the_rest_opens(tmp_path, library, load_words):
    words, whitened, _, chosen = library
    other = load_words("other.csv", seed=1)
    state = State()
    for each in (words, whitened, chosen, other):
        state = state.derived(each) if each.derivation else state.opened(each)
    state = add_map(state.activated(whitened).selecting([1, 2]))
    path = tmp_path / "a.embedviz"
    save_session(path, state, {}, STEPS)
    (tmp_path / "words.csv").rename(tmp_path / "moved.csv")
    assert read_plan(path, STEPS).missing == [tmp_path / "words.csv"]
    found, notes = read(path)
    assert [each.name for each in found.sets] == ["other"]
    assert "words could not be opened" in notes[0]
    assert f"{whitened.name} is not there" in notes[1]
    assert found.active is found.sets[0]
    assert len(found.selected) == 0
    moved = {tmp_path / "words.csv": tmp_path / "moved.csv"}
    assert read_plan(path, STEPS, moved).missing == []
    found, notes = read(path, moved)
    assert len(found.sets) == 4
    assert found.selected == Selection([1, 2])
    assert notes == []


def test_an_addition_that_is_gone_leaves_the_set(tmp_path, library):
    words = library[0]
    (tmp_path / "p.csv").write_text("umap_1,umap_2\n" + "1,2\n" * N)
    extended = load_coordinates(tmp_path / "p.csv", words)
    save_session(tmp_path / "a.embedviz", State().opened(extended), {}, STEPS)
    (tmp_path / "p.csv").unlink()
    found, (note,) = read(tmp_path / "a.embedviz")
    assert "words is opened without what was added to it" in note
    assert found.sets[0].metadata.column_names == words.metadata.column_names


def changed(path, write_words, labels):
    """Write a file again with other labels, at another time."""
    before = path.stat()
    write_words(labels=labels)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))


def test_rows_are_found_by_labels_in_a_file_that_has_changed(tmp_path, write_words, library):
    words, whitened, _, chosen = library
    state = State().opened(words).derived(whitened).opened(chosen).activated(whitened)
    state = replace(
        state.queried(5).selecting([5, 6, 39]),
        maps=(
            replace(
                state.map,
                isolated=Selection([7, 39]),
                projection=ChosenAxes((ChosenAxis((1,), (2, 3), "w1", "w2, w3"),)),
            ),
        ),
    )
    path = tmp_path / "a.embedviz"
    save_session(path, state, {}, STEPS)
    labels = [f"w{i}" for i in range(N)]
    changed(tmp_path / "words.csv", write_words, ["new", *labels[:-1]])
    found, notes = read(path)
    assert found.query == 6
    assert found.selected == Selection([6, 7])
    assert found.map.isolated == Selection([8])
    assert found.map.projection == ChosenAxes((ChosenAxis((2,), (3, 4), "w1", "w2, w3"),))
    assert found.sets[2].labels == chosen.labels
    assert "words.csv has changed since" in notes[0]
    assert "1 row of the selection" in notes[1]
    assert "1 row of the isolated rows of map 1" in notes[1]
    changed(tmp_path / "words.csv", write_words, labels[:5])
    found, notes = read(path)
    assert found.query is None
    assert len(found.sets[2]) == 2
    assert "1 row of it words" in " ".join(notes) or "1 row of it whitened" in " ".join(notes)
    changed(tmp_path / "words.csv", write_words, [f"v{i}" for i in range(N)])
    found, notes = read(path)
    assert len(found.sets) == 2
    assert found.map.projection is None


def test_many_rows_of_a_file_that_has_changed_are_said_to_be_lost(
    tmp_path, write_words, library, monkeypatch
):
    monkeypatch.setattr("embedviz.app.files.session.writing.MOST_LABELS", 2)
    words, _, _, chosen = library
    state = State().opened(words).opened(chosen).activated(words).selecting([1, 2, 3])
    path = tmp_path / "a.embedviz"
    save_session(path, state, {}, STEPS)
    assert read(path)[1] == []
    changed(tmp_path / "words.csv", write_words, [f"v{i}" for i in range(N)])
    found, notes = read(path)
    assert len(found.selected) == 0
    assert "Select them again" in " ".join(notes)
    assert "3 rows of the selection" in notes[-1]


def test_a_file_that_was_only_written_again_keeps_its_rows(tmp_path, write_words, library):
    state = State().opened(library[0]).selecting([1, 2])
    path = tmp_path / "a.embedviz"
    save_session(path, state, {}, STEPS)
    changed(tmp_path / "words.csv", write_words, None)
    found, notes = read(path)
    assert notes == ["words.csv was written again since; its labels are the same."]
    assert found.selected == Selection([1, 2])


def test_other_labels_in_a_second_file_are_noticed(tmp_path):
    np.save(tmp_path / "v.npy", np.arange(12.0).reshape(4, 3))
    (tmp_path / "l.txt").write_text("a\nb\nc\nd\n")
    state = State().opened(load(tmp_path / "v.npy", labels=tmp_path / "l.txt")).selecting([0, 1])
    save_session(tmp_path / "a.embedviz", state, {}, STEPS)
    (tmp_path / "l.txt").write_text("b\nc\nd\ne\n")
    found, notes = read(tmp_path / "a.embedviz")
    assert found.selected == Selection([0])
    assert notes[0].startswith("What the rows of v.npy are called has changed since")


def test_a_session_is_no_file_of_vectors(tmp_path, library):
    save_session(tmp_path / "a.json", State().opened(library[0]), {}, STEPS)
    with pytest.raises(UserError, match="a session of embedviz"):
        load(tmp_path / "a.json")


def test_a_newer_version_is_refused(tmp_path, library):
    document = describe_session(State().opened(library[0]), {}, STEPS).document
    write_session(tmp_path / "a.embedviz", {**document, "version": 2})
    with pytest.raises(UserError, match="newer embedviz"):
        read_plan(tmp_path / "a.embedviz", STEPS)


def rich_state(library):
    """Return a state with something in every field."""
    words, whitened, truncated, chosen = library
    state = State().opened(words).derived(whitened).derived(truncated).opened(chosen)
    state = add_map(state.activated(whitened)).selecting(range(30))
    query = QueryVector("mine", np.ones(4, np.float32))
    state = replace(
        state,
        query_vector=query,
        settings=state.settings.with_settings(AnisotropySettings(camera=Camera(is_3d=True))),
    )
    axes = ChosenAxes((ChosenAxis((1,), (2, 3), "w1", "w2, w3"),))
    shown = replace(state.map, projection=axes, camera=Camera(), isolated=Selection([1, 2, 3]))
    first = replace(state.maps[0], projection=TSNE(), hidden=frozenset(["odd"]), color_by="kind")
    return state.mapped(shown).mapped(first)


ODD = (None, True, -1, 0, 7, 1.5, 1e300, 10**30, "", "x", "w1", [], [[]], {}, {"rows": [1]}, "AAAA")


def places(value, path=()):
    """Yield the way to each value in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(document, path, odd):
    """Return a document with another value at a place; without it where `odd` is Ellipsis."""
    mutant = copy.deepcopy(document)
    inner = mutant
    for key in path[:-1]:
        inner = inner[key]
    if odd is Ellipsis:
        del inner[path[-1]]
    else:
        inner[path[-1]] = odd
    return mutant


def test_a_damaged_session_is_read_as_far_as_it_makes_sense(tmp_path, library):
    """Every value is replaced by odd ones: each time there is a sound state, or a UserError."""
    document = describe_session(rich_state(library), {}, STEPS, tmp_path).document
    document = json.loads(json.dumps(document))
    ways = [way for way in places(document) if way and way[0] not in ("written", "window")]
    rng = np.random.default_rng(0)
    path = tmp_path / "a.embedviz"
    for i in rng.permutation(len(ways) * (len(ODD) + 1))[:300]:
        way, odd = ways[i % len(ways)], (*ODD, ...)[i // len(ways)]
        path.write_text(json.dumps(mutated(document, way, odd)))
        try:
            state, notes = read(path)
        except UserError:
            assert way[0] in ("format", "version")
            continue
        assert all(isinstance(note, str) for note in notes)
        require_sound(state)


def require_sound(state):
    """Check what the rest of the program takes for granted."""
    assert len(set(state.sets)) == len(state.sets)
    assert (state.active is None) == (not state.sets)
    assert 1 <= state.count <= 1000
    assert state.map_of(0).key == 0
    assert len({each.key for each in state.maps}) == len(state.maps)
    for each in state.maps:
        shown = state.set_of(each.key)
        assert (each.vector_set is None) == (each.key == state.map_key) or not state.sets
        assert shown in state.sets or not state.sets
        if shown is not None:
            assert each.isolated is None or each.isolated.rows.max() < len(shown)
            assert each.color_by in (None, *shown.metadata.column_names)
    if state.active is not None:
        n_rows = len(state.active)
        assert state.query is None or 0 <= state.query < n_rows
        assert not len(state.selected) or state.selected.rows.max() < n_rows
        assert 1 <= state[MatryoshkaSettings].length(state.active) <= state.active.dimensions
        assert state.current_query is None or state.current_query.vector.shape == (
            state.active.dimensions,
        )
    assert hash(state.map) is not None


def test_a_file_that_has_got_bad_rows_is_opened_without_them_and_it_is_said(tmp_path, write_words):
    path, session = write_words(), tmp_path / "a.embedviz"
    save_session(session, State().opened(load(path)), {}, STEPS)
    with path.open("a") as file:
        file.write("x,odd,1,2,1,2\ny,odd,1,2,1,2,3,nan\n")
    for _ in range(2):  # Nobody has agreed to lose rows, so it is said each time.
        found, notes = read(session)
        assert len(found.sets[0]) == N
        assert notes[0].startswith("2 bad rows of words.csv left out (line 42: ")
        assert found.sets[0].opened.settings.on_bad_rows == "raise"
        save_session(session, found, {}, STEPS)


def test_rows_that_are_fewer_by_leave_are_counted(tmp_path, write_words):
    path, session = write_words(), tmp_path / "a.embedviz"
    save_session(session, State().opened(load(path, on_bad_rows="skip")), {}, STEPS)
    assert read(session)[1] == []
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:21], "w20,odd,1", *lines[22:-1]]) + "\n")
    _, notes = read(session)
    assert notes[0].startswith("1 bad row of words.csv left out (line 22: ")
    assert notes[1].startswith("words.csv has changed since (40 rows before, 38 now): what was")


def test_another_error_of_a_file_is_said(tmp_path, write_words):
    path, session = write_words(), tmp_path / "a.embedviz"
    save_session(session, State().opened(load(path)), {}, STEPS)
    np.savez(tmp_path / "two.npz", a=np.eye(3), b=np.eye(4))
    (tmp_path / "two.npz").replace(path)
    found, notes = read(session)
    assert found.sets == ()
    assert notes[0].startswith("words could not be opened: ")
