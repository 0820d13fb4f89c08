import base64
import json
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import inspect, load
from embedviz.formats.json.candidates import VECTOR_NAMES

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
VECTORS = np.array([[0.1, 0.2, -3, 4], [1e-3, 2.5, 3, -4e2], [5.5, 6, 7, 8]], np.float32)
LISTS = VECTORS.tolist()
TEXTS = ["king", 'qu"een\n', "r\u00f6\U0001f600k"]
PAIRS = list(zip(TEXTS, LISTS, strict=True))


def in_base64(vector):
    return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()


def lines(values):
    return "\n".join(map(json.dumps, values))


RECORDS = [
    {"id": i, "text": text, "embedding": vector, "more": {"score": i / 2, "tags": ["x", "y"]}}
    for i, (text, vector) in enumerate(PAIRS)
]
FIELDS = {
    "id": [0, 1, 2],
    "text": TEXTS,
    "more.score": [0.0, 0.5, 1.0],
    "more.tags": ["x, y"] * 3,
}
RESPONSE = {
    "object": "list",
    "data": [{"object": "embedding", "index": i, "embedding": LISTS[i]} for i in (2, 0, 1)],
    "model": "m",
    "usage": {"prompt_tokens": 8},
}


def in_batch(row, data, status=200, error=None, body=None):
    body = body or {"object": "list", "data": data}
    return {
        "id": f"batch_{row}",
        "custom_id": f"req-{row}",
        "response": {"status_code": status, "body": body},
        "error": error,
    }


def answer(row, index=0):
    return {"object": "embedding", "index": index, "embedding": LISTS[row]}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.text(), st.lists(FLOATS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
def test_reads_what_the_json_module_writes(tmp_path, entries, indent, ascii_only):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(entries, indent=indent, ensure_ascii=ascii_only), "utf-8")
    found = load(path)
    expected = np.array(list(entries.values()), np.float32)
    np.testing.assert_array_equal(found.vectors, expected[: len(found)])
    if not all(
        "emb" in name.casefold() or "vec" in name.casefold() or name.casefold() in VECTOR_NAMES
        for name in entries
    ):
        assert list(found.labels) == list(entries)
    assert found.source == f"JSON · {path}"


@pytest.mark.parametrize(
    "text",
    [
        '\ufeff{"a":[1,2]}',
        ' \n{ "a" : [ 1 , 2 ] }\n\n',
        '{"a":[1,2]}\0',
        '{"a":[1.0,2e0]}',
        '{"a":[01, 0.0000000000000000000002e22]}',
        '{"a":[+1, 2.00000000000000000000000000000000001]}',
    ],
)
def test_space_marks_and_numbers(write, text):
    found = load(write("x.txt", text))
    assert found.labels == ("a",)
    np.testing.assert_array_equal(found.vectors, [[1, 2]])


def test_escapes(write):
    found = load(write("x.json", r'{"\"\\\/\n\u00e9\ud83d\ude00": [1, 2], "\ud800": [3, 4]}'))
    assert found.labels == ('"\\/\n\u00e9\U0001f600', "\N{REPLACEMENT CHARACTER}")
    assert load(write("x.json", r'{"\q\\": [1, 2]}')).labels == ("\\q\\",)


def test_repeated_labels_are_kept_and_noted(write):
    found = load(write("x.json", '{"a": [1, 2], "a": [3, 4]}'))
    assert found.labels == ("a", "a")
    assert found.notes == ("1 row with a label that an earlier row has, too.",)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        lines(RECORDS),
        "\ufeff" + lines(RECORDS).replace("\n", "\r\n\r\n") + "\r\n",
        "\n".join(json.dumps(record, indent=1) for record in RECORDS),
        "".join(map(json.dumps, RECORDS)),
        "\x1e" + lines(RECORDS).replace("\n", "\n\x1e"),
        lines({**record, "embedding": str(record["embedding"])} for record in RECORDS),
        json.dumps({"total": 3, "points": RECORDS, "time": 0.1}),
        json.dumps({"result": {"points": RECORDS}, "status": "ok"}),
    ],
)
def test_records(write, text):
    found = load(write("x.json", text))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == TEXTS
    assert found.metadata.to_pydict() == FIELDS
    assert found.metadata.schema.field("id").type == pa.int64()
    assert found.notes == ("Labels from column 'text'.",)
    assert found.opened.facts.vector_column.endswith("embedding")
    assert found.opened.facts.label_column == "text"
    assert found.opened.facts.label_columns == ("id", "text", "more.tags")


