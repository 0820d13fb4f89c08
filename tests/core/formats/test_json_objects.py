import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.formats import load

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


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
    assert list(found.labels) == list(entries)
    np.testing.assert_array_equal(found.vectors, np.array(list(entries.values()), np.float32))
    assert found.source == f"JSON · {path}"


@pytest.mark.parametrize(
    "text", ['\ufeff{"a":[1,2]}', ' \n{ "a" : [ 1 , 2 ] }\n\n', '{"a":[1,2]}\0', '{"a":[1.0,2e0]}']
)
def test_space_and_marks(write, text):
    found = load(write("x.txt", text))
    assert found.labels == ("a",)
    np.testing.assert_array_equal(found.vectors, [[1, 2]])


def test_escapes(write):
    found = load(write("x.json", r'{"\"\\\/\n\u00e9\ud83d\ude00": [1, 2], "\ud800": [3, 4]}'))
    assert found.labels == ('"\\/\n\u00e9\U0001f600', "\N{REPLACEMENT CHARACTER}")
    assert load(write("x.json", r'{"\q": [1, 2]}')).labels == (r"\q",)


def test_repeated_labels_are_kept_and_noted(write):
    found = load(write("x.json", '{"a": [1, 2], "a": [3, 4]}'))
    assert found.labels == ("a", "a")
    assert found.notes == ("1 row with a label that an earlier row has, too.",)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('"b": [1]', "1 number instead of 2"),
        ('"b": []', "0 numbers instead of 2"),
        ('"b": [1, 2, 3]', "3 numbers instead of 2"),
        ('"b": [1, NaN]', "it holds NaN, which is no usable number"),
        ('"b": [1, -Infinity]', "it holds -Infinity, which is no usable number"),
        ('"b": [null, 2]', "'null' is not a number"),
        ('"b": [1, 1e39]', "a number is too large for 32 bits"),
    ],
)
def test_bad_rows_are_an_error_or_left_out(write, entry, reason):
    path = write("x.json", f'{{"a": [1, 2], {entry}, "c": [5, 6]}}')
    with pytest.raises(UserError) as error:
        load(path)
    assert str(error.value).startswith(f"x.json, entry 2 ('b'): {reason}")
    found = load(path, on_bad_rows="skip")
    assert found.labels == ("a", "c")
    assert found.notes == (f"1 bad row skipped (entry 2 ('b'): {reason}).",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "is an empty JSON object"),
        ("[]", "line 1: it starts with a list"),
        ("[[1, 2], [3, 4]]", "line 1: it starts with a list"),
        ('[{"a": 1}]', "line 1: it starts with a list"),
        ('{"a": [1, 2],\n"b": {"c": [1, 2]}}', "line 2: the value of 'b' is an object"),
        ('{"a": [1, 2],\n\n"b": "text"}', "line 3: the value of 'b' is text"),
        ('{"a": 3}', "the value of 'a' is no list"),
        ('{"a": [[1, 2], [3, 4]]}', "the value of 'a' is not a plain list of numbers"),
        ('{"a": ["x", "y"]}', "the value of 'a' is not a plain list of numbers"),
        ('{"a": [1, 2]', "the file ends in the middle"),
        ('{"a": [1, 2', "the file ends in the middle"),
        ('{"a": [1, 2], ', "the file ends in the middle"),
        ('{"a": [1, 2], "b', "the file ends in the middle"),
        ('{"a": [1, 2],}', "a label in double quotes is missing"),
        ('{"a": [1, 2], b: [3, 4]}', "a label in double quotes is missing"),
        ('{"a": [1, 2]}\n{"b": [3, 4]}', "line 1: more follows after the end"),
        ('{"a": [1]}', "1 number per row"),
    ],
)
def test_other_json_is_refused_with_its_place(write, text, reason):
    with pytest.raises(UserError, match=r"^x\.json") as error:
        load(write("x.json", text))
    assert reason in str(error.value)


def test_entries_across_blocks(write, monkeypatch):
    monkeypatch.setattr("embedviz.core.formats.json_objects._CHUNK_BYTES", 7)
    entries = {f'"q{i}"': [i + 0.5, -i] for i in range(30)}
    found = load(write("x.json", json.dumps(entries, indent=1)))
    assert list(found.labels) == list(entries)
    np.testing.assert_array_equal(found.vectors, np.array(list(entries.values()), np.float32))
    path = write("x.json", json.dumps(entries, indent=1).replace("17.5", '"17.5"'))
    with pytest.raises(UserError, match=r"x\.json, line 70: the value of '\"q17\"'"):
        load(path)


def test_entries_longer_than_any_vector(write, monkeypatch):
    monkeypatch.setattr("embedviz.core.formats.json_objects._CHUNK_BYTES", 10)
    monkeypatch.setattr("embedviz.core.formats.json_objects.LONGEST_LINE", 100)
    with pytest.raises(UserError, match="an entry is longer"):
        load(write("x.json", '{"a": [' + "1, " * 100 + "1]}"))


def test_first_rows_only(write, monkeypatch):
    monkeypatch.setattr("embedviz.core.formats.json_objects._CHUNK_BYTES", 15)
    found = load(write("x.json", '{"a": [1, 2], "b": [3, 4], "c": "x"}'), max_rows=1)
    assert found.labels == ("a",)
    assert found.notes == ("Only the first row of the file.",)


@pytest.mark.parametrize("model", ["3-small-1536", "3-small-256", "ada-002"])
def test_real_files(data_folder, model):
    path = data_folder / "movies" / f"peliculas_text-embedding-{model}.json"
    expected = json.loads(path.read_text("utf-8"))
    found = load(path)
    assert list(found.labels) == list(expected)
    np.testing.assert_array_equal(found.vectors, np.array(list(expected.values()), np.float32))
    assert found.notes == ()


def test_real_json_of_another_kind(data_folder):
    for path in ("projector/oss_demo_projector_config.json", "glove50/glove.jsonl"):
        with pytest.raises(
            UserError, match=r"line [12]: the value of .*JSON is read where it is one"
        ):
            load(data_folder / path)
