"""Kinds of JSON that are not simply vectors: bulk files, vocabularies, answers, settings."""

import json

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import load

VECTORS = np.array([[0.5, -1.25, 3], [2, 0.125, -4], [1, 1.5, 9]], np.float32)
DOCUMENTS = [{"title": f"t{i}", "v": row} for i, row in enumerate(VECTORS.tolist())]


def lines(values):
    return "".join(json.dumps(value) + "\n" for value in values)


def pairs(actions, documents):
    return [line for pair in zip(actions, documents, strict=True) for line in pair]


@pytest.mark.parametrize("action", ["index", "create", "update"])
@pytest.mark.parametrize("more", [{}, {"_index": "texts", "routing": "a"}])
def test_bulk_files_in_pairs(write, action, more):
    actions = [{action: {"_id": f"w{i}"} | more} for i in range(3)]
    documents = [{"doc": each} for each in DOCUMENTS] if action == "update" else DOCUMENTS
    found = load(write("x.ndjson", lines(pairs(actions, documents))))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == ["t0", "t1", "t2"]
    assert found.metadata["_id"].to_pylist() == ["w0", "w1", "w2"]
    assert not [note for note in found.notes if "not read" in note or "skipped" in note]


def test_actions_without_a_name(write):
    found = load(write("x.ndjson", lines(pairs([{"index": {}}] * 3, DOCUMENTS))))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == ["t0", "t1", "t2"]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("at", [0, 2, 6])
def test_deletions_are_counted(write, count, at):
    given = pairs([{"index": {"_id": str(i)}} for i in range(3)], DOCUMENTS)
    given[at:at] = [{"delete": {"_id": f"gone {i}"}} for i in range(count)]
    found = load(write("x.ndjson", lines(given)))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    told = "1 line deletes a document and is" if count == 1 else "2 lines delete documents and are"
    assert f"{told} not read." in list(found.notes)


def test_an_action_without_a_document_is_a_bad_row_with_its_line(write):
    given = pairs([{"index": {"_id": str(i)}} for i in range(3)], DOCUMENTS)
    path = write("x.ndjson", lines([*given[:2], *given[3:], {"index": {"_id": "3"}}]))
    with pytest.raises(ChoiceRequired, match="line 6: no document follows"):
        load(path)
    assert len(load(path, on_bad_rows="skip").vectors) == 3


def test_bulk_files_across_blocks(write, small_blocks):
    small_blocks(100)
    many = [{"title": f"t{i}", "v": [i, i / 4, 0.5]} for i in range(500)]
    given = pairs([{"index": {"_id": f"w{i}"}} for i in range(500)], many)
    found = load(write("x.ndjson", lines(given)))
    np.testing.assert_array_equal(found.vectors, [each["v"] for each in many])
    assert found.metadata["_id"].to_pylist() == [f"w{i}" for i in range(500)]


def test_records_with_a_field_called_index_are_no_actions(write):
    records = [{"index": i, "v": row} for i, row in enumerate(VECTORS.tolist())]
    found = load(write("x.jsonl", lines(records)))
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"the": 1, "of": 2, "status": 13376, "error": 7}, "words with one number each"),
        ({"the": 1, "status": 404}, "words with one number each"),
        ({"error": 3, "message": 4, "cat": 5}, "words with one number each"),
        ({"status": 0.5, "errors": 1.5, "code": 2, "a": 0}, "words with one number each"),
        (
            {"version": "1", "model": {"vocab": {f"w{i}": i for i in range(30)}}},
            "in 'model.vocab' words with one number each",
        ),
        ({"error": "Fehler", "status": "Zustand", "cat": "Katze"}, "its first object has"),
    ],
)
def test_vocabularies_are_no_answers(write, document, told):
    with pytest.raises(UserError) as raised:
        load(write("x.json", json.dumps(document)))
    assert told in str(raised.value)
    assert "Ask the service again" not in str(raised.value)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"status": 404}, "status 404"),
        ({"status": 500, "message": "no memory"}, "status 500: no memory"),
        ({"error": "rate limit"}, "error: rate limit"),
        ({"error": {"message": "bad key", "code": 401}, "model": "m"}, "error: bad key"),
        ({"errors": [{"title": "too long"}]}, "error: too long"),
        ({"custom_id": "a", "response": {"status_code": 429, "body": None}}, "status 429"),
    ],
)
def test_answers_are_told_by_their_shape(write, document, told):
    with pytest.raises(UserError, match="Ask the service again") as raised:
        load(write("x.json", json.dumps(document)))
    assert told in str(raised.value)