NAMED = {"a": LISTS[0], "b": LISTS[1], "c": LISTS[2]}
CHROMA = {
    "ids": ["a", "b", "c"],
    "embeddings": LISTS,
    "documents": TEXTS,
    "metadatas": [{"k": 1}, None, {"k": 2, "z": "q"}],
    "uris": None,
    "included": ["embeddings", "documents"],
}
LLAMA = {
    "embedding_dict": NAMED,
    "text_id_to_ref_doc_id": {"c": "z", "a": "x", "b": "y"},
    "metadata_dict": {"a": {"n": 1}, "b": {}, "c": {"n": 3}},
}
SPLIT = {
    "columns": ["text", "vec", "n"],
    "index": [7, 8, 9],
    "data": [[text, vector, i] for i, (text, vector) in enumerate(PAIRS)],
}
COLUMNS = {
    "text": dict(zip("012", TEXTS, strict=True)),
    "vec": dict(zip("012", LISTS, strict=True)),
}
VERTEX = lines(
    {
        "instance": {"content": text},
        "predictions": [{"embeddings": {"values": vector, "statistics": {"token_count": 3}}}],
    }
    for text, vector in PAIRS
)
PINECONE = {"vectors": {k: {"id": k, "values": v, "metadata": {"g": 1}} for k, v in NAMED.items()}}


@pytest.mark.parametrize(
    ("text", "labels", "metadata"),
    [
        (json.dumps(NAMED), "abc", {}),
        (json.dumps({k: in_base64(v) for k, v in NAMED.items()}), "abc", {}),
        (lines({k: v} for k, v in NAMED.items()), "abc", {}),
        (json.dumps(LISTS), "012", {}),
        (lines(LISTS), "012", {}),
        (json.dumps([LISTS]), "012", {}),
        (json.dumps({"model": "m", "embeddings": LISTS}), "012", {}),
        (json.dumps({"embeddings": [{"values": v} for v in LISTS]}), "012", {}),
        (json.dumps({"texts": TEXTS, "embeddings": LISTS}), TEXTS, {"texts": TEXTS}),
        (json.dumps({"embeddings": {"float": LISTS}, "texts": TEXTS}), TEXTS, {"texts": TEXTS}),
        (json.dumps({"vectors": LISTS, "ids": [7, 8, 9]}), "789", {"ids": [7, 8, 9]}),
        (
            json.dumps(CHROMA),
            TEXTS,
            {
                "ids": ["a", "b", "c"],
                "documents": TEXTS,
                "metadatas.k": [1, None, 2],
                "metadatas.z": [None, None, "q"],
            },
        ),
        (
            json.dumps(LLAMA),
            "abc",
            {
                "key": ["a", "b", "c"],
                "text_id_to_ref_doc_id": ["x", "y", "z"],
                "metadata_dict.n": [1, None, 3],
            },
        ),
        (json.dumps(PAIRS), TEXTS, {"0": TEXTS}),
        (json.dumps(SPLIT), TEXTS, {"text": TEXTS, "n": [0, 1, 2], "index": [7, 8, 9]}),
        (json.dumps(COLUMNS), TEXTS, {"key": ["0", "1", "2"], "text": TEXTS}),
        (
            json.dumps({str(i): {"text": t, "vec": v} for i, (t, v) in enumerate(PAIRS)}),
            TEXTS,
            {"key": ["0", "1", "2"], "text": TEXTS},
        ),
        (
            VERTEX,
            TEXTS,
            {"embeddings.statistics.token_count": [3] * 3, "instance.content": TEXTS},
        ),
        (json.dumps(PINECONE), "abc", {"key": [*"abc"], "id": [*"abc"], "metadata.g": [1] * 3}),
        (
            lines({"key": k, "response": {"embedding": {"values": v}}} for k, v in NAMED.items()),
            "abc",
            {},
        ),
        (lines({"text": t, "embedding": [v]} for t, v in PAIRS), TEXTS, {"text": TEXTS}),
        (
            json.dumps({"data": [{"text": t, "embedding": in_base64(v)} for t, v in PAIRS]}),
            TEXTS,
            {"text": TEXTS},
        ),
    ],
)
def test_layouts(write, text, labels, metadata):
    found = load(write("x.json", text))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == list(labels)
    assert found.metadata.to_pydict() == metadata
    assert found.opened.n_rows == 3


