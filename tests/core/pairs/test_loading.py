"""Files of pairs, in the layouts in which people have them."""

import codecs
import csv
import gzip
import io
import json
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.pairs import load_pairs, loading, names_pairs, tables
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample, sample_pairs_path
from embedviz.core.vector_set import VectorSet

TEXTS = ("A man plays a guitar.", 'She said "no", and left.', "Ein süßer Apfel; rot", "Two, three")
ROWS = [(0, 1, 4.5), (2, 3, 0.0), (1, 3, 2.25), (3, 0, 5.0), (0, 0, 1.0)]
LINES = [(TEXTS[one], TEXTS[other], score) for one, other, score in ROWS]


def set_of(labels=TEXTS, metadata=None):
    return VectorSet(np.ones((len(labels), 3), np.float32), labels, metadata, name="few")


def written(folder, text, name="pairs.tsv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def require_rows(pairs, rows=ROWS, has_scores=True):
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == [
        each[:2] for each in rows
    ]
    if has_scores:
        assert pairs.scores.tolist() == [each[2] for each in rows]
    else:
        assert pairs.scores is None
    assert pairs.n_unmatched == 0


def tsv(lines, header=None):
    return "".join("\t".join(map(str, line)) + "\n" for line in [header, *lines] if line)


def comma(lines, header=None, sign=","):
    text = io.StringIO()
    csv.writer(text, delimiter=sign).writerows(line for line in [header, *lines] if line)
    return text.getvalue()


HEADERS = [
    None,
    ("sentence1", "sentence2", "score"),
    ("Sentence_A", "Sentence_B", "relatedness_score"),
    ("text1", "text2", "label"),
    ("first", "second", "similarity"),
    ("a", "b", "gold"),
    ("Word 1", "Word 2", "Human (mean)"),
    ("anchor", "positive", "rating"),
    ("these", "those", "how much"),
]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("layout", ["tsv", "csv", "semicolons"])
def test_two_columns_and_a_score(tmp_path, layout, header):
    if layout == "tsv":
        path = written(tmp_path, tsv(LINES, header))
    elif layout == "csv":
        path = written(tmp_path, comma(LINES, header), "pairs.csv")
    else:
        path = written(tmp_path, comma(LINES, header, ";"), "pairs.csv")
    require_rows(load_pairs(set_of(), path))


@pytest.mark.parametrize("header", [None, *HEADERS[1:-2]])
def test_two_columns_alone(tmp_path, header):
    path = written(tmp_path, tsv([line[:2] for line in LINES], header and header[:2]))
    pairs = load_pairs(set_of(), path)
    expected = len(ROWS)
    if header == ("Word 1", "Word 2", "Human (mean)"):
        assert len(pairs) == expected
    else:
        require_rows(pairs, has_scores=False)


@pytest.mark.parametrize(
    "keys",
    [
        ("sentence1", "sentence2", "score"),
        ("text1", "text2", "label"),
        ("text_a", "text_b", "similarity"),
        ("a", "b", "score"),
        ("first", "second", "value"),
        None,
    ],
)
@pytest.mark.parametrize("is_whole", [False, True])
def test_json_with_an_entry_for_each_pair(tmp_path, keys, is_whole):
    entries = [dict(zip(keys, line, strict=True)) if keys else line for line in LINES]
    if is_whole:
        text = json.dumps(entries, indent=1)
    else:
        text = "\n".join(json.dumps(each, ensure_ascii=False) for each in entries)
    require_rows(load_pairs(set_of(), written(tmp_path, text, "pairs.jsonl")))


@pytest.mark.parametrize("indent", [None, 2])
def test_json_with_the_entries_inside(tmp_path, indent):
    entries = [{"texts": line[:2], "score": line[2]} for line in LINES]
    text = json.dumps({"data": entries}, indent=indent)
    require_rows(load_pairs(set_of(), written(tmp_path, text, "pairs.json")))


def test_one_line_of_json_is_one_pair(tmp_path):
    for text in (json.dumps(LINES[0]), json.dumps(dict(zip("abc", LINES[0], strict=True)))):
        pairs = load_pairs(set_of(), written(tmp_path, text, "pairs.jsonl"))
        require_rows(pairs, ROWS[:1])


def test_the_layout_of_sts_b(tmp_path):
    """Seven columns without names, sometimes nine, and quotes that are letters."""
    lines = [
        ("main-captions", "MSRvid", "2012test", f"{7 * i:04}", f"{score:.3f}", one, other)
        + (("license", "source") if i % 2 else ())
        for i, (one, other, score) in enumerate(LINES)
    ]
    require_rows(load_pairs(set_of(), written(tmp_path, tsv(lines), "sts-dev.csv")))


def test_the_layout_of_sts_b_in_glue_and_on_the_hub(tmp_path):
    names = "index genre filename year old_index source1 source2 sentence1 sentence2 score"
    lines = [
        (i, "main-captions", "MSRvid", "2012test", 3 * i, "none", "none", *line)
        for i, line in enumerate(LINES)
    ]
    require_rows(load_pairs(set_of(), written(tmp_path, tsv(lines, names.split()))))
    names = ("split", "genre", "dataset", "year", "sid", "score", "sentence1", "sentence2")
    lines = [
        ("dev", "main", "MSRvid", "2012", i, score, one, other)
        for i, (one, other, score) in enumerate(LINES)
    ]
    require_rows(load_pairs(set_of(), written(tmp_path, comma(lines, names), "stsb.csv")))


@pytest.mark.parametrize("layout", ["tsv", "csv", "jsonl"])
def test_a_packed_file_is_read(tmp_path, layout):
    keys = ("sentence1", "sentence2", "score")
    text = {
        "tsv": tsv(LINES, keys),
        "csv": comma(LINES, keys),
        "jsonl": "\n".join(json.dumps(dict(zip(keys, line, strict=True))) for line in LINES),
    }[layout]
    data = gzip.compress(text.encode("utf-8"))
    require_rows(load_pairs(set_of(), written(tmp_path, data, f"pairs.{layout}.gz")))
    with pytest.raises(UserError, match="cannot be read"):
        load_pairs(set_of(), written(tmp_path, data[:40], f"cut.{layout}.gz"))


def test_a_file_that_is_too_large_for_pairs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_MOST_BYTES", 50)
    for data in (tsv(LINES).encode(), gzip.compress(tsv(LINES).encode())):
        with pytest.raises(UserError, match="hardly a file of pairs"):
            load_pairs(set_of(), written(tmp_path, data))


def test_the_layout_of_sick(tmp_path):
    names = "pair_ID sentence_A sentence_B entailment_label relatedness_score entailment_AB"
    lines = [
        (i + 1, one, other, "NEUTRAL", score, "A_neutral_B")
        for i, (one, other, score) in enumerate(LINES)
    ]
    require_rows(load_pairs(set_of(), written(tmp_path, tsv(lines, names.split()), "SICK.txt")))


def test_questions_beside_their_numbers(tmp_path):
    names = ("id", "qid1", "qid2", "question1", "question2", "is_duplicate")
    lines = [(i, 2 * i, 2 * i + 1, one, other, i % 2) for i, (one, other, _) in enumerate(LINES)]
    pairs = load_pairs(set_of(), written(tmp_path, comma(lines, names), "questions.csv"))
    require_rows(pairs, [(one, other, i % 2) for i, (one, other, _) in enumerate(ROWS)])


def test_a_score_before_the_texts(tmp_path):
    lines = [(score, one, other) for one, other, score in LINES]
    require_rows(load_pairs(set_of(), written(tmp_path, tsv(lines))))


def test_words_between_spaces_and_remarks(tmp_path):
    words = ("king", "queen", "#tag", "man")
    text = "# Two words\n# first second mean\nking queen 8.5\n#tag man 1\nman king 2\n"
    pairs = load_pairs(set_of(words), written(tmp_path, text, "words.txt"))
    require_rows(pairs, [(0, 1, 8.5), (2, 3, 1), (3, 0, 2)])


def test_names_of_columns_may_be_words_of_the_set(tmp_path):
    words = ("first", "second", "a", "b", "score")
    lines = [("first", "second", 3.5), ("a", "b", 1.5)]
    require_rows(
        load_pairs(set_of(words), written(tmp_path, tsv(lines))), [(0, 1, 3.5), (2, 3, 1.5)]
    )
    with_header = written(tmp_path, tsv(lines, ("first", "second", "score")))
    pairs = load_pairs(set_of(words), with_header)
    require_rows(pairs, [(0, 1, 3.5), (2, 3, 1.5)])
    assert any("header" in note for note in pairs.notes)


@pytest.mark.parametrize("words", [("boa", "bob"), ("one", "two"), ("1", "2"), ("mp1", "mp2")])
def test_words_that_look_like_names_are_pairs(tmp_path, words):
    labels = (*words, "up", "down", "left")
    pairs = load_pairs(set_of(labels), written(tmp_path, tsv([words, ("up", "left")])))
    require_rows(pairs, [(0, 1), (2, 4)], has_scores=False)


@pytest.mark.parametrize("header", [None, ("first", "second", "score")])
@pytest.mark.parametrize("score", [float, int])
def test_row_numbers_count_from_zero(tmp_path, header, score):
    lines = [(one, other, score(value)) for one, other, value in ROWS]
    pairs = load_pairs(set_of(), written(tmp_path, tsv(lines, header)))
    require_rows(pairs, lines)
    assert any("counted from 0" in note for note in pairs.notes)
    pairs = load_pairs(set_of(), written(tmp_path, tsv([*lines, (0, 4, 1), (-1, 0, 1)], header)))
    assert len(pairs) == len(ROWS)
    assert pairs.n_unmatched == 2
    assert pairs.unmatched == ("4", "-1")


def test_numbers_in_json_are_row_numbers(tmp_path):
    text = "\n".join(json.dumps({"a": one, "b": float(other)}) for one, other, _ in ROWS)
    require_rows(load_pairs(set_of(), written(tmp_path, text, "x.jsonl")), has_scores=False)


def test_numbers_are_labels_where_the_labels_are_numbers(tmp_path):
    numbers = ("1004", "1002", "1", "0")
    pairs = load_pairs(set_of(numbers), written(tmp_path, "1004\t1\t3\n1002\t0\t2\n3\t0\t1\n"))
    assert pairs.first.tolist() == [0, 1]
    assert pairs.second.tolist() == [2, 3]
    assert pairs.scores.tolist() == [3, 2]
    assert (pairs.n_unmatched, pairs.unmatched) == (1, ("3",))


def test_numbers_are_rows_where_a_word_is_a_number_too(tmp_path):
    words = ("the", "1", "0", "of", "2", "cat", *(f"word{i}" for i in range(40)))
    pairs = load_pairs(set_of(words), written(tmp_path, "0\t1\n1\t2\n2\t5\n"))
    require_rows(pairs, [(0, 1), (1, 2), (2, 5)], has_scores=False)


def test_rows_without_labels_go_by_their_numbers(tmp_path):
    numbered = VectorSet(np.ones((5, 2), np.float32))
    pairs = load_pairs(numbered, written(tmp_path, "0,4,1.5\n3,1,2\n5,1,2\n", "pairs.csv"))
    assert pairs.second.tolist() == [4, 1]
    assert pairs.n_unmatched == 1


def test_labels_that_are_not_there_are_counted_and_named(tmp_path):
    lines = [*LINES, *((f"unknown {i}", TEXTS[0], 1) for i in range(9))]
    pairs = load_pairs(set_of(), written(tmp_path, tsv(lines)))
    assert len(pairs) == len(ROWS)
    assert pairs.n_unmatched == 9
    assert pairs.unmatched == tuple(f"unknown {i}" for i in range(5))


def test_pairs_without_a_score_are_left_out_and_counted(tmp_path):
    lines = [*LINES, (TEXTS[0], TEXTS[1], ""), (TEXTS[0], TEXTS[2], "NA")]
    pairs = load_pairs(set_of(), written(tmp_path, tsv(lines, ("a", "b", "score"))))
    require_rows(pairs)
    assert "2 pairs without a score left out." in pairs.notes


def test_the_first_of_equal_labels_is_taken_and_that_is_said(tmp_path):
    words = ("one", "two", "one", "three")
    pairs = load_pairs(set_of(words), written(tmp_path, "one\ttwo\nthree\tone\n"))
    require_rows(pairs, [(0, 1), (3, 0)], has_scores=False)
    assert any("1 label of the pairs" in note for note in pairs.notes)


def test_case_matters_only_where_the_label_is_there(tmp_path):
    words = ("polish", "Polish", "Apple", "STRASSE")
    pairs = load_pairs(set_of(words), written(tmp_path, "Polish\tapple\npolish\tstraße\n"))
    require_rows(pairs, [(1, 2), (0, 3)], has_scores=False)


def test_texts_of_a_column_are_found(tmp_path):
    names = [f"s{i}" for i in range(len(TEXTS))]
    named = set_of(names, {"topic": ["x"] * 4, "text": list(TEXTS), "words": [1, 2, 3, 4]})
    pairs = load_pairs(named, written(tmp_path, tsv(LINES)))
    require_rows(pairs)
    assert any("'text'" in note for note in pairs.notes)


def test_labels_go_before_columns(tmp_path):
    both = set_of(TEXTS, {"text": list(reversed(TEXTS))})
    require_rows(load_pairs(both, written(tmp_path, tsv(LINES))))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_both_forms_of_unicode_match(tmp_path, form, other):
    words = [unicodedata.normalize(form, word) for word in ("Öl", "crème", "été")]
    text = unicodedata.normalize(other, "Öl\tcrème\nété\töl\n")
    pairs = load_pairs(set_of(words), written(tmp_path, text))
    require_rows(pairs, [(0, 1), (2, 0)], has_scores=False)


ENCODINGS = [
    (b"", "utf-8"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (b"", "utf-16-le"),
    (b"", "utf-16-be"),
    (b"", "latin-1"),
    (b"", "cp1252"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("mark", "encoding"), ENCODINGS)
@pytest.mark.parametrize("layout", [tsv, comma])
def test_texts_are_read_in_their_encoding(tmp_path, layout, mark, encoding, end):
    text = layout(LINES, ("sentence1", "sentence2", "score")).replace("\r\n", "\n")
    data = mark + text.replace("\n", end).encode(encoding)
    name = "pairs.csv" if layout is comma else "pairs.tsv"
    pairs = load_pairs(set_of(), written(tmp_path, data, name))
    require_rows(pairs)
    assert any("not UTF-8" in note for note in pairs.notes) == (encoding in ("latin-1", "cp1252"))


def test_a_spreadsheets_quotes_are_taken_off(tmp_path):
    text = "".join(f'"{one}"\t"{other}"\t{s}\n' for one, other, s in LINES[3:])
    require_rows(load_pairs(set_of(), written(tmp_path, text)), ROWS[3:])


def test_lines_with_one_column_are_counted(tmp_path):
    pairs = load_pairs(set_of(), written(tmp_path, tsv(LINES) + "alone\n\n"))
    require_rows(pairs)
    assert "1 line with one column alone left out." in pairs.notes


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "x.tsv", "is empty"),
        (b"\n \n", "x.tsv", "is empty"),
        (b"alone\nalso\n", "x.tsv", "one column, such as 'alone'"),
        (b"a\tb\tscore\n", "x.tsv", "a header and no pairs"),
        (b"\x93NUMPY\x01\x00v\x00{'descr'" + b"\0\1\2" * 50, "x.npy", "not a text file"),
        (b'{"a": "x", "b": "y"}\n{"a": \n', "x.jsonl", "line 2: not a JSON object"),
        (codecs.BOM_UTF16_LE + b"a\0b", "x.tsv", "Save it as UTF-8"),
    ],
)
def test_what_is_no_file_of_pairs_is_said(tmp_path, data, name, said):
    with pytest.raises(UserError, match=said) as caught:
        load_pairs(set_of(), written(tmp_path, data, name))
    assert name in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        load_pairs(set_of(), tmp_path / "none.tsv")


