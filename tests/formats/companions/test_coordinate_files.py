import gzip
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.projections.columns import CoordinateColumns, coordinate_columns
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions import coordinate_files
from embedviz.formats.companions.coordinate_files import load_coordinates

PLACES = np.array([[0.5, 1], [2, -3], [4.25, 5], [6, 7e-3]])


@pytest.fixture
def four():
    return VectorSet(np.eye(4), ["a", "b", "c", "d"], name="four")


def positions(vector_set, n_components=2):
    (names,) = coordinate_columns(vector_set)
    return CoordinateColumns(names).positions(vector_set, n_components)


def write(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_table_in_any_order_is_joined_by_label(tmp_path, data):
    labels = data.draw(
        st.lists(st.text("abcdefgh", min_size=1), min_size=3, max_size=8, unique=True)
    )
    there = data.draw(st.permutations(labels))
    n_there = data.draw(st.integers(len(labels) // 2 + 1, len(labels)))
    rows = {label: (float(i), -float(i)) for i, label in enumerate(there[:n_there])}
    lines = [f"{label}\t{x}\t{y}" for label, (x, y) in rows.items()]
    path = write(tmp_path / "places.tsv", "\n".join(["word\tumap_1\tumap_2", *lines, ""]))
    found = load_coordinates(path, VectorSet(np.eye(len(labels)), labels))
    expected = [rows.get(label, (np.nan, np.nan)) for label in labels]
    np.testing.assert_array_equal(positions(found), np.array(expected))


def test_the_set_stays_what_it_was(toy, tmp_path):
    np.save(tmp_path / "umap.npy", np.zeros((50, 2)))
    found = load_coordinates(tmp_path / "umap.npy", toy)
    assert np.shares_memory(found.vectors, toy.vectors)
    assert found.labels is toy.labels
    assert found.metadata.column_names == ["group", "number", "umap x", "umap y"]
    assert found.notes == ("Coordinates umap x, umap y from umap.npy.",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.tsv", "x\ty\n0.5\t1\n2\t-3\n4.25\t5\n6\t7e-3\n"),
        ("x.csv", "label,x,y\r\nb,2,-3\r\na,0.5,1\r\nd,6,0.007\r\nc,4.25,5\r\n"),
        ("x.csv", "label,rank,umap_1,umap_2\na,1,0.5,1\nb,2,2,-3\nc,3,4.25,5\nd,4,6,0.007\n"),
        ("x.csv", "label;x;y\na;0,5;1,0\nb;2,0;-3,0\nc;4,25;5,0\nd;6,0;0,007\n\n\n"),
        ("x.csv", "0.5,1\n2,-3\n4.25,5\n6,0.007\n"),
        ("x.csv", "first,second\n0.5,1\n2,-3\n4.25,5\n6,0.007\n"),
        ("x.tsv", "d\t6\t7e-3\na\t0.5\t1\nb\t2\t-3\nc\t4.25\t5\n"),
        ("x.txt", "0.5 1\n2 -3\n4.25 5\n6 0.007\n"),
        ("x.txt", " 0.5 1\n\n 2 -3  \n4.25\t5\n6 0.007"),
        ("x.txt", "b 2 -3\na 0.5 1\nc 4.25 5\nd 6 0.007\n"),
    ],
)
def test_tables_of_many_kinds(four, tmp_path, name, text):
    found = load_coordinates(write(tmp_path / name, text), four)
    np.testing.assert_allclose(positions(found), PLACES, rtol=1e-6)


def test_three_columns_with_blanks_between(tmp_path):
    three = VectorSet(np.eye(3))
    path = write(tmp_path / "x.txt", "0.5 1 2\n3 4 5\n6 7 8\n")
    assert positions(load_coordinates(path, three), 3).tolist() == [
        [0.5, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
    ]
    path = write(tmp_path / "x.txt", "2 1 2\n0 4 5\n1 7 8\n")
    assert positions(load_coordinates(path, three)).tolist() == [[4, 5], [7, 8], [1, 2]]


def test_packed_tables_and_arrays(four, tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"x,y\n0.5,1\n2,-3\n4.25,5\n6,0.007\n"))
    np.save(tmp_path / "x.npy", PLACES)
    (tmp_path / "x.npy.gz").write_bytes(gzip.compress((tmp_path / "x.npy").read_bytes()))
    for name in ("x.csv.gz", "x.npy.gz"):
        found = load_coordinates(tmp_path / name, four)
        np.testing.assert_allclose(positions(found), PLACES, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "i8"])
@pytest.mark.parametrize("width", [2, 3])
def test_arrays(four, tmp_path, dtype, width):
    array = np.asfortranarray(np.arange(4 * width).reshape(4, width).astype(dtype))
    np.save(tmp_path / "some layout.npy", array)
    found = load_coordinates(tmp_path / "some layout.npy", four)
    np.testing.assert_array_equal(positions(found, width), array)


def test_rows_without_a_place_are_counted(four, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[1, 2], [np.nan, 2], [np.inf, 1], [3, 4]]))
    found = load_coordinates(tmp_path / "x.npy", four)
    assert "2 rows have none" in found.notes[-1]
    some = write(tmp_path / "y.csv", "label,x,y\nd,1,2\nc,1,\nb,3,4\nzz,9,9\n")
    found = load_coordinates(some, four)
    assert found.notes == ("Coordinates x, y from y.csv, by label, 2 rows have none.",)
    np.testing.assert_array_equal(positions(found)[3], [1, 2])