@pytest.mark.parametrize("n_responses", [1, 3])
@pytest.mark.parametrize("limit", [{"max_rows": 4}, {"max_rows": 1}, {"sample": 5}, {}])
def test_rows_in_the_order_of_an_index_keep_their_labels(write, limit, n_responses):
    vectors = np.float32([[i, 0.5] for i in range(12)])
    labels = [f"q{i}" for i in range(12)]
    size = 12 // n_responses
    text = ""
    for start in range(0, 12, size):
        data = [{"index": i, "embedding": vectors[start + i].tolist()} for i in range(size)]
        data[0]["embedding"][1] = None  # Is left out.
        text += json.dumps({"data": data[::-1]}) + "\n"
    path = write("x.json", text)
    found = load(path, labels=labels, on_bad_rows="skip", **limit)
    assert list(found.labels) == [f"q{i:.0f}" for i in found.vectors[:, 0]]
    found = load(path, on_bad_rows="skip", **limit)
    assert list(found.labels) == [f"{i:.0f}" for i in found.vectors[:, 0]]


@pytest.mark.parametrize("encode", [list, in_base64])
def test_response_in_the_order_of_its_index(write, encode):
    data = [{**item, "embedding": encode(item["embedding"])} for item in RESPONSE["data"]]
    found = load(write("x.json", json.dumps({**RESPONSE, "data": data})))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == ("0", "1", "2")
    assert found.metadata.to_pydict() == {"object": ["embedding"] * 3, "index": [0, 1, 2]}
    assert "The rows were put in the order of their 'index'." in found.notes
    assert found.opened.facts.dtype == ("text" if encode is list else "base64")


def test_several_responses_and_what_is_around_their_rows(write):
    text = lines({**RESPONSE, "data": data} for data in ([answer(0)], [answer(2, 1), answer(1)]))
    found = load(write("x.jsonl", text))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.metadata.to_pydict() == {
        "object": ["embedding"] * 3,
        "index": [0, 0, 1],
        "object (outer)": ["list"] * 3,
        "model": ["m"] * 3,
        "usage.prompt_tokens": [8] * 3,
    }


def test_batch_output(write):
    rows = [
        in_batch(2, [answer(2)]),
        in_batch(7, None, 429, None, {"error": {"message": "Rate limit reached"}}),
        in_batch(0, [answer(0)]),
        in_batch(8, None, 200, {"code": "batch_expired", "message": "expired"}, {"x": 1}),
        in_batch(9, []),
        in_batch(1, [answer(1)]),
    ]
    path = write("x.jsonl", lines(rows))
    with pytest.raises(ChoiceRequired, match=r"line 2: no vectors \(status 429: Rate limit"):
        load(path)
    found = load(path, on_bad_rows="skip")
    assert found.labels == ("req-2", "req-0", "req-1")
    np.testing.assert_array_equal(found.vectors, VECTORS[[2, 0, 1]])
    assert found.metadata["response.status_code"].to_pylist() == [200] * 3
    assert found.notes[0] == (
        "3 bad rows skipped (line 2: no vectors (status 429: Rate limit reached); line 4: no "
        "vectors (error: expired); line 5: no vectors)."
    )
    named = load(path, vector_column="response.body.data.embedding", on_bad_rows="skip")
    assert named.labels == found.labels


