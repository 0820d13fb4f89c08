import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import load

PAIRS = [[0.5, 1.5], [-2, 3]]
ROW_NUMBERS = "No labels: the rows are called by their numbers, from 0."
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(TEXTS, min_size=2, max_size=6, unique=True),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_reads_what_the_csv_module_writes(tmp_path, labels, separator, as_list):
    path = tmp_path / "x.csv"
    rows = [[0.5, i, -1.25] for i in range(len(labels))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(["label", "vector"] if as_list else ["label", "d0", "d1", "d2"])
        for label, row in zip(labels, rows, strict=True):
            writer.writerow([label, str(row)] if as_list else [label, *row])
    found = load(path)
    np.testing.assert_array_equal(found.vectors, np.float32(rows))
    if all(label.strip() and not label[0].isdigit() for label in labels):
        assert found.labels == tuple(labels)


@pytest.mark.parametrize(
    "text",
    [
        "word,a,b\nx,0.5,1.5\ny,-2,3\n",
        "word,a,b\r\nx,0.5,1.5\r\ny,-2,3",
        "\ufeffword;a;b\nx;0,5;1,5\ny;-2;3\n",
        "word\ta\tb\nx\t0.5\t1.5\ny\t-2\t3\n",
        "word|a|b\nx|0.5|1.5\ny|-2|3\n",
        '"word","a","b"\n"x","0.5","1.5"\n"y","-2","3"\n',
        "word, a, b\nx, 0.5, 1.5\ny, -2, 3\n",
        "a,word,b\n0.5,x,1.5\n-2,y,3\n",
        "a,b,word\n0.5,1.5,x\n\n-2,3,y\n\n",
        'word,vector\nx,"[0.5, 1.5]"\ny,"[-2,3]"\n',
        "word;vector\nx;[0.5, 1.5]\ny; [-2,3] \n",
        "word\tvector\nx\t[0.5, 1.5]\ny\t[-2,3]\n",
        "x,0.5,1.5\ny,-2,3\n",
        "x\t0.5\t1.5\ny\t-2\t3\n",
        "x\t[0.5, 1.5]\ny\t[-2, 3]\n",
        "a,b\nx,0.5,1.5\ny,-2,3\n",  # As R writes it.
        ",0,1\nx,0.5,1.5\ny,-2,3\n",  # As pandas writes it.
    ],
)
def test_ways_to_write_a_table(write, text):
    found = load(write("x.dat", text))
    assert found.labels == ("x", "y")
    np.testing.assert_array_equal(found.vectors, np.float32(PAIRS))


def test_quotes_separators_and_line_breaks_in_labels(write):
    found = load(write("x.csv", 'text,a,b\n"say ""hi"", you",1,2\n"two\nlines",3,4\n'))
    assert found.labels == ('say "hi", you', "two\nlines")


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_quote_may_be_a_label(write, separator):
    rows = [['"', "0.5", "1.5"], ["the", "2", "3"], ['"', "4", "5"], ["a", "6", "7"]]
    found = load(write("x.csv", "".join(separator.join(row) + "\n" for row in rows)))
    assert found.labels == ('"', "the", '"', "a")


def test_numbers_alone_are_projector_tensors(write):
    path = write("tensors.tsv", "0.5\t1.5\n\n-2\t3\n")
    found = load(path)
    np.testing.assert_array_equal(found.vectors, PAIRS)
    assert found.source == f"Projector tensors · {path}"
    assert found.notes == (ROW_NUMBERS,)


@pytest.mark.parametrize(
    "text",
    [
        ",d0,d1\n0,0.5,1.5\n1,-2,3\n",
        "Unnamed: 0,d0,d1\n0,0.5,1.5\n1,-2,3\n",
        "id,x,y\n17,0.5,1.5\n4,-2,3\n",
        "\t0\t1\n0\t0.5\t1.5\n1\t-2\t3\n",
    ],
)
def test_columns_that_only_count_are_no_dimension(write, text):
    found = load(write("x.csv", text))
    np.testing.assert_array_equal(found.vectors, PAIRS)
    assert found.labels == ("0", "1")


def test_numbers_as_names_of_columns(write):
    for text in ("0,1,2\n0.5,1.5,0\n-2,3,0\n", "1,2,3\n0.5,1.5,0\n-2,3,0\n"):
        found = load(write("x.csv", text))
        np.testing.assert_array_equal(found.vectors, np.pad(PAIRS, ((0, 0), (0, 1))))
    whole = load(write("x.tsv", "0\t1\t2\n0.5\t1.5\t0\n-2\t3\t0\n"))
    assert len(whole) == 3


def test_first_column_that_counts_without_a_header(write):
    found = load(write("x.csv", "0,0.5,1.5\n1,-2,3\n2,0.25,0.5\n"))
    np.testing.assert_array_equal(found.vectors, [*PAIRS, [0.25, 0.5]])


def test_numbered_columns_are_the_vector_and_other_numbers_metadata(write):
    found = load(write("x.csv", "title,year,x1,x2,x3,price\nA,1999,1,2,3,0.5\nB,2001,4,5,6,\n"))
    np.testing.assert_array_equal(found.vectors, [[1, 2, 3], [4, 5, 6]])
    assert found.labels == ("A", "B")
    assert found.metadata.to_pydict() == {
        "title": ["A", "B"],
        "year": [1999, 2001],
        "price": [0.5, None],
    }
    assert found.notes == (
        "Labels from column 'title'.",
        "Vectors from the 3 columns x1 to x3.",
    )
    usual = load(write("x.csv", "a,b,c,d,dim_0,dim_1\n1,2,3,4,0.5,1.5\n5,6,7,8,-2,3\n"))
    np.testing.assert_array_equal(usual.vectors, PAIRS)


def test_columns_with_all_kinds_of_names(write):
    found = load(write("x.csv", "height,width,kind\n1,2,a\n3,4,a\n5,6,b\n7,8,a\n9,1,b\n"))
    assert found.dimensions == 2
    assert found.labels == ("0", "1", "2", "3", "4")
    assert found.metadata.column_names == ["kind"]


def test_label_column_wins(write):
    path = write("x.csv", "text,code,a,b\nhello,007,1,2\nyou,008,3,4\n")
    assert load(path).labels == ("hello", "you")
    assert load(path, label_column="code").labels == ("007", "008")
    assert load(path, label_column="a").labels == ("1", "3")
    with pytest.raises(UserError, match=r"no column 'x'. Its columns are text, code, a, b"):
        load(path, label_column="x")


def test_vector_column(write):
    path = write("x.csv", 'a,first,second\nx,"[1,2]","[3,4,5]"\ny,"[6,7]","[8,9,0]"\n')
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert asked.value.reason == (
        "x.csv has several columns of vectors: first (lists of 2 numbers), "
        "second (lists of 3 numbers)."
    )
    assert asked.value.option == "vector_column"
    assert list(asked.value.choices) == ["first", "second"]
    assert load(path, vector_column="first").dimensions == 2
    assert load(path, vector_column="second").dimensions == 3
    with pytest.raises(UserError, match=r"Column 'a' of x\.csv holds no lists"):
        load(path, vector_column="a")
    with pytest.raises(UserError, match=r"no column 'b'\. Its columns are a, first, second"):
        load(path, vector_column="b")


@pytest.mark.parametrize("printed", ["[0.5 1.5 2.5]", "[0.5 1.5\n 2.5]", "[0.5, 1.5, ..., 2.5]"])
def test_vectors_as_numpy_prints_them(write, printed):
    with pytest.raises(UserError, match="as NumPy prints them"):
        load(write("x.csv", f'a,v\nx,"{printed}"\ny,"{printed}"\n'))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("y,1", "2 fields instead of 3"),
        ("y,1,2,3", "4 fields instead of 3"),
        ("y,1,", "a number is missing"),
        ("y,1,zwei", "'zwei' is not a number"),
        ("y,nan,1", "it holds nan, which is not a usable number"),
        ("y,1e39,1", "a number is too large for 32 bits"),
    ],
)
def test_bad_rows_are_an_error_or_left_out(write, row, reason):
    good = "".join(f"w{i},{i},2\n" for i in range(9))
    path = write("x.csv", f"word,a,b\n{good}{row}\nz,5,6\n")
    with pytest.raises(UserError) as error:
        load(path)
    assert str(error.value).startswith(f"x.csv, line 11: {reason}")
    found = load(path, on_bad_rows="skip")
    assert found.labels == (*(f"w{i}" for i in range(9)), "z")
    assert found.metadata.num_rows == 10
    assert found.notes[0] == f"1 bad row skipped (line 11: {reason})."


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ('"[1,2]"', "2 numbers instead of 3"),
        ("", "no list of numbers"),
        ("x", "no list of numbers"),
        ('"[1,null,3]"', "'null' is not a number"),
    ],
)
def test_bad_lists(write, field, reason):
    good = "".join(f'w{i},"[{i},2,3]"\n' for i in range(9))
    path = write("x.csv", f"word,v\n{good}y,{field}\n")
    with pytest.raises(UserError, match=rf"x\.csv, line 11: {reason}"):
        load(path)
    assert len(load(path, on_bad_rows="skip")) == 9


