import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.errors import UserError
from embedviz.core.thumbnails import INK, ChosenImages, ImageArray
from embedviz.formats.projector.sprites import Sprite, sprite_of, sprite_size


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
        | st.tuples(
            st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.sampled_from([3, 4])
        ),
    )
)
def test_pictures_have_the_pixels_of_the_array(array):
    pictures = ImageArray(array)
    assert len(pictures) == len(array)
    for row, pixels in enumerate(array):
        image = pictures.image(row)
        assert image.dtype == np.uint8
        assert image.shape == (*array.shape[1:3], 4)
        colored = pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2)
        np.testing.assert_array_equal(image[..., : colored.shape[2]], colored)
        assert colored.shape[2] == 4 or (image[..., 3] == 255).all()


def test_ink_lies_on_a_transparent_ground():
    image = ImageArray([[[0.0, 0.5, 1.0]]], is_ink=True).image(0)
    assert image[0, :, 3].tolist() == [0, 128, 255]
    assert (image[..., :3] == INK).all()


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[[0.0, 1.0]]]), [0, 255]),
        (np.array([[[False, True]]]), [0, 255]),
        (np.array([[[0, 200]]], dtype=np.int64), [0, 200]),
    ],
)
def test_numbers_of_any_kind_are_pixels(array, expected):
    assert ImageArray(array).image(0)[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 4)), r"shape \(3, 4\) holds no pictures"),
        (np.zeros((3, 4, 4, 2)), r"shape \(3, 4, 4, 2\) holds no pictures"),
        (np.zeros((3, 0, 4)), r"shape \(3, 0, 4\) holds no pictures"),
        (np.full((3, 4, 4), 2.5), "run from 2.5 to 2.5"),
        (np.full((3, 4, 4), np.nan), "run from nan"),
        (np.full((3, 4, 4), -1), "run from -1 to -1"),
        (np.full((1, 1, 1), "x"), "no pixels"),
    ],
)
def test_what_is_no_picture_is_refused(array, message):
    with pytest.raises(UserError, match=message):
        ImageArray(array)


def test_pictures_in_color_have_no_ink():
    with pytest.raises(UserError, match="no ink"):
        ImageArray(np.zeros((1, 2, 2, 3)), is_ink=True)


def test_no_pictures_at_all():
    assert len(ImageArray(np.zeros((0, 2, 2)))) == 0


def test_chosen_images_are_those_of_their_rows():
    pictures = ImageArray(np.arange(5, dtype=np.uint8).reshape(5, 1, 1), is_ink=True)
    chosen = ChosenImages(pictures, np.array([4, 1]))
    assert len(chosen) == 2
    assert chosen.is_ink
    assert [chosen.image(row)[0, 0, 3] for row in range(2)] == [4, 1]


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
