"""An encoder and a service that fails in every way: nothing lost, nothing paid for twice."""

import socket
import sqlite3
import threading

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Cancelled
from embedviz.core.texts.encoder_settings import encoder_from_json, encoder_to_json
from embedviz.sources.consent import Agreements, NotAgreed
from embedviz.sources.encoders import make_encoder
from embedviz.sources.encoders.service import connection
from embedviz.sources.encoders.service.connection import Timeouts
from embedviz.sources.encoders.service.run import FIRST_TEXTS

pytestmark = pytest.mark.usefixtures("no_request_left")

TEXTS = [f"text {number}" for number in range(40)]
N_FIRST = FIRST_TEXTS


def once(texts):
    return dict.fromkeys(texts, 1)


def test_vectors_are_those_of_the_service_of_unit_length(new_encoder, service, faults):
    vectors = new_encoder().encode(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)
    assert service.paid == once(TEXTS)


def test_the_first_request_is_small(new_encoder, service):
    new_encoder().encode(TEXTS)
    assert [len(texts) for texts in service.sent] == [N_FIRST, 40 - N_FIRST]


def test_batches_are_bounded_by_their_length(new_encoder, service, faults):
    texts = [f"{number} " + "x" * 60_000 for number in range(8)]
    texts.append("y" * 250_000)
    vectors = new_encoder().encode(texts)
    assert [len(each) for each in service.sent] == [3, 3, 2, 1]
    np.testing.assert_allclose(vectors, faults.expected(texts), atol=1e-6)


def test_equal_texts_are_sent_once_and_empty_ones_never(new_encoder, service, faults):
    texts = ["same", "other", "same", "", "  \n", "same"]
    vectors = new_encoder().encode(texts)
    assert service.sent == [["same", "other"]]
    np.testing.assert_allclose(vectors[[0, 1]], faults.expected(["same", "other"]), atol=1e-6)
    assert (vectors[[2, 5]] == vectors[0]).all()
    assert not vectors[[3, 4]].any()


def test_nothing_but_empty_texts_is_said(new_encoder, service):
    with pytest.raises(UserError, match="no text in any row"):
        new_encoder().encode(["", " "])
    assert new_encoder(dimensions=7).encode(["", " "]).shape == (2, 7)
    assert not service.requests


def test_prompts_go_before_the_texts(new_encoder, service):
    encoder = new_encoder(prompt="passage: ", query_prompt="query: ")
    rows, query = encoder.encode(["a"]), encoder.encode(["a"], as_queries=True)
    assert service.sent == [["passage: a"], ["query: a"]]
    assert (rows != query).any()


def test_half_a_pair_of_unicode_is_no_end(new_encoder, service):
    assert new_encoder().encode(["a\ud800b"]).shape[0] == 1
    assert service.sent == [["a?b"]]


def test_what_the_cache_has_is_neither_sent_nor_asked_about(new_encoder, service):
    first = new_encoder().encode(TEXTS)
    again = new_encoder(lambda sending: pytest.fail("asked")).encode(TEXTS)
    assert (first == again).all()
    assert service.paid == once(TEXTS)


def test_only_new_texts_are_sent(new_encoder, service, faults):
    new_encoder().encode(TEXTS[:10])
    vectors = new_encoder().encode(TEXTS[5:15])
    assert service.sent[1] == TEXTS[10:15]
    np.testing.assert_allclose(vectors, faults.expected(TEXTS[5:15]), atol=1e-6)


@pytest.mark.parametrize(
    "change",
    [{"model": "other"}, {"dimensions": 12}, {"prompt": "passage: "}],
    ids=["model", "dimensions", "prompt"],
)
def test_other_settings_are_other_vectors(new_encoder, service, change):
    new_encoder().encode(["a"])
    new_encoder(**change).encode(["a"])
    assert len(service.requests) == 2


def test_another_address_is_another_service(new_encoder, services, service):
    other = services()
    new_encoder().encode(["a"])
    new_encoder(address=other.address).encode(["a"])
    assert service.sent == other.sent == [["a"]]


# Dimensions.


