"""What a vector set promises to everything that shares it."""

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.derivation.recipes import Truncated
from embedviz.core.errors import UserError
from embedviz.core.origin import FileOrigin, SampleOrigin
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet


def test_takes_numbers_of_any_kind():
    for given_vectors in ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]], dtype=np.int8)):
        vector_set = VectorSet(given_vectors)
        assert vector_set.vectors.dtype == np.float32
        assert vector_set.vectors.tolist() == [[1, 2], [3, 4]]
        assert vector_set.labels == ("0", "1")
        assert (len(vector_set), vector_set.dimensions) == (2, 2)


def test_a_float32_array_is_neither_copied_nor_changed():
    mine = np.ones((3, 2), dtype=np.float32)
    vector_set = VectorSet(mine)
    assert np.shares_memory(vector_set.vectors, mine)
    with pytest.raises(ValueError, match="read-only"):
        vector_set.vectors[0, 0] = 7
    mine[0, 0] = 5  # The caller's own array stays writable.


def test_labels_of_any_kind_become_text_and_a_tuple_is_shared():
    labels = ("a", "b")
    assert VectorSet(np.eye(2), labels).labels is labels
    assert VectorSet(np.eye(2), [1, None]).labels == ("1", "None")
    assert VectorSet(np.eye(2), np.array(["x", "y"])).labels == ("x", "y")


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([1, 2, 3], r"shape \(3,\) is not a table of vectors"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        ([["a", "b"]], "are not numbers"),
        (np.eye(2, dtype=complex), "are not numbers"),
        ([[None, 1]], "are not numbers"),
    ],
)
def test_refuses_what_is_no_table_of_numbers(vectors, message):
    with pytest.raises(UserError, match=message):
        VectorSet(vectors, name="mine")


def test_refuses_another_number_of_labels_or_metadata():
    with pytest.raises(UserError, match="mine: 3 labels for 2 vectors"):
        VectorSet(np.eye(2), ["a", "b", "c"], name="mine")
    with pytest.raises(UserError, match="1 metadata rows for 2 vectors"):
        VectorSet(np.eye(2), metadata={"group": ["x"]})


def test_metadata_is_an_arrow_table():
    table = pa.table({"group": ["x", "y"]})
    assert VectorSet(np.eye(2), metadata=table).metadata is table
    assert VectorSet(np.eye(2), metadata={"group": ["x", "y"]}).metadata.equals(table)
    assert VectorSet(np.eye(2)).metadata.num_columns == 0


@given(st.lists(st.text("abc", max_size=2), min_size=1, max_size=20))
def test_the_first_of_equal_labels_is_found(labels):
    vector_set = VectorSet(np.zeros((len(labels), 2)), labels)
    for label in labels:
        assert vector_set.row(label) == labels.index(label)
        assert label in vector_set
    assert "d" not in vector_set


def test_a_missing_label_is_answered_with_near_ones():
    vector_set = VectorSet(np.eye(3), ["queen", "king", "kin"], name="words")
    with pytest.raises(KeyError) as caught:
        vector_set.row("kinng")
    assert caught.value.args[0] == ("No row is labeled 'kinng' in words. Did you mean king, kin?")
    with pytest.raises(KeyError) as caught:
        vector_set.row("xyzzy")
    assert caught.value.args[0] == "No row is labeled 'xyzzy' in words."


def test_a_query_follows_its_recipes(toy):
    derived = Truncated(5).derive(Truncated(20).derive(toy))
    query = toy.vectors[3]
    expected = query[:5] / np.linalg.norm(query[:5])
    np.testing.assert_allclose(derived.transform_query(query), expected, rtol=1e-5)
    assert derived.root is toy
    assert toy.root is toy
    with pytest.raises(UserError, match="query has 5 numbers, but the vectors of toy have 32"):
        derived.transform_query(query[:5])


def test_says_where_it_came_from():
    origin = FileOrigin(Path("/data/x.txt"), format_name="GloVe text")
    opened = VectorSet(np.eye(2), origin=origin)
    assert opened.path == str(Path("/data/x.txt"))
    assert opened.source == f"GloVe text · {opened.path}"
    assert opened.opened is opened.origin is opened.provenance.step is origin
    bundled = VectorSet(np.eye(2), origin=SampleOrigin("words"))
    assert (bundled.source, bundled.path, bundled.opened) == ("Sample", "", None)
    assert VectorSet(np.eye(2)).path == ""
    assert repr(VectorSet(np.eye(2), name="mine")) == "<VectorSet 'mine', 2 × 2>"


def test_no_rows_are_a_set_too():
    empty = VectorSet(np.zeros((0, 4)))
    assert (len(empty), empty.dimensions, empty.labels) == (0, 4, ())


def test_can_be_sent_to_another_process(toy):
    again = pickle.loads(pickle.dumps(toy))
    assert again.labels == toy.labels
    np.testing.assert_array_equal(again.vectors, toy.vectors)
    assert again.metadata.equals(toy.metadata)


def test_thumbnails_are_one_for_each_row_and_go_along_to_derived_sets():
    pictures = ImageArray(np.zeros((3, 2, 2), dtype=np.uint8))
    vector_set = VectorSet(np.eye(3), thumbnails=pictures)
    assert vector_set.thumbnails is pictures
    assert Truncated(2).derive(vector_set).thumbnails is pictures
    assert VectorSet(np.eye(3)).thumbnails is None
    with pytest.raises(UserError, match="3 thumbnails for 4 vectors"):
        VectorSet(np.eye(4), thumbnails=pictures)


def test_nothing_of_it_can_be_set(toy):
    before = dict(vars(toy))
    for name in (*before, "metadata", "other"):
        with pytest.raises(AttributeError, match=f"immutable: {name}"):
            setattr(toy, name, None)
    with pytest.raises(AttributeError, match="immutable: name"):
        del toy.name
    assert dict(vars(toy)) == before
    assert toy.row("word3") == 3  # What is computed when it is first needed is kept.


@pytest.mark.parametrize("count", [1, 3, 20_000, 20_001, 90_000])
def test_the_first_row_of_each_label_is_found_however_many(count):
    labels = [f"label {row % 50_000}" for row in range(count)]
    many = VectorSet(np.zeros((count, 1), dtype=np.float32), labels)
    assert [many.find(label) for label in labels] == [row % 50_000 for row in range(count)]
    assert many.find("another") is None


def test_no_dictionary_of_labels_grows_large():
    """One of a million labels holds the GIL for 0.1 s whenever it grows."""
    many = VectorSet(np.zeros((200_000, 1), dtype=np.float32))
    many.index_labels()
    sizes = [len(part) for part in vars(many)["_first_rows"].parts]
    assert sum(sizes) == 200_000
    assert max(sizes) < 25_000


def test_what_was_found_out_of_labels_goes_along_with_them():
    labels = [f"label {row}" for row in range(50_001)]
    first = VectorSet(np.zeros((50_001, 1), dtype=np.float32), labels)
    assert first.labels == tuple(labels)
    assert VectorSet(first.vectors).labels[-2:] == ("49999", "50000")
    first.index_labels()
    more = VectorSet(first.vectors, first.labels, extends=first)
    others = VectorSet(first.vectors, labels[::-1], extends=first)
    assert vars(more)["_first_rows"] is vars(first)["_first_rows"]
    assert more.row("label 7") == 7
    assert others.row("label 7") == 49_993
