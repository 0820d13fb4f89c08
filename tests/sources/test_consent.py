"""Agreements of the user: for one host and purpose, as much as was named, and this run only."""

import threading
from dataclasses import replace

import pytest

from embedviz.sources.consent import Agreements, NotAgreed, Sending, only_loopback, refuse

SENDING = Sending("api.example.com:443", "to embed them with x", 10, 100)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def agreements(asked):
    def ask(sending):
        asked.append(sending)
        return True

    return Agreements(ask)


def test_refuse_refuses():
    assert refuse(SENDING) is False
    assert Agreements()(SENDING) is False


def test_only_this_machine():
    assert not only_loopback(SENDING)
    assert only_loopback(replace(SENDING, is_loopback=True))


def test_what_was_agreed_to_is_not_asked_again(agreements, asked):
    assert agreements(SENDING)
    assert agreements(SENDING)
    assert agreements(replace(SENDING, n_rows=3, n_characters=30)), "the rest of a stopped run"
    assert asked == [SENDING]


@pytest.mark.parametrize(
    "change",
    [
        {"host": "api.example.com:444"},
        {"host": "other.example.com:443"},
        {"purpose": "to embed them with y"},
        {"n_rows": 11},
        {"n_characters": 101},
        {"is_standing": True},
        {"receiver": "https://api.example.com/somebody-else/v1 MY_KEY"},
    ],
)
def test_what_goes_further_is_asked(agreements, asked, change):
    agreements(SENDING)
    further = replace(SENDING, **change)
    assert not agreements.covers(further)
    assert agreements(further)
    assert asked == [SENDING, further]


def test_less_does_not_take_back_more(agreements, asked):
    agreements.agree(SENDING)
    agreements.agree(replace(SENDING, n_rows=1, n_characters=1))
    assert agreements(SENDING)
    assert not asked


def test_a_standing_agreement_covers_any_number(agreements, asked):
    query = replace(SENDING, n_rows=1, n_characters=8, is_standing=True)
    assert agreements(query)
    assert agreements(replace(query, n_rows=5, n_characters=500))
    assert asked == [query]


def test_this_machine_is_asked_about_too(agreements, asked):
    local = replace(SENDING, host="localhost:11434", is_loopback=True)
    agreements(local)
    assert asked == [local]
    assert "localhost:11434 (this machine)" in local.sentence


@pytest.mark.parametrize("answer", [False, None, 1, "yes"])
def test_a_refusal_is_not_remembered_and_only_true_is_a_yes(answer):
    answers = [answer, True]
    agreements = Agreements(lambda sending: answers.pop(0))
    assert agreements(SENDING) is False
    assert agreements(SENDING) is True


def test_it_may_be_asked_from_many_threads(agreements, asked):
    threads = [threading.Thread(target=agreements, args=(SENDING,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert agreements.covers(SENDING)
    assert set(asked) == {SENDING}


def test_a_download_asks_for_an_address_alone():
    sending = Sending("files.example.com:443", "to download glove (1 GB)")
    assert sending.sentence == "Connect to files.example.com:443 to download glove (1 GB)?"


def test_one_is_not_many():
    sentence = replace(SENDING, n_rows=1, n_characters=1).sentence
    assert sentence.startswith("Send 1 text (1 character) to api.example.com:443 ")


def test_not_agreed_is_said():
    assert "api.example.com:443" in str(NotAgreed(SENDING))