def test_dimensions_are_asked_for(new_encoder, service, faults):
    encoder = new_encoder(dimensions=8)
    vectors = encoder.encode(TEXTS)
    assert {body["dimensions"] for _, body in service.requests} == {8}
    np.testing.assert_allclose(vectors, faults.expected(TEXTS, 8), atol=1e-6)
    assert encoder.dimensions == 8


def test_a_service_that_ignores_dimensions_is_noticed(new_encoder, service, faults, failure_of):
    service.obeys_dimensions = False
    question = failure_of(new_encoder(dimensions=8).encode, TEXTS)
    assert isinstance(question, ChoiceRequired)
    assert question.option == "cuts_here"
    assert "asked for 8 dimensions, and gives 24" in str(question)
    assert service.paid == once(TEXTS[:N_FIRST])

    vectors = new_encoder(dimensions=8, cuts_here=True).encode(TEXTS)
    assert service.paid == once(TEXTS), "what was paid before the question is not paid again"
    np.testing.assert_allclose(vectors, faults.expected(TEXTS, 8), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_question_comes_from_the_cache_too(new_encoder, service, failure_of):
    service.obeys_dimensions = False
    for _ in range(2):
        assert isinstance(failure_of(new_encoder(dimensions=8).encode, TEXTS), ChoiceRequired)
    assert len(service.requests) == 1


def test_a_service_that_refuses_dimensions_is_noticed(new_encoder, service, faults, failure_of):
    refusal = "This model does not support specifying dimensions."
    service.script.append(faults.status(400, refusal))
    assert isinstance(failure_of(new_encoder(dimensions=8).encode, TEXTS), ChoiceRequired)
    vectors = new_encoder(dimensions=8, cuts_here=True).encode(TEXTS)
    assert all("dimensions" not in body for _, body in service.requests[1:])
    np.testing.assert_allclose(vectors, faults.expected(TEXTS, 8), atol=1e-6)


def test_fewer_dimensions_than_asked_for(new_encoder, service, failure_of):
    service.obeys_dimensions = False
    error = failure_of(new_encoder(dimensions=100).encode, TEXTS)
    assert not isinstance(error, ChoiceRequired)
    assert "tiny has only 24" in str(error)


def test_a_model_that_was_changed_is_noticed(new_encoder, service, faults, failure_of):
    new_encoder().encode(["a"])
    service.script.append(
        lambda handler, body: handler.reply(200, faults.answer_to(body, dimensions=12))
    )
    assert "the model there was changed" in str(failure_of(new_encoder().encode, ["a", "b"]))


def test_dimensions_are_known_or_asked_for(new_encoder, service):
    assert new_encoder().dimensions == 24
    assert new_encoder(lambda sending: pytest.fail("asked")).dimensions == 24
    assert len(service.requests) == 1


# Failures that pass.

PASSING = {
    "429": lambda f: f.status(429, "slow down"),
    "500": lambda f: f.status(500, "oops"),
    "503": lambda f: f.status(503, "busy"),
    "529 as a page": lambda f: f.text_answer("<html>overloaded</html>", "text/html", 529),
    "cut": lambda f: f.cut,
    "cut unnoticed": lambda f: f.cut_unnoticed,
    "hung up": lambda f: f.hang_up,
    "slow": lambda f: f.hang,
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("n_good", [0, 1])
def test_what_passes_is_tried_again(new_encoder, service, faults, clock, name, n_good):
    service.script.extend([service.good] * n_good + [PASSING[name](faults)] * 2)
    told = []
    encoder = new_encoder(timeouts=Timeouts(read=0.5))
    vectors = encoder.encode(TEXTS, lambda fraction, words: told.append((fraction, words)))
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)
    assert service.paid == once(TEXTS)
    assert len(service.requests) == 4
    assert clock.now == pytest.approx(1000 + 1 + 2), "a second, then two"
    assert any("trying again in" in words for _, words in told)
    assert sorted(fraction for fraction, _ in told) == [fraction for fraction, _ in told]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "37"}, 37), ({"retry_after_ms": "1500"}, 1.5), ({"retry_after": "0"}, 0)],
)
def test_what_a_service_asks_for_is_waited(new_encoder, service, faults, clock, headers, seconds):
    service.script.append(faults.status(429, "slow down", **headers))
    new_encoder().encode(TEXTS)
    assert clock.now == pytest.approx(1000 + seconds)


