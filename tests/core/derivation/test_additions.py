from pathlib import Path

import numpy as np
import pytest

from embedviz.core.derivation.additions import with_columns, with_notes, with_thumbnails
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.errors import UserError
from embedviz.core.origin import FileOrigin
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet


def assert_same_but(found, vector_set, *notes):
    assert np.shares_memory(found.vectors, vector_set.vectors)
    assert found.labels is vector_set.labels
    assert found.notes == (*vector_set.notes, *notes)
    assert found.name == vector_set.name
    assert found.source == vector_set.source
    assert found.derivation is vector_set.derivation


@pytest.fixture(params=["read", "derived", "bare"])
def any_set(request, toy):
    if request.param == "derived":
        return Truncated(4).derive(toy)
    if request.param == "bare":
        origin = FileOrigin(Path("/data/x.npy"))
        return VectorSet(np.eye(50, dtype=np.float32), notes=["a note"], origin=origin)
    return toy


def test_thumbnails_are_added(any_set):
    pictures = ImageArray(np.zeros((50, 1, 1)))
    found = with_thumbnails(any_set, pictures, ["pictures"])
    assert found.thumbnails is pictures
    assert found.metadata.equals(any_set.metadata)
    assert_same_but(found, any_set, "pictures")
    with pytest.raises(UserError, match="49 thumbnails for 50 vectors"):
        with_thumbnails(any_set, ImageArray(np.zeros((49, 1, 1))))


def test_columns_are_added_after_the_others(any_set):
    any_set = with_thumbnails(any_set, ImageArray(np.zeros((50, 1, 1))))
    values = np.arange(50.0)
    values[3] = np.nan
    found = with_columns(any_set, {"x": values, "y": np.arange(50)}, ["places"])
    names = any_set.metadata.column_names
    assert found.metadata.column_names == [*names, "x", "y"]
    for name in names:
        assert found.metadata[name].equals(any_set.metadata[name])
    assert found.metadata["x"].to_pylist() == [0, 1, 2, None, *range(4, 50)]
    assert found.thumbnails is any_set.thumbnails
    assert_same_but(found, any_set, "places")


def test_columns_that_do_not_fit_are_refused(any_set):
    for count in (49, 51):
        with pytest.raises(UserError, match=f"{count} metadata rows for 50 vectors"):
            with_columns(any_set, {"x": np.zeros(count)})


def test_a_column_is_not_replaced(toy):
    with pytest.raises(UserError, match="toy has a column 'group' already"):
        with_columns(toy, {"group": np.zeros(50)})


def test_notes_are_added(any_set):
    any_set = with_thumbnails(any_set, ImageArray(np.zeros((50, 1, 1))))
    found = with_notes(any_set, ["a", "b"])
    assert found.thumbnails is any_set.thumbnails
    assert found.metadata.equals(any_set.metadata)
    assert_same_but(found, any_set, "a", "b")
