"""Answers are put in order, or refused as a whole."""

import base64
import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.sources.encoders.service.answers import AnswerProblem, checked_answer
from embedviz.sources.encoders.service.estimates import SendingEstimate, estimated_tokens, money
from embedviz.sources.encoders.service.failures import RequestFailure
from embedviz.sources.encoders.service.plan import plan_texts
from embedviz.sources.encoders.service.retrying import Patience


@given(st.permutations(range(6)), st.booleans())
def test_any_order_is_put_right(order, as_base64):
    vectors = np.random.default_rng(1).normal(size=(6, 5)).astype("<f4")
    data = [
        {
            "index": i,
            "embedding": base64.b64encode(vectors[i].tobytes()).decode()
            if as_base64
            else vectors[i].astype(float).tolist(),
        }
        for i in order
    ]
    body = json.dumps({"data": data, "usage": {"prompt_tokens": 3, "total_tokens": 4}})
    answer = checked_answer(body.encode(), 6)
    assert (answer.vectors == vectors).all()
    assert answer.n_tokens == 4


@given(st.lists(st.one_of(st.none(), st.integers(-3, 6)), min_size=4, max_size=4))
def test_numbers_that_are_not_each_once_are_refused(indices):
    data = [{"index": i, "embedding": [1.0, 2.0]} for i in indices]
    body = json.dumps({"data": data}).encode()
    if set(indices) == {0, 1, 2, 3}:
        checked_answer(body, 4)
    else:
        with pytest.raises(AnswerProblem):
            checked_answer(body, 4)


@given(st.binary())
def test_any_bytes_are_an_answer_or_refused(body):
    with pytest.raises(AnswerProblem):
        checked_answer(body, 3)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["data", "embedding", "index", "usage"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_an_answer_or_refused(value):
    with suppress(AnswerProblem):
        assert np.isfinite(checked_answer(json.dumps(value).encode(), 1).vectors).all()


@pytest.mark.parametrize("usage", [None, 3, [], {}, {"total_tokens": None}, {"total_tokens": "9"}])
def test_usage_that_says_nothing_is_no_end(usage):
    body = json.dumps({"data": [{"index": 0, "embedding": [1, 2]}], "usage": usage})
    assert checked_answer(body.encode(), 1).n_tokens == 0


def test_a_cut_answer_may_pass_and_a_page_does_not():
    with pytest.raises(AnswerProblem) as cut:
        checked_answer(b'{"data": [{"index": 0, "embedding": "NaN', 1)
    assert cut.value.may_pass
    with pytest.raises(AnswerProblem) as page:
        checked_answer(b"\n <html>", 1)
    assert not page.value.may_pass


# Plans.


@given(
    st.lists(st.sampled_from(["a", "b", "", " ", "ab", "b "])), st.sampled_from(["", "a", "p: "])
)
def test_a_plan_has_each_text_once(texts, prompt):
    plan = plan_texts(texts, prompt)
    assert len(set(plan.texts)) == len(plan.texts)
    for text, place in zip(texts, plan.rows, strict=True):
        assert (place < 0) if not text.strip() else plan.texts[place] == prompt + text
    assert set(plan.rows[plan.rows >= 0]) == set(range(len(plan.texts)))
    assert plan.n_empty == sum(not text.strip() for text in texts)


# Estimates.


def test_tokens_are_a_quarter_of_the_bytes_of_each_text():
    assert estimated_tokens([]) == 0
    assert estimated_tokens(["abcd", "abcde", "я"]) == 1 + 2 + 1


def test_cost_is_only_known_with_a_price():
    estimate = SendingEstimate(10, 8, 1, 1, 4_000_000, 1_000_000)
    assert estimate.cost is None
    assert not any("cost" in line or "a million" in line for line in estimate.lines)
    priced = SendingEstimate(10, 8, 1, 1, 4_000_000, 2_500_000, price=0.02)
    assert priced.cost == pytest.approx(0.05)
    assert "About 0.05 at 0.02 a million tokens" in priced.lines


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0.00"), (0.02, "0.02"), (0.00013, "0.00013"), (12.5, "12.50"), (1234.5, "1,234.50")],
)
def test_money_has_as_many_digits_as_it_takes(amount, words):
    assert money(amount) == words


# Patience.


@given(
    st.integers(1, 6),
    st.floats(0, 1),
    st.sampled_from([408, 429, 500, 502, 503, 504, 529]),
)
def test_waits_double_and_are_bounded(n_tries, chance, status):
    patience = Patience(chance=lambda: chance)
    delay = patience.delay(RequestFailure("status", status), n_tries, has_answered=False)
    longest = min(60, 2 ** (n_tries - 1))
    assert 0.75 * longest <= delay <= longest


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 501])
def test_what_waiting_does_not_help_is_not_waited_for(status):
    failure = RequestFailure("status", status, retry_after=1.0)
    assert Patience().delay(failure, 1, has_answered=True) is None


def test_a_service_that_has_answered_may_come_back():
    failure = RequestFailure("unreachable")
    assert Patience().delay(failure, 1, has_answered=False) is None
    assert Patience().delay(failure, 1, has_answered=True) is not None