def test_an_hour_is_not_waited(new_encoder, service, faults, clock, failure_of):
    service.script.extend([service.good, faults.status(429, "daily limit", retry_after="7200")])
    error = failure_of(new_encoder().encode, TEXTS)
    assert "asks to wait 2 h" in str(error)
    assert clock.now == 1000


def test_patience_ends(new_encoder, service, faults, failure_of):
    service.script.extend([service.good] + [faults.status(500, "oops")] * 50)
    error = failure_of(new_encoder().encode, TEXTS)
    assert "failed again and again (500). It says: oops." in str(error)
    assert f"{N_FIRST} of 40 vectors are in the cache" in str(error)
    assert len(service.requests) == 8


# Failures that do not pass.


def nan(data):
    data[1]["embedding"] = [float("nan")] * 24
    return data


def infinite(data):
    data[0]["embedding"] = [1e39] * 24
    return data


def null(data):
    data[0]["embedding"] = [None] * 24
    return data


def other_length(data):
    data[-1]["embedding"] = [1.0] * 5
    return data


def twice(data):
    data[1]["index"] = 0
    return data


def no_index(data):
    del data[1]["index"]
    return data


def odd_bytes(data):
    data[0]["embedding"] = "AAAAAAA="
    return data


LASTING = {
    "401": (lambda f: f.status(401, "bad key"), "wants a key, and there is none in the system's"),
    "403": (lambda f: f.status(403, "forbidden"), "(403)"),
    "404": (lambda f: f.status(404, "no such model"), "knows no model tiny"),
    "400": (lambda f: f.status(400, "bad request"), "does not take the request (400)"),
    "no credit": (
        lambda f: f.status(429, "You exceeded your quota", error_code="insufficient_quota"),
        "has no credit left",
    ),
    "page": (lambda f: f.text_answer("<!doctype html><p>hello", "text/html"), "with a web page"),
    "page as JSON": (lambda f: f.text_answer("<html></html>"), "with a web page"),
    "other JSON": (lambda f: f.text_answer('{"embeddings": []}'), "answered with no vectors"),
    "list": (lambda f: f.text_answer("[1, 2]"), "not an answer with vectors"),
    "error": (lambda f: f.text_answer('{"error": "x"}'), "an error in place of vectors"),
    "empty": (lambda f: f.changed(lambda data: []), "gave 0 vectors for"),
    "too few": (lambda f: f.changed(lambda data: data[:-1]), "vectors for"),
    "too many": (lambda f: f.changed(lambda data: [*data, data[0]]), "vectors for"),
    "index twice": (lambda f: f.changed(twice), "which text each belongs to"),
    "no index": (lambda f: f.changed(no_index), "which text each belongs to"),
    "other length": (lambda f: f.changed(other_length), "of 5 and of 24 dimensions"),
    "NaN": (lambda f: f.changed(nan), "not finite"),
    "infinite": (lambda f: f.changed(infinite), "not finite"),
    "null": (lambda f: f.changed(null), "not an answer with vectors"),
    "odd bytes": (lambda f: f.changed(odd_bytes), "bytes are not whole numbers"),
    "endless": (lambda f: f.endless, "longer than any with these vectors"),
    "compressed": (lambda f: f.text_answer("{}", content_encoding="gzip"), "compressed"),
}


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_said_and_nothing_is_lost(new_encoder, service, faults, failure_of, name):
    make, words = LASTING[name]
    service.script.extend([service.good, *[make(faults)] * 6])
    error = failure_of(new_encoder().encode, TEXTS)
    assert words in str(error)
    assert f"127.0.0.1:{service.port}" in str(error)
    assert f"{N_FIRST} of 40 vectors are in the cache" in str(error)
    n_tries = len(service.requests)
    assert n_tries <= 7

    service.script.clear()
    vectors = new_encoder().encode(TEXTS)
    assert service.sent[n_tries:] == [TEXTS[N_FIRST : 2 * N_FIRST], TEXTS[2 * N_FIRST :]]
    assert service.paid == once(TEXTS)
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)


