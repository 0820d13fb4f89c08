"""Encoders of a session: made once, asked once for each text, closed at the end."""

import threading

import numpy as np
import pytest

from embedviz.app.texts.encoders import (
    Encoders,
    describe_left_out,
    describe_way,
    require_known,
    stays_here,
    title_of,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import Sending

TOY = EncoderSettings("toy")


@pytest.fixture
def encoders():
    made = Encoders()
    yield made
    made.close()


def test_a_text_is_encoded_once_as_a_query(encoders, toy_encoder):
    first = encoders.encode(TOY, ["a cat", "a dog", "a cat"], silent)
    again = encoders.encode(TOY, ["a dog", "a ship"], silent)
    assert toy_encoder.asked == [(["a cat", "a dog"], True), (["a ship"], True)]
    assert [each.name for each in first] == ["a cat", "a dog", "a cat"]
    assert {each.encoder for each in (*first, *again)} == {TOY}
    np.testing.assert_array_equal(first[1].vector, again[0].vector)
    np.testing.assert_allclose(first[0].vector, toy_encoder.vector("a cat"), rtol=1e-6)


def test_other_settings_are_another_encoder(encoders, toy_encoder):
    for settings in (TOY, EncoderSettings("toy", model="large"), TOY):
        encoders.encode(settings, ["a cat"], silent)
    assert len(toy_encoder.asked) == 2
    encoders.close()
    assert set(toy_encoder.closed) == {TOY, EncoderSettings("toy", model="large")}
    with pytest.raises(UserError, match="being closed"):
        encoders.encode(TOY, ["a road"], silent)


def test_one_that_is_not_there_is_a_message(encoders):
    with pytest.raises(UserError, match="'none' is not an encoder"):
        encoders.encode(EncoderSettings("none"), ["a cat"], silent)


def test_a_failure_loses_nothing(encoders, toy_encoder, monkeypatch):
    encoders.encode(TOY, ["a cat"], silent)

    def fail(*given, **how):
        raise UserError("The model is gone.")

    with monkeypatch.context() as broken:
        broken.setattr(toy_encoder, "encode", fail)
        with pytest.raises(UserError, match="gone"):
            encoders.encode(TOY, ["a cat", "a dog"], silent)
        assert encoders.encode(TOY, ["a cat"], silent)[0].name == "a cat"
    assert encoders.encode(TOY, ["a dog"], silent)[0].vector.any()


def test_whoever_waits_for_another_text_can_be_stopped(encoders, toy_encoder, monkeypatch):
    is_at_work, go, encode = threading.Event(), threading.Event(), toy_encoder.encode

    def wait(*given, **how):
        is_at_work.set()
        go.wait()
        return encode(*given, **how)

    monkeypatch.setattr(toy_encoder, "encode", wait)
    thread = threading.Thread(target=encoders.encode, args=(TOY, ["a cat"], silent))
    thread.start()
    is_at_work.wait()

    def stop(fraction, words):
        if words.startswith("waiting"):
            raise Cancelled

    with pytest.raises(Cancelled):
        encoders.encode(TOY, ["a dog"], stop)
    go.set()
    thread.join()
    assert encoders.encode(TOY, ["a dog"], silent)[0].name == "a dog"


def test_nothing_is_sent_before_somebody_can_be_asked(encoders, toy_encoder, monkeypatch):
    asked, answer = [], []

    def encode(self, texts, report, *, as_queries):
        sending = Sending("far:443", "to embed them", len(texts), sum(map(len, texts)))
        answer.append(self.ask(sending))
        return np.ones((len(texts), 12))

    monkeypatch.setattr(toy_encoder, "encode", encode)
    monkeypatch.setattr(toy_encoder, "is_local", False)
    encoders.encode(TOY, ["a cat"], silent)
    encoders.ask = lambda sending: asked.append(sending) or True
    encoders.encode(TOY, ["a dog"], silent)
    assert answer == [False, True]  # Also of an encoder that was made before.
    assert [(each.n_rows, each.n_characters) for each in asked] == [(1, 5)]


def test_a_text_that_was_taken_back_during_the_question_is_not_sent(
    encoders, toy_encoder, monkeypatch
):
    sent, is_stopped = [], threading.Event()

    def encode(self, texts, report, *, as_queries):
        if self.ask(Sending("far:443", "to embed them", len(texts))):
            sent.extend(texts)
        return np.ones((len(texts), 12))

    def report(fraction, words):
        if is_stopped.is_set():
            raise Cancelled

    monkeypatch.setattr(toy_encoder, "encode", encode)
    encoders.ask = lambda sending: is_stopped.set() or True
    with pytest.raises(Cancelled):
        encoders.encode(TOY, ["a cat"], report)
    assert sent == []
    encoders.encode(TOY, ["a dog"], silent)
    assert sent == ["a dog"]


def test_texts_in_which_the_model_knows_nothing_are_said(encoders, toy_encoder):
    texts = encoders.encode(TOY, ["zzz", "a cat", "zzzz zz"], silent)
    require_known(texts)
    with pytest.raises(UserError, match="Toy knows nothing in “zzz”, so there is no vector"):
        require_known(texts[:1])
    with pytest.raises(UserError, match="in 2 texts"):
        require_known([texts[0], texts[2]])
    assert describe_left_out(3, texts[1:2] * 3) == ""
    assert describe_left_out(3, texts) == ("The model knows nothing in “zzz”, “zzzz zz”; left out.")
    assert describe_left_out(9, texts[1:2]) == "The first 1 of 9 texts were taken."


def test_it_is_said_where_texts_go(toy_encoder):
    assert describe_way(TOY) == "Encoded by Toy on this machine."
    sent = EncoderSettings("service", "small", address="http://host:1/v1")
    assert describe_way(sent) == "Sent to http://host:1/v1, small, after you agree."
    assert title_of(EncoderSettings("none")) == "none"
    assert stays_here(TOY)
    assert not stays_here(EncoderSettings("none"))
    assert not stays_here(sent)
