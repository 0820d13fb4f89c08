import gzip

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.formats.source import BLOCK_BYTES

LABELS = st.text(
    st.characters(codec="utf-8", exclude_characters="\n")
    | st.sampled_from(" \u00a0\u0085\u2028\r\t"),
    max_size=8,
)


def is_readable(label):
    """Return whether a label at the start of a line stays one, by the rules of the format."""
    return not label.startswith("\ufeff") and not any(c.isdigit() for c in label)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LABELS.filter(is_readable), min_size=1, max_size=6, unique=True), st.booleans())
def test_any_label_comes_back(tmp_path, labels, has_header):
    labels = ["word", *(label for label in labels if label != "word")]
    lines = [f"{label} 0.5 -1.25 3" for label in labels]
    header = [f"{len(labels)} 3"] if has_header else []
    path = tmp_path / "x.txt"
    path.write_bytes("\n".join([*header, *lines, ""]).encode())
    found = load(path)
    assert found.labels == tuple(labels)
    np.testing.assert_array_equal(found.vectors, np.float32([[0.5, -1.25, 3]] * len(labels)))


@pytest.mark.parametrize("has_header", [True, False])
def test_equals_gensim_on_ordinary_files(write, has_header):
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(40, 7))
    lines = [f"wörd{i} " + " ".join(f"{v:.6g}" for v in row) for i, row in enumerate(vectors)]
    path = write("x.vec", "\n".join(["40 7", *lines, ""]))
    expected = KeyedVectors.load_word2vec_format(path)
    if not has_header:
        path = write("x.txt", "\n".join([*lines, ""]))
    found = load(path)
    assert list(found.labels) == expected.index_to_key
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    assert found.notes == ()
    assert found.source == f"{'word2vec' if has_header else 'GloVe'} text · {path}"


def test_first_of_repeated_labels_is_kept_as_by_gensim(write):
    path = write("x.txt", "4 2\na 1 2\nb 3 4\na 5 6\nb 7 8\n")
    expected = KeyedVectors.load_word2vec_format(path)
    found = load(path)
    assert list(found.labels) == list(expected.key_to_index)
    np.testing.assert_array_equal(found.vectors, expected.vectors[:2])
    assert "2 rows left out, their labels were there before ('a', 'b')" in found.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "a 1 2\nb 3 4\n",
        "a 1 2\nb 3 4",  # The last line is cut off its newline.
        "a 1 2\r\nb 3 4\r\n",
        "a 1 2\nb 3 4\r\n",
        "a 1 2 \nb 3 4 \n",  # As the word2vec C tool writes.
        "\ufeffa 1 2\nb 3 4\n",
        "a\t1 2\nb\t3 4\n",
        "a 1  2\nb 3   4\n",
        "a +1 2.\nb 3e0 .4E1\n",
    ],
)
def test_line_ends_marks_and_blanks(write, text):
    found = load(write("x.txt", text))
    assert found.labels == ("a", "b")
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])
    assert found.notes == ()


@pytest.mark.parametrize("name", ["x.bin", "x.npy", "x.gz", "x.json", "x.csv", "x"])
def test_name_does_not_matter(write, name):
    assert load(write(name, "a 1 2\nb 3 4\n")).labels == ("a", "b")


@pytest.mark.parametrize("count", [1, 5, 10**10])
def test_header_that_counts_wrong(write, count):
    found = load(write("x.txt", f"{count} 2\na 1 2\nb 3 4\n"))
    assert found.labels == ("a", "b")
    assert found.notes == (
        f"The header promises {count:,} row{'' if count == 1 else 's'}, the file has 2.",
    )


def test_header_that_no_file_has(write):
    for name, rest in [("x.txt", b"a 1 2\nb 3 4\n"), ("x.bin", b"a " + bytes(8))]:
        with pytest.raises(UserError, match=r"claims 1,000,000,000,000 rows\. Its header is"):
            load(write(name, b"1000000000000 2\n" + rest))


@pytest.mark.parametrize("separator", ["\t", " "])
def test_tabs_between_numbers_below_a_header(write, separator):
    text = f"2{separator}3\nNew York\t0.1\t0.2\t0.3\nb\t1\t2\t3\n"
    found = load(write("x.txt", text))
    assert found.labels == ("New York", "b")
    np.testing.assert_array_equal(found.vectors, np.float32([[0.1, 0.2, 0.3], [1, 2, 3]]))
    assert found.notes == ()