@pytest.mark.parametrize("layout", ["tsv", "jsonl", "numbers"])
def test_pairs_of_another_set_are_refused_with_both_sides_shown(tmp_path, layout):
    text = {
        "tsv": "here\tthere\t3\nup\tdown\t4\n",
        "jsonl": '{"a": "here", "b": "there"}\n{"a": "up", "b": "down"}\n',
        "numbers": "70\t80\n71\t81\n",
    }[layout]
    with pytest.raises(UserError) as caught:
        load_pairs(set_of(), written(tmp_path, text, f"other.{layout}"))
    message = str(caught.value)
    here = ("70", "80") if layout == "numbers" else ("here", "there")
    for each in (*here, *TEXTS[:1], "looked for", "row numbers from 0 to 3", "Open the set"):
        assert each in message


LABELS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text.strip() == text and not text.lstrip("+-").isdigit())


@given(st.data())
def test_what_is_written_is_read(tmp_path_factory, data):
    """Any labels, in every layout, with a header; the rows are the set's own."""
    labels = data.draw(st.lists(LABELS, min_size=2, max_size=8, unique=True))
    vector_set = set_of(labels)
    row = st.integers(0, len(labels) - 1)
    score = st.floats(0, 5).map(lambda value: round(value, 3))
    rows = data.draw(st.lists(st.tuples(row, row, score), min_size=1, max_size=12))
    lines = [(labels[one], labels[other], score) for one, other, score in rows]
    header = ("sentence1", "sentence2", "score")
    layout = data.draw(st.sampled_from(["csv", "jsonl"]))
    if layout == "csv":
        text = comma(lines, header)
    else:
        text = "\n".join(json.dumps(dict(zip(header, line, strict=True))) for line in lines)
    path = written(tmp_path_factory.mktemp("pairs"), text, f"x.{layout}")
    pairs = load_pairs(vector_set, path)
    expected = [(vector_set.row(one), vector_set.row(other), s) for one, other, s in lines]
    require_rows(pairs, expected)


