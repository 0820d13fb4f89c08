"""The analogy benchmark against gensim's."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import METHODS, evaluate, evaluate_methods, solve, solve_rows
from embedviz.core.analogies.benchmark import answering
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet


def write_questions(folder, sections):
    path = folder / "questions.txt"
    lines = []
    for name, rows in sections.items():
        lines += [f": {name}", *(" ".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def in_gensim(vector_set, path, **settings):
    model = KeyedVectors(vector_set.dimensions)
    model.add_vectors(list(vector_set.labels), np.array(vector_set.vectors))
    with np.errstate(all="ignore"):  # It divides by the length of rows of zeros.
        accuracy, sections = model.evaluate_word_analogies(path, **settings)
    counts = [
        (part["section"], len(part["correct"]), len(part["correct"]) + len(part["incorrect"]))
        for part in sections[:-1]
    ]
    return accuracy, counts


def cased_words(n_stems, seed):
    """Return vectors of words in several cases, near each other, in random order."""
    rng = np.random.default_rng(seed)
    stems = rng.normal(size=(n_stems, 6))
    labels, rows = [], []
    for i, stem in enumerate(stems):
        for label in (f"word{i}", f"Word{i}", f"WORD{i}", f"wOrd{i}")[: rng.integers(1, 5)]:
            labels.append(label)
            rows.append(stem + 0.3 * rng.normal(size=6))
    order = rng.permutation(len(labels))
    return VectorSet(np.array(rows)[order], [labels[i] for i in order])


@given(
    seed=st.integers(0, 10_000),
    n_stems=st.integers(4, 12),
    fold=st.booleans(),
    restrict=st.sampled_from([None, 5, 20, 300_000]),
)
@settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counts_are_those_of_gensim(tmp_path, seed, n_stems, fold, restrict):
    vector_set = cased_words(n_stems, seed)
    rng = np.random.default_rng(seed)
    sections = {
        f"part {i}": rng.choice([*vector_set.labels, "unknown"], size=(30, 4)) for i in range(2)
    }
    path = write_questions(tmp_path, sections)
    ours = evaluate(vector_set, path, restrict_vocab=restrict, case_insensitive=fold)
    accuracy, counts = in_gensim(vector_set, path, restrict_vocab=restrict, case_insensitive=fold)
    assert ours.accuracy == pytest.approx(accuracy)
    assert [section[:3] for section in ours.sections] == counts
    assert all(section.total + section.skipped == 30 for section in ours.sections)
    assert (ours.total + ours.skipped, ours.malformed) == (60, 0)


# Sharp s, n with an apostrophe, a ligature, letters with marks, and i without a dot.
ODD_WORDS = ["straße", "STRASSE", "Strasse", "\u0149", "\u02bcN", "\ufb01sh", "FISH", "Fish"]
ODD_WORDS += ["\u01f0", "\u0390", "\u0131", "I", "i"]


def odd_words(seed):
    """Return words whose upper case is longer, in an order by chance, with equal and zero rows."""
    rng = np.random.default_rng(seed)
    plain = [f"word{i}" for i in range(12)]
    labels = [*ODD_WORDS, *plain, *(word.title() for word in plain[:6])]
    rows = rng.normal(size=(len(labels), 4))
    rows[rng.integers(len(rows), size=3)] = rows[0]
    rows[rng.integers(1, len(rows), size=2)] = 0
    order = rng.permutation(len(labels))
    return VectorSet(rows[order], [labels[i] for i in order])


def is_clear(vector_set, a, b, c):
    """Return whether a, b and c have directions, and no two of the best rows score the same."""
    known = {label.upper(): row for row, label in reversed(list(enumerate(vector_set.labels)))}
    rows = [known.get(word.upper()) for word in (a, b, c)]
    if None in rows:
        return True
    vectors = vector_set.vectors.astype(float)
    lengths = np.linalg.norm(vectors, axis=1)
    if not lengths[rows].all():
        return False
    units = vectors[lengths > 0] / lengths[lengths > 0, np.newaxis]
    inputs = vectors[rows] / lengths[rows, np.newaxis]
    scores = -np.sort(-units @ (inputs[1] + inputs[2] - inputs[0]))[:10]
    return np.diff(scores).max() < -1e-5


@given(seed=st.integers(0, 100_000), dummy=st.booleans(), fold=st.booleans())
@settings(
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_answer_is_that_of_gensim(tmp_path, seed, dummy, fold):
    vector_set = odd_words(seed)
    rng = np.random.default_rng(seed)
    asked = rng.choice([*vector_set.labels, "unknown", "WORD1", "strasse"], size=(40, 4)).tolist()
    asked = [words for words in asked if is_clear(vector_set, *words[:3])]
    path = write_questions(tmp_path, {f"question {i}": [words] for i, words in enumerate(asked)})
    ours = evaluate(vector_set, path, case_insensitive=fold, dummy4unknown=dummy)
    _, counts = in_gensim(vector_set, path, case_insensitive=fold, dummy4unknown=dummy)
    assert [section[:3] for section in ours.sections] == counts
    assert not (dummy and ours.skipped)


def test_unknown_words_count_as_wrong_when_asked_for(tmp_path):
    vector_set = cased_words(12, 1)
    path = write_questions(tmp_path, {"one": [("word1", "word2", "unknown", "word3")] * 3})
    report = evaluate(vector_set, path, dummy4unknown=True)
    assert report.sections == [("one", 0, 3, 0)]
    assert in_gensim(vector_set, path, dummy4unknown=True)[1] == [("one", 0, 3)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("numbers", [1, 4_000_000])
def test_answers_are_those_of_single_questions(tmp_path, method, numbers, monkeypatch):
    monkeypatch.setattr(answering, "_BLOCK_NUMBERS", numbers)
    rng = np.random.default_rng(5)
    labels = [f"word{i}" for i in range(400)]
    vector_set = VectorSet(rng.normal(size=(400, 8)) + 0.3, labels)
    questions = rng.choice(labels, size=(60, 3), replace=True)
    answers = [
        solve(vector_set, [b, c], [a], method=method, count=1)[0][0] for a, b, c in questions
    ]
    right = [*answers[:40], *rng.choice(labels, size=20)]
    path = write_questions(tmp_path, {"all": np.column_stack([questions, right])})
    expected = sum(one == other for one, other in zip(answers, right, strict=True))
    report = evaluate(vector_set, path, method)
    assert report.correct == expected
    assert [report.result(place).answer for place in range(60)] == answers


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("numbers", [1, 4_000_000])
def test_what_is_said_of_an_answer_is_so(tmp_path, method, numbers, monkeypatch):
    monkeypatch.setattr(answering, "_BLOCK_NUMBERS", numbers)
    rng = np.random.default_rng(8)
    labels = [f"word{i}" for i in range(300)]
    labels[200:230] = [f"WORD{i}" for i in range(30)]  # Further rows of the first labels.
    rows = np.repeat(rng.normal(size=(60, 6)), 5, axis=0) + 0.5 * rng.normal(size=(300, 6))
    vector_set = VectorSet(rows, labels)
    # The wordings of one label are right answers both, and neither is one where it is asked.
    asked = rng.choice(labels[:200], size=(80, 4)).tolist()
    report = evaluate(vector_set, write_questions(tmp_path, {"all": asked}), method)
    for place, (a, b, c, right) in enumerate(asked):
        result = report.result(place)
        whole = solve_rows(vector_set, [b, c], [a], 300, method, exclude_inputs=False)
        upper = [labels[row].upper() for row, _ in whole]
        assert labels[whole[0][0]] == result.answer_with_inputs
        others = [label for label in upper if label not in {a.upper(), b.upper(), c.upper()}]
        if right.upper() in others:
            assert result.rank == others.index(right.upper()) + 1
            assert result.is_correct == (result.rank == 1)
        near = {
            name: [row for row, _ in solve_rows(vector_set, [word], count=10)]
            for name, word in zip("abc", (a, b, c), strict=True)
        }
        if not {a, b, c} & set(labels[:30]):  # Where `solve` leaves one row out, as this does.
            expected = "".join(name for name, found in near.items() if result.row in found)
            assert result.near == expected
            first = next(row for row in near["c"] if labels[row] not in {a, b, c})
            assert result.is_nearest_of_c == (result.row == first)


def test_all_methods_at_once_are_each_alone(tmp_path):
    vector_set = cased_words(12, 3)
    rng = np.random.default_rng(3)
    path = write_questions(tmp_path, {"one": rng.choice(vector_set.labels, size=(60, 4))})
    for report in evaluate_methods(vector_set, path):
        alone = evaluate(vector_set, path, report.method)
        assert report.sections == alone.sections
        for name, values in vars(report.answers).items():
            np.testing.assert_array_equal(values, getattr(alone.answers, name))


def test_rows_of_zeros_and_repeated_labels(tmp_path):
    rows = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [-1, 1, 1], [1, 1, 1]], float)
    vector_set = VectorSet(rows, ["a", "b", "c", "zero", "d", "D"])
    path = write_questions(tmp_path, {"one": [("a", "b", "c", "d"), ("zero", "b", "c", "d")]})
    report = evaluate(vector_set, path)
    assert report.sections == [("one", 2, 2, 0)]
    twice = VectorSet(np.vstack([rows, rows[:1]]), ["a", "b", "c", "zero", "d", "e", "a"])
    assert evaluate(twice, path).correct == 2


def test_a_vocabulary_of_the_questions_own_labels_has_no_answers(tmp_path):
    vector_set = VectorSet(np.eye(3), ["a", "b", "c"])
    path = write_questions(tmp_path, {"one": [("a", "b", "c", "b")]})
    assert evaluate(vector_set, path).sections == [("one", 0, 1, 0)]


def test_a_set_that_knows_no_question(tmp_path):
    path = write_questions(tmp_path, {"one": [("a", "b", "c", "d")], "two": []})
    for vector_set in (VectorSet(np.eye(2)), VectorSet(np.zeros((0, 3)))):
        report = evaluate(vector_set, path)
        assert report.sections == [("one", 0, 0, 1), ("two", 0, 0, 0)]
        assert (report.accuracy, report.correct, report.total, report.skipped) == (0.0, 0, 0, 1)


def test_lines_that_are_no_questions(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_bytes(b"\xef\xbb\xbf\r\n: one\r\na b c\r\na b c d\r\n\r\na b c d e\r\n")
    report = evaluate(VectorSet(np.eye(4), list("abcd")), path)
    assert (report.total, report.malformed) == (1, 2)
    assert report.sections[0].name == "one"
    path.write_text("")
    assert evaluate(VectorSet(np.eye(4), list("abcd")), path).sections == []


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    vector_set = VectorSet(np.eye(4), list("abcd"))
    path = tmp_path / "questions.txt"
    with pytest.raises(UserError, match=r"questions\.txt: the questions cannot be read"):
        evaluate(vector_set, path)
    path.write_bytes(b": one\n\xff\xfe b c d\n")
    with pytest.raises(UserError, match="cannot be read"):
        evaluate(vector_set, path)
    path.write_text("\na b c d\n")
    with pytest.raises(UserError, match="line 2: there is no section above"):
        evaluate(vector_set, path)
    with pytest.raises(ValueError, match="3CosAdd, 3CosMul"):
        evaluate(vector_set, path, method="cosine")


def test_progress_stops(tmp_path):
    def stop(fraction, message):
        raise Cancelled

    path = write_questions(tmp_path, {"one": [("a", "b", "c", "d")]})
    with pytest.raises(Cancelled):
        evaluate(VectorSet(np.eye(4), list("abcd")), path, report=stop)


def test_known_counts_on_glove(data_folder):
    folder = data_folder / "glove50"
    labels = (folder / "golden_words.txt").read_text(encoding="utf-8").split("\n")[:5050]
    glove = VectorSet(np.load(folder / "golden_5050x50.f4.npy"), labels)
    report = evaluate(glove, data_folder / "questions-words.txt")
    assert (report.correct, report.total, report.skipped) == (1942, 3006, 19544 - 3006)
    assert report.accuracy == pytest.approx(0.6460, abs=5e-5)
    assert {name.partition("-")[2] or name: counts for name, *counts, _ in report.sections} == {
        "common-countries": [170, 210],
        "world": [110, 139],
        "currency": [1, 28],
        "in-state": [29, 162],
        "family": [148, 182],
        "adjective-to-adverb": [26, 156],
        "opposite": [2, 12],
        "comparative": [119, 210],
        "superlative": [50, 90],
        "present-participle": [91, 182],
        "nationality-adjective": [766, 791],
        "past-tense": [250, 506],
        "plural": [124, 182],
        "plural-verbs": [56, 156],
    }
    assert report.top5_accuracy == pytest.approx(0.8057, abs=5e-5)
    assert report.accuracy_with_inputs == pytest.approx(0.4454, abs=5e-5)
    assert [(kind.name, kind.total) for kind in report.kinds] == [
        ("semantic", 721),
        ("syntactic", 2285),
    ]
    assert sum(band.total for band in report.bands) == 3006
    multiplied = evaluate(glove, data_folder / "questions-words.txt", "3CosMul")
    assert multiplied.accuracy == pytest.approx(0.6271, abs=5e-5)
