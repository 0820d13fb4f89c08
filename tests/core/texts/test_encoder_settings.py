"""Settings of encoders in files: written without what leads to a key, read as from a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.texts.encoder_settings import (
    EncoderSettings,
    encoder_from_json,
    encoder_to_json,
)

SERVICE = EncoderSettings(
    "service",
    model="text-embedding-3-small",
    dimensions=256,
    address="https://api.example.com/v1",
    prompt="row: ",
    query_prompt="line\nbreak: ",
    cuts_here=True,
)


def test_what_is_written_is_read_but_for_the_key():
    for each in (EncoderSettings(), SERVICE):
        assert encoder_from_json(encoder_to_json(each)) == each
    secret = EncoderSettings("service", key_variable="MY_KEY")
    assert "key_variable" not in encoder_to_json(secret)
    hostile = {"encoder": "service", "key_variable": "AWS_SECRET_ACCESS_KEY"}
    assert encoder_from_json(hostile).key_variable == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"encoder": ""},
        {"encoder": "../../x"},
        {"encoder": 3},
        {"dimensions": 1},
        {"dimensions": "256"},
        {"dimensions": True},
        {"dimensions": 10**9},
        {"model": ["x"]},
        {"model": "x" * 2000},
        {"prompt": "\0"},
        {"query_prompt": "\u202eturned"},
        {"address": "file:///etc/passwd"},
        {"address": "https://user:password@host/v1"},
        {"address": "https://host/v1?key=1"},
        {"address": "javascript:alert(1)"},
        {"cuts_here": 1},
    ],
)
def test_what_does_not_fit_is_not_taken(changed):
    assert encoder_from_json(encoder_to_json(SERVICE) | changed) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_anything_is_read_without_an_error(value):
    for given_value in (value, {"encoder": "wordllama", "model": value, "dimensions": value}):
        found = encoder_from_json(given_value)
        assert found is None or isinstance(found, EncoderSettings)
