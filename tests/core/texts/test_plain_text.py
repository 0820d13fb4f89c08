"""Every value has a text that can be encoded."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.texts.plain_text import plain_text


def test_values_are_texts():
    assert plain_text(None) == ""
    assert plain_text(math.nan) == ""
    assert plain_text(np.float32("nan")) in ("", "nan")
    assert plain_text(3) == "3"
    assert plain_text(2.5) == "2.5"
    assert plain_text("a\0b") == "a\0b"
    assert plain_text("\ud83d\ude00") == "😀"
    assert plain_text("\ud800x") == "\ufffdx"


@given(st.text(st.characters(categories=["L", "Cs", "P"])))
def test_every_text_can_be_encoded(text):
    plain_text(text).encode()