def test_equal_labels_in_the_same_order_are_joined_by_row(tmp_path):
    twice = VectorSet(np.eye(3), ["a", "a", "b"])
    path = write(tmp_path / "x.csv", "label,x,y\na,1,2\na,3,4\nb,5,6\n")
    np.testing.assert_array_equal(
        positions(load_coordinates(path, twice)), [[1, 2], [3, 4], [5, 6]]
    )


def test_texts_that_are_no_labels_of_the_set_do_not_matter(four, tmp_path):
    path = write(tmp_path / "x.csv", "note,umap_1,umap_2\nf,1,2\ng,3,4\nh,5,6\na,7,8\n")
    with pytest.raises(UserError, match="1 of its 3 labels are among those of four"):
        load_coordinates(write(tmp_path / "y.csv", "word,x,y\na,1,2\nq,3,4\nr,5,6\n"), four)
    np.testing.assert_array_equal(positions(load_coordinates(path, four))[3], [7, 8])


def test_the_same_names_again_become_a_group_of_their_own(four, tmp_path):
    path = write(tmp_path / "old.csv", "x,y\n1,2\n3,4\n5,6\n7,8\n")
    twice = load_coordinates(path, load_coordinates(path, four))
    thrice = load_coordinates(path, twice)
    groups = [("x", "y"), ("old x", "old y"), ("old 2 x", "old 2 y")]
    assert coordinate_columns(thrice) == groups


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.csv", b"x,y\n1,2\n3,4\n", r"x\.csv has 2 rows of coordinates for 4 vectors"),
        ("x.csv", b"a,b,c,d\n1,2,3,4\n5,6,7,8\n", r"has 4 columns of numbers, and none"),
        ("x.csv", b"1.5,2,3,4\n5,6,7,8.5\n", r"has 4 columns of numbers and no header"),
        ("x.csv", b"hello\nthere\n", r"x\.csv holds no coordinates"),
        ("x.npy", b"\x93NUMPY\x01\x00nonsense", r"cannot be read as one of numbers"),
        ("x.json", b"{", "starts as JSON"),
        ("x.json", b"[" * 100_000, "starts as JSON"),
        ("x.json", b'{"a": "\xff"}', "starts as JSON"),
        ("x.json", b"[]", "holds no bookmarks"),
        ("x.json", b'[1, {"projections": []}, {"projections": [1]}]', "holds no bookmarks"),
        ("x.json", b'[{"projections": [{}, {}, {}, {}]}]', "holds no bookmarks"),
        ("x.json", b'[{"projections": [{"pca-0": 1, "pca-1": 2}]}]', "of 1 points for 4 vectors"),
    ],
)
def test_files_without_the_coordinates_of_this_set(four, tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=message):
        load_coordinates(tmp_path / name, four)


def test_arrays_of_another_shape_and_pickles_are_refused(four, tmp_path):
    for array in (np.zeros((4, 4)), np.zeros(4), np.zeros((4, 2), dtype=complex)):
        np.save(tmp_path / "x.npy", array)
        with pytest.raises(UserError, match=r"is an array of 4"):
            load_coordinates(tmp_path / "x.npy", four)
    np.save(tmp_path / "x.npy", np.array([[{}, {}]] * 4), allow_pickle=True)
    with pytest.raises(UserError, match="cannot be read as one of numbers"):
        load_coordinates(tmp_path / "x.npy", four)
    with pytest.raises(UserError, match=r"There is no file none\.csv"):
        load_coordinates(tmp_path / "none.csv", four)


