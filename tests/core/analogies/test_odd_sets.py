"""Sets as nobody would wish for: ties, zeros, labels in several cases, one dimension, NaN rows.

What gensim answers is compared wherever it answers at all. It divides by the lengths of rows, so
that a row of zeros scores NaN there, and NaN comes anywhere in its order; here such a row is
nobody's answer, which is what gensim gives without these rows.
"""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import (
    METHODS,
    apply_relation,
    compare_reports,
    evaluate,
    evaluate_methods,
    evaluate_similarity,
    measure_relation,
    relation_questions,
    relations_table,
    solve,
)
from embedviz.core.analogies.asked_couples import couples_of_questions
from embedviz.core.analogies.baselines import WAYS, answer_baselines
from embedviz.core.analogies.expected import explain_expected
from embedviz.core.analogies.similarity import JudgedPair, JudgedPairs
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet

RUNS = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def odd_sets(draw, least_rows=5):
    """Draw rows of few whole numbers, so that many are equal, parallel, opposite or zero."""
    dimensions = draw(st.sampled_from([1, 1, 2, 3, 8]))
    n_rows = draw(st.integers(least_rows, 24))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows = rng.integers(-2, 3, (n_rows, dimensions)).astype(np.float32)
    rows *= rng.choice([1.0, 0.5, 4.0], (n_rows, 1)).astype(np.float32)
    labels, places = [], np.arange(n_rows) // draw(st.integers(1, 3))
    for place in places:
        spelled = (f"word{place}", f"Word{place}", f"WORD{place}", f"wOrd{place}")
        labels.append(next(each for each in spelled if each not in labels))
    return VectorSet(rows, labels)


def in_gensim(vector_set, rows):
    model = KeyedVectors(vector_set.dimensions)
    model.add_vectors([vector_set.labels[row] for row in rows], vector_set.vectors[rows])
    return model


@given(odd_sets(), st.integers(0, 10_000), st.integers(1, 30))
@RUNS
def test_answers_are_those_of_gensim_without_rows_of_zeros(vector_set, seed, count):
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(vector_set.vectors.any(axis=1))
    assume(len(rows) > 3)
    chosen = rng.choice(rows, int(rng.integers(1, 4)), replace=False)
    words = [vector_set.labels[row] for row in chosen]
    n_added = int(rng.integers(1, len(words) + 1))
    question = words[:n_added], words[n_added:]
    ours = solve(vector_set, *question, count)
    with np.errstate(all="ignore"):
        scores = in_gensim(vector_set, rows).most_similar(*question, topn=None)
    theirs = {
        vector_set.labels[row]: float(score)
        for row, score in zip(rows, scores, strict=True)
        if row not in chosen
    }
    signs = np.repeat([1, -1], [n_added, len(words) - n_added])
    units = vector_set.vectors[chosen].astype(float)
    target = signs @ (units / np.linalg.norm(units, axis=1, keepdims=True))
    if np.linalg.norm(target) < 1e-3:  # Then nothing is nearer than anything else.
        theirs = dict.fromkeys(theirs, 0.0)
    assert len(ours) == min(count, len(theirs))
    best = sorted(theirs.values(), reverse=True)[:count]
    np.testing.assert_allclose([score for _, score in ours], best, atol=1e-5)
    for label, score in ours:
        assert theirs[label] == pytest.approx(score, abs=1e-5)


@given(odd_sets(), st.sampled_from(METHODS), st.integers(0, 10_000))
@RUNS
def test_equal_scores_are_in_the_order_of_rows(vector_set, method, seed):
    rng = np.random.default_rng(seed)
    a, b, c = (vector_set.labels[row] for row in rng.choice(len(vector_set), 3, replace=False))
    answers = solve(vector_set, [b, c], [a], len(vector_set), method)
    places = [(-score, vector_set.row(label)) for label, score in answers]
    assert places == sorted(places)
    part = solve(vector_set, [b, c], [a], 3, method)
    assert part == answers[:3]


