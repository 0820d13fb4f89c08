import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.formats.text.list_texts import as_list, is_bare_list, is_list

VECTORS = np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
STYLES = {
    "json": lambda row: json.dumps(row),
    "tuple": lambda row: str(tuple(row)),
    "braces": lambda row: "{" + ",".join(map(str, row)) + "}",
    "spaces": lambda row: " ".join(map(str, row)),
    "commas": lambda row: ",".join(map(str, row)),
    "commas and spaces": lambda row: ", ".join(map(str, row)),
    "semicolons": lambda row: ";".join(map(str, row)),
    "bars": lambda row: "|".join(map(str, row)),
    "array": lambda row: f"array({row}, dtype=float32)",
    "tensor": lambda row: f"tensor({row})",
    "NumPy 2": lambda row: "[" + ", ".join(f"np.float32({number})" for number in row) + "]",
}


def quoted(text, separator):
    return f'"{text}"' if separator in text else text


@pytest.mark.parametrize("has_header", [True, False])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("style", list(STYLES))
def test_lists_however_they_are_written(write, style, separator, has_header):
    lines = [["word", "kind", "embedding"]] if has_header else []
    for i, row in enumerate(VECTORS.tolist()):
        lines.append([f"w {i}", "ab"[i % 2], quoted(STYLES[style](row), separator)])
    found = load(write("x.csv", "".join(separator.join(line) + "\n" for line in lines)))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == tuple(f"w {i}" for i in range(6))


def test_a_label_a_tab_and_commas(write):
    lines = [f"w{i}\t{','.join(map(str, row))}\n" for i, row in enumerate(VECTORS.tolist())]
    found = load(write("x.txt", "".join(lines)))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == tuple(f"w{i}" for i in range(6))


def test_numbers_in_columns_are_taken_before_a_shorter_list(write):
    lines = [f'w{i},"0.5 0.25 {i}.5",{",".join(map(str, row))}' for i, row in enumerate(VECTORS)]
    found = load(write("x.csv", "\n".join(["word,box,d0,d1,d2,d3", *lines])))
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_rows_without_a_list_are_bad(write):
    lines = [f"w{i},{STYLES['spaces'](row)}" for i, row in enumerate(VECTORS.tolist())]
    path = write("x.csv", "\n".join(["word,v", *lines[:3], "none,", "odd,0.5 x 1 2", *lines[3:]]))
    with pytest.raises(UserError, match="line 5: no list of numbers in column 'v'"):
        load(path)
    found = load(path, on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.notes[0].startswith("2 bad rows skipped (line 5: ")


@pytest.mark.parametrize(
    "text",
    ["1,234,567", "12 30 45", "2020-01-02", "0,25", "1.5 2", "a 0.5 1 2", "(a)", "()", "{"],
)
def test_what_is_no_list_of_numbers(text):
    assert not is_bare_list(text.encode())
    assert not is_list(text.encode())


@given(st.binary(max_size=30))
def test_any_bytes_are_a_list_or_stay(field):
    found = as_list(field)
    assert found == found.strip()
    if not is_list(field) and not is_bare_list(field) and field.strip()[:1].isalpha():
        assert found == field.strip()
