import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.projections.columns import CoordinateColumns, coordinate_columns
from embedviz.core.vector_set import VectorSet


def with_names(names, n=3):
    return VectorSet(np.eye(n), metadata={name: [float(i) for i in range(n)] for name in names})


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["x", "y"], [("x", "y")]),
        (["Z", "Y", "X"], [("X", "Y", "Z")]),
        (["rank", "umap_1", "umap_2"], [("umap_1", "umap_2")]),
        (["UMAP1", "UMAP2", "tSNE-1", "tSNE-2"], [("UMAP1", "UMAP2"), ("tSNE-1", "tSNE-2")]),
        (["t-sne 0", "t-sne 1", "t-sne 2"], [("t-sne 0", "t-sne 1", "t-sne 2")]),
        (["X_umap-0", "X_umap-1"], [("X_umap-0", "X_umap-1")]),
        (["pca-2", "pca-1", "pca-0"], [("pca-0", "pca-1", "pca-2")]),
        ([f"PC{i}" for i in range(1, 51)], [("PC1", "PC2", "PC3")]),
        (["projection_x", "projection_y"], [("projection_x", "projection_y")]),
        (["umapY", "umapX"], [("umapX", "umapY")]),
        (["x_coord", "y_coord"], [("x_coord", "y_coord")]),
        (["my layout x", "my layout y"], [("my layout x", "my layout y")]),
        (["linear-x", "linear-y"], [("linear-x", "linear-y")]),
        (["lat", "lon"], [("lon", "lat")]),
        (["geo.Longitude", "geo.Latitude"], [("geo.Longitude", "geo.Latitude")]),
        (["umap_1", "other_umap_1", "umap_2"], [("umap_1", "umap_2")]),
        (["umap 1", "umap_1", "umap_2"], [("umap 1", "umap_2")]),
        (["umap_0", "umap_1", "umap_2"], [("umap_0", "umap_1", "umap_2")]),
        # Alone, or with a gap.
        (["x"], []),
        (["umap_1"], []),
        (["umap_1", "umap_3"], []),
        (["umap_2", "umap_3"], []),
        # Nothing says that these are places.
        (["score1", "score2"], []),
        (["score_x", "score_y"], []),
        (["d0", "d1", "d2"], []),
        (["index", "max", "prefix"], []),
        (["1", "2"], []),
        ([f"latent_{i}" for i in range(64)], []),
        (["umap_20230101", "umap_20230102"], []),
    ],
)
def test_groups_are_found_by_name(names, groups):
    assert coordinate_columns(with_names(names)) == groups


@given(
    st.sampled_from(["umap", "UMAP", "X_tsne", "t-SNE", "pca", "my.projection"]),
    st.sampled_from(["", "_", "-", ".", " "]),
    st.sampled_from([0, 1]),
    st.permutations(range(3)),
)
def test_numbers_begin_at_0_or_1_and_come_in_any_order(stem, separator, start, order):
    names = [f"{stem}{separator}{start + i}" for i in range(3)]
    found = coordinate_columns(with_names([names[i] for i in order]))
    assert found == [tuple(names)]


def test_columns_without_numbers_are_no_coordinates():
    assert coordinate_columns(VectorSet(np.eye(2))) == []
    metadata = {"x": ["a", "b"], "y": ["c", "d"], "umap_0": [True, False], "umap_1": [True, True]}
    metadata["lon"] = pa.array([None, None], pa.float64())
    metadata["lat"] = [1.0, 2.0]
    assert coordinate_columns(VectorSet(np.eye(2), metadata=metadata)) == []


def test_positions_are_the_numbers_of_the_columns():
    metadata = {
        "x": pa.array([1, None, 3, 4]),
        "y": pa.array([0.5, 2, np.nan, 1e300]),
        "z": pa.array([7.0, 8.0, 9.0, 10.0]).cast(pa.decimal128(10, 2)),
    }
    vector_set = VectorSet(np.eye(4), metadata=metadata)
    nan = np.nan
    flat = CoordinateColumns(("x", "y")).positions(vector_set)
    assert flat.dtype == np.float64
    np.testing.assert_array_equal(flat, [[1, 0.5], [nan, nan], [nan, nan], [nan, nan]])
    solid = CoordinateColumns(("z", "x", "y")).positions(vector_set, 3)
    np.testing.assert_array_equal(solid[:2], [[7, 1, 0.5], [nan] * 3])
    np.testing.assert_array_equal(
        CoordinateColumns(("z", "x", "y")).positions(vector_set)[0], [7, 1]
    )
    np.testing.assert_array_equal(
        CoordinateColumns(("x", "z")).positions(vector_set, 3)[2], [3, 9, 0]
    )


