"""Vectors of the user's own, in the shapes people have on their clipboard."""

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.query_vector import load_query_vector, parse_vector

NUMBERS = [0.25, -1.5, 3e-4]


@pytest.mark.parametrize(
    "text",
    [
        "0.25 -1.5 3e-4",
        "0.25, -1.5, 3e-4",
        "0.25;-1.5;3e-4\n",
        "0.25\n-1.5\n3e-4",
        "[0.25, -1.5, 0.0003]",
        "[0.25 -1.5 0.0003]",
        "(0.25, -1.5, 0.0003)",
        "[[0.25, -1.5, 0.0003]]",
        '{"embedding": [0.25, -1.5, 0.0003]}',
        '{"vector": [0.25, -1.5, 0.0003], "text": "x"}',
        '{"data": [{"index": 0, "embedding": [0.25, -1.5, 0.0003]}], "model": "m"}',
        "[0.25, -1.5, 0.0003",
        "array([ 2.5e-01, -1.5e+00,  3.0e-04], dtype=float32)",
        "np.array([0.25, -1.5,\n       0.0003])",
        "tensor([0.2500, -1.5000, 0.0003], device='cuda:0', grad_fn=<SelectBackward0>)",
        "[np.float32(0.25), np.float32(-1.5), np.float64(0.0003)]",
    ],
)
def test_reads_what_people_copy(text):
    vector = parse_vector(text)
    assert vector.dtype == np.float32
    np.testing.assert_array_equal(vector, np.float32(NUMBERS))


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2))
def test_reads_back_what_was_written(numbers):
    np.testing.assert_array_equal(parse_vector(json.dumps(numbers)), np.float32(numbers))
    np.testing.assert_array_equal(parse_vector(" ".join(map(repr, numbers))), np.float32(numbers))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no vector in this text"),
        ("[]", "no vector|at least two numbers"),
        ("king", "“king” is not a vector. Copy the numbers of one vector: a JSON list"),
        ("a man plays\na guitar in the rain and snow", "“a man plays a guitar in the ra…” is not"),
        ("[ 0.1  0.2 ... -0.3  0.4]", r"shortened with “...”, as NumPy prints.*tolist\(\)"),
        ("0.1 0.2 O.3", "Number 3 of the vector is 'O.3'"),
        ("[0.1, null]", "Number 2 of the vector is 'None'"),
        ("[[1, 2], [3, 4]]", r"Number 1 of the vector is '\[1, 2\]'"),
        ("7", "at least two numbers"),
        ("1 nan 2", r"Number 2 of the vector is not finite \(nan\)"),
        ("1 2 1e60", r"Number 3 of the vector is not finite \(inf\)"),
        ('{"text": "king"}', "no `embedding`, `vector` or `values`"),
        ('{"embedding": {"a": 1}}', "no `embedding`, `vector` or `values`"),
        ('{"embedding": 3}', "at least two numbers"),
    ],
)
def test_says_what_is_wrong(text, message):
    with pytest.raises(UserError, match=message):
        parse_vector(text)


@given(st.text())
def test_any_text_is_a_vector_or_a_message(text):
    with contextlib.suppress(UserError):
        assert parse_vector(text).ndim == 1


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2))
def test_reads_what_numpy_shows(numbers):
    array = np.float32(numbers)
    with np.printoptions(threshold=100_000, floatmode="unique"):
        for text in (repr(array), str(array), str(list(array))):
            np.testing.assert_array_equal(parse_vector(text), array)


def test_deeply_nested_text_is_no_crash():
    with pytest.raises(UserError):
        parse_vector("[" * 100_000)


def test_loads_npy_and_text(tmp_path):
    for shape in ((3,), (1, 3), (3, 1)):
        np.save(tmp_path / "mine.npy", np.reshape(NUMBERS, shape))
        query = load_query_vector(tmp_path / "mine.npy")
        assert query.name == "mine"
        np.testing.assert_array_equal(query.vector, np.float32(NUMBERS))
    (tmp_path / "words.txt").write_text("\ufeff0.25 -1.5 3e-4")
    np.testing.assert_array_equal(
        load_query_vector(str(tmp_path / "words.txt")).vector, np.float32(NUMBERS)
    )


def test_files_that_hold_no_vector_are_named(tmp_path):
    np.save(tmp_path / "many.npy", np.zeros((3, 4)))
    with pytest.raises(UserError, match=r"many\.npy.*\(3, 4\), not one vector"):
        load_query_vector(tmp_path / "many.npy")
    np.save(tmp_path / "texts.npy", np.array(["a", "b"]))
    with pytest.raises(UserError, match=r"texts\.npy"):
        load_query_vector(tmp_path / "texts.npy")
    np.save(tmp_path / "complex.npy", np.array([1j, 2]))
    with pytest.raises(UserError, match="complex128, which are not numbers"):
        load_query_vector(tmp_path / "complex.npy")
    np.save(tmp_path / "large.npy", np.array([1.0, 1e300]))
    with pytest.raises(UserError, match=r"large\.npy: Number 2 of the vector is not finite"):
        load_query_vector(tmp_path / "large.npy")
    (tmp_path / "cut.npy").write_bytes(b"\x93NUMPY\x01\x00")
    with pytest.raises(UserError, match=r"cut\.npy cannot be read as a vector"):
        load_query_vector(tmp_path / "cut.npy")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match=r"bytes\.txt"):
        load_query_vector(tmp_path / "bytes.txt")
    with pytest.raises(UserError, match=r"none\.txt cannot be read"):
        load_query_vector(tmp_path / "none.txt")
    with pytest.raises(UserError, match="cannot be read"):
        load_query_vector(tmp_path)
