"""The first rows of a file, where the others are counted or not read at all."""

import json

import pytest

from embedviz.formats import load

RECORDS = [{"text": f"t{i}", "v": [i, 0.5]} for i in range(60)]


@pytest.mark.parametrize("size", [16, 100, 1000, 1 << 20])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps([record["v"] for record in RECORDS]),
        json.dumps({record["text"]: record["v"] for record in RECORDS}),
        "\n".join(map(json.dumps, RECORDS)),
        "".join(map(json.dumps, RECORDS)),
    ],
)
def test_all_rows_are_counted_where_labels_are_given(write, small_blocks, text, size):
    small_blocks(size)
    labels = [f"l{i}" for i in range(60)]
    found = load(write("x.json", text), max_rows=5, labels=labels)
    assert list(found.labels) == labels[:5]
    assert found.opened.n_rows == 60
    assert found.vectors[:, 0].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("size", [16, 100, 1 << 20])
@pytest.mark.parametrize("max_rows", [1, 2, 3, None])
def test_documents_one_after_the_other_of_which_the_last_is_cut(
    write, small_blocks, size, max_rows
):
    small_blocks(size)
    text = "\n".join(json.dumps(record, indent=1) for record in RECORDS[:4])[:-9]
    found = load(write("x.json", text), max_rows=max_rows, on_bad_rows="skip")
    assert list(found.labels) == ["t0", "t1", "t2"][:max_rows]
