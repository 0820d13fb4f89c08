import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.errors import UserError
from embedviz.core.thumbnails import INK, ChosenImages, ImageArray


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
        (np.full((1, 1, 1), "x"), "are not pixels"),
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
