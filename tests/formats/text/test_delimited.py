import csv
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import load
from embedviz.formats.text.table_signs import is_missing

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


ROW_TEXTS = ["-1 2 3", "4 5 6", "7 8 -9"]
FLOAT_TEXTS = ["-1.5 2 3", "4 5.25 6", "7 8 -9"]
NAMES = ["king", "queen", "man"]


@pytest.mark.parametrize("header", ["", "word{}vector", "w{}x y z"])
@pytest.mark.parametrize("texts", [ROW_TEXTS, FLOAT_TEXTS])
@pytest.mark.parametrize(
    ("mark", "inner"), [(",", " "), (";", " "), ("|", " "), ("\t", ","), (" ", ","), (";", ",")]
)
def test_a_label_never_takes_a_number(write, mark, inner, texts, header):
    if mark == " " and " " in header:
        pytest.skip("one name too many")
    lines = [header.format(mark)] * bool(header)
    lines += [f"{n}{mark}{text.replace(' ', inner)}" for n, text in zip(NAMES, texts, strict=True)]
    found = load(write("x.csv", "\n".join(lines) + "\n"))
    assert found.labels == tuple(NAMES)
    expected = [list(map(float, text.split())) for text in texts]
    np.testing.assert_array_equal(found.vectors, expected)


@pytest.mark.parametrize("mark", [" ", ":", "=", ": ", ";", "|", "\t"])
@pytest.mark.parametrize("texts", [ROW_TEXTS, FLOAT_TEXTS])
@pytest.mark.parametrize("inner", [",", " "])
def test_a_label_takes_no_number_silently(write, mark, inner, texts):
    rows = zip(["new york", "the king", "man"], texts, strict=True)
    path = write("x.txt", "".join(f"{n}{mark}{t.replace(' ', inner)}\n" for n, t in rows))
    try:
        found = load(path)
    except UserError:
        return
    assert [label.rstrip(":=;|") for label in found.labels] == ["new york", "the king", "man"]
    assert found.dimensions == 3


@pytest.mark.parametrize(
    "labels",
    [
        ("item 1", "item 2", "item 3"),
        ("GO:7", "GO:12", "GO:9"),
        ("Boeing 747", "Airbus 320", "Concorde 1"),
        ("1,000", "2,500", "10,000"),
        ("a=1", "a=2", "a=3"),
        ("12:30", "7:15", "8:00"),
    ],
)
def test_labels_that_end_in_numbers_of_their_own(write, labels):
    numbers = [[0.5, 1, 2], [1.5, 3, -4], [2, 3.25, 1]]
    for mark in ",\t;" if "," not in labels[0] else ",\t":
        fields = [
            [f'"{label}"' if mark in label else label, *map(str, row)]
            for label, row in zip(labels, numbers, strict=True)
        ]
        found = load(write("x.csv", "".join(mark.join(row) + "\n" for row in fields)))
        assert found.labels == labels
        np.testing.assert_array_equal(found.vectors, numbers)


NA = ["NA", "N/A", "", "null", "None", "?", "-", "nan", "NaN", "#N/A", "\\N", "."]


@pytest.mark.parametrize("missing", NA)
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("header", [True, False])
def test_a_missing_number_is_a_bad_row(write, missing, column, header):
    rows = [["a", "1", "2", "3"], ["b", "2", "2.5", "1"], ["c", "3", "4", "5"]]
    rows[0][column + 1] = missing
    lines = [["w", "x0", "x1", "x2"]] * header + rows
    path = write("x.csv", "".join(",".join(line) + "\n" for line in lines))
    with pytest.raises(UserError, match=f"line {1 + header}: "):
        load(path)
    found = load(path, on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, [[2, 2.5, 1], [3, 4, 5]])
    assert found.labels == ("b", "c")


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("missing", ["NA", ""])
@pytest.mark.parametrize("count", [100, 199, 200, 400])
@pytest.mark.parametrize("column", [1, 2, 3])
def test_no_dimension_disappears_where_its_first_values_do(write, header, missing, count, column):
    if not header and column != 2 and count >= 200:
        pytest.skip("nothing tells what is before or after all numbers")
    vectors = np.random.default_rng(2).normal(size=(1000, 3)).round(4)
    rows = [[f"w{i}", *map(str, row)] for i, row in enumerate(vectors)]
    for row in rows[:count]:
        row[column] = missing
    lines = [["w", "x0", "x1", "x2"]] * header + rows
    path = write("x.csv", "".join(",".join(line) + "\n" for line in lines))
    found = load(path, on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, vectors[count:].astype(np.float32))
    assert found.notes[0].startswith(f"{count} bad rows skipped")