def test_a_quote_that_never_closes(write):
    rows = "".join(f"w{i},1,2\n" for i in range(300))
    with pytest.raises(UserError, match=r"x\.csv, line 301: a text in double quotes"):
        load(write("x.csv", f'{rows}"oh,3,4\n{rows}'))


def test_a_quote_that_seems_to_close_in_a_later_row(write):
    rows = "".join(f'"w{i}",1,2\n' for i in range(300))
    found = load(write("x.csv", f'{rows}"oh,3,4\n"you",5,6\n'))
    assert found.labels[-2:] == ('"oh', "you")
    np.testing.assert_array_equal(found.vectors[-2:], [[3, 4], [5, 6]])


def test_invalid_utf8_is_replaced_and_noted(write):
    found = load(write("x.csv", b"word,a,b\ncaf\xe9,1,2\nb,3,4\n"))
    assert found.labels == ("caf\N{REPLACEMENT CHARACTER}", "b")
    assert any("1 text is not valid UTF-8" in note for note in found.notes)


def test_one_number_per_row_is_refused(write):
    with pytest.raises(UserError, match="1 number per row"):
        load(write("x.csv", 'a,v\nx,"[1]"\ny,"[2]"\n'))
    with pytest.raises(UserError, match="1 number per row"):
        load(write("x.csv", "id,score\n1,0.5\n2,0.7\n"))
    with pytest.raises(UserError, match="text without vectors"):
        load(write("x.csv", "word,score\na,0.5\nb,0.7\n"))


