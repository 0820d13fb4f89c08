"""McNemar's test of two benchmark reports, against SciPy's binomial test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies import compare_reports, evaluate, relation_questions
from embedviz.core.analogies.benchmark.comparison import mcnemar
from embedviz.core.analogies.significance import correct_p_values
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


@given(b=st.integers(0, 3000), c=st.integers(0, 3000))
def test_p_values_are_those_of_the_exact_binomial_test(b, c):
    from scipy.stats import binomtest

    expected = binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected, rel=1e-9, abs=1e-250)


def planted(noise, n_known=12):
    rng = np.random.default_rng(1)
    stems, offset = rng.normal(size=(12, 10)), 2 * rng.normal(size=10)
    rows = np.vstack([stems, stems + offset]) + noise * np.random.default_rng(2).normal(
        size=(24, 10)
    )
    labels = [f"s{i}" for i in range(12)] + [f"t{i}" for i in range(12)]
    known = [i for i in range(24) if i % 12 < n_known]
    return VectorSet(rows[known], [labels[i] for i in known])


QUESTIONS = relation_questions(
    {
        "first": [(f"s{i}", f"t{i}") for i in range(6)],
        "second": [(f"s{i}", f"t{i}") for i in range(6, 12)],
        "unknown": [("x", "y"), ("z", "w")],
    }
)


def test_only_questions_that_both_were_asked_count():
    one = evaluate(planted(0.0), QUESTIONS)
    other = evaluate(planted(2.0, 10), QUESTIONS)
    found = compare_reports(one, other)
    first, second, unknown = found.sections
    assert (first.n_both, second.n_both, unknown.n_both) == (30, 12, 0)
    assert (found.n_first_only, found.n_second_only) == (18, 0)
    for place, section in ((0, first), (1, second)):
        asked = set(range(*QUESTIONS.sections[place][2:]))
        right = [
            {
                int(n)
                for n, is_right in zip(r.answers.numbers, r.answers.is_correct, strict=True)
                if is_right and n in asked and n in other.answers.numbers
            }
            for r in (one, other)
        ]
        assert (section.first_correct, section.second_correct) == tuple(map(len, right))
        assert section.n_first_alone == len(right[0] - right[1])
        assert section.n_second_alone == len(right[1] - right[0])
        assert section.p_value == mcnemar(section.n_first_alone, section.n_second_alone)
    own = [section.p_value for section in found.sections[:2]]
    assert [s.adjusted_p_value for s in found.sections[:2]] == correct_p_values(own).tolist()
    assert unknown.p_value == unknown.adjusted_p_value == 1.0
    assert found.whole.n_both == 42
    assert found.whole.first_accuracy > found.whole.second_accuracy
    assert found.whole.difference < 0
    assert found.whole.p_value < 0.01


def test_a_report_is_no_different_from_itself():
    report = evaluate(planted(1.0), QUESTIONS)
    found = compare_reports(report, report)
    assert {s.p_value for s in found.sections} == {1.0}
    assert found.whole.difference == 0


def test_reports_of_other_questions_are_refused():
    other = relation_questions({"first": [("s0", "t0"), ("s1", "t1")]}, name="others")
    with pytest.raises(UserError, match="Run both on the same file"):
        compare_reports(evaluate(planted(0.0), QUESTIONS), evaluate(planted(0.0), other))
