"""Maps of coordinates far from zero, and of dates."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from embedviz.app.files.values import from_json, to_json
from embedviz.app.state import State
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.trust import kept_neighbors
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.formats.companions.coordinate_files import load_coordinates
from embedviz.formats.writing.rows import save_coordinates
from embedviz.gui.points.layers.axes import X, Y, ticks_of
from embedviz.gui.projection.columns_editor import axis_columns

STEPS = np.arange(30)
FAR = np.column_stack([1e7 + 0.01 * STEPS, 0.02 * STEPS - 3e6])


def described(**metadata):
    return VectorSet(np.random.default_rng(0).normal(size=(30, 6)), None, metadata, "far")


@pytest.fixture(params=["the file", "made here"])
def far(request):
    if request.param == "made here":
        return described(x=FAR[:, 0], y=FAR[:, 1])
    return load(request.getfixturevalue("data_folder") / "cases" / "far_coordinates.csv")


def test_neighboring_places_are_apart_and_ticks_and_picks_tell_them(pane, session, idle, far):
    session.show(State().opened(far))
    idle(session)
    pane.view.animator.is_enabled = False
    assert pane.run.layout.projection == CoordinateColumns(("x", "y"))
    viewport = pane.view.viewport
    places = np.array([viewport.place_of(row).toTuple() for row in range(30)])
    steps = np.diff(places, axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps.mean(axis=0), steps.shape), atol=0.05)
    assert (np.abs(steps) > 1).all()
    assert [viewport.row_at(viewport.place_of(row), 2.0) for row in range(30)] == list(range(30))
    for axis in (X, Y):
        texts = ticks_of(viewport.frame(), axis).texts
        assert len(set(texts)) == len(texts) >= 2
    pane.view.set_camera(viewport.around(np.array([12])).zoomed(1e5))
    assert viewport.row_at(viewport.place_of(12), 2.0) == 12
    held = pane.view.camera
    assert from_json(Camera, to_json(held)) == held


def test_what_is_written_is_what_was_read(pane, session, idle, far, tmp_path):
    session.show(State().opened(far))
    idle(session)
    positions, names = pane.places()
    path = tmp_path / "places.csv"
    save_coordinates(far, path, positions, names)
    table = pa.csv.read_csv(path)
    np.testing.assert_array_equal(table[table.column_names[-2]].to_numpy(), far.metadata["x"])
    np.testing.assert_array_equal(table[table.column_names[-1]].to_numpy(), far.metadata["y"])


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_files_of_coordinates_keep_their_digits(tmp_path, suffix):
    path = tmp_path / f"grid{suffix}"
    if suffix == ".npy":
        np.save(path, FAR)
    else:
        lines = [f"{x!r},{y!r}" for x, y in FAR.tolist()]
        path.write_text("\n".join(["x,y", *lines]))
    joined = load_coordinates(path, described(other=STEPS))
    names = joined.metadata.column_names[-2:]
    found = CoordinateColumns(tuple(names)).positions(joined)
    np.testing.assert_array_equal(found, FAR)


def test_what_is_near_on_the_map_is_so_far_from_zero_too():
    rng = np.random.default_rng(0)
    near = rng.normal(size=(40, 2)).round(3)
    rows = np.arange(40)
    true_rows = np.argsort(((near[:, None] - near) ** 2).sum(-1), axis=1)[:, 1:6].astype(np.int32)
    expected = kept_neighbors(true_rows, near, rows, 5)
    np.testing.assert_allclose(kept_neighbors(true_rows, near + 1e9, rows, 5), expected)


@pytest.mark.parametrize("count", [2, 3])
def test_dates_are_axes(pane, session, idle, count):
    days = [f"2024-03-{1 + step:02}" for step in STEPS]
    dated = described(day=days, size=STEPS * 1.0, depth=STEPS * 2.0, name=[f"n{s}" for s in STEPS])
    assert axis_columns(dated) == ["day", "size", "depth"]
    names = ("day", "size", "depth")[:count]
    session.show(State().opened(dated))
    chosen = session.state.map.projected_by(CoordinateColumns(names))
    session.show(session.state.mapped(chosen))
    idle(session)
    assert pane.view.scene.dates == (True, False)
    texts = ticks_of(pane.view.viewport.frame(), X, is_date=True).texts
    assert set(texts) & set(days)
    assert pane.places()[1][0] == "day, days since 1970"
