"""Documents that are broken where their start is looked at."""

import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [0.5, 1.5], "b": 00.1],\n  "c", {"d": [1, 2]}}, "e": null}\n',
        '{"a": 1, 3.0],\n 4]}]}}\n{"b": [0.5, 1',
        "]}]}{[",
    ],
)
def test_more_brackets_are_closed_than_opened(write, text):
    with pytest.raises(UserError):
        load(write("x.json", text))


@pytest.mark.parametrize("end", ["", "}", ', "n": 1'])
def test_what_is_around_rows_of_a_file_that_is_cut(write, end):
    text = '{"model": "m", "texts": ["a", "b"], "vectors": [[1, 0.5], [2, 0.5]]' + end
    found = load(write("x.json", text), on_bad_rows="skip")
    assert list(found.labels) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"texts": ["a",\n"b" "c"], "vectors": [[1, 0.5]]}', "line 2: a comma or a closing"),
        ('{"texts": ["a"],\n\nvectors: [[1, 0.5]]}', "line 3: a name in double quotes is missing"),
        ('{"texts": ["a"],\n"vectors" [[1, 0.5]]}', "line 2: a colon is missing"),
        ('{"texts": ["a"],\n"vectors": [[1, 0.5', "ends in the middle of its first record"),
    ],
)
def test_what_is_broken_before_the_vectors_is_told_by_its_line(write, text, told):
    with pytest.raises(UserError, match=told):
        load(write("x.json", text))