IDS = {
    "from 1": [1, 2, 3, 4],
    "from 0": [0, 1, 2, 3],
    "any order": [3, 1, 4, 2],
    "large": [1001, 17, 54321, 9],
    "19 digits": [int(f"17123456789012345{i}") for i in range(4)],
}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("kind", IDS)
def test_an_id_is_no_dimension(write, kind, mark):
    numbers = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9], [0.15, 0.25, 2]]
    rows = [[str(i), *map(str, row)] for i, row in zip(IDS[kind], numbers, strict=True)]
    found = load(write("x.csv", "".join(mark.join(row) + "\n" for row in rows)))
    assert found.labels == tuple(map(str, IDS[kind]))
    np.testing.assert_array_equal(found.vectors, np.array(numbers, np.float32))


def test_whole_numbers_that_count_are_ids_where_no_others_do(write):
    found = load(write("x.csv", "1,4,5,6\n2,7,8,9\n3,-4,7,7\n4,0,1,1\n"))
    assert found.labels == ("1", "2", "3", "4")
    found = load(write("x.csv", "0,0,1\n1,1,2\n2,2,3\n3,3,4\n"))
    assert found.dimensions == 3  # A grid.


def test_a_dimension_of_whole_numbers_that_repeat_is_none_of_ids(write):
    found = load(write("x.csv", "1,0.5,0.2\n2,0.5,1\n1,0.25,3\n"))
    assert found.dimensions == 3


REMARKS = {
    "one": "# made by a tool\n",
    "two": "# made by a tool\n# two lines of remarks, with commas, and more\n",
    "blank": "#\n\n# x\n\n",
    "quote": '# the "tool\n',
    "version": "# version 2\n",
    "percent": "% made\n",
    "slashes": "// made by 3 tools\n",
}
BODIES = {
    "tabs": "a\t1\t2\nb\t3\t4\nc\t5\t6\n",
    "header": "w,x,y\na,1,2\nb,3,4\nc,5,6\n",
    "spaces": "a 1 2\nb 3 4\nc 5 6\n",
    "word2vec": "3 2\na 1 2\nb 3 4\nc 5 6\n",
    "lists": 'w,v\na,"[1, 2]"\nb,"[3, 4]"\nc,"[5, 6]"\n',
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("remarks", REMARKS)
def test_remarks_before_the_rows_are_passed_over_and_mentioned(write, body, remarks):
    found = load(write("x.txt", REMARKS[remarks] + BODIES[body]))
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4], [5, 6]])
    assert found.labels == ("a", "b", "c")
    assert any("passed over" in note for note in found.notes)
    last = BODIES[body].splitlines()[-1]
    text = REMARKS[remarks] + BODIES[body] + f"{last}\n" * 9
    with pytest.raises(UserError, match=f"line {text.count(chr(10)) + 1}: "):
        load(write("y.txt", text + last.replace("5", "x")))


def test_tags_are_metadata_and_vectors_are_vectors(write):
    tags = [["AI Act", "SME AI"], [], ["a [b]"], ["x", "y", "z"]]
    rows = [
        [f"w{i}", json.dumps(each).replace('"', '""'), f"[{i}.5, 1, 2]"]
        for i, each in enumerate(tags)
    ]
    text = "".join(f'{label},"{each}","{vector}"\n' for label, each, vector in rows)
    for header in ("name,tags,vector\n", ""):
        found = load(write("x.csv", header + text))
        assert found.dimensions == 3
        name = "tags" if header else "column 2"
        assert found.metadata[name].to_pylist() == list(map(json.dumps, tags))
    wide = "".join(f'{label},"{each}",{i},0.5,1\n' for i, (label, each, _) in enumerate(rows))
    found = load(write("x.csv", "name,tags,d0,d1,d2\n" + wide))
    assert found.dimensions == 3
    assert found.metadata["tags"].to_pylist() == list(map(json.dumps, tags))


@pytest.mark.parametrize(
    ("name", "shape"),
    [("space_integers.csv", (3, 3)), ("number_ids.csv", (4, 3)), ("comments.tsv", (3, 2))],
)
def test_cases(data_folder, name, shape):
    found = load(data_folder / "cases" / name)
    assert found.vectors.shape == shape
    assert not found.is_numbered


def test_a_case_of_a_missing_number(data_folder):
    with pytest.raises(UserError, match="line 2"):
        load(data_folder / "cases" / "missing_first.csv")
    found = load(data_folder / "cases" / "missing_first.csv", on_bad_rows="skip")
    assert found.vectors.shape == (2, 3)


def test_a_field_of_a_million_blanks_is_looked_at_once():
    """Looked at from each blank on, it would take an hour."""
    assert is_missing(b"\t" * 1_000_000)
    assert not is_missing(b"\t" * 1_000_000 + b"x")
