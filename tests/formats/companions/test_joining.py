import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import ReadSettings
from embedviz.formats import inspect, load


@pytest.fixture
def vectors(write, tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.arange(6, dtype=np.float32).reshape(3, 2))
    return path


@pytest.fixture
def tensors(write):
    return write("tensors.tsv", "0\t1\n2\t3\n4\t5\n")


def test_labels_from_a_text_file(vectors, write):
    found = load(vectors, labels=write("l.txt", "a\nb\n\n"))
    assert found.labels == ("a", "b", "")
    assert found.notes == ("Labels from l.txt.",)
    assert load(vectors, labels=write("l.txt", "a\nb\nc\n\n\n")).labels == ("a", "b", "c")
    assert load(vectors, labels=str(write("l.txt", "a\nb\nc"))).labels == ("a", "b", "c")


def test_labels_given_as_they_are(vectors):
    assert load(vectors, labels=["a", "b", "c"]).labels == ("a", "b", "c")
    with pytest.raises(UserError, match="labels: 2 rows for 3 vectors"):
        load(vectors, labels=["a", "b"])


def test_labels_from_a_table_bring_its_columns(vectors, write):
    path = write("l.tsv", "n\ttext\n1\tone\n2\ttwo\n3\tthree\n")
    found = load(vectors, labels=path)
    assert found.labels == ("one", "two", "three")
    assert found.metadata.to_pydict() == {"n": [1, 2, 3], "text": ["one", "two", "three"]}
    assert found.notes == ("Labels from l.tsv, column 'text'.",)
    assert load(vectors, labels=path, label_column="n").labels == ("1", "2", "3")


def test_metadata_beside_labels(vectors, write):
    table = write("m.tsv", "n\ttext\n1\tone\n2\ttwo\n3\tthree\n")
    found = load(vectors, labels=write("l.txt", "a\nb\nc\n"), metadata=table)
    assert found.labels == ("a", "b", "c")
    assert found.metadata["n"].to_pylist() == [1, 2, 3]
    assert load(vectors, metadata=table).labels == ("one", "two", "three")
    assert load(vectors, metadata=table, label_column="n").labels == ("1", "2", "3")


def test_labels_of_the_file_stay_unless_others_are_given(write):
    path = write("x.txt", "a 1 2\nb 3 4\n")
    table = write("m.tsv", "n\ttext\n1\tone\n2\ttwo\n")
    assert load(path, metadata=table).labels == ("a", "b")
    assert load(path, metadata=table).metadata["n"].to_pylist() == [1, 2]
    assert load(path, labels=table).labels == ("one", "two")
    assert load(path, metadata=table, label_column="text").labels == ("one", "two")


def test_tables_with_a_second_file(write):
    path = write("x.csv", "word,a,b\nx,1,2\ny,3,4\n")
    table = write("m.tsv", "n\ttext\n1\tone\n2\ttwo\n")
    found = load(path, metadata=table, label_column="text")
    assert found.labels == ("one", "two")
    assert load(path, metadata=table, label_column="word").labels == ("x", "y")


def test_a_label_column_that_no_file_has(vectors, write):
    with pytest.raises(UserError, match=r"x\.npy has no columns, so it has no column 'a'"):
        load(vectors, label_column="a")
    with pytest.raises(UserError, match=r"m\.tsv has no column 'a'. Its columns are n, text"):
        load(vectors, metadata=write("m.tsv", "n\ttext\n1\ta\n2\tb\n3\tc\n"), label_column="a")


def test_rows_that_are_left_out_are_left_out_of_the_second_file(write):
    path = write("x.txt", "a 1 2\nb nan 4\na 5 6\nc 7 8\n")
    table = write("m.tsv", "n\ttext\n1\tone\n2\ttwo\n3\tthree\n4\tfour\n")
    found = load(path, metadata=table, on_bad_rows="skip")
    assert found.labels == ("a", "c")
    assert found.metadata["n"].to_pylist() == [1, 4]
    assert load(path, labels=table, on_bad_rows="skip").labels == ("one", "four")