@pytest.mark.parametrize(
    ("first", "mark"), [("V1 V2", ""), ("word V1 V2", ""), ('"V1" "V2"', '"'), ("#w d1 d2", "")]
)
def test_names_of_columns_above_the_numbers(write, first, mark):
    text = f"{first}\n{mark}a{mark} 0.5 1\n{mark}b{mark} 2 3\n"
    found = load(write("x.txt", text))
    assert found.labels == ("a", "b")
    np.testing.assert_array_equal(found.vectors, [[0.5, 1], [2, 3]])
    quotes = ["The labels are in double quotes, which were taken off."] if mark else []
    assert list(found.notes) == ["The first line names the columns.", *quotes]


def test_quotes_around_all_labels_are_taken_off(write):
    found = load(write("x.txt", '"new york" 1 2\n"a ""b""" 3 4\n"\\"" 5 6\n"c" 7 8\n'))
    assert found.labels == ("new york", 'a "b"', '"', "c")
    assert found.notes == ("The labels are in double quotes, which were taken off.",)


@pytest.mark.parametrize(
    "text",
    ['"a" 1 2\nb 3 4\n', '" 1 2\n"" 3 4\n', '"a" 1 2\n', '2 2\n"a" 1 2\n"b" 3 4\n'],
)
def test_other_quotes_belong_to_their_labels(write, text):
    assert load(write("x.txt", text)).labels[0][:1] == '"'


@pytest.mark.parametrize("first", ["", "3 3\n", "w a b c\n"])
def test_decimal_commas(write, first):
    path = write("x.txt", f"{first}a,b 0,5 -1,25e1 7\nc 2,5 0,1 1,5\nd 1,1 2,2 0,3\n")
    found = load(path)
    assert found.labels == ("a,b", "c", "d")
    expected = np.array([[0.5, -12.5, 7], [2.5, 0.1, 1.5], [1.1, 2.2, 0.3]], np.float32)
    np.testing.assert_array_equal(found.vectors, expected)
    assert found.notes[-1] == "The numbers are written with a decimal comma."
    cut = write("y.txt", path.read_text() + "e 0,5 0,5\nf 0,5 0,5 0,5 0,5\n")
    found = load(cut, on_bad_rows="skip")
    assert found.labels == ("a,b", "c", "d")
    assert "2 bad rows skipped" in found.notes[0]
    assert "2 numbers instead of 3" in found.notes[0]
    assert "more than 3 numbers" in found.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "a 1,234 5,678\nb 9,123 4,567\n",  # Thousands.
        "a 1,5 2,7 9,1\nb 3,5 4,5 5,5\n",  # An index and a value.
        "a 0.5,0.25 1,5\nb 0.5,1 0,5\n",
        "a 0.5 1,5 2,25\nb 0.5 1,75 0,5\n",
    ],
)
def test_commas_that_may_be_something_else(write, text):
    with pytest.raises(UserError):
        load(write("x.txt", text))


@pytest.mark.parametrize("first", ["x y z w", "x 1 y", "x x", "x 0.5"])
def test_a_first_line_that_names_no_columns(write, first):
    with pytest.raises(UserError, match="line 1: "):
        load(write("x.txt", f"{first}\na 0.5 1\nb 2 3\n"))


def test_two_columns_of_integers_with_tabs_have_no_header(write):
    found = load(write("x.tsv", "3\t2\n1\t7\n2\t5\n"))
    np.testing.assert_array_equal(found.vectors, [[3, 2], [1, 7], [2, 5]])


@pytest.mark.parametrize("separator", [",", ";", "|"])
def test_columns_before_the_numbers_take_none_of_them(write, separator):
    lines = [f"{word}{separator}{word}{separator}0.5 0.25 {i}" for i, word in enumerate("abc")]
    try:
        found = load(write("x.csv", "\n".join(lines)))
    except UserError:
        return
    np.testing.assert_array_equal(found.vectors, [[0.5, 0.25, i] for i in range(3)])


@pytest.mark.parametrize("dimensions", [2, 4, 10**12])
def test_header_with_wrong_dimensions(write, dimensions):
    found = load(write("x.txt", f"2 {dimensions}\na 0.1 0.2 0.3\nb 0.4 0.5 0.6\n"))
    assert found.labels == ("a", "b")
    assert found.notes == (f"The header says {dimensions:,} dimensions, the rows have 3.",)


def test_header_decides_where_labels_end_in_integers(write):
    found = load(write("x.txt", "3 2\nitem 1 0.1 0.2\nitem 2 0.3 0.4\nitem 3 0.5 0.6\n"))
    assert found.labels == ("item 1", "item 2", "item 3")