def test_a_wrong_order_is_put_right(new_encoder, service, faults):
    service.script.append(faults.changed(lambda data: data[::-1]))
    vectors = new_encoder().encode(TEXTS)
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)


def test_numbers_written_out_are_taken_too(new_encoder, service, faults):
    def numbers(handler, body):
        handler.reply(200, faults.answer_to({**body, "encoding_format": "float"}))

    service.script.extend([numbers, numbers])
    np.testing.assert_allclose(new_encoder().encode(TEXTS), faults.expected(TEXTS), atol=1e-6)


def test_a_service_without_base64_is_asked_for_numbers(new_encoder, service, faults):
    service.script.append(faults.status(400, "encoding_format base64 is not supported"))
    np.testing.assert_allclose(new_encoder().encode(TEXTS), faults.expected(TEXTS), atol=1e-6)
    formats = [body["encoding_format"] for _, body in service.requests]
    assert formats == ["base64", "float", "float"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (413, "Payload Too Large"),
        (422, "batch size 16 > maximum allowed batch size 4"),
        (400, "This model's maximum context length is 8192 tokens"),
        (500, "input is too large to process. increase the physical batch size"),
    ],
)
def test_what_is_too_much_at_once_is_sent_in_parts(new_encoder, service, faults, status, message):
    def limited(handler, body):
        if len(body["input"]) > 5:
            faults.status(status, message)(handler, body)
        else:
            service.good(handler, body)

    service.script.extend([limited] * 100)
    np.testing.assert_allclose(new_encoder().encode(TEXTS), faults.expected(TEXTS), atol=1e-6)
    assert service.paid == once(TEXTS)
    sizes = [len(texts) for texts in service.sent]
    assert sizes[:3] == [16, 8, 4]
    assert set(sizes[3:]) == {4}, "it is not tried again and again"


def test_one_text_that_is_too_long_is_said(new_encoder, service, faults, failure_of):
    service.script.extend([faults.status(400, "maximum context length is 8192")] * 20)
    error = failure_of(new_encoder().encode, TEXTS)
    assert "maximum context length is 8192" in str(error)
    assert [len(texts) for texts in service.sent] == [16, 8, 4, 2, 1]


def test_a_redirect_is_not_followed(new_encoder, services, service, faults, failure_of):
    other = services()
    for code in (301, 302, 307, 308):
        service.script.append(
            faults.text_answer("", code=code, location=f"{other.address}/embeddings?key=1")
        )
        error = failure_of(new_encoder().encode, TEXTS)
        assert f"points to another address ({other.address}/embeddings)" in str(error)
        assert "not followed" in str(error)
    assert not other.requests


def test_nobody_there(new_encoder, clock, failure_of):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    error = failure_of(new_encoder(address=f"http://127.0.0.1:{port}/v1").encode, TEXTS)
    assert f"No connection to 127.0.0.1:{port}" in str(error)
    assert clock.now == 1000, "nobody waits for a service that is not there"


def test_an_answer_that_never_ends_in_time(new_encoder, service, faults, failure_of):
    service.script.extend([faults.hang] * 9)
    error = failure_of(new_encoder(timeouts=Timeouts(request=0.1)).encode, TEXTS)
    assert "no whole answer within" in str(error)


# Stop.


def test_stop_while_a_request_hangs(new_encoder, service, faults):
    service.script.extend([service.good, faults.hang])

    def report(fraction, words):
        if len(service.requests) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        new_encoder().encode(TEXTS, report)
    assert service.gone.wait(20), "the connection is closed at once"
    assert service.paid == once(TEXTS[:N_FIRST])
    vectors = new_encoder().encode(TEXTS)
    assert service.paid == once(TEXTS)
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)


def test_stop_while_it_waits_to_try_again(new_encoder, service, faults, clock):
    service.script.append(faults.status(429, "slow down", retry_after="500"))

    def report(fraction, words):
        if "trying again in 8 min" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        new_encoder().encode(TEXTS, report)
    assert clock.now == 1000