def test_batch_output_with_several_vectors_in_a_request(write):
    text = lines([in_batch(0, [answer(0)]), in_batch(1, [answer(2, 1), answer(1, 0)])])
    found = load(write("x.jsonl", text))
    assert found.labels == ("req-0 [0]", "req-1 [0]", "req-1 [1]")
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_several_columns_of_vectors(write):
    path = write(
        "x.jsonl",
        lines({"name": t, "a_vec": v, "b_vec": v[:2], "box": [1, 2, 3]} for t, v in PAIRS),
    )
    with pytest.raises(ChoiceRequired, match=r"a_vec \(lists of 4 numbers\), b_vec") as error:
        load(path)
    assert error.value.option == "vector_column"
    assert error.value.choices == {"a_vec": "lists of 4 numbers", "b_vec": "lists of 2 numbers"}
    found = load(path, vector_column="b_vec")
    np.testing.assert_array_equal(found.vectors, VECTORS[:, :2])
    assert "Vectors from column 'b_vec'; there is also a_vec (lists of 4 numbers)." in found.notes
    assert found.opened.facts.vector_columns == ("b_vec", "a_vec")
    assert load(path, vector_column="box").dimensions == 3
    with pytest.raises(UserError, match=r"no column of vectors 'c'\. There is a_vec, b_vec, box"):
        load(path, vector_column="c")
    with pytest.raises(UserError, match="are in no column"):
        load(write("x.json", json.dumps(NAMED)), vector_column="c")


def test_label_column(write):
    path = write("x.json", json.dumps(RECORDS))
    assert load(path, label_column="id").labels == ("0", "1", "2")
    assert load(path, label_column="more.tags").labels == ("x, y",) * 3
    with pytest.raises(UserError, match=r"no column 'x'\. Its columns are id, text"):
        load(path, label_column="x")
    assert load(path, labels=["x", "y", "z"]).labels == ("x", "y", "z")
    assert load(write("x.json", json.dumps(NAMED)), label_column="key").labels == ("a", "b", "c")


BAD_VECTORS = [
    ("[1]", "1 number instead of 4"),
    ("[]", "0 numbers instead of 4"),
    ("[1, 2, 3, 4, 5]", "5 numbers instead of 4"),
    ("[1, 2, 3, 4,]", "5 numbers instead of 4"),
    ("[1, NaN, 3, 4]", "it holds NaN, which is not a usable number"),
    ("[1, -Infinity, 3, 4]", "it holds -Infinity, which is not a usable number"),
    ("[null, 2, 3, 4]", "'null' is not a number"),
    ("[1, 2, 3, 1e39]", "a number is too large for 32 bits"),
    (f"[1, 2, 3, {'9' * 5000}]", "a number is too large for 32 bits"),
    ("null", "no vector"),
    ("3", "a single number instead of a vector"),
    ("true", "a truth value instead of a vector"),
    ('{"a": 1}', "an object instead of a vector"),
    ('["0.1", "0.2"]', "a list of other things than numbers instead of a vector"),
    ("[[1, 2, 3, 4]]", "a list of other things than numbers instead of a vector"),
    ('"text"', "text instead of a vector"),
]


@pytest.mark.parametrize(("vector", "reason"), BAD_VECTORS)
def test_bad_entries_are_an_error_or_left_out(write, vector, reason):
    entries = [f'"{t}": {json.dumps(v)}' for t, v in NAMED.items()]
    entries.insert(1, f'"x": {vector}')
    path = write("x.json", "{" + ",\n".join(entries) + "}")
    with pytest.raises(ChoiceRequired) as error:
        load(path)
    assert str(error.value).startswith(f"x.json, entry 2 ('x', line 2): {reason}")
    found = load(path, on_bad_rows="skip")
    assert found.labels == ("a", "b", "c")
    assert found.notes == (f"1 bad row skipped (entry 2 ('x', line 2): {reason}).",)
    assert found.opened.facts.n_bad == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        *((f'{{"text": "x", "embedding": {vector}}}', reason) for vector, reason in BAD_VECTORS),
        ('{"text": "x"}', "no vector in 'embedding'"),
        ('{"text": "x", "error": {"message": "no"}}', "no vector in 'embedding' (error: no)"),
        ('{"text": "x", "embedding":', "it ends before a bracket or quote is closed"),
        ('{"text": "x', "it ends before a bracket or quote is closed"),
        ('{"text": "x\\', "it ends before a bracket or quote is closed"),
        ('{"text": "x" "e": 1}', "a comma or a closing bracket is missing"),
        ('{"text" "x"}', "a colon is missing"),
        ('{"text": }', "a value is missing"),
        ('{"text": "x",}', "a name in double quotes is missing"),
        ("{text: 1}", "a name in double quotes is missing"),
        ('{"text": "x"]', "a comma or a closing bracket is missing"),
        ("some garbage", "no JSON object or list starts here"),
        ('"text"', "no JSON object or list starts here"),
        ('{"text": nul, "embedding": [1, 2, 3, 4]}', "not valid JSON at 'nul' (Expecting value)"),
        ("[" * 200, "lists and objects are nested more than 100 deep"),
        ("[1, 2]", "no vector in 'embedding'"),
    ],
)
def test_bad_lines_are_an_error_or_left_out(write, line, reason):
    rows = lines(RECORDS).split("\n")
    path = write("x.jsonl", "\n".join([rows[0], "", line, *rows[1:]]))
    with pytest.raises(ChoiceRequired) as error:
        load(path)
    assert str(error.value).startswith(f"x.jsonl, line 3: {reason}")
    found = load(path, on_bad_rows="skip")
    assert list(found.labels) == TEXTS
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_a_bad_first_line(write):
    found = load(write("x.jsonl", "{broken\n" + lines(RECORDS)), on_bad_rows="skip")
    assert list(found.labels) == TEXTS
    assert found.notes[0].startswith("1 bad row skipped (line 1: a name in double quotes")


