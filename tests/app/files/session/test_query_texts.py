"""Texts in session files, with their vectors, so that no encoder is needed to restore them."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.files.session.contents import Restored
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.session.texts import query_to_json, read_query, read_texts
from embedviz.app.files.values import Unfit
from embedviz.core.query_vector import MOST_TEXTS, QueryVector
from embedviz.core.texts.encoder_settings import EncoderSettings

SENT = EncoderSettings("service", "small", 12, "http://host:1/v1", "KEY_NAME", query_prompt="q: ")


@pytest.fixture
def mapping(toy_texts):
    return RowMapping(Restored((toy_texts,), (True,), ()))


def text(name="a cat", encoder=SENT):
    return QueryVector(name, np.linspace(-1, 1, 12, dtype=np.float32), encoder)


def assert_same(one, other):
    assert (one.name, one.encoder) == (other.name, other.encoder)
    np.testing.assert_array_equal(one.vector, other.vector)


@pytest.mark.parametrize("encoder", [SENT, EncoderSettings("toy"), None])
def test_a_query_comes_back(toy_texts, encoder):
    query = text(encoder=encoder)
    assert_same(read_query(query_to_json(query), toy_texts), query)
    assert read_query(query_to_json(None), toy_texts) is None


def test_pinned_texts_come_back(mapping):
    texts = text(), text("zwölf “Wörter”\n", EncoderSettings("toy"))
    found = read_texts([query_to_json(each) for each in texts], mapping)
    for one, other in zip(found, texts, strict=True):
        assert_same(one, other)
    assert mapping.notes == []


def test_what_makes_no_sense_is_left_out_and_said(mapping):
    good = query_to_json(text())
    broken = [
        None,
        {},
        {**good, "name": 7},
        {**good, "vector": "!"},
        {**good, "encoder": [1]},
        {**good, "encoder": {**good["encoder"], "dimensions": "many"}},
        {**good, "encoder": {**good["encoder"], "address": "https://me:secret@host/v1"}},
        {**good, "encoder": {**good["encoder"], "key_variable": "a secret key itself"}},
    ]
    found = read_texts([*broken, good], mapping)
    assert [each.name for each in found] == ["a cat"]
    assert mapping.notes == ["Not readable, so left as usual: text on the map."]
    assert read_texts("texts", mapping) == ()
    assert len(read_texts([good] * (MOST_TEXTS + 9), mapping)) == MOST_TEXTS


def test_a_query_of_another_length_is_refused(toy_texts):
    short = replace(text(), vector=np.ones(3, dtype=np.float32))
    with pytest.raises(Unfit):
        read_query(query_to_json(short), toy_texts)
