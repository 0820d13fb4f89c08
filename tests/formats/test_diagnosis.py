import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.origin import ReadSettings
from embedviz.formats import save
from embedviz.formats.diagnosis import describe, diagnose, printable


def test_every_value_is_json(tmp_path, toy):
    vectors = toy.vectors.copy()
    vectors[0, 1] = np.nan
    np.save(tmp_path / "x.npy", vectors)
    for is_quick in (True, False):
        found = diagnose(tmp_path / "x.npy", ReadSettings(), is_quick=is_quick)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        assert describe(found).startswith(f"{tmp_path / 'x.npy'}\n  format      NumPy array")


def test_the_array_that_is_taken_and_the_others(tmp_path, toy):
    np.savez(tmp_path / "x.npz", first=toy.vectors, second=toy.vectors[:, :5])
    found = diagnose(tmp_path / "x.npz", ReadSettings(key="second"))
    assert found["dimensions"] == 5
    assert found["key"] == "second"
    assert "  key         second\n  other keys  first: " in describe(found)


def test_a_header_that_promises_more(tmp_path):
    (tmp_path / "x.vec").write_text("9 2\na 1 2\nb 3 4\n")
    found = diagnose(tmp_path / "x.vec", ReadSettings())
    assert found["rows_in_file"] == found["rows_read"] == 2
    assert any("9" in note for note in found["notes"])
    if found["rows_promised"] is not None:
        assert "the file says 9" in describe(found)


def test_columns_are_named(tmp_path, toy):
    save(toy, tmp_path / "x.parquet")
    text = describe(diagnose(tmp_path / "x.parquet", ReadSettings()))
    assert "  vectors in  vector\n" in text
    assert "  labels in   label (or " in text
    assert "number (int64)" in text


def test_part_of_a_file(tmp_path, toy):
    save(toy, tmp_path / "x.csv")
    found = diagnose(tmp_path / "x.csv", ReadSettings(sample=7))
    assert found["rows_read"] == 7
    assert "50 × 32\n              7 rows of them read\n" in describe(found)


def test_letters_that_are_shown_as_what_they_are():
    assert printable("é 日本") == "é 日本"
    assert printable("a\x1b[0m\n\u202eb") == "a\\x1b[0m\\n\\u202eb"


def _numbers_shown(text, n_rows):
    lines = [line[14:] for line in text.splitlines() if "label" in line]
    assert len(lines) == n_rows
    return [line[: line.index("label")].replace("…", " ").split() for line in lines], lines


@given(arrays(np.float32, (3, 4), elements=st.floats(width=32, allow_nan=False)))
def test_numbers_stand_apart_and_below_each_other(rows):
    found = {
        **dict.fromkeys(("key", "rows_promised", "vector_column", "label_column")),
        "path": "x",
        "format": "f",
        "dtype": "float32",
        "keys": {},
        "vector_columns": [],
        "label_columns": [],
        "metadata": [],
        "notes": [],
        "is_mapped": False,
        "is_quick": True,
        "rows_read": 3,
        "rows_in_file": 3,
        "rows_are_estimated": False,
        "bytes_on_disk": 1,
        "bytes_in_memory": 1,
        "dimensions": 4,
        "first_rows": [
            {"label": f"label{i}", "numbers": [float(number) for number in row]}
            for i, row in enumerate(rows)
        ],
    }
    numbers, lines = _numbers_shown(describe(found), 3)
    assert numbers == [[f"{number:.4g}" for number in row] for row in rows.astype(float)]
    assert len({line.index("label") for line in lines}) == 1


@pytest.mark.parametrize("is_quick", [True, False])
def test_long_negative_numbers_do_not_run_into_each_other(tmp_path, is_quick):
    np.save(tmp_path / "x.npy", np.array([[0.2132, -0.007436, -1.234e-05, -1.234e30]] * 2, "f4"))
    text = describe(diagnose(tmp_path / "x.npy", ReadSettings(), is_quick=is_quick))
    assert "0.2132   -0.007436  -1.234e-05  -1.234e+30" in text