@given(odd_sets(), st.integers(0, 10_000), st.booleans(), st.booleans())
@RUNS
def test_which_questions_are_asked_and_skipped_is_as_in_gensim(
    tmp_path, vector_set, seed, fold, dummy
):
    """Of ties gensim takes any, so that the counts of right answers may differ; these may not."""
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(vector_set.vectors.any(axis=1))
    assume(len(rows) > 1)
    words = [*vector_set.labels, "unknown", "WoRd1"]
    lines = [": one", *(" ".join(rng.choice(words, 4)) for _ in range(30))]
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    options = {"case_insensitive": fold, "dummy4unknown": dummy}
    model = in_gensim(vector_set, np.arange(len(vector_set)))
    with np.errstate(all="ignore"):
        _, (section, _) = model.evaluate_word_analogies(str(path), **options)
    report = evaluate(vector_set, path, **options)
    assert report.total == len(section["correct"]) + len(section["incorrect"])
    assert report.skipped == (0 if dummy else 30 - report.total)


@given(odd_sets(), st.integers(0, 10_000), st.booleans(), st.booleans())
@RUNS
def test_correlations_are_those_of_gensim_with_rows_of_zeros_at_nothing(
    tmp_path, vector_set, seed, fold, dummy
):
    """A row of zeros has a cosine of NaN in gensim, and so has the whole correlation."""
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(vector_set.vectors.any(axis=1))
    assume(len(rows) > 3)
    known = VectorSet(vector_set.vectors[rows], [vector_set.labels[row] for row in rows])
    words = [*known.labels, "unknown", "WORD1"]
    lines = [f"{a}\t{b}\t{rng.integers(9)}" for a, b in rng.choice(words, (25, 2))]
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    options = {"case_insensitive": fold, "dummy4unknown": dummy}
    ours = evaluate_similarity(known, path, **options)
    # Cosines that are one and nearly one are ties or not by chance in float32; so are its ranks.
    if len(np.unique(np.round(ours.cosines, 5))) < 2 or len(np.unique(ours.scores)) < 2:
        return
    model = in_gensim(known, np.arange(len(known)))
    with np.errstate(all="ignore"):
        pearson, _, unknown = model.evaluate_word_pairs(str(path), **options)
    assert ours.pearson == pytest.approx(pearson[0], abs=1e-5)
    if not dummy:
        assert 100 * ours.n_skipped / 25 == pytest.approx(unknown)


@st.composite
def any_sets(draw):
    """Draw odd sets of which some rows hold NaN or an infinity."""
    found = draw(odd_sets())
    rows = np.array(found.vectors)
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.integers(0, len(rows) - 1))
        rows[row, draw(st.integers(0, rows.shape[1] - 1))] = draw(
            st.sampled_from([np.nan, np.inf, -np.inf, 1e38, 1e-40])
        )
    return VectorSet(rows, found.labels)


WORDS = st.lists(
    st.sampled_from([*(f"word{i}" for i in range(8)), "Word1", "WORD2", "", "unknown"]), max_size=4
)


def answered(function, *given_to_it):
    """Return the answers, or none and what is said instead."""
    try:
        return function(*given_to_it), ""
    except (UserError, KeyError) as refusal:
        return [], str(refusal.args[0])


def any_direction(vector_set):
    """Return whether a row besides those of a question may have one."""
    rows = vector_set.vectors
    return (np.isfinite(rows).all(axis=1) & rows.any(axis=1)).sum() > 8


@given(any_sets(), WORDS, WORDS, st.sampled_from(METHODS), st.booleans())
@RUNS
def test_whatever_is_asked_is_answered_or_refused_in_words(
    vector_set, positive, negative, method, exclude
):
    answers, said = answered(solve, vector_set, positive, negative, 5, method, exclude)
    assert answers or len(said) > 20 or not any_direction(vector_set)
    assert np.isfinite([score for _, score in answers]).all()
    given_words = {*positive, *negative}
    assert not exclude or not given_words & {label for label, _ in answers}


PAIRS = st.lists(
    st.tuples(
        st.sampled_from([*(f"word{i}" for i in range(8)), "unknown"]),
        st.sampled_from([*(f"word{i}" for i in range(8)), "Word1", "unknown"]),
    ),
    max_size=9,
)


