"""The analogy benchmark against gensim's."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import METHODS, evaluate, solve
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
    assert evaluate(vector_set, path, method).correct == expected


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
    multiplied = evaluate(glove, data_folder / "questions-words.txt", "3CosMul")
    assert multiplied.accuracy == pytest.approx(0.6271, abs=5e-5)