def test_a_file_that_is_too_long_is_refused(four, tmp_path, monkeypatch):
    monkeypatch.setattr(coordinate_files, "_MOST_BYTES", 100)
    np.save(tmp_path / "x.npy", PLACES)
    with pytest.raises(UserError, match="too long for a file of coordinates"):
        load_coordinates(tmp_path / "x.npy", four)


def bookmarks(tmp_path, *states):
    return write(tmp_path / "bookmarks.txt", json.dumps(list(states)))


def test_bookmarks_of_the_projector(four, tmp_path):
    points = [{"pca-0": x, "pca-1": y, "pca-2": x - y} for x, y in PLACES.tolist()]
    state = {"label": "State 0", "isSelected": True, "selectedProjection": "pca"}
    state |= {"dataSetDimensions": [4, 4], "projections": points, "selectedPoints": []}
    found = load_coordinates(bookmarks(tmp_path, state), four)
    assert coordinate_columns(found) == [("pca-0", "pca-1", "pca-2")]
    np.testing.assert_allclose(positions(found), PLACES, rtol=1e-6)
    alone = write(tmp_path / "one.json", json.dumps(state))
    np.testing.assert_allclose(positions(load_coordinates(alone, four)), PLACES, rtol=1e-6)


def test_points_that_were_not_laid_out_are_empty(four, tmp_path):
    points = [{"umap-0": 1.5, "umap-1": 2}, {}, {"umap-0": None, "umap-1": "x"}, {"umap-0": 1}]
    found = load_coordinates(bookmarks(tmp_path, {"projections": points}), four)
    nan = np.nan
    np.testing.assert_array_equal(positions(found), [[1.5, 2], [nan, nan], [nan, nan], [nan, nan]])


def test_numbers_that_are_none_are_empty(tmp_path):
    text = "[NaN, Infinity, 1e999, true]"
    points = [{"umap-0": 1, "umap-1": 7} for _ in range(6)]
    path = bookmarks(tmp_path, {"projections": points})
    raw = path.read_text("utf-8")
    for value in [*text.strip("[]").split(", "), "1" * 400]:
        raw = raw.replace('"umap-0": 1,', f'"umap-0": {value} ,', 1)
    found = load_coordinates(write(path, raw), VectorSet(np.eye(6)))
    assert "5 rows have none" in found.notes[-1]


def test_isolated_points_say_which_they_are(four, tmp_path):
    points = [{"tsne-0": 1, "tsne-1": 2}, {"tsne-0": 3, "tsne-1": 4}]
    nan = np.nan
    expected = [[3, 4], [nan, nan], [nan, nan], [1, 2]]
    for state in (
        {"projections": points, "filteredPoints": [3, 0]},
        {"projections": [point | {"index": i} for point, i in zip(points, (3, 0), strict=True)]},
    ):
        found = load_coordinates(bookmarks(tmp_path, state), four)
        np.testing.assert_array_equal(positions(found), expected)
    for wrong in ([3], [3, 3], [3, 4], [3, -1], [3, "0"], [True, False], None):
        state = {"projections": points, "filteredPoints": wrong}
        with pytest.raises(UserError, match="does not say which they are"):
            load_coordinates(bookmarks(tmp_path, state), four)


def test_several_bookmarks_are_told_apart(four, tmp_path):
    def state(label, shift):
        points = [{"tsne-0": x + shift, "tsne-1": y} for x, y in PLACES.tolist()]
        return {"label": label, "projections": points}

    path = bookmarks(tmp_path, state("one", 0), state("same", 0), state("two", 1), state("", 2))
    groups = coordinate_columns(load_coordinates(path, four))
    assert groups == [
        ("tsne-0", "tsne-1"),
        ("two tsne-0", "two tsne-1"),
        ("bookmark 4 tsne-0", "bookmark 4 tsne-1"),
    ]


def test_several_methods_in_one_bookmark(four, tmp_path):
    points = [{"umap-0": x, "umap-1": y, "linear-x": y, "linear-y": x} for x, y in PLACES.tolist()]
    found = load_coordinates(bookmarks(tmp_path, {"projections": points}), four)
    assert coordinate_columns(found) == [("linear-x", "linear-y"), ("umap-0", "umap-1")]
