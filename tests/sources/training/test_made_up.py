"""The made-up language: readable, the same each time, and its relations are found by training."""

import re

import numpy as np
import pytest

from embedviz.core.analogies import evaluate
from embedviz.core.errors import UserError
from embedviz.sources.training.accuracy import AccuracyMeter, nearest_rows
from embedviz.sources.training.made_up import MadeUpLanguage
from embedviz.sources.training.questions import Questions, load_questions
from embedviz.sources.training.run import TrainingRun
from embedviz.sources.training.samples import SAMPLES, corpus_of_facts, corpus_sample
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of
from embedviz.sources.training.training import trained_set


def test_the_planted_relations_are_found(tmp_path):
    """Over the whole vocabulary, inputs excluded; smaller than the sample, and one seed."""
    language = MadeUpLanguage(seed=5, n_sentences=12_000, n_pairs=12)
    run = TrainingRun(
        language,
        TrainingSettings(dimensions=50, epochs=6, window=4, negative=10, workers=1),
        language.questions,
    )
    snapshots = []
    made = trained_set(run.run(on_snapshot=snapshots.append))
    path = tmp_path / "questions.txt"
    path.write_text(language.questions.text(), "utf-8")
    report = evaluate(made, path, restrict_vocab=None)
    assert report.total == 5 * 12 * 11
    assert report.skipped == 0
    assert report.accuracy >= 0.9
    assert all(section.correct >= 0.75 * section.total for section in report.sections)
    assert snapshots[0].accuracy < 0.1  # It is not there before it is learned.
    assert snapshots[-1].accuracy == pytest.approx(report.accuracy)


def test_sentences_are_readable_and_the_same_each_time():
    texts = list(MadeUpLanguage(seed=3, n_sentences=300).texts())
    assert texts == list(MadeUpLanguage(seed=3, n_sentences=300).texts())
    assert texts != list(MadeUpLanguage(seed=4, n_sentences=300).texts())
    assert len(texts) == 300
    assert all(re.fullmatch(r"[A-Z][a-z ]+\.", text) for text in texts)
    assert {len(words_of(text)) for text in texts} <= set(range(5, 14))


def test_no_word_means_two_things():
    lexicon = MadeUpLanguage(seed=1, n_pairs=200).lexicon
    words = list(lexicon.joining)
    for relation in lexicon.relations:
        words += [word for pair in relation.pairs for word in pair]
        words += [*relation.small[0], *relation.small[1]]
        words += sorted({word for company in relation.companions for word in company})
    assert len(words) == len(set(words))


def test_words_of_a_pair_never_say_of_each_other_where_they_belong():
    """Pairs are not told by standing together: only by their company."""
    language = MadeUpLanguage(n_sentences=500)
    partner = {}
    for pairs in language.relations.values():
        partner |= dict(pairs) | {b: a for a, b in pairs}
    clauses = [words_of(text) for text in language.texts()]
    together = sum(partner.get(word) in words for words in clauses for word in words)
    assert together < 0.02 * len(clauses)


@pytest.mark.parametrize("given", [{"n_sentences": 0}, {"n_pairs": 1}, {"seed": -1}])
def test_impossible_languages_are_refused(given):
    with pytest.raises(UserError, match="made-up language"):
        MadeUpLanguage(**given)


def test_samples_are_found_by_name_and_by_their_facts():
    for sample in SAMPLES:
        corpus = corpus_sample(sample.name).make()
        assert corpus_of_facts(corpus.facts()) == corpus
        assert next(iter(corpus.texts()))
        sample.settings.require()
    assert len(corpus_sample("made-up-language").questions) == 1900
    assert len(corpus_sample("news").questions) == 0
    with pytest.raises(UserError, match=r"'old' is not a sample corpus; there are made-up"):
        corpus_sample("old")


# Questions and accuracy.


def test_questions_survive_a_file(tmp_path):
    questions = MadeUpLanguage(n_pairs=3).questions
    path = tmp_path / "q.txt"
    path.write_text(questions.text(), "utf-8")
    assert load_questions(path).sections == questions.sections
    assert load_questions(path).name == "q.txt"


def test_questions_are_asked_whose_words_are_there():
    questions = Questions((("s", (("A", "b", "c", "d"), ("a", "b", "c", "x"))),))
    rows = {word: row for row, word in enumerate("dcba")}
    assert questions.rows(rows, lower_case=True).tolist() == [[3, 2, 1, 0]]
    assert questions.rows(rows, lower_case=False).shape == (0, 4)


def test_accuracy_is_that_of_the_benchmark(tmp_path):
    from embedviz.core.vector_set import VectorSet

    generator = np.random.default_rng(0)
    words = [f"w{number}" for number in range(40)]
    base = generator.normal(size=(20, 6))
    vectors = np.concatenate([base, base + 1 + 0.4 * generator.normal(size=base.shape)])
    vectors = vectors.astype(np.float32)
    asked = [(words[a], words[a + 20], words[c], words[c + 20])
             for a in range(20) for c in range(20) if a != c]  # fmt: skip
    questions = Questions((("s", tuple(asked)),))
    path = tmp_path / "q.txt"
    path.write_text(questions.text(), "utf-8")
    expected = evaluate(VectorSet(vectors, words), path).accuracy
    assert 0.1 < expected < 0.95
    rows = questions.rows({word: row for row, word in enumerate(words)}, lower_case=True)
    meter = AccuracyMeter(rows, len(words))
    assert meter.measure(vectors[meter.rows]) == pytest.approx(expected)


def test_of_many_questions_and_words_some_are_taken():
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 30_000, size=(5_000, 4))
    meter = AccuracyMeter(rows, 30_000)
    assert meter.n_questions == 1_000
    assert 10_000 <= len(meter.rows) <= 14_000
    vectors = generator.normal(size=(len(meter.rows), 8)).astype(np.float32)
    assert 0 <= meter.measure(vectors) < 0.1
    assert np.isnan(AccuracyMeter(rows[:0], 50).measure(vectors[:50]))


def test_neighbors_are_the_nearest_without_the_word_itself():
    vectors = np.array([[1, 0], [0, 1], [1, 0.1], [-1, 0], [0, 0]], np.float32)
    rows, cosines = nearest_rows(vectors, 0, 10)
    assert rows.tolist() == [2, 1, 4, 3]
    np.testing.assert_allclose(cosines, [1 / np.sqrt(1.01), 0, 0, -1], atol=1e-6)
