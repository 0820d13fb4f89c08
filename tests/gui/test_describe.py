from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.derivation.recipes import Truncated
from embedviz.core.origin import FileInfo, FileOrigin, ReadSettings
from embedviz.core.scanning import RowScan
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import (
    SHOWN_COLUMNS,
    describe_holes,
    describe_metadata,
    describe_part,
    describe_scan,
    describe_set,
    describe_size,
    describe_trouble,
    tell_apart,
)


def test_a_set_tells_its_size_source_and_notes():
    origin = FileOrigin(Path("/x.txt"), format_name="GloVe text")
    vector_set = VectorSet(
        np.zeros((1200, 3)), name="mine", notes=["2 rows skipped"], origin=origin
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
    assert describe_metadata(toy, 3) == ["row 3 of 50, from 0", "group: odd", "number: 3"]


def test_what_repeats_the_label_or_is_missing_is_left_out():
    metadata = {"word": ["king"], "category": [None], "text": ["x" * 500]}
    lines = describe_metadata(VectorSet([[1.0, 2.0]], ["king"], metadata), 0)
    assert lines[0] == "row 0 of 1, from 0"
    assert lines[1] == f"text: {'x' * 200}"
    assert len(lines) == 2


def test_many_columns_are_cut():
    metadata = {f"c{i}": [i] for i in range(40)}
    assert len(describe_metadata(VectorSet([[1.0]], metadata=metadata), 0)) == 1 + SHOWN_COLUMNS


def part_of_file(count, total, *, estimated=None, n_bad=0, n_repeated=0, **settings):
    facts = FileInfo(estimated=estimated, n_bad=n_bad, n_repeated=n_repeated)
    opened = FileOrigin(Path("/x.txt"), ReadSettings(**settings), facts, total)
    return VectorSet(np.ones((count, 3)), name="mine", origin=opened)


@pytest.mark.parametrize(
    ("vector_set", "said"),
    [
        (part_of_file(40, 400, sample=40), "40 of 400 rows, random sample, seed 0"),
        (
            part_of_file(40, 400, sample=40, max_rows=90, seed=2),
            "40 of 400 rows, random sample, seed 2, of the first 90",
        ),
        (part_of_file(40, 4_000, max_rows=40), "40 of 4,000 rows, the first of the file"),
        (part_of_file(40, None, max_rows=40), "40 rows, the first of the file"),
        (
            part_of_file(40, None, estimated=4_000, max_rows=40),
            "40 of ≈ 4,000 rows, the first of the file",
        ),
        (part_of_file(40, 40, sample=40), ""),
        (part_of_file(40, 42, n_bad=2, sample=40), "40 of 42 rows, 2 left out"),
        (part_of_file(5_047, 5_050, n_bad=2, n_repeated=1), "5,047 of 5,050 rows, 3 left out"),
        (
            part_of_file(40, 400, n_bad=2, sample=40),
            "40 of 400 rows, random sample, seed 0, 2 left out",
        ),
        (
            part_of_file(38, 400, n_bad=2, max_rows=40),
            "38 of 400 rows, the first of the file, 2 left out",
        ),
        (part_of_file(40, 40), ""),
        (VectorSet(np.ones((4, 3))), ""),
    ],
)
def test_a_part_of_a_file_is_called_one(vector_set, said):
    assert describe_part(vector_set) == said
    assert describe_part(Truncated(2).derive(vector_set)) == said


def test_the_size_of_a_part_names_the_whole():
    assert describe_size(part_of_file(40, 400, sample=40)) == "40 of 400 rows × 3"
    assert describe_size(part_of_file(40, 42, n_bad=2)) == "40 of 42 rows × 3"
    assert describe_size(part_of_file(1_000, 1_000)) == "1,000 × 3"


def test_a_derived_part_tells_it():
    derived = Truncated(2).derive(part_of_file(40, 400, sample=40))
    assert "40 of 400 rows, random sample, seed 0" in describe_set(derived)


def test_what_a_scan_found():
    whole = RowScan(100, 100)
    assert describe_scan(whole) == []
    found = RowScan(100, 60, 5, (1, 20, 30, 41, 50), 1, 2)
    assert describe_scan(found) == [
        "5 rows hold NaN or infinities (rows 1, 20, 30, …, from 0).",
        "1 row is all zeros, without a direction.",
        "2 rows repeat an earlier row.",
        "The rows were looked at as far as 60 of 100.",
    ]
    one = replace(whole, n_not_finite=1, first_not_finite=(1234,))
    assert describe_trouble(whole) == ""
    assert describe_trouble(found) == "5 rows with NaN"
    assert describe_trouble(one) == "1 row with NaN"
    assert describe_scan(one) == ["1 row holds NaN or infinities (row 1,234, from 0)."]
    assert describe_holes(VectorSet(np.ones((3, 2)), name="x"), one).startswith(
        "1 row of x holds NaN or infinities (row 1,234, from 0): "
    )


def test_sets_of_one_name_are_told_apart(toy):
    def named(path, name="words"):
        return VectorSet(
            np.ones((2, 3)), name=name, origin=FileOrigin(Path(path), ReadSettings(), FileInfo(), 2)
        )

    alone = named("/a/alone.txt", "alone")
    folders = [named("/a/old/words.txt"), named("/a/new/words.txt")]
    assert tell_apart([toy, alone, *folders]) == [("", ""), ("", ""), ("old", ""), ("new", "")]
    files = [named("/a/words.txt"), named("/a/words.npy"), named("/a/words.txt")]
    assert tell_apart(files) == [("words.txt", ""), ("words.npy", ""), ("words.txt", "(2)")]
    mixed = [named("/a/words.txt"), named("/b/words.txt"), named("/b/words.npy")]
    ends = [str(Path("a", "words.txt")), str(Path("b", "words.txt")), str(Path("b", "words.npy"))]
    assert [where for where, _ in tell_apart(mixed)] == ends
    again = [folders[0], folders[0], Truncated(2).derive(folders[0])]
    assert tell_apart(again) == [("", ""), ("", "(2)"), ("", "")]