def test_bad_base64(write):
    records = [{"text": t, "embedding": in_base64(v)} for t, v in PAIRS * 3]
    records[1]["embedding"] = "!"
    records[2]["embedding"] = in_base64([1, 2, 3])
    records[3]["embedding"] = "AAAA"
    records[4]["embedding"] = in_base64([1, 2, 3, np.nan])
    found = load(write("x.jsonl", lines(records)), on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, VECTORS[[0, 2, 0, 1, 2]])
    assert found.notes[0] == (
        "4 bad rows skipped (line 2: text that is not base64; line 3: 3 numbers instead of 4; "
        "line 4: base64 of 3 bytes, which are not 32-bit numbers; …)."
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "it is an empty object"),
        ("[]", "it is an empty list"),
        ("[[], []]", "it is a list of other values"),
        ('["a"]', "it is a list of texts"),
        ('[{"a": 1}]', "it is a list of objects with 'a'"),
        ('{"a": 3}', "its first object has 'a'"),
        ('{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}', "'d', 'e', …"),
        ('{"a": ["x", "y"]}', "its first object has 'a'"),
        ('{"a": [1]}', "1 number per row"),
        ('{"a": [1, 2', "ends in the middle of its first record"),
        ('{"a": [1, 2],\n"b": [3, 4],}', "line 2: a name in double quotes is missing at '}'"),
        ('{"a": [1, 2],\n b: [3, 4]}', "line 2: a name in double quotes is missing"),
        ('[{"e": [1, 2]},\n{"e": [3, 4]}}', "line 2: a comma or a closing bracket is missing"),
        ('{"error": {"message": "Incorrect API key"}}', "an answer with error: Incorrect API key"),
        ('{"error": nul}', "nothing in it can be read"),
    ],
)
def test_other_json_is_refused(write, text, reason):
    with pytest.raises(UserError, match=r"^x\.json") as error:
        load(write("x.json", text))
    assert reason in str(error.value)


@pytest.mark.parametrize("cut", [2, 30, 70])
def test_a_file_that_ends_in_the_middle(write, cut):
    path = write("x.json", json.dumps(RECORDS)[:-cut])
    with pytest.raises(ChoiceRequired, match=r"record \d \(line 1\): the file ends in the middle"):
        load(path)
    found = load(path, on_bad_rows="skip")
    assert len(found) in (2, 3)
    assert list(found.labels) == TEXTS[: len(found)]
    np.testing.assert_array_equal(found.vectors, VECTORS[: len(found)])


def test_texts_behind_vectors_of_a_file_that_is_cut(write):
    text = json.dumps({"texts": [*TEXTS, "more"], "embeddings": [*LISTS, LISTS[0]]})
    found = load(write("x.json", text[:-5]), on_bad_rows="skip")
    assert list(found.labels) == TEXTS


def test_first_rows_with_texts_behind_them(write):
    path = write("x.json", json.dumps({"embeddings": LISTS, "texts": TEXTS}))
    found = load(path, max_rows=2)
    assert list(found.labels) == TEXTS[:2]
    assert found.notes[0] == "Only the first 2 rows of the file."
    assert list(inspect(path).labels) == TEXTS