def test_the_bundled_pairs_are_all_found():
    for name in ("sentences", "sentences-final"):
        pairs = load_pairs(load_sample(name), sample_pairs_path(name))
        assert len(pairs) == 605
        assert pairs.n_unmatched == 0
        assert pairs.scores.min() >= 0
        assert pairs.scores.max() == 5
        assert (pairs.first != pairs.second).all()


def test_real_sentences_give_the_known_pairs(data_folder, tmp_path):
    folder = data_folder / "stsb"
    lines = (folder / "stsb_dev_texts.tsv").read_text("utf-8").split("\n")[1:3001]
    texts = [line.split("\t")[4] for line in lines]
    vectors = np.load(folder / "stsb_dev_final.f32.npy", mmap_mode="r")
    gold = np.load(folder / "stsb_dev_gold.f64.npy")
    vector_set = VectorSet(vectors, texts)
    parts = [
        ("main-news", "MSRpar", "2012test", f"{i:04}", gold[i], texts[i], texts[1500 + i])
        for i in range(1500)
    ]
    pairs = load_pairs(vector_set, written(tmp_path, tsv(parts), "sts-dev.csv"))
    assert len(pairs) == 1500
    assert np.array_equal(pairs.scores, gold)
    assert [vector_set.labels[row] for row in pairs.first] == texts[:1500]
    assert [vector_set.labels[row] for row in pairs.second] == texts[1500:]
    numbers = tsv((i, 1500 + i, gold[i]) for i in range(1500))
    pairs = load_pairs(vector_set, written(tmp_path, numbers, "rows.tsv"))
    assert np.array_equal(pairs.second, np.arange(1500, 3000))
    products = np.einsum("ij,ij->i", vectors[pairs.first], vectors[pairs.second])
    assert np.corrcoef(products, pairs.scores)[0, 1] > 0.8