@given(any_sets(), PAIRS, st.booleans())
@RUNS
def test_whatever_is_a_relation_is_measured_or_said_not_to_be(vector_set, pairs, fold):
    measured = measure_relation(vector_set, pairs, 20, case_insensitive=fold)
    count = len(measured.found)
    assert (measured.n_shuffles == 0) == bool(np.isnan(measured.p_value))
    assert count >= 2 or measured.n_shuffles == 0
    assert measured.n_shuffles or any(
        "no other" in note or "No pair" in note for note in measured.notes
    )
    assert count >= 2 or any("pair" in note for note in measured.notes)
    assert np.isnan(measured.consistency) or -1.0 <= measured.consistency <= 1.0
    table = relations_table(vector_set, {"one": pairs, "none": []}, 20, case_insensitive=fold)
    assert [each.name for each in table.relations][-1] == "none" or count < 2
    if count:
        applied = apply_relation(vector_set, pairs, ["word0", "word5", "unknown"])
        assert applied is not None


def made_up_questions(seed):
    """Return questions of words that a set has, or not, some of them twice in one."""
    rng = np.random.default_rng(seed)
    words = np.array([*(f"word{i}" for i in range(6)), "Word1", "unknown"])
    pairs = {name: rng.choice(words, (int(rng.integers(6)), 2)).tolist() for name in "abc"}
    return relation_questions({name: list(map(tuple, each)) for name, each in pairs.items()})


@given(any_sets(), st.integers(0, 10_000), st.booleans(), st.booleans(), st.sampled_from([None, 4]))
@RUNS
def test_whatever_is_a_benchmark_is_counted(vector_set, seed, fold, dummy, restrict):
    questions = made_up_questions(seed)
    options = {"case_insensitive": fold, "dummy4unknown": dummy, "restrict_vocab": restrict}
    for method, report in zip(
        METHODS, evaluate_methods(vector_set, questions, **options), strict=True
    ):
        assert report.method == method
        assert report.total + report.skipped == len(questions)
        assert sum(band.total for band in report.bands) == report.n_asked
        for place in range(report.n_asked):
            found = report.result(place)
            assert found.row == -1 or np.isfinite(vector_set.vectors[found.row]).all()
            # As in gensim, a word of the question is the answer where there are no others.
            asked = {each.upper() for each in found.question[1:4]}
            assert not found.is_correct or found.rank >= 1 or found.answer.upper() in asked
        whole = compare_reports(report, report).whole
        assert (whole.n_both, whole.p_value) == (report.n_asked, 1.0)


@given(any_sets(), st.integers(0, 10_000))
@RUNS
def test_whatever_is_asked_without_an_offset_is_answered(vector_set, seed):
    asked = couples_of_questions(vector_set, made_up_questions(seed))
    answers = answer_baselines(vector_set, asked.couples.rows)
    assert answers.shape == (len(asked.couples.rows), len(WAYS))
    inputs = asked.couples.rows[:, np.newaxis, :3]
    for way, rows in zip(WAYS, answers.T, strict=True):
        assert np.isfinite(vector_set.vectors[rows[rows >= 0]]).all()
        assert vector_set.vectors[rows[rows >= 0]].any(axis=1).all()
        if way != "with inputs":
            assert not (rows[:, np.newaxis] == inputs[:, 0]).any()
    for row in asked.couples.rows[:5]:
        a, b, c, answer = row.tolist()
        found, said = answered(explain_expected, vector_set, [b, c], [a], answer, c)
        assert said or set(row.tolist()) <= set(found.rows.tolist())


@given(any_sets(), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=15))
@RUNS
def test_whatever_is_judged_is_compared_or_said_not_to_be(vector_set, pairs):
    words = [*(f"word{i}" for i in range(6)), "WORD1", "unknown"]
    judged = [
        JudgedPair(words[a], words[b], float(a * b), "", line)
        for line, (a, b) in enumerate(pairs, 1)
    ]
    for dummy in (False, True):
        report, said = answered(
            *(evaluate_similarity, vector_set, JudgedPairs("judged.tsv", judged)),
            *(True, None, None, dummy),
        )
        if said:
            assert "judged.tsv" in said
            continue
        assert report.n_pairs + report.n_skipped == len(judged)
        assert np.isfinite(report.cosines).all()
        assert np.isnan(report.spearman) or -1.0 <= report.spearman <= 1.0
        assert np.isfinite(report.rank_differences()).all()
