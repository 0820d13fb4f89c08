import numpy as np

from embedviz.core.recipes import Truncated
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import SHOWN_COLUMNS, describe_metadata, describe_row, describe_set


def test_a_set_tells_its_size_source_and_notes():
    vector_set = VectorSet(
        np.zeros((1200, 3)), name="mine", notes=["2 rows skipped"], source="GloVe text · /x.txt"
    )
    assert describe_set(vector_set).splitlines() == [
        "mine",
        "1,200 vectors × 3 dimensions",
        "GloVe text · /x.txt",
        "2 rows skipped",
    ]


def test_a_derived_set_tells_its_recipe(toy):
    assert "first 5 dimensions, from toy" in describe_set(Truncated(5).derive(toy))


def test_a_row_tells_what_is_known_of_it(toy):
    assert describe_row(toy, 3).splitlines() == [
        "word3",
        "row 3 of 50, from 0",
        "group: odd",
        "number: 3",
    ]


def test_what_repeats_the_label_or_is_missing_is_left_out():
    metadata = {"word": ["king"], "category": [None], "text": ["x" * 500]}
    lines = describe_metadata(VectorSet([[1.0, 2.0]], ["king"], metadata), 0)
    assert lines[0] == "row 0 of 1, from 0"
    assert lines[1] == f"text: {'x' * 200}"
    assert len(lines) == 2


def test_many_columns_are_cut():
    metadata = {f"c{i}": [i] for i in range(40)}
    assert len(describe_metadata(VectorSet([[1.0]], metadata=metadata), 0)) == 1 + SHOWN_COLUMNS