def test_stop_before_the_first_request(new_encoder, service):
    def report(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        new_encoder().encode(TEXTS, report)
    assert not service.requests


def test_stop_while_it_is_about_to_connect(new_encoder, service, monkeypatch):
    """Its thread goes on, and finds that nobody wants its request any more."""
    begun, stopped = threading.Event(), threading.Event()
    new_client = connection._new_client

    def slowly(*arguments):
        begun.set()
        assert stopped.wait(20)
        return new_client(*arguments)

    def report(fraction, words):
        if begun.is_set():
            raise Cancelled

    monkeypatch.setattr(connection, "_new_client", slowly)
    with pytest.raises(Cancelled):
        new_encoder().encode(TEXTS, report)
    waiting = [each for each in threading.enumerate() if each.name == connection.THREAD_NAME]
    stopped.set()
    for thread in waiting:
        thread.join(20)
    assert waiting
    assert not service.requests


def test_closing_ends_what_runs(new_encoder, service, faults):
    service.script.append(faults.hang)
    encoder = new_encoder()
    ended = []

    def work():
        try:
            encoder.encode(TEXTS)
        except Cancelled:
            ended.append("canceled")

    thread = threading.Thread(target=work)
    thread.start()
    assert service.asked.wait(20)
    encoder.close()
    thread.join(20)
    assert ended == ["canceled"]
    assert service.gone.wait(20)
    assert len(service.requests) == 1
    encoder.encode(TEXTS)
    assert service.paid == once(TEXTS)


# Progress.


def test_progress_tells_how_fast_and_how_long(new_encoder, service, clock):
    def slowly(handler, body):
        clock.now += len(body["input"]) / 2
        service.good(handler, body)

    texts = [f"text {number}" for number in range(400)]
    service.script.extend([slowly] * 9)
    told = []
    new_encoder().encode(texts, lambda fraction, words: told.append((fraction, words)))
    place = f"127.0.0.1:{service.port}"
    assert told[0] == (0.0, f"0 of 400 texts · {place}")
    assert (16 / 400, f"16 of 400 texts · {place} · 2.0 a second · 3 min left") in told
    assert told[-1] == (1.0, f"400 of 400 texts · {place} · 2.0 a second")


def test_what_the_service_counted_is_summed_up(new_encoder):
    encoder = new_encoder()
    assert encoder.notes() == []
    encoder.encode(TEXTS)
    encoder.encode(TEXTS)
    assert encoder.n_tokens == 80
    (note,) = encoder.notes()
    assert note.endswith("counted 80 tokens.")


# Consent.


def test_nothing_is_sent_before_the_user_agrees(new_encoder, service):
    asked = []

    def ask(sending):
        asked.append((sending, len(service.requests)))
        return False

    with pytest.raises(NotAgreed, match=r"Nothing was sent to 127\.0\.0\.1"):
        new_encoder(ask).encode([*TEXTS, TEXTS[0], ""])
    ((sending, n_requests),) = asked
    assert n_requests == 0
    assert not service.requests
    assert sending.host == f"127.0.0.1:{service.port}"
    assert (sending.n_rows, sending.n_characters) == (40, sum(map(len, TEXTS)))
    assert sending.purpose == "to embed them with tiny"
    assert sending.is_loopback
    assert not sending.warnings
    assert sending.sentence == (
        f"Send 40 texts (270 characters) to 127.0.0.1:{service.port} (this machine) "
        "to embed them with tiny?"
    )


@pytest.mark.parametrize("answer", [None, 1, "yes", False])
def test_only_true_is_a_yes(new_encoder, service, answer):
    with pytest.raises(NotAgreed):
        new_encoder(lambda sending: answer).encode(TEXTS)
    assert not service.requests


def test_made_as_any_encoder_it_sends_nothing(new_encoder, service, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path))
    encoder = make_encoder(new_encoder().settings)
    assert not encoder.is_local
    assert encoder.name == f"tiny, 127.0.0.1:{service.port}"
    with pytest.raises(NotAgreed):
        encoder.encode(TEXTS)
    assert not service.requests
    assert not list(tmp_path.iterdir())