def test_first_line_of_two_numbers_may_be_a_row(write):
    assert load(write("x.txt", "7 1 3\n8 2 4\n")).labels == ("7", "8")
    with pytest.raises(UserError, match=r"x\.txt holds 1 number per row"):
        load(write("x.txt", "7 1\nfoo 2\nbar 3\n"))


def test_integers_are_labels_and_fractions_are_not(write):
    assert load(write("x.txt", "1 0.1 0.2\n2 0.3 0.4\n")).labels == ("1", "2")
    found = load(write("x.txt", " 0.5 0.1\n-0.5 0.2\n"))
    assert found.labels == ("0", "1")
    np.testing.assert_array_equal(found.vectors, np.float32([[0.5, 0.1], [-0.5, 0.2]]))
    assert found.notes == ("No labels: the rows are called by their numbers, from 0.",)
    assert load(write("x.txt", "2 3\n.5 .1 .2\n.5 .2 .3\n")).dimensions == 3


def test_blank_lines_inside_are_noted_and_at_the_end_are_not(write):
    found = load(write("x.txt", "2 2\n\na 1 2\n  \n\r\nb 3 4\n\n\n"))
    assert found.labels == ("a", "b")
    assert found.notes == ("3 blank lines passed over.",)
    assert load(write("x.txt", "a 1 2\nb 3 4\n\n \n")).notes == ()


def test_invalid_utf8_is_replaced_and_noted(write):
    found = load(write("x.txt", b"caf\xc3 1 2\nb 3 4\n"))
    assert found.labels == ("caf\N{REPLACEMENT CHARACTER}", "b")
    assert "1 text is not valid UTF-8" in found.notes[0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("b 3", "1 number instead of 2"),
        ("b", "0 numbers instead of 2"),
        ("1 2", "2 numbers instead of 2"),
        ("b 3 x", "'x' is not a number"),
        ("b nan 4", "it holds nan, which is not a usable number"),
        ("b -Infinity 4", "it holds -Infinity, which is not a usable number"),
        ("b 3 1e39", "a number is too large for 32 bits"),
        ("b 0.1 3 4", "more than 2 numbers"),
        ("b 3 4\rc", "'4\\rc' is not a number"),
        ("b 3 4\re 5 6", "two rows with a carriage return but no line end between them"),
    ],
)
def test_bad_rows_are_an_error_or_left_out(write, line, reason):
    path = write("x.txt", f"3 2\na 1 2\n{line}\nc 5 6\nd 7 8\n")
    with pytest.raises(UserError, match=r"x\.txt, line 3: ") as error:
        load(path)
    assert reason in str(error.value)
    assert "on_bad_rows" in str(error.value)
    found = load(path, on_bad_rows="skip")
    assert found.labels == ("a", "c", "d")
    assert found.notes[0] == f"1 bad row skipped (line 3: {reason})."


def test_a_bad_row_does_not_take_its_label_away_from_a_good_one(write):
    found = load(write("x.txt", "a nan 2\nb 3 4\na 5 6\n"), on_bad_rows="skip")
    assert found.labels == ("b", "a")


def test_only_some_bad_rows_are_shown(write):
    lines = "".join(f"w{i} 1 {'nan' if i % 2 else 2}\n" for i in range(20))
    note = load(write("x.txt", lines), on_bad_rows="skip").notes[0]
    assert note.startswith("10 bad rows skipped (line 2: ")
    assert note.count("line") == 3
    assert note.endswith("…).")


def test_zero_rows_are_kept_and_noted(write):
    found = load(write("x.txt", "a 0 0\nb 3 4\n"))
    assert len(found) == 2
    assert found.notes == ("1 row is all zeros: kept, but without a direction.",)


def test_one_row_with_and_without_header(write):
    assert load(write("x.txt", "a 1 2 3\n")).labels == ("a",)
    assert load(write("x.txt", "1 3\na 1 2 3")).labels == ("a",)


def test_nothing_but_a_header(write):
    with pytest.raises(UserError, match="holds no vectors"):
        load(write("x.txt", "0 50\n"))


def test_exact_numbers_where_float64_would_round_twice(write):
    found = load(write("x.txt", "a 1.00000005960464477540 1e-40\nb 1 2\n"))
    np.testing.assert_array_equal(found.vectors[0], np.array([1.0000001, 1e-40], np.float32))