def test_bytes_that_are_no_text(write):
    text = b'{"text": "\xff", "embedding": [1, 2]}\n{"text": "b", "embedding": [3, 4]}'
    found = load(write("x.jsonl", text))
    assert found.labels == ("\N{REPLACEMENT CHARACTER}", "b")
    assert found.notes[-1].startswith("1 text is not valid UTF-8")


def test_single_values_that_look_like_marks(write):
    text = '{"a": -Infinity, "b": Infinity, "c": NaN, "t": "-Infinity", "embedding": [1, 2]}\n'
    found = load(write("x.jsonl", text * 2), label_column="t")
    assert found.labels == ("-Infinity", "-Infinity")
    assert found.metadata["a"].to_pylist() == [-np.inf] * 2
    assert found.metadata["b"].to_pylist() == [np.inf] * 2
    assert np.isnan(found.metadata["c"].to_pylist()).all()


def test_a_table_whose_first_column_has_lists_is_no_json(write):
    found = load(write("x.csv", '"[0.1, 0.2]";a\n"[0.3, 0.4]";b\n'))
    assert found.labels == ("a", "b")
    with pytest.raises(UserError, match="text without vectors"):
        load(write("x.csv", "[0.1,0.2],a\n[0.3,0.4],b\n"))


def test_rows_across_blocks(write, small_blocks):
    small_blocks(7)
    entries = {f'"q{i}"': [i + 0.5, -i] for i in range(30)}
    found = load(write("x.json", json.dumps(entries, indent=1)))
    assert list(found.labels) == list(entries)
    np.testing.assert_array_equal(found.vectors, np.array(list(entries.values()), np.float32))
    path = write("x.json", json.dumps(entries, indent=1).replace("17.5", '"17.5"'))
    with pytest.raises(UserError, match=r"x\.json, entry 18 \('\"q17\"', line 70\): a list of"):
        load(path)


def test_rows_longer_than_any_vector(write, small_blocks, monkeypatch):
    small_blocks(10)
    monkeypatch.setattr("embedviz.formats.json.blocks.LONGEST_LINE", 100)
    with pytest.raises(UserError, match="line 1: more than 0 MB are one record"):
        load(write("x.json", '{"a":\n[' + "1, " * 100 + "1]}"))


def test_first_rows_only(write, small_blocks):
    small_blocks(15)
    found = load(write("x.json", '{"a": [1, 2], "b": [3, 4], "c": "x", {'), max_rows=1)
    assert found.labels == ("a",)
    assert found.notes == ("Only the first row of the file.",)
    assert inspect(write("x.json", json.dumps(RECORDS))).dimensions == 4


def test_a_document_without_rows_is_named_by_its_line(write, small_blocks):
    small_blocks(16)
    text = (
        '{"data": [{"v": [1, 2]}, {"v": [3, 4]}]}\n\n{"note":\n"some long text",\n"data": []}\n{\n}'
    )
    found = load(write("x.json", text.replace(" {", "\n{")), on_bad_rows="skip")
    assert found.notes[0] == (
        "2 bad rows skipped (record 3 (line 4): no vectors; record 4 (line 7): no vectors)."
    )


@pytest.mark.parametrize("model", ["3-small-1536", "3-small-256", "ada-002"])
def test_real_files(data_folder, model):
    path = data_folder / "movies" / f"peliculas_text-embedding-{model}.json"
    expected = json.loads(path.read_text("utf-8"))
    found = load(path)
    assert list(found.labels) == list(expected)
    np.testing.assert_array_equal(found.vectors, np.array(list(expected.values()), np.float32))
    assert found.notes == ()


def test_real_json_lines(data_folder):
    found = load(data_folder / "glove50" / "glove.jsonl")
    np.testing.assert_array_equal(
        found.vectors, np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    )
    golden = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8")
    assert list(found.labels) == golden.removesuffix("\n").split("\n")