def test_what_is_asked_names_cost_and_warnings(new_encoder):
    encoder = new_encoder(address="http://example.com/v1", key_variable="SOME_KEY")
    sending = encoder.sending(["a text", "a text", ""], price=0.02)
    assert sending.host == "example.com:80"
    assert "Not encrypted" in sending.warnings[0]
    lines = "\n".join(sending.details)
    assert "About 2 tokens" in lines
    assert sending.n_tokens == 2
    assert "at 0.02 a million tokens" in lines
    assert "1 text like others: sent once" in lines
    assert "1 empty text: not sent" in lines
    assert "the environment variable SOME_KEY" in lines
    assert new_encoder(address="https://example.com/v1").sending(["a"]).warnings == ()


def test_a_key_that_may_be_that_of_another_host_is_warned_of(new_encoder):
    """A session of somebody else can name his own address, and a variable of the user's."""
    theirs = new_encoder(address="https://x.example/v1", key_variable="OPENAI_API_KEY")
    (warning,) = theirs.sending(["a"], as_queries=True).warnings
    assert "OPENAI_API_KEY is sent to x.example:443" in warning
    own = new_encoder(address="https://api.openai.com/v1", key_variable="OPENAI_API_KEY")
    assert own.sending(["a"]).warnings == ()


def test_what_was_agreed_to_for_one_key_and_path_does_not_count_for_others(new_encoder):
    given = [
        {"address": "https://x.example/mine/v1", "key_variable": "MINE"},
        {"address": "https://x.example/theirs/v1", "key_variable": "MINE"},
        {"address": "https://x.example/mine/v1", "key_variable": "OTHER"},
    ]
    first, *others = (new_encoder(**each).sending(["a"], as_queries=True) for each in given)
    agreements = Agreements()
    agreements.agree(first)
    assert agreements.covers(first)
    assert not any(map(agreements.covers, others))


def test_an_address_is_remembered_as_files_can_hold_it(new_encoder):
    settings = new_encoder(address="localhost:11434/v1/").settings
    assert settings.address == "http://localhost:11434/v1"
    assert encoder_from_json(encoder_to_json(settings)) == settings


# From the cache alone.


def test_from_the_cache_alone(new_encoder, service, failure_of):
    vectors = new_encoder().encode(TEXTS[:20])
    service.requests.clear()
    encoder = new_encoder(lambda sending: pytest.fail("asked"))
    assert encoder.missing([*TEXTS[:20], ""]) == []
    assert (encoder.encode_from_cache(TEXTS[:20]) == vectors).all()
    assert encoder.missing(["", TEXTS[30], TEXTS[3], TEXTS[31], TEXTS[30]]) == [1, 3, 4]
    error = failure_of(encoder.encode_from_cache, TEXTS[:22])
    assert "2 of 22 different texts have no vector" in str(error)
    assert encoder.encode_from_cache(["", ""]).shape == (2, 24)
    assert not service.requests


def test_from_a_cache_that_is_not_there(new_encoder, cache_path, failure_of):
    encoder = new_encoder()
    assert encoder.missing(TEXTS) == list(range(40))
    failure_of(encoder.encode_from_cache, TEXTS)
    assert not cache_path.parent.exists()


# A cache that does not take what is paid for.


def test_what_the_disk_does_not_take_is_not_paid_for_twice(
    new_encoder, service, faults, monkeypatch, failure_of
):
    def full(database):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("embedviz.sources.encoders.service.cache._transaction", full)
    service.script.extend([service.good, faults.status(404)])
    encoder = new_encoder()
    failure_of(encoder.encode, TEXTS)
    vectors = encoder.encode(TEXTS)
    assert service.paid == once(TEXTS)
    np.testing.assert_allclose(vectors, faults.expected(TEXTS), atol=1e-6)
    assert "disk is full" in encoder.notes()[-1]
    assert encoder.missing(TEXTS) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": " "}, "no model"),
        ({"address": ""}, "no address"),
        ({"address": "ftp://x/v1"}, "not the address of a service"),
        ({"key_variable": "sk-12-34"}, "not the name of one"),
    ],
)
def test_settings_are_checked(new_encoder, settings, words):
    with pytest.raises(UserError, match=words) as caught:
        new_encoder(**settings)
    assert "sk-12-34" not in str(caught.value)
