"""Sheets of pictures, as the Projector's settings name them."""

import json
from pathlib import Path

import pytest

from embedviz.formats.projector.sprites import Sprite, sprite_of, sprite_size


def json_settings(*sprites):
    return json.dumps({"embeddings": [{"tensorName": "x", "sprite": each} for each in sprites]})


def test_the_size_of_a_sprite_is_in_the_web_pages_settings(tmp_path):
    text = json_settings({"imagePath": "oss_data/sheet.png", "singleImageDim": [28, 20]})
    (tmp_path / "projector_config.json").write_text(text, encoding="utf-8")
    assert sprite_size(tmp_path / "sheet.png") == (28, 20)
    assert sprite_size(tmp_path / "other.png") is None
    assert sprite_size(tmp_path / "elsewhere" / "sheet.png") is None


@pytest.mark.parametrize(
    "sizes", ["single_image_dim: 32\n    single_image_dim: 24", "single_image_dim: [32, 24]"]
)
def test_or_in_those_of_tensorboard(tmp_path, sizes):
    sprite = f'sprite {{\n  image_path: "00000/default/sprite.png"\n    {sizes}\n  }}'
    text = f"embeddings {{\n  tensor_name: 'x'\n {sprite}\n}}\n"
    (tmp_path / "projector_config.pbtxt").write_text(text, encoding="utf-8")
    assert sprite_size(tmp_path / "sprite.png") == (32, 24)


def test_settings_two_folders_above_are_those_of_tensorboard(tmp_path):
    folder = tmp_path / "00000" / "default"
    folder.mkdir(parents=True)
    sprite = 'sprite { image_path: "00000/default/sprite.png" single_image_dim: [28, 20] }'
    text = f'embeddings {{ tensor_path: "00000/default/tensors.tsv" {sprite} }}'
    (tmp_path / "projector_config.pbtxt").write_text(text, encoding="utf-8")
    assert sprite_size(folder / "sprite.png") == (28, 20)
    assert sprite_size(tmp_path / "sprite.png") == (28, 20)  # By its name beside the settings.
    assert sprite_size(tmp_path / "00000" / "sprite.png") is None
    assert sprite_of(folder / "tensors.tsv") is None
    (folder / "sprite.png").touch()
    assert sprite_of(folder / "tensors.tsv") == Sprite(folder / "sprite.png", (28, 20))
    assert sprite_of(folder / "others.tsv") is None


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("data/sheet.png", "data/sheet.png"),
        (r"data\sheet.png", "data/sheet.png"),
        ("elsewhere/sheet.png", "sheet.png"),
    ],
)
def test_the_sheet_of_a_file_is_where_the_settings_say_or_beside_them(tmp_path, written, there):
    embeddings = [
        {"tensorPath": "iris.tsv"},
        {"tensorPath": "oss/mnist.bytes", "sprite": {"imagePath": written}},
    ]
    text = json.dumps({"embeddings": embeddings})
    (tmp_path / "projector_config.json").write_text(text, encoding="utf-8")
    assert sprite_of(tmp_path / "mnist.bytes") is None
    (tmp_path / "data").mkdir()
    (tmp_path / there).touch()
    assert sprite_of(tmp_path / "mnist.bytes") == Sprite(tmp_path / there, None)
    assert sprite_size(tmp_path / there) is None
    assert sprite_of(tmp_path / "iris.tsv") is None


def test_sheets_of_what_settings_are_opened_for(tmp_path):
    sprites = [{"imagePath": f"{name}.png", "singleImageDim": [3, 4]} for name in "ab"]
    embeddings = [
        {"tensorName": name, "tensorPath": f"{name}.tsv", "sprite": sprite}
        for name, sprite in zip("ab", sprites, strict=True)
    ]
    settings = tmp_path / "mine.json"
    settings.write_text(json.dumps({"embeddings": embeddings}), encoding="utf-8")
    (tmp_path / "b.png").touch()
    assert sprite_of(settings, "b") == Sprite(tmp_path / "b.png", (3, 4))
    assert sprite_of(settings, "a") is None


@pytest.mark.parametrize("written", ["../out.png", "{}/out.png", "a/../../out.png"])
def test_settings_lead_to_no_picture_outside_of_their_folder(tmp_path, written):
    (tmp_path / "out.png").touch()
    folder = tmp_path / "in"
    folder.mkdir()
    sprite = {"imagePath": written.format(tmp_path.as_posix())}
    text = json.dumps({"embeddings": [{"tensorPath": "x.tsv", "sprite": sprite}]})
    (folder / "projector_config.json").write_text(text, encoding="utf-8")
    assert sprite_of(folder / "x.tsv") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[" * 100_000,
        "[]",
        "7",
        '{"embeddings": 3}',
        '{"embeddings": [3, {"sprite": 4}, {}]}',
        json_settings({"imagePath": "sheet.png"}),
        json_settings({"imagePath": "sheet.png", "singleImageDim": [28]}),
        json_settings({"imagePath": "sheet.png", "singleImageDim": ["28", "28"]}),
        json_settings({"imagePath": "sheet.png", "singleImageDim": [0, -1]}),
        json_settings({"imagePath": 3, "singleImageDim": [28, 28]}),
    ],
)
def test_settings_that_say_nothing_are_passed_over(tmp_path, text):
    (tmp_path / "projector_config.json").write_text(text, encoding="utf-8")
    (tmp_path / "projector_config.pbtxt").write_text("sprite { }", encoding="utf-8")
    assert sprite_size(tmp_path / "sheet.png") is None


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "projector_config.json").write_bytes(b" " * ((4 << 20) + 1))
    monkeypatch.setattr(Path, "read_bytes", lambda *a, **k: pytest.fail("read"))
    assert sprite_size(tmp_path / "sheet.png") is None