def test_one_row(write):
    assert load(write("x.csv", "x,0.5,1.5\n")).labels == ("x",)
    assert load(write("x.csv", "word,a,b\nx,0.5,1.5\n")).labels == ("x",)
    assert load(write("x.tsv", "0.5\t1.5")).labels == ("0",)


def test_header_only(write):
    with pytest.raises(UserError, match=r"x\.csv"):
        load(write("x.csv", "word,a,b\n"))


def test_records_across_blocks(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.source.BLOCK_BYTES", 20)
    text = "".join(f'"word\n{i}",{i}.5,-{i}\n' for i in range(30))
    found = load(write("x.csv", f"word,a,b\n{text}"))
    assert found.labels == tuple(f"word\n{i}" for i in range(30))
    np.testing.assert_array_equal(found.vectors, [[i + 0.5, -i] for i in range(30)])
    assert load(write("x.csv", text), max_rows=3).labels == ("word\n0", "word\n1", "word\n2")
    assert "Only the first 3 rows of the file." in load(write("x.csv", text), max_rows=3).notes


def test_sample_takes_its_labels_and_metadata_along(write):
    text = "".join(f"w{i},{i},{2 * i},{3 * i}.5\n" for i in range(50))
    found = load(write("x.csv", f"word,year,d0,d1\n{text}"), sample=7, seed=1)
    rows = [int(label[1:]) for label in found.labels]
    assert len(rows) == 7
    np.testing.assert_array_equal(found.vectors, [[2 * i, 3 * i + 0.5] for i in rows])
    assert found.metadata["year"].to_pylist() == rows
    assert "A random sample of 7 of 50 rows, seed 1." in found.notes


def test_real_files(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    words = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    for name in ("glove.csv", "vectors.tsv"):
        found = load(data_folder / "glove50" / name)
        assert found.vectors.tobytes() == golden.tobytes()
        assert list(found.labels) == words
    iris = load(data_folder / "projector" / "iris_labels.tsv")
    assert iris.vectors.shape == (150, 4)
    assert iris.metadata.num_rows == 150


def test_more_columns_than_can_be_looked_at_are_refused(write):
    header = ",".join(f"d{i}" for i in range(70_000))
    with pytest.raises(UserError, match=r"wide\.csv has 70,000 columns\. .* save longer vectors"):
        load(write("wide.csv", f"{header}\n{'0.5,' * 69_999}1\n"))
    with pytest.raises(UserError, match="text without vectors"):
        load(write("wide.txt", f"{'a,' * 70_000}\n"))


def test_decimal_commas_in_quotes_between_commas(write):
    found = load(write("x.csv", 'w,x,y\na,"0,5","1,5"\nb,"2,5","3,125"\n'))
    np.testing.assert_array_equal(found.vectors, [[0.5, 1.5], [2.5, 3.125]])
    with pytest.raises(UserError, match="text without vectors"):
        load(write("x.csv", 'w,x,y\na,"1,500","2,250"\nb,"2,500","3,125"\n'))


def test_lists_with_commas_after_a_space(write):
    found = load(write("x.txt", "a 0.1,0.2,0.3\nb 0.4,0.5,0.6\nc 0.7,0.8,0.9\n"))
    assert found.labels == ("a", "b", "c")
    np.testing.assert_array_equal(found.vectors[1], np.float32([0.4, 0.5, 0.6]))
    # Where labels have spaces in them, the first number would be taken for the end of the label.
    with pytest.raises(UserError, match="text without vectors"):
        load(write("y.txt", "new york 0.1,0.2,0.3\nla 0.4,0.5,0.6\nsan jose 0.7,0.8,0.9\n"))