def test_a_header_above_one_column_is_explained(vectors, write):
    with pytest.raises(UserError) as error:
        load(vectors, labels=write("l.txt", "word\na\nb\nc\n"))
    assert str(error.value) == (
        "l.txt: 4 rows for 3 vectors. Its first line, 'word', is probably a header, which a file "
        "with one column does not have. Remove that line, or say that it is one: --labels-header "
        "yes on the command line, labels_header=True in Python."
    )


def test_a_missing_header_above_columns_is_explained(vectors, write):
    with pytest.raises(UserError, match="Its first line was taken as a header"):
        load(vectors, metadata=write("m.tsv", "a\t1\nb\t2\nc\t3\n"))


def test_other_numbers_of_rows(vectors, write):
    for text in ("a\n", "a\nb\nc\nd\ne\n"):
        with pytest.raises(UserError, match="There must be one for each vector"):
            load(vectors, labels=write("l.txt", text))


def test_first_rows_with_labels_for_all(write):
    path = write("x.txt", "a 1 2\nb 3 4\nc 5 6\n")
    assert load(path, labels=["x", "y", "z"], max_rows=2).labels == ("x", "y")
    with pytest.raises(UserError, match="labels: 1 row for 3 vectors"):
        load(path, labels=["x"], max_rows=2)


@pytest.mark.parametrize("n_read", [1, 2, 3])
@pytest.mark.parametrize("mark", [" ", "\t", ","])
def test_first_rows_have_no_labels_of_their_neighbors(write, monkeypatch, mark, n_read):
    monkeypatch.setattr("embedviz.formats.source.BLOCK_BYTES", 24)
    lines = [f"0.5{mark}{i}.25" for i in range(4)]
    path = write("x.txt", "\n".join([*lines[:3], "\r", lines[3]]))
    labels = write("l.txt", "word\na\nb\nc\nd\n")
    for settings in ({"max_rows": n_read}, {"max_rows": n_read, "on_bad_rows": "skip"}):
        with pytest.raises(
            ChoiceRequired, match=r"l\.txt: 5 rows for 4 vectors.*'word', is probably"
        ):
            load(path, labels=labels, **settings)
    found = load(path, labels=labels, labels_header=True, max_rows=n_read)
    assert found.labels == tuple("abcd")[:n_read]


@pytest.mark.parametrize("n_read", [1, 2, 4, 5])
@pytest.mark.parametrize("kind", ["lists", "lines", "binary"])
def test_first_rows_of_other_formats_have_no_labels_of_their_neighbors(write, kind, n_read):
    data = {
        "lists": b"[" + b",".join(b"[%d,0.5]" % i for i in range(5)) + b"]",
        "lines": b"".join(b'{"v": [%d, 0.5]}\n' % i for i in range(5)),
        "binary": b"5 2\n" + b"".join(b"w%d " % i + b"\0\0\x80?" * 2 for i in range(5)),
    }
    path = write("x", data[kind])
    labels = write("l.txt", "word\na\nb\nc\nd\ne\n")
    with pytest.raises(ChoiceRequired, match=r"l\.txt: 6 rows for 5 vectors.*'word', is probably"):
        load(path, labels=labels, max_rows=n_read)
    found = load(path, labels=labels, labels_header=True, max_rows=n_read)
    assert found.labels == tuple("abcde")[:n_read]


def test_first_rows_of_a_projector_pair(write):
    path = write("tensors.tsv", "".join(f"0.5\t{i}\n" for i in range(9)))
    write("metadata.tsv", "word\n" + "".join(f"w{i}\n" for i in range(9)))
    assert load(path, max_rows=2).labels == ("0", "1")
    assert inspect(path).labels[:2] == ["0", "1"]


def test_a_projector_pair(tensors, write):
    assert load(tensors).labels == ("0", "1", "2")
    write("metadata.tsv", "a\nb\nc\n")
    found = load(tensors)
    assert found.labels == ("a", "b", "c")
    assert found.notes == ("Labels from metadata.tsv.",)
    write("metadata.tsv", "n\tword\r\n1\ta\r\n2\tb\r\n\tc\r\n")
    found = load(tensors)
    assert found.labels == ("a", "b", "c")
    assert found.metadata["n"].to_pylist() == [1, 2, None]
    assert load(tensors, labels=["x", "y", "z"]).labels == ("x", "y", "z")


