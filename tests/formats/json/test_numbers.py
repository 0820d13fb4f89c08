import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.formats.json.numbers import parse_spans
from embedviz.formats.text.numbers import exact_numbers

DECIMALS = st.from_regex(
    rb"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
).filter(lambda text: abs(float(text)) < 3.4e38)
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda x: repr(x).encode())


def parse(texts, width):
    """Return the vectors and problems of some lists."""
    stops = np.cumsum([len(text) + 1 for text in texts])
    starts = np.concatenate([[0], stops[:-1]])
    text = np.frombuffer(b"]".join(texts) + b"]", np.uint8)
    out = np.zeros((len(texts), width), np.float32)
    rows = np.arange(len(texts))[::-1].copy()
    problems = parse_spans(text, np.stack([starts, stops - 1], 1), rows, out)
    return out[::-1], {len(texts) - 1 - row: reason for row, reason in problems.items()}


@settings(deadline=None)
@given(st.lists(st.one_of(DECIMALS, FLOATS), min_size=1, max_size=8))
def test_every_number_is_the_nearest(numbers):
    expected = exact_numbers(numbers)
    vectors, problems = parse([b", ".join(numbers), b" ,\n".join(numbers) + b" "], len(numbers))
    assert not problems
    np.testing.assert_array_equal(vectors, [expected, expected])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "0 numbers instead of 2"),
        (b" ", "0 numbers instead of 2"),
        (b"1", "1 number instead of 2"),
        (b"1,2,3", "3 numbers instead of 2"),
        (b"1,2,", "3 numbers instead of 2"),
        (b"1,", "a number is missing"),
        (b"1 2, 3", "'1 2' is not a number"),
        (b"1, 2e", "'2e' is not a number"),
        (b"1, -", "'-' is not a number"),
        (b"1, 1e+", "'1e+' is not a number"),
        (b"1, .", "'.' is not a number"),
        (b"1, NaN", "it holds NaN, which is not a usable number"),
        (b"1, 1e400", "a number is too large for 32 bits"),
    ],
)
def test_what_is_no_vector_is_named(text, reason):
    vectors, problems = parse([b"1, 2", text, b"3, 4"], 2)
    assert problems == {1: reason}
    np.testing.assert_array_equal(vectors[[0, 2]], [[1, 2], [3, 4]])
