"""Texts that stay on the maps of all sets with their encoder."""

import numpy as np

from embedviz.app.state import State
from embedviz.app.texts.pinned import is_pinned, known_text, texts_of, with_texts, without_text
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.query_vector import MOST_TEXTS, QueryVector
from embedviz.core.texts.encoder_of import encodes_alike
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet

TOY = EncoderSettings("toy")


def text(name, encoder=TOY, size=12):
    return QueryVector(name, np.ones(size, dtype=np.float32), encoder)


def names(texts):
    return [each.name for each in texts]


def test_texts_are_pinned_once_and_taken_away(toy_texts):
    state = with_texts(State().opened(toy_texts), [text("one"), text("two"), text("one")])
    assert names(texts_of(state, toy_texts)) == ["one", "two"]
    again = with_texts(state, [text("two"), text("three")])
    assert names(again.texts) == ["one", "two", "three"]
    assert again.texts[1] is state.texts[1]
    assert is_pinned(again, text("three"))
    left = without_text(again, again.texts[0])
    assert names(left.texts) == ["two", "three"]
    assert not is_pinned(left, text("one"))


def test_only_the_newest_are_kept(toy_texts):
    state = with_texts(State().opened(toy_texts), [text(str(i)) for i in range(MOST_TEXTS + 5)])
    assert names(state.texts) == [str(i) for i in range(5, MOST_TEXTS + 5)]


def test_they_belong_to_an_encoder_and_not_to_a_set(toy_texts, toy):
    other = EncoderSettings("toy", dimensions=8)
    state = with_texts(
        State().opened(toy_texts), [text("mine"), text("other", other), text("", None)]
    )
    assert names(texts_of(state, toy_texts)) == ["mine"]
    assert texts_of(state, toy) == ()
    for recipe in (Truncated(4), Whitened()):
        assert names(texts_of(state, recipe.derive(toy_texts))) == ["mine"]
    same = VectorSet(toy_texts.vectors, toy_texts.labels, origin=toy_texts.origin)
    assert names(texts_of(state, same)) == ["mine"]
    assert not encodes_alike(toy_texts, text("short", size=5))


def test_the_query_goes_along_to_another_set_of_its_encoder(toy_texts, toy):
    state = State().opened(toy_texts).queried_with(text("mine"))
    same = VectorSet(toy_texts.vectors, toy_texts.labels, origin=toy_texts.origin)
    assert state.opened(same).query_vector is state.query_vector
    assert state.opened(toy).query_vector is None
    pasted = State().opened(toy_texts).queried_with(text("pasted", None))
    assert pasted.opened(same).query_vector is None


def test_what_was_encoded_is_known(toy_texts, toy):
    state = with_texts(State().opened(toy_texts), [text("one")]).queried_with(text("two"))
    assert known_text(state, "one", toy_texts) is state.texts[0]
    assert known_text(state, "two", toy_texts) is state.query_vector
    assert known_text(state, "three", toy_texts) is None
    assert known_text(state, "one", toy) is None


def test_they_hold_memory(toy_texts):
    state = State().opened(toy_texts)
    assert with_texts(state, [text("one")]).nbytes == state.nbytes + 48


def test_closing_everything_forgets_them(toy_texts):
    state = with_texts(State().opened(toy_texts), [text("one")])
    assert state.closed(toy_texts).texts == ()
