"""Vectors in base64."""

import base64

import numpy as np
import pytest

from embedviz.formats.text.base64_vectors import decode_base64, looks_like_base64


def encoded(values, dtype="<f4"):
    return base64.b64encode(np.asarray(values, dtype).tobytes()).decode()


@pytest.mark.parametrize("values", [[1, 2, 3, 4], [0, -0.5, 1e-3, 4e5], np.linspace(-1, 1, 300)])
def test_numbers_come_back(values):
    assert looks_like_base64(encoded(values))
    np.testing.assert_array_equal(decode_base64(encoded(values)), np.float32(values))


@pytest.mark.parametrize(
    "text", ["", "embeddings", "a" * 24, encoded([0] * 8), encoded([1, 2, 3]), encoded([1e30] * 8)]
)
def test_other_texts_do_not_look_so(text):
    assert not looks_like_base64(text)


@pytest.mark.parametrize(
    ("text", "reason"), [("!", "text that is not base64"), ("AAAA", "base64 of 3 bytes")]
)
def test_what_is_wrong_is_said(text, reason):
    with pytest.raises(ValueError, match=reason):
        decode_base64(text)