SETTINGS = [
    ({"lstm": {"dim": 4096}, "cnn": {"filters": [[1, 32], [2, 32]], "n": 262}}, "cnn.filters", 2),
    ({"hidden_size": 768, "image_mean": [0.48, 0.45, 0.4]}, "image_mean", 1),
    ({"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "epochs": 3}, "optimizer.betas", 1),
    ({"name": "m", "layers": [{"kernel": [3, 3]}, {"kernel": [5, 5]}]}, "layers.kernel", 2),
    ({"size": 5, "shapes": [[1, 2], [3, 4], [5, 6]]}, "shapes", 3),
]


@pytest.mark.parametrize(("document", "name", "count"), SETTINGS)
def test_a_list_in_settings_is_no_vectors_by_itself(write, document, name, count):
    path = write("x.json", json.dumps(document, indent=1))
    with pytest.raises(UserError, match=f"settings.*--vector-column {name}$"):
        load(path)
    assert len(load(path, vector_column=name).vectors) == count


@pytest.mark.parametrize(
    "document",
    [
        {"model": "m", "rows": VECTORS.tolist()},
        {"model": "m", "embedding": {"float": VECTORS.tolist()}},
        {"data": {"vectors": VECTORS.astype(int).tolist()}, "version": 2},
        {"texts": ["a", "b", "c"], "x": VECTORS.astype(int).tolist()},
        VECTORS.astype(int).tolist(),
        {"king": [1, 2], "queen": [3, 4]},
    ],
)
def test_what_is_no_settings(write, document):
    assert load(write("x.json", json.dumps(document))).dimensions in (2, 3)


def test_the_cases(data_folder):
    cases = data_folder / "cases"
    found = load(cases / "es_bulk.ndjson")
    assert found.vectors.shape == (40, 8)
    assert found.metadata["_id"].to_pylist() == [f"w{i}" for i in range(40)]
    with pytest.raises(UserError, match="words with one number each"):
        load(cases / "vocabulary.json")
    with pytest.raises(UserError, match="settings"):
        load(cases / "options.json")
    assert "'gone' (projector_gone.bytes)" in " ".join(load(cases / "projector_missing.json").notes)


SPLIT = {
    "columns": ["text", "title", "body"],
    "index": [0, 1, 2],
    "data": [[f"t{i}", [0.5, i], [1.5, 0.25, i]] for i in range(3)],
}


@pytest.mark.parametrize(
    ("column", "dimensions"), [("title", 2), ("body", 3), ("data.1", 2), ("data.2", 3)]
)
def test_the_vectors_of_a_split_table_go_by_its_names(write, column, dimensions):
    path = write("x.json", json.dumps(SPLIT))
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert list(asked.value.choices) == ["title", "body"]
    found = load(path, vector_column=column)
    assert found.vectors.shape == (3, dimensions)
    assert list(found.labels) == ["t0", "t1", "t2"]


def test_the_usual_name_decides_in_a_split_table(write):
    named = SPLIT | {"columns": ["text", "title", "embedding"]}
    assert load(write("x.json", json.dumps(named))).vectors.shape == (3, 3)


def test_a_name_that_is_a_digit_to_unicode_only(write):
    rows = [{"\N{SUPERSCRIPT TWO}": [0.5, i]} for i in range(3)]
    found = load(write("x.json", json.dumps([*rows, [1, 2, [3, 4]]])), on_bad_rows="skip")
    assert found.vectors.tolist() == [[0.5, i] for i in range(3)]


def test_what_lacks_a_document_at_the_end_is_told_by_its_line(write):
    text = '{"index": {}}\n{"text": "a", "embedding": [1, 0.5]}\n{"index": {}}\n\n\n'
    with pytest.raises(UserError, match="line 3: no document follows the line before"):
        load(write("x.ndjson", text))