@pytest.mark.parametrize(
    ("text", "is_pairs"),
    [
        (tsv(LINES), True),
        (tsv(LINES, ("a", "b", "score")), True),
        ("\n".join(json.dumps(line) for line in LINES), True),
        (tsv((*line, "x" * 50) for line in LINES * 3000), True),  # More than its beginning.
        (tsv((one, score, score) for one, _, score in LINES), False),  # Vectors.
        ("0\t1\n1\t2\n", False),
        ("here\tthere\n", False),
        ("", False),
        ("\0\1\2" * 9, False),
    ],
)
def test_a_file_of_pairs_is_recognized_by_its_beginning(tmp_path, text, is_pairs):
    path = written(tmp_path, text)
    assert names_pairs(set_of(), path) == is_pairs
    assert not names_pairs(set_of(("other", "labels")), path)
    assert not names_pairs(VectorSet(np.ones((4, 2), np.float32)), path)
    assert not names_pairs(set_of(), tmp_path)


def test_prose_is_no_file_of_pairs(tmp_path, words):
    lines = [
        "it was the best of times",
        "we all went home",
        "he did not like it at all",
        "so it was",
    ]
    path = written(tmp_path, "\n".join(lines * 20), "notes.txt")
    assert not names_pairs(words, path)
    path = written(tmp_path, "king queen 9\nman woman 8\nday night 7\n", "judged.txt")
    assert names_pairs(words, path)


