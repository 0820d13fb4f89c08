import json

import pytest

from embedviz.formats.projector.settings import (
    Embedding,
    are_settings,
    find_file,
    is_meant,
    last_part,
    parse_settings,
    path_below,
    read_settings,
    settings_near,
)

WHOLE = Embedding("naïve ✓", (150, 4), "a/t.bytes", "a/m.tsv", "a/b.txt", "a/s.png", (28, 20))
JSON = json.dumps(
    {
        "embeddings": [
            {
                "tensorName": "naïve ✓",
                "tensorShape": [150, 4],
                "tensorPath": "a/t.bytes",
                "metadataPath": "a/m.tsv",
                "bookmarksPath": "a/b.txt",
                "sprite": {"imagePath": "a/s.png", "singleImageDim": [28, 20]},
            }
        ],
        "modelCheckpointPath": "Demo",
    }
)
PROTO = r"""
# written by hand
model_checkpoint_path: "x"
embeddings {
  tensor_name: "na\303\257ve \xe2\x9c\x93"   # escapes are bytes
  tensor_shape: 150 tensor_shape: 4
  tensor_path: 'a/t' ".bytes";
  metadata_path: "a/m.tsv", bookmarks_path: "a/b.txt"
  is_new: true
  sprite < image_path: "a/s.png" single_image_dim: [28, 20] >
}
embeddings: { tensor_name: "a \"b\" \n" }
"""


def test_json():
    assert parse_settings(JSON) == (WHOLE,)
    assert are_settings(JSON.encode())


def test_text_of_a_protocol_buffer():
    assert parse_settings(PROTO) == (WHOLE, Embedding('a "b"'))
    assert are_settings(PROTO.encode())


def test_as_torch_writes_it():
    text = (
        'embeddings {\ntensor_name: "default:00000"\ntensor_path: "00000/default/tensors.tsv"\n'
        'metadata_path: "00000/default/metadata.tsv"\n}\n'
    )
    name, path = "default:00000", "00000/default/tensors.tsv"
    expected = Embedding(name, None, path, "00000/default/metadata.tsv")
    assert parse_settings(text) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "{", '{"embeddings": ' + "[" * 100_000, "embeddings { $ }", "{ }}", "{ } {",
        ": 3", 'embeddings { "x" }', "[3]", '"x"',
    ],
)  # fmt: skip
def test_what_is_neither(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any message
        parse_settings(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", '{"embeddings": 3}', "x: 3", "embeddings", 'embeddings: "x"'.replace("x", ""),
    ],
)  # fmt: skip
def test_settings_without_embeddings(text):
    assert [found for found in parse_settings(text) if found.vectors] == []


@pytest.mark.parametrize(
    "given",
    [
        3, {}, {"tensorPath": 3, "tensorShape": [3]}, {"tensorShape": ["3", "4"]},
        {"tensorShape": [True, 4]}, {"tensorShape": [-1, 4]}, {"tensorShape": [1 << 50, 4]},
        {"sprite": 3}, {"sprite": {"imagePath": 3, "singleImageDim": 28}},
    ],
)  # fmt: skip
def test_fields_that_make_no_sense_are_empty(given):
    assert parse_settings(json.dumps({"embeddings": [given]})) == (Embedding(),)


def test_thousands_of_braces_are_no_recursion():
    text = "embeddings {" * 5_000
    assert len(parse_settings(text)) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b'{"embeddings": [[0.1, 0.2]]}', b"embeddings 0.1 0.2", b"\xff{", b'[{"embeddings": 1}]'],
)
def test_other_files(data, tmp_path):
    assert not are_settings(data)
    (tmp_path / "x.json").write_bytes(data)
    assert read_settings(tmp_path / "x.json") == ()


def test_what_is_not_there_or_no_text(tmp_path):
    assert read_settings(tmp_path / "none.json") == ()
    assert read_settings(tmp_path) == ()
    (tmp_path / "x.json").write_bytes(JSON.encode() + b"\xff")
    assert read_settings(tmp_path / "x.json") == ()


@pytest.mark.parametrize(
    ("written", "below", "name"),
    [
        ("a/b.tsv", "a/b.tsv", "b.tsv"),
        (r"a\b.tsv", "a/b.tsv", "b.tsv"),
        ("./b.tsv", "b.tsv", "b.tsv"),
        ("a/../b.tsv", None, "b.tsv"),
        ("../b.tsv", None, "b.tsv"),
        ("/etc/b.tsv", None, "b.tsv"),
        (r"C:\x\b.tsv", None, "b.tsv"),
        ("C:b.tsv", None, "b.tsv"),
        ("https://x.org/a/b.tsv?raw=true#1", None, "b.tsv"),
        ("file:///etc/b.tsv", None, "b.tsv"),
        ("..", None, ""),
        (".", None, ""),
        ("a/..", None, ""),
        ("", None, ""),
    ],
)
def test_paths_stay_in_the_folder(tmp_path, written, below, name):
    assert path_below(tmp_path, written) == (below and tmp_path / below)
    assert last_part(written) == name


def test_files_are_below_the_settings_or_beside_them(tmp_path):
    assert find_file(tmp_path, "a/b.tsv") is None
    (tmp_path / "b.tsv").touch()
    assert find_file(tmp_path, "a/b.tsv") == tmp_path / "b.tsv"
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.tsv").touch()
    assert find_file(tmp_path, "a/b.tsv") == tmp_path / "a" / "b.tsv"
    assert find_file(tmp_path, "/elsewhere/b.tsv") == tmp_path / "b.tsv"
    assert find_file(tmp_path, "a") is None
    assert find_file(tmp_path, "x" * 5000) is None
    assert find_file(tmp_path, "b.tsv\0") is None


def test_which_file_is_meant(tmp_path):
    assert is_meant(tmp_path, "a/b.tsv", tmp_path / "a" / "b.tsv")
    assert is_meant(tmp_path, "a/b.tsv", tmp_path / "b.tsv")
    assert not is_meant(tmp_path, "a/b.tsv", tmp_path / "c" / "b.tsv")
    assert not is_meant(tmp_path, "", tmp_path)


def test_settings_near_a_file(tmp_path):
    folder = tmp_path / "00000" / "default"
    folder.mkdir(parents=True)
    (tmp_path / "projector_config.pbtxt").write_text(PROTO, "utf-8")
    (tmp_path / "my_projector_config.json").write_text(JSON, "utf-8")
    (folder / "my_projector_config.json").write_text(JSON, "utf-8")
    found = list(settings_near(folder / "t.bytes"))
    assert found == [(folder, WHOLE), (tmp_path, WHOLE), (tmp_path, Embedding('a "b"'))]