def test_a_projector_pair_that_does_not_match(tensors, write):
    write("metadata.tsv", "word\na\nb\nc\n")
    found = load(tensors)
    assert found.labels == ("0", "1", "2")
    assert found.notes[0].startswith("metadata.tsv beside it is not used. metadata.tsv: 4 rows for")
    assert "probably a header" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "beside"),
    [("vecs.tsv", "meta.tsv"), ("my_tensor.tsv", "my_metadata.tsv"), ("a.tsv", "metadata.tsv")],
)
def test_names_of_projector_pairs(write, name, beside):
    write(beside, "a\nb\n")
    assert load(write(name, "0\t1\n2\t3\n")).labels == ("a", "b")


def test_other_files_beside_are_not_taken(vectors, write):
    for name in ("metadata.tsv", "labels.txt", "x.txt", "x.tsv"):
        write(name, "a\nb\nc\n")
    assert load(vectors).labels == ("0", "1", "2")


def test_files_whose_companions_cannot_be_named(write):
    """The longest name that a file may have leaves no room for a suffix."""
    path = write("n" * 250 + ".tsv", "0\t1\n2\t3\n")
    assert load(path).labels == ("0", "1")


def test_several_columns_without_a_header(vectors, write):
    path = write("labels.tsv", "a\tx\nb\ty\nc\tz\n")
    found = load(vectors, labels=path, labels_header=False)
    assert found.labels == ("a", "b", "c")
    assert "Labels from labels.tsv, column 'column 1'." in found.notes
    assert found.metadata["column 2"].to_pylist() == ["x", "y", "z"]


def test_repeated_labels_are_noted(vectors):
    found = load(vectors, labels=["a", "b", "a"])
    assert found.notes == ("1 row with a label that an earlier row has, too.",)


def test_real_pair(data_folder):
    words = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    found = load(data_folder / "glove50" / "vectors.tsv")
    assert list(found.labels) == words
    assert found.notes == ("Labels from metadata.tsv.",)
    golden = data_folder / "glove50" / "golden_5050x50.f4.npy"
    for name in ("golden_words.txt", "metadata.tsv", "glove.vocab.txt"):
        assert list(load(golden, labels=data_folder / "glove50" / name).labels) == words


def test_a_table_of_other_rows_is_offered_to_be_joined_by_its_labels(write):
    text = write("w.txt", "a 1 2 3\nb 4 5 6\nc 7 8 9\nd 1 1 1\n")
    table = write("m.tsv", "n\tword\n1\tb\n2\ta\n")
    for look in (load, lambda path, metadata: inspect(path, ReadSettings(metadata=metadata))):
        with pytest.raises(ChoiceRequired) as caught:
            look(text, metadata=table)
        assert (caught.value.option, list(caught.value.choices)) == ("metadata_key", ["word"])
        assert "2 rows for 4 vectors" in caught.value.reason
        assert "one for each" not in caught.value.reason
        assert "metadata_key='word'" in str(caught.value)
    assert load(text, metadata=table, metadata_key="word").metadata.to_pydict()["n"] == [
        *(2, 1, None, None)
    ]
    other = write("o.tsv", "n\tword\n1\tx\n2\ty\n")
    with pytest.raises(UserError, match="There must be one for each vector") as refused:
        load(text, metadata=other)
    assert not isinstance(refused.value, ChoiceRequired)
    with pytest.raises(UserError) as refused:  # As labels, it is not joined.
        load(text, labels=table)
    assert not isinstance(refused.value, ChoiceRequired)


def test_both_ends_show_which_file_is_wrong(write, vectors):
    text = write("w.txt", "a 1 2 3\nb 4 5 6\nc 7 8 9\nd 1 1 1\n")
    with pytest.raises(UserError, match=r"l\.txt begins with 'a' and ends with 'b', the vectors "):
        load(text, labels=write("l.txt", "a\nb\n"))
    with pytest.raises(UserError, match="begin with 'a' and end with 'd'"):
        load(text, labels=write("l.txt", "a\nb\n"))
    with pytest.raises(UserError, match=r"begins with 'a' and ends with 'b'\.$"):
        load(vectors, labels=write("l.txt", "a\nb\n"))
