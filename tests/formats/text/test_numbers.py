from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embedviz.formats.text.number_fields import exact_numbers, is_number
from embedviz.formats.text.numbers import (
    DOUBTFUL,
    GOOD,
    parse_columns,
    parse_lines,
    parse_number,
    parse_texts,
)
from embedviz.formats.text.records import split_records

LARGEST = Fraction(float(np.finfo(np.float32).max))


def nearest(text):
    """Return the float32 nearest to a decimal, ties to even, by exact arithmetic."""
    exact = abs(Fraction(text))
    guess = np.float32(min(exact, LARGEST))
    near = [np.nextafter(guess, np.float32(0)), guess, np.nextafter(guess, np.float32(np.inf))]
    finite = [value for value in near if np.isfinite(value)]
    best = min(finite, key=lambda v: (abs(Fraction(float(v)) - exact), v.view(np.int32) & 1))
    return -best if text.startswith("-") else best


def parsed(text, point="."):
    data = np.frombuffer(b" " + text.encode() + b" ", np.uint8)
    return parse_number(data, 1, len(data) - 1, ord(point))


def from_line(text):
    block = np.frombuffer(f"label {text} 1\n".encode(), np.uint8)
    out = np.zeros((1, 2), np.float32)
    starts, stops = np.zeros((2, 1), np.int64)
    state = np.zeros(1, np.uint8)
    parse_lines(block, out, True, starts, stops, state)
    return out[0, 0], state[0]


DECIMALS = st.builds(
    lambda sign, whole, part, power: f"{sign}{whole}{part}{power}",
    st.sampled_from(["", "-", "+"]),
    st.text("0123456789", min_size=1, max_size=22),
    st.one_of(st.just(""), st.text("0123456789", max_size=25).map(".".__add__)),
    st.one_of(st.just(""), st.integers(-60, 30).map("e{}".format)),
)


@settings(deadline=None)  # The first call compiles.
@given(DECIMALS)
@example("1.00000005960464477540")  # Rounded to float64 first, it is one unit lower.
@example("16777217")
@example("-0.0")
@example("1e-45")
@example("1.17549435e-38")
@example("3.4028235e38")
@example("0.000000000000000000000000000001")
@example("5.")
def test_every_certain_number_is_the_nearest_float32(text):
    if Fraction(text) and abs(Fraction(text)) > LARGEST:
        return
    expected = nearest(text.lstrip("+"))
    for value, certain in (parsed(text), (from_line(text)[0], from_line(text)[1] == GOOD)):
        if certain:
            assert value == expected
            assert np.signbit(value) == text.startswith("-")
    assert exact_numbers([text.encode()])[0] == expected


@settings(deadline=None)  # The first call compiles.
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_shortest_digits_bring_back_the_same_bits(value):
    text = str(np.float32(value))
    found, certain = parsed(text)
    assert not certain or np.float32(found).tobytes() == np.float32(value).tobytes()
    assert exact_numbers([text.encode()])[0].tobytes() == np.float32(value).tobytes()


def test_ordinary_numbers_are_certain():
    values = np.random.default_rng(0).normal(0, 0.4, 20_000)
    doubtful = sum(not parsed(f"{value:.17g}")[1] for value in values)
    assert doubtful < 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "abc",
        "1.2.3",
        "1..",
        "..1",
        "1e",
        "e5",
        "1e+",
        "0x10",
        "1_000",
        "1-2",
        "--1",
        "nan",
        "inf",
        "1e12345",
        "1,5",
        "\u0661",
        "1d3",
    ],
)
def test_what_is_no_decimal_number_is_never_certain(text):
    assert not parsed(text)[1]
    if text:
        assert from_line(text)[1] == DOUBTFUL
    assert not is_number(text.encode()) or text == "1e12345"


def test_decimal_comma():
    assert parsed("-1,5", ",") == (np.float32(-1.5), True)
    assert not parsed("1.5", ",")[1]


@settings(deadline=None)  # The first call compiles.
@given(st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3), max_size=5))
def test_lists_are_taken_whatever_the_space_between(rows):
    rows = [[value for value in row if np.isfinite(value)] for row in rows]
    texts = [" ,\n ".join(map(str, map(np.float32, row))).encode() for row in rows]
    out = np.zeros((len(rows), 3), np.float32)
    problems = parse_texts(texts, out)
    for i, row in enumerate(rows):
        if len(row) == 3:
            np.testing.assert_array_equal(out[i], np.array(row, np.float32))
        else:
            assert problems[i].endswith("instead of 3")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"1, 2", "2 numbers instead of 3"),
        (b"1, 2, 3, 4", "4 numbers instead of 3"),
        (b"", "0 numbers instead of 3"),
        (b"1, NaN, 3", "it holds NaN, which is not a usable number"),
        (b"1, null, 3", "'null' is not a number"),
        (b"1,, 3", "a number is missing"),
        (b"1, 2, 1e39", "a number is too large for 32 bits"),
    ],
)
def test_lists_that_are_no_vectors_say_why(text, reason):
    assert parse_texts([text], np.zeros((1, 3), np.float32)) == {0: reason}


def test_columns_of_short_records_and_subnormal_numbers():
    records, _, _ = split_records(b"a;1,5;1e-40\nb;2\nc;3;x\n", ord(";"), has_quotes=False)
    out = np.zeros((3, 2), np.float32)
    problems = parse_columns(records, [1, 2], ord(","), out)
    np.testing.assert_array_equal(out[0], np.array([1.5, 1e-40], np.float32))
    assert problems == {1: "1 number instead of 2", 2: "'x' is not a number"}


def test_a_million_digits_are_judged_in_one_pass():
    digits = b"9" * 1_000_000
    assert is_number(digits)
    assert is_number(digits + b"." + digits + b"e" + digits)
    assert not is_number(digits + b"x")
    assert not is_number(digits + b"." + digits + b"x")