def test_an_empty_field_is_no_row_without_a_label(tmp_path):
    blank = set_of(("up", "", "down"))
    path = written(tmp_path, "up down 1\ndown up 2\n", "a.txt")
    assert names_pairs(blank, path)
    path = written(tmp_path, "a text\t\t\nmore of it\t\t\n", "b.tsv")
    assert not names_pairs(blank, path)


PIECES = st.sampled_from(
    [
        *(*TEXTS, "up", "1", "2.5", "nan", "", " ", '"', "\t", ",", ";", "\n", "\r", "\r\n"),
        *("# ", "{", "[", "]", "}", ":", '{"a": "up", "b": 1}', '["up", "up", 3]'),
        *("\ufeff", "\0", "é", "a", "b"),
    ]
)


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(PIECES, max_size=30).map(lambda e: "".join(e).encode())
    ),
    st.sampled_from(["x.tsv", "x.csv", "x.jsonl", "x.txt"]),
)
def test_whatever_is_in_a_file_there_are_pairs_or_words(tmp_path_factory, data, name):
    path = written(tmp_path_factory.mktemp("any"), data, name)
    vector_set = set_of((*TEXTS, "up"), {"text": ["a", "b", None, "é", ""]})
    names_pairs(vector_set, path)
    pairs, said = None, name
    try:
        pairs = load_pairs(vector_set, path)
    except UserError as error:
        said = str(error)
    assert name in said
    if pairs is not None:
        assert len(pairs) > 0
        pairs.require_within(len(vector_set))


