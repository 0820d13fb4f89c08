from threading import current_thread

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.formats.writing.printing import computed_ahead, join_lines, print_vectors, to_texts

FLOATS = st.floats(width=32, allow_nan=False)


@given(st.lists(st.lists(FLOATS, min_size=3, max_size=3), max_size=5), st.sampled_from(" \t,"))
def test_numbers_come_back_from_their_digits(rows, separator):
    vectors = np.array(rows, np.float32).reshape(-1, 3)
    lines = print_vectors(vectors, separator).to_pylist()
    assert len(lines) == len(vectors)
    found = [[np.float32(number) for number in line.split(separator)] for line in lines]
    assert np.array(found, np.float32).reshape(-1, 3).tobytes() == vectors.tobytes()


def test_no_more_digits_than_needed():
    vectors = np.array([[0.1, 1 / 3, 1e-30]], np.float32)
    (line,) = print_vectors(vectors, " ", "[", "]").to_pylist()
    assert line == "[0.1 0.33333334 1e-30]"


def test_vectors_across_memory_and_without_numbers():
    strided = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2]
    assert print_vectors(strided, " ").to_pylist() == ["0 2", "4 6", "8 10"]
    assert print_vectors(np.zeros((2, 0), np.float32), " ").to_pylist() == ["", ""]
    assert print_vectors(np.zeros((0, 3), np.float32), " ", "(", ")").to_pylist() == []


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=6))
def test_lines_are_joined_as_python_joins_them(rows):
    first, second = [[row[i] for row in rows] for i in range(2)]
    wanted = "".join(f"{a}\t{b}\r\n" for a, b in rows).encode("utf-8", "replace")
    assert bytes(join_lines([to_texts(first), to_texts(second)], "\t", "\r\n")) == wanted


def test_a_part_of_an_array_and_a_single_column():
    texts = pa.array(["a", "b", "c", "d"]).slice(1, 2)
    assert bytes(join_lines([texts], "-", "\n")) == b"b\nc\n"
    assert bytes(join_lines([texts, texts], "-", "\n")) == b"b-b\nc-c\n"


def test_halves_of_characters_are_question_marks():
    assert to_texts(["a\ud800", "b"]).to_pylist() == ["a?", "b"]


def test_results_come_in_order_from_other_threads():
    names = set()

    def work(item):
        names.add(current_thread().name)
        return item**2

    assert list(computed_ahead(work, range(20))) == [i**2 for i in range(20)]
    assert current_thread().name not in names


def test_errors_and_the_end_of_interest_stop_the_work():
    seen = []

    def work(item):
        seen.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    with pytest.raises(ValueError, match="three"):
        list(computed_ahead(work, range(100)))
    assert len(seen) < 10
    seen.clear()
    results = computed_ahead(work, iter(range(100)))
    next(results)
    results.close()
    assert len(seen) < 10