def test_chunks_of_a_table_and_no_rows_at_all():
    chunked = pa.table({"x": pa.chunked_array([[1], [2, 3]]), "y": pa.chunked_array([[4, 5], [6]])})
    found = CoordinateColumns(("x", "y")).positions(VectorSet(np.eye(3), metadata=chunked))
    assert found.tolist() == [[1, 4], [2, 5], [3, 6]]
    empty = pa.table({"x": pa.array([], pa.int64()), "y": pa.array([], pa.int64())})
    nothing = VectorSet(np.zeros((0, 3)), metadata=empty)
    assert CoordinateColumns(("x", "y")).positions(nothing).shape == (0, 2)


def test_columns_that_are_not_there_or_hold_text_are_refused(toy):
    with pytest.raises(UserError, match="toy has no column 'x'"):
        CoordinateColumns(("x", "number")).positions(toy)
    with pytest.raises(UserError, match="'group' of toy holds neither numbers"):
        CoordinateColumns(("number", "group")).positions(toy)


def test_it_is_a_projection_by_name_only():
    with pytest.raises(UserError, match="columns x, y are in the metadata"):
        CoordinateColumns(("x", "y")).fit_transform(np.eye(3))
    assert (
        CoordinateColumns(("x", "y"))
        == CoordinateColumns(("x", "y"))
        != CoordinateColumns(("y", "x"))
    )
    with pytest.raises(ValueError, match="1 columns"):
        CoordinateColumns(("x",))


@given(st.floats(-1e12, 1e12), st.floats(-3, 3).map(lambda power: 10**power))
def test_places_are_the_numbers_of_the_file_far_from_zero(start, span):
    x = start + np.linspace(0, span, 20)
    vector_set = VectorSet(np.eye(20), metadata={"x": x, "y": x[::-1].copy()})
    found = CoordinateColumns(("x", "y")).positions(vector_set)
    np.testing.assert_array_equal(found, np.column_stack([x, x[::-1]]))


MOMENT = 19_783.5
"""The first of March 2024 at noon, in days since 1970."""


@pytest.mark.parametrize(
    ("column", "days"),
    [
        (["2024-03-01", "", "2024-03-02"], [19_783, None, 19_784]),
        (["2024-03-01 12:00:00", None, "2024-03-01T12:00:01"], [MOMENT, None, MOMENT + 1 / 86_400]),
        (["2024-03-01T14:00:00+02:00", None, "2024-03-01T12:00:00Z"], [MOMENT, None, MOMENT]),
        (pa.array([19_783, None, 19_784], pa.int32()).cast(pa.date32()), [19_783, None, 19_784]),
        (
            pa.array([19_783 * 86_400 + 43_200, None, 0]).cast(pa.timestamp("s", "Asia/Tokyo")),
            [MOMENT, None, 0],
        ),
        (pa.array([1_000_000_123, None, 0]).cast(pa.timestamp("ns")), [1.000000 / 86_400, None, 0]),
    ],
)
def test_dates_are_days_since_1970(column, days):
    metadata = pa.table({"when": column, "y": [0.0, 1.0, 2.0]})
    vector_set = VectorSet(np.eye(3), metadata=metadata)
    placed = CoordinateColumns(("when", "y")).place(vector_set, 2)
    expected = [np.nan if day is None else day for day in days]
    np.testing.assert_allclose(placed.positions[:, 0], expected, rtol=0, atol=1e-11)
    assert [axis.is_date for axis in placed.axes] == [True, False]
    assert ("UTC" in placed.axes[0].title) == (
        getattr(metadata["when"].type, "tz", None) == "Asia/Tokyo"
    )


def test_texts_that_only_begin_with_dates_are_refused():
    texts = ["2024-03-01"] * 60 + ["soon"]
    vector_set = VectorSet(np.eye(61), metadata={"when": texts, "y": np.arange(61.0)})
    with pytest.raises(UserError, match=r"begins with dates, but .*soon"):
        CoordinateColumns(("when", "y")).positions(vector_set)