def test_long_texts_are_read(tmp_path):
    texts = (("long " * 40_000).strip(), "short", "also, this")
    for layout, name in ((tsv, "x.tsv"), (comma, "x.csv")):
        path = written(tmp_path, layout([(texts[0], texts[1], 1), (texts[1], texts[2], 2)]), name)
        require_rows(load_pairs(set_of(texts), path), [(0, 1, 1), (1, 2, 2)])


# Progress, and Stop.


@pytest.mark.parametrize("kind", ["tsv", "csv", "jsonl", "quoted"])
def test_it_tells_how_far_it_is_and_stops_anywhere(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(tables, "REPORTED_LINES", 10)
    monkeypatch.setattr(loading, "REPORTED_LINES", 10)
    words = VectorSet(np.eye(60), [f"w{i}" for i in range(60)])
    form = {
        "tsv": "w{}\tw{}\t3\n",
        "csv": "w{},w{},3\n",
        "jsonl": '{{"a": "w{}", "b": "w{}", "score": 3}}\n',
        "quoted": '"w{}"\t"w{}"\t3\n',
    }[kind]
    path = tmp_path / f"pairs.{'tsv' if kind == 'quoted' else kind}"
    path.write_text("".join(form.format(i, i + 1) for i in range(59)), "utf-8")
    told = []
    pairs = load_pairs(words, path, lambda done, what: told.append(done))
    assert pairs == load_pairs(words, path)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
    assert len(told) > 12
    for place in range(0, len(told), 3):
        left = iter(range(place))

        def stop(done, what, left=left):
            if next(left, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            load_pairs(words, path, stop)