def test_blocks_join_without_a_seam(write):
    row = " ".join(["0.123456"] * 100)
    count = 2 * BLOCK_BYTES // len(row) + 10
    path = write("x.txt", "".join(f"new york{i} {row}\n" for i in range(count)).encode()[:-1])
    seen = []
    found = load(path, report=lambda fraction, words: seen.append(fraction))
    assert found.labels == tuple(f"new york{i}" for i in range(count))
    assert (found.vectors == np.float32(0.123456)).all()
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_first_rows_only(write):
    path = write("x.txt", "a 1 2\nb 3 4\nc 5 x\n")
    found = load(path, max_rows=2)
    assert found.labels == ("a", "b")
    assert found.notes == ("Only the first 2 rows of the file.",)
    assert load(write("x.txt", "a 1 2\nb 3 4\n"), max_rows=2).notes == ()


def test_limit_at_the_end_of_a_block(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.source.BLOCK_BYTES", 12)
    path = write("x.txt", "a 1 2\nb 3 4\nc 5 6\nd 7 8\n")
    found = load(path, max_rows=2)
    assert found.labels == ("a", "b")
    assert found.notes == ("Only the first 2 rows of the file.",)


def test_very_long_lines(write):
    numbers = " ".join(["0.25"] * 300_000)
    found = load(write("x.txt", f"a {numbers}\nb {numbers}\n"))
    assert found.vectors.shape == (2, 300_000)


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("n_lines", [1, 2])
def test_a_first_line_that_is_longer_than_the_start_of_the_file(write, monkeypatch, mark, n_lines):
    monkeypatch.setattr("embedviz.formats.source.LONGEST_HEAD", 100)
    monkeypatch.setattr("embedviz.formats.source.HEAD_BYTES", 100)
    numbers = np.linspace(0.125, 8, 64).astype(np.float32)
    row = " ".join(str(number) for number in numbers).replace(".", mark)
    found = load(write("x.txt", "".join(f"word{i} {row}\n" for i in range(n_lines))))
    assert found.labels == ("word0", "word1")[:n_lines]
    assert (found.vectors == numbers).all()


def test_more_digits_before_a_comma_than_python_reads(write):
    found = load(write("x.txt", f"a {'1' * 5000},5 2,7\nb 1,5 0,7\n"), on_bad_rows="skip")
    assert found.labels == ("b",)


def test_compressed_text(write):
    data = gzip.compress(b"a 1 2\nb 3 4\n")
    assert load(write("x.txt", data)).labels == ("a", "b")
    assert load(write("x.vec.gz", data)).name == "x"


@pytest.mark.parametrize(
    "name", ["glove_noheader.txt", "glove_header.vec", "glove_crlf.txt", "glove_noheader.txt.gz"]
)
def test_real_files_bit_for_bit(data_folder, name):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    words = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    found = load(data_folder / "glove50" / name)
    assert found.vectors.tobytes() == golden.tobytes()
    assert list(found.labels) == words
    assert found.notes == ()


def test_real_labels_with_spaces(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    found = load(data_folder / "glove50" / "glove_tokens_with_spaces.txt")
    assert found.vectors.tobytes() == golden.tobytes()
    assert {"new york", ". ."} <= set(found.labels)


def test_real_file_with_bad_rows(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    short = data_folder / "glove50" / "glove_short_row.txt"
    with pytest.raises(UserError, match="line 31: 47 numbers instead of 50"):
        load(short)
    found = load(short, on_bad_rows="skip")
    assert found.vectors.tobytes() == np.delete(golden, 30, axis=0).tobytes()
    odd = load(data_folder / "glove50" / "glove_nan_inf_zero.txt", on_bad_rows="skip")
    expected = np.delete(golden, [20, 21], axis=0)
    expected[20] = 0
    assert odd.vectors.tobytes() == expected.tobytes()
    assert odd.notes[0].startswith("2 bad rows skipped (line 21: it holds nan")
    assert odd.notes[1] == "1 row is all zeros: kept, but without a direction."


def test_columns_that_are_aligned_with_spaces(write):
    found = load(write("x.txt", "a      1.5  -2\nnew york   3    4\n"))
    assert found.labels == ("a", "new york")
    assert load(write("x.txt", "a  1.5 -2\nb  3 4\n")).labels == ("a ", "b ")


def test_a_header_of_too_many_digits(write):
    with pytest.raises(UserError, match=r"claims 1,000,000,.*Its header is damaged"):
        load(write("x.txt", f"{10**30} 2\na 1 2\nb 3 4\n"))


def test_a_file_that_was_not_written_to_its_end(write):
    with pytest.raises(UserError, match="line 3: it holds NUL bytes, as a file does that was not"):
        load(write("x.txt", b"a 1 2\nb 3 4\n" + bytes(100)))


def test_lines_of_more_fields_than_any_vector_has(write):
    with pytest.raises(UserError, match="text without vectors"):
        load(write("x.txt", b"a " + b"1 " * 1_200_000))