SEEDS = [
    json.dumps(NAMED),
    json.dumps({k: in_base64(v) for k, v in NAMED.items()}),
    json.dumps(RECORDS),
    json.dumps(RECORDS, indent=1),
    lines(RECORDS),
    json.dumps(RESPONSE),
    lines(in_batch(i, [answer(i)]) for i in range(3)),
    VERTEX,
    json.dumps(CHROMA),
    json.dumps(LISTS),
    json.dumps(SPLIT),
    json.dumps(COLUMNS),
    json.dumps(LLAMA),
]
PARTS = [*'[]{}",:\n\\', "null", "-Infinity", "[Infinity,3]", "9" * 5000, "[" * 200, "[]", "\0"]


def mutated(draw, text):
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(len(text) + 1)
        end = at + draw.choice([0, 0, 1, 5, 50])
        other = draw.choice(SEEDS)
        start = draw.randrange(len(other))
        inserted = draw.choice(
            ["", draw.choice(PARTS), other[start : start + 60], text[at:end] * 3]
        )
        text = text[:at] + inserted + text[end:]
    return text[: draw.choice([len(text), len(text), draw.randrange(len(text) + 1)])]


def _result(path, on_bad_rows):
    try:
        found = load(path, on_bad_rows=on_bad_rows)
    except UserError as error:
        return str(error).partition(" at ")[0]
    return found.vectors.tolist(), found.labels, found.metadata.to_pydict(), found.notes


@pytest.mark.parametrize("seed", range(8))
def test_mutations_end_in_a_set_or_an_error_whatever_the_blocks(write, small_blocks, seed):
    draw = random.Random(seed)
    for text in SEEDS:
        path = write("x.json", mutated(draw, text) or "{")
        on_bad_rows = draw.choice(["raise", "skip", "skip"])
        small_blocks(8 << 20)
        whole = _result(path, on_bad_rows)
        small_blocks(draw.choice([16, 100]))
        assert _result(path, on_bad_rows) == whole


def test_fields_of_several_kinds(write):
    kinds = [
        {"a": 1, "b": True, "c": 1, "d": 10**30, "e": "x", "f": None, "g.h": 1},
        {"a": 2.5, "b": None, "c": "x", "d": 1, "e": False, "g": {"h": [[1]], "i": [{}]}},
    ]
    rows = [{"embedding": [1, 2], **fields} for fields in kinds]
    found = load(write("x.json", json.dumps(rows)))
    assert found.metadata.to_pydict() == {
        "a": [1.0, 2.5],
        "b": [True, None],
        "c": ["1", "x"],
        "d": [str(10**30), "1"],
        "e": ["x", "false"],
        "g.h": [1, None],
    }


def test_fields_that_change_from_block_to_block(write, small_blocks):
    small_blocks(16)
    values = [1, None, 2.5, 3, "x", True]
    rows = [{"embedding": [i, 2], "a": value, f"b{i}": i} for i, value in enumerate(values)]
    found = load(write("x.jsonl", lines(rows)))
    assert found.metadata["a"].to_pylist() == ["1", None, "2.5", "3", "x", "true"]
    assert found.metadata["b2"].to_pylist() == [None, None, 2, None, None, None]


def test_more_columns_than_anybody_reads(write):
    rows = [{"embedding": [i, 2], **{f"c{i}-{j}": j for j in range(600)}} for i in range(2)]
    found = load(write("x.jsonl", lines(rows)))
    assert found.metadata.num_columns == 1000
    assert found.notes[0] == ("200 columns left out: 1,000 are kept of the names in the records.")


def test_an_integer_of_a_thousand_digits_beside_a_vector(write):
    text = '{"n": %s, "embedding": [1, 2]}\n' % ("9" * 5000)
    assert load(write("x.jsonl", text)).metadata["n"].to_pylist() == ["9" * 5000]


def test_halves_of_surrogate_pairs(write):
    text = r'{"t": "\ud800x", "\udc00": "y", "embedding": [1, 2]}'
    found = load(write("x.jsonl", text), label_column="t")
    assert found.labels == ("\N{REPLACEMENT CHARACTER}x",)
    assert found.metadata.column_names == ["t", "\N{REPLACEMENT CHARACTER}"]


