import json

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats.companions.vocabulary import read_labels, vocabulary_companions

TOKENS = ["[PAD]", "naïve", "\U0001f600", '"', "a b"]
BY_TOKEN = {token: number for number, token in reversed(list(enumerate(TOKENS)))}
BY_NUMBER = {str(number): token for token, number in BY_TOKEN.items()}
ADDED = [{"id": 3, "content": '"'}, {"id": 4, "content": "a b"}, {"id": 0, "content": "[PAD]"}]


@pytest.mark.parametrize(
    "content",
    [
        TOKENS,
        BY_TOKEN,
        BY_NUMBER,
        {"vocab": TOKENS},
        {"vocab": BY_TOKEN},
        {"model": {"type": "BPE", "vocab": BY_TOKEN}},
        {"model": {"vocab": dict(list(BY_TOKEN.items())[2:])}, "added_tokens": ADDED},
        {"model": {"type": "Unigram", "vocab": [[token, -1.5] for token in TOKENS]}},
    ],
)
def test_shapes_of_vocabularies(write, content):
    found = read_labels(write("vocab.json", json.dumps(content)))
    assert found.values == {"label": TOKENS}
    assert not found.has_header


def test_text_that_starts_with_a_bracket(write):
    found = read_labels(write("vocab.txt", "[PAD]\n{\nthe\n"))
    assert found.values == {"label": ["[PAD]", "{", "the"]}


def test_json_by_content_and_with_a_mark(write):
    assert read_labels(write("x.txt", '\ufeff["a", "b"]')).values == {"label": ["a", "b"]}


def test_halves_of_characters(write):
    found = read_labels(write("x.json", '["\\ud800", "b"]'))
    assert found.values == {"label": ["\N{REPLACEMENT CHARACTER}", "b"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('["a", ', "is not JSON that can be read"),
        ("the\nof\n", "is not JSON that can be read"),
        ("[" * 100_000, "is not JSON that can be read"),
        ("3", "is not a vocabulary"),
        ("[1, 2]", "is not a vocabulary"),
        ("{}", "is not a vocabulary"),
        ('{"a": "b"}', "is not a vocabulary"),
        ('{"a": true}', "is not a vocabulary"),
        ('{"model": {"vocab": null}}', "is not a vocabulary"),
        ('{"model": {"vocab": [[]]}}', "is not a vocabulary"),
        ('{"a": 0, "b": 2}', r"2 texts with the numbers 0 to 2, so that some rows"),
        ('{"a": -1, "b": 0}', "2 texts with the numbers -1 to 0"),
        ('{"a": 0, "b": 0}', "is not a vocabulary|1 text with"),
    ],
)
def test_what_is_no_vocabulary(write, content, message):
    path = write("vocab.json", content)
    if content == '{"a": 0, "b": 0}':
        assert read_labels(path).values == {"label": ["b"]}
        return
    with pytest.raises(UserError, match=rf"^vocab\.json .*({message})"):
        read_labels(path)


def test_too_large(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.companions.vocabulary._MOST_BYTES", 5)
    with pytest.raises(UserError, match="too large for a vocabulary"):
        read_labels(write("vocab.json", '["a", "b"]'))


def test_most_particular_vocabulary_first(tmp_path):
    found = vocabulary_companions(tmp_path / "glove.safetensors")
    assert [path.name for path in found][:4] == [
        "glove.vocab.txt",
        "glove.vocab.json",
        "glove.labels.txt",
        "vocab.txt",
    ]
    assert all(path.parent == tmp_path for path in found)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["a", "naïve", "\U0001f600"]),
        np.array(["a", "naïve", "\U0001f600"], ">U8"),
        np.array([b"a", "naïve".encode(), "\U0001f600".encode()]),
    ],
)
def test_an_array_of_texts(tmp_path, labels):
    np.save(tmp_path / "labels.npy", labels)
    found = read_labels(tmp_path / "labels.npy")
    assert found.values == {"label": ["a", "naïve", "\U0001f600"]}


def test_an_array_of_numbers(tmp_path):
    np.save(tmp_path / "y.npy", np.array([3, 1, 2]))
    assert read_labels(tmp_path / "y.npy").values == {"label": ["3", "1", "2"]}


@pytest.mark.parametrize("labels", [np.zeros((2, 3)), np.zeros(0), np.array([{}], object)])
def test_arrays_that_are_no_labels(tmp_path, labels):
    np.save(tmp_path / "x.npy", labels, allow_pickle=True)
    with pytest.raises(UserError, match=r"x\.npy holds .*, which are not labels\."):
        read_labels(tmp_path / "x.npy")


def test_an_array_of_no_characters(tmp_path):
    np.save(tmp_path / "x.npy", np.array([0x110000, 5], np.uint32).view("U1"))
    with pytest.raises(UserError, match="that are not characters"):
        read_labels(tmp_path / "x.npy")
