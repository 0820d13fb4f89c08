"""Answers of services whose requests failed."""

import pytest

from embedviz.formats.refused.answers import find_failure


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"message": "no such model"}}, "error: no such model"),
        ({"status": 503, "detail": "busy"}, "status 503: busy"),
        ({"response": {"status_code": 429}, "id": "a"}, "status 429"),
        ({"status": "failed", "id": "a"}, "error: failed"),
    ],
)
def test_what_a_service_says(answer, said):
    assert find_failure(answer) == said


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1, 2],
        {},
        {"status": "ok"},
        {"status": 200, "data": []},
        {"the": 3, "status": 404},
        {"status": "Zustand", "cat": "Katze"},
        {str(i): {"error": "x"} for i in range(30)},
    ],
)
def test_other_values_are_no_failures(value):
    assert find_failure(value) is None