def test_lists_of_rows_in_lists_and_in_objects_of_labels(write):
    shelves = {"left": PAIRS[:2], "right": PAIRS[2:]}
    inner = {k: [{"text": t, "e": v} for t, v in pairs] for k, pairs in shelves.items()}
    found = load(write("x.json", json.dumps([{"n": k, "items": v} for k, v in inner.items()])))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.metadata.to_pydict() == {"text": TEXTS, "n": ["left", "left", "right"]}
    words = {"en": {"a": LISTS[0], "b": LISTS[1]}, "de": {"c": LISTS[2]}}
    found = load(write("x.json", json.dumps(words)))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == ("a", "b", "c")
    assert found.metadata["key (outer)"].to_pylist() == ["en", "en", "de"]
    assert load(write("x.json", json.dumps({"0": LISTS}))).opened.facts.vector_column == "0"


def test_first_rows_of_many_with_their_texts_far_behind(write, small_blocks):
    small_blocks(50)
    values = {"embeddings": LISTS * 20, "note": "n", "texts": [f"t{i}" for i in range(60)]}
    found = load(write("x.json", json.dumps(values)), max_rows=2)
    assert found.labels == ("t0", "t1")
    np.testing.assert_array_equal(found.vectors, VECTORS[:2])
    sample = load(write("x.json", json.dumps(values)), sample=5)
    assert sample.labels == tuple(f"t{row}" for row in load_rows(sample))


def load_rows(found):
    """Return the places of the vectors among twenty copies, by their labels."""
    rows = [int(label[1:]) for label in found.labels]
    np.testing.assert_array_equal(found.vectors, VECTORS[[row % 3 for row in rows]])
    return rows


def test_vectors_far_from_the_start(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.source.LONGEST_HEAD", 1 << 10)
    monkeypatch.setattr("embedviz.formats.source.HEAD_BYTES", 1 << 10)
    values = {"texts": ["x" * 1000, "y" * 1000, "z" * 1000], "embeddings": LISTS}
    found = load(write("x.json", json.dumps(values)))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    monkeypatch.setattr("embedviz.formats.json.layouts._LONGEST_LOOK", 1 << 10)
    with pytest.raises(UserError, match="without vectors in its first 0 MB"):
        load(write("x.json", json.dumps(values)))


def test_a_name_with_other_letters_leads_to_rows(write):
    for is_ascii in (True, False):
        text = json.dumps({"W\u00f6rter": LISTS, "t": TEXTS}, ensure_ascii=is_ascii)
        assert list(load(write("x.json", text)).labels) == TEXTS


NUMBERS = [{"w": f"w{i}", "d0": 0.5 + i, "d1": 1.5, "d2": -2.0} for i in range(3)]


@pytest.mark.parametrize(
    ("document", "how"),
    [
        (NUMBERS, "orient='records'"),
        ({name: {str(i): NUMBERS[i][name] for i in range(3)} for name in NUMBERS[0]}, "'columns'"),
        ({f"row {i}": row for i, row in enumerate(NUMBERS)}, "orient='index'"),
        (
            {
                "columns": list(NUMBERS[0]),
                "index": [0, 1, 2],
                "data": [list(row.values()) for row in NUMBERS],
            },
            "orient='split'",
        ),
        (None, "lines=True"),
    ],
)
def test_a_column_for_each_dimension_is_refused_with_the_line_that_mends_it(write, document, how):
    text = lines(NUMBERS) if document is None else json.dumps(document)
    with pytest.raises(
        UserError, match=r"a column for each dimension \('d0', 'd1', 'd2'\)"
    ) as said:
        load(write("x.json", text))
    assert f"import pandas; pandas.read_json('x.json', {how}" in str(said.value).replace(
        "orient='columns'", "'columns'"
    )


def test_a_long_list_of_another_length_is_not_repeated_in_each_row(write):
    words = [f"{i} is one of the words of another list" for i in range(1500)]
    document = {
        "texts": [f"t{i}" for i in range(3000)],
        "other": words,
        "model": "small",
        "embeddings": [[i, 2] for i in range(3000)],
    }
    found = load(write("x.json", json.dumps(document)))
    assert found.metadata.column_names == ["texts"]
    assert found.labels[2999] == "t2999"
    # Short lists are repeated, as tags are; of one document, what all rows have says nothing.
    assert any("'other' is left out" in note for note in found.notes)
    few = load(write("y.json", json.dumps({**document, "other": words[:3]})))
    assert not any("left out" in note for note in few.notes)
