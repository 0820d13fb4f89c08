"""Analogies on real models that gensim brings for its own tests, read here and by gensim."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from embedviz.core.analogies import evaluate, evaluate_similarity, solve
from embedviz.formats import load

TEXT = ["lee_fasttext.vec", "pang_lee_polarity_fasttext.vec", "crime-and-punishment.vec"]
BINARY = ["euclidean_vectors.bin"]
N_QUESTIONS = 200


@pytest.fixture(scope="module", params=TEXT + BINARY)
def model(request):
    """One file as two objects: the vector set that is read here, and gensim's keyed vectors."""
    path = Path(datapath(request.param))
    if not path.exists():
        pytest.skip(f"this gensim does not bring {path.name}")
    # Labels in one of them are cut within a letter; the reader here replaces those, too.
    theirs = KeyedVectors.load_word2vec_format(
        str(path), binary=request.param in BINARY, unicode_errors="replace"
    )
    return load(path), theirs


def questions_of(ours, seed):
    """Return 200 questions of one to three terms on each side, no term twice in one."""
    rng = np.random.default_rng(seed)
    for _ in range(N_QUESTIONS):
        positive, negative = rng.integers(1, 4, size=2)
        rows = rng.choice(len(ours.labels), size=positive + negative, replace=False)
        labels = [ours.labels[row] for row in rows]
        yield labels[:positive], labels[positive:]


def assert_same_answers(ours, theirs):
    """Check scores, and order where two neighbors in it do not score the same to gensim."""
    scores = np.array([score for _, score in theirs])
    # Products are up to thousands, of which float32 keeps seven digits.
    np.testing.assert_allclose([score for _, score in ours], scores, rtol=1e-5, atol=1e-5)
    known = dict(theirs)
    for (label, score), (expected, _) in zip(ours, theirs, strict=True):
        if label != expected and label in known:
            assert score == pytest.approx(known[label], rel=1e-5, abs=1e-5)
        elif label != expected:  # The last may have equals that had no room.
            assert score == pytest.approx(scores[-1], rel=1e-5, abs=1e-5)


def counts_of(sections):
    """Return name, correct and asked of each of gensim's sections, without that of all."""
    return [
        (part["section"], len(part["correct"]), len(part["correct"]) + len(part["incorrect"]))
        for part in sections[:-1]
    ]


def test_labels_and_vectors_are_those_of_gensim(model):
    ours, theirs = model
    assert list(ours.labels) == theirs.index_to_key
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)


def test_sums(model):
    ours, theirs = model
    for positive, negative in questions_of(ours, 1):
        expected = theirs.most_similar(positive, negative, topn=20)
        assert_same_answers(solve(ours, positive, negative, 20), expected)


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")
def test_products(model):
    ours, theirs = model
    for positive, negative in questions_of(ours, 2):
        expected = theirs.most_similar_cosmul(positive, negative, topn=20)
        found = solve(ours, positive, negative, 20, method="3CosMul")
        assert_same_answers(found, expected)


@pytest.mark.parametrize("fold", [True, False])
def test_sections_of_the_benchmark(model, tmp_path, fold):
    ours, theirs = model
    rng = np.random.default_rng(3)
    words = [label for label in ours.labels if not set(label) & set(" \t") and label[0] != ":"]
    lines = []
    for section in range(3):
        lines.append(f": part {section}")
        for _ in range(60):
            a, b = rng.choice(words, 2, replace=False)
            c = rng.choice([word for word in words if word not in (a, b)])
            # What is asked for is what gensim answers, in half of the lines.
            answer = theirs.most_similar([b, c], [a], topn=1)[0][0]
            d = answer if rng.random() < 0.5 and answer in words else rng.choice([*words, "xqz"])
            lines.append(" ".join(str(word) for word in (a, b, c, d)))
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    accuracy, sections = theirs.evaluate_word_analogies(str(path), case_insensitive=fold)
    report = evaluate(ours, path, case_insensitive=fold)
    assert report.accuracy == pytest.approx(accuracy)
    assert [section[:3] for section in report.sections] == counts_of(sections)
    assert sum(section.correct for section in report.sections) > 0


def test_the_published_questions(model):
    ours, theirs = model
    path = datapath("questions-words.txt")
    accuracy, sections = theirs.evaluate_word_analogies(path, dummy4unknown=True)
    report = evaluate(ours, path, dummy4unknown=True)
    assert report.accuracy == pytest.approx(accuracy)
    assert [section[:3] for section in report.sections] == counts_of(sections)


@pytest.mark.parametrize("name", ["simlex999.txt", "wordsim353.tsv"])
@pytest.mark.filterwarnings("ignore:An input array is constant")
def test_the_published_similarities(model, name):
    ours, theirs = model
    pearson, spearman, unknown = theirs.evaluate_word_pairs(datapath(name), dummy4unknown=True)
    if not np.isfinite(spearman[0]):
        pytest.skip("no pair is known to this model")
    report = evaluate_similarity(ours, datapath(name), dummy4unknown=True)
    assert report.pearson == pytest.approx(pearson[0], abs=1e-5)
    assert report.spearman == pytest.approx(spearman[0], abs=1e-5)
    known = evaluate_similarity(ours, datapath(name))
    assert 100 * known.n_skipped / (known.n_skipped + known.n_pairs) == pytest.approx(unknown)
