"""Training: the vectors are gensim's own, and whatever goes wrong is said."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import embedviz
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.sources.training.corpus import FileCorpus, TextsCorpus
from embedviz.sources.training.made_up import MadeUpLanguage
from embedviz.sources.training.run import TrainingRun
from embedviz.sources.training.samples import news_corpus
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of
from embedviz.sources.training.training import trained_set

REFERENCE = """
import sys, json, numpy as np
from gensim.models import FastText, Word2Vec
kind, path, out, options = sys.argv[1:]
sentences = [line.split() for line in open(path, encoding="utf-8")]
model = {"w2v": Word2Vec, "ft": FastText}[kind](
    sentences, workers=1, **json.loads(options)
)
np.savez(out, vectors=model.wv.vectors, words=model.wv.index_to_key,
         counts=[model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key])
"""


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Real text, of which each line is words with spaces between them."""
    path = tmp_path_factory.mktemp("news") / "news.txt"
    lines = [" ".join(words_of(text)) for text in news_corpus().texts()]
    path.write_text("\n".join(lines), "utf-8")
    return path


def by_gensim(path, folder, kind, **options):
    """Return what gensim gives when it is called directly, in a process of its own."""
    import json

    out = folder / "reference.npz"
    # Whatever the seed of hashes is: gensim 4 draws the first vectors without them.
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", REFERENCE, kind, path, out, json.dumps(options)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        timeout=120,
    )
    return np.load(out)


@pytest.mark.parametrize(
    ("algorithm", "kind", "options"),
    [
        ("skip-gram", "w2v", {"sg": 1}),
        ("cbow", "w2v", {"sg": 0}),
        ("fasttext", "ft", {"sg": 1, "bucket": 2000}),
    ],
)
def test_the_vectors_are_those_of_gensim_bit_for_bit(tmp_path, news, algorithm, kind, options):
    common = {"window": 4, "min_count": 3, "negative": 6, "epochs": 3, "seed": 11}
    reference = by_gensim(news, tmp_path, kind, vector_size=24, **common, **options)
    extra = {"bucket": 2000} if algorithm == "fasttext" else {}
    seen = []
    ours = embedviz.train(
        news,
        algorithm=algorithm,
        dimensions=24,
        workers=1,
        on_vectors=seen.append,
        **common,
        **extra,
    )
    assert ours.labels == tuple(reference["words"].tolist())
    np.testing.assert_array_equal(ours.metadata["count"].to_numpy(), reference["counts"])
    np.testing.assert_array_equal(ours.vectors, reference["vectors"])
    assert len(seen) >= 2  # It was watched: before and after at least.
    np.testing.assert_array_equal(seen[-1], ours.vectors)
    assert not np.array_equal(seen[0], ours.vectors)


def test_every_setting_reaches_gensim(tmp_path, news):
    options = {
        "sg": 1,
        "vector_size": 12,
        "window": 2,
        "min_count": 2,
        "negative": 3,
        "ns_exponent": 0.5,
        "sample": 0.01,
        "epochs": 2,
        "alpha": 0.05,
        "min_alpha": 0.01,
        "max_final_vocab": 500,
        "seed": 3,
    }
    reference = by_gensim(news, tmp_path, "w2v", **options)
    names = {"vector_size": "dimensions", "max_final_vocab": "max_vocabulary"}
    given = {names.get(name, name): value for name, value in options.items() if name != "sg"}
    ours = embedviz.train(news, workers=1, **given)
    np.testing.assert_array_equal(ours.vectors, reference["vectors"])


@cache
def small_language():
    return MadeUpLanguage(n_sentences=3_000, n_pairs=8)


QUICK = TrainingSettings(dimensions=16, epochs=3, workers=1)


def trained_with_snapshots(corpus, settings, questions=None, **more):
    snapshots, vocabularies = [], []
    run = TrainingRun(corpus, settings, questions, **more)
    made = run.run(on_vocabulary=vocabularies.append, on_snapshot=snapshots.append)
    assert len(vocabularies) == 1
    return made, vocabularies[0], snapshots


def test_snapshots_say_how_it_does():
    settings = replace(QUICK, epochs=8, alpha=0.05, negative=5)
    made, vocabulary, snapshots = trained_with_snapshots(
        small_language(), settings, small_language().questions
    )
    first, last = snapshots[0], snapshots[-1]
    assert (first.fraction, first.n_words, last.fraction) == (0.0, 0, 1.0)
    assert last.n_words == 8 * vocabulary.n_tokens
    assert last.epoch == 8
    assert vocabulary.n_texts == 3_000
    assert vocabulary.n_questions == len(small_language().questions) == 5 * 8 * 7
    assert [each.fraction for each in snapshots] == sorted(each.fraction for each in snapshots)
    assert first.accuracy < 0.1 < last.accuracy
    np.testing.assert_array_equal(last.vectors, made.vectors)
    assert all(np.isfinite(each.vectors).all() for each in snapshots)
    assert first.loss != first.loss  # Nothing learned yet.
    losses = [each.loss for each in snapshots if each.loss == each.loss]
    assert losses
    assert losses[-1] < settings.chance_loss


def test_moments_that_are_asked_for_are_the_same_each_time():
    word = small_language().lexicon.relations[0].pairs[0][0]

    def moments():
        run = TrainingRun(small_language(), QUICK, small_language().questions, moments=4)
        run.watch(word)
        snapshots = []
        run.run(on_snapshot=snapshots.append)
        return snapshots

    first, second = moments(), moments()
    fractions = [each.fraction for each in first]
    assert fractions == [each.fraction for each in second]
    assert np.floor(np.multiply(fractions, 4)).tolist() == [0, 1, 2, 3, 4]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.vectors, other.vectors)
        np.testing.assert_array_equal(one.neighbor_rows, other.neighbor_rows)
        np.testing.assert_array_equal(
            [one.loss, one.accuracy, one.alpha], [other.loss, other.accuracy, other.alpha]
        )


@pytest.mark.parametrize("algorithm", ["skip-gram", "cbow"])
def test_the_loss_begins_where_all_is_chance(algorithm):
    """One log 2 for the pair, and one for each negative: the number of pairs is right, too."""
    settings = replace(QUICK, algorithm=algorithm, alpha=1e-5, min_alpha=1e-5, epochs=1, sample=0.0)
    _, _, snapshots = trained_with_snapshots(small_language(), settings)
    losses = [each.loss for each in snapshots if each.loss == each.loss]
    assert losses == pytest.approx([settings.chance_loss] * len(losses), rel=0.05)
    assert losses


def test_the_loss_of_several_threads_is_that_of_one():
    """gensim's own sum loses what one thread adds while another one is at work."""
    settings = replace(QUICK, alpha=1e-5, min_alpha=1e-5, epochs=4, sample=0.0, workers=3)
    _, _, snapshots = trained_with_snapshots(small_language(), settings)
    losses = [each.loss for each in snapshots if each.loss == each.loss]
    assert np.mean(losses) == pytest.approx(settings.chance_loss, rel=0.05)


def test_fasttext_has_no_loss():
    settings = replace(QUICK, algorithm="fasttext", bucket=500)
    assert not settings.has_loss
    _, _, snapshots = trained_with_snapshots(small_language(), settings)
    assert all(each.loss != each.loss for each in snapshots)


def test_stopping_keeps_what_was_learned():
    run = TrainingRun(small_language(), replace(QUICK, epochs=2_000))

    def stop(snapshot):
        if snapshot.n_words:
            run.stop()

    made = run.run(on_snapshot=stop)
    assert made.is_partial
    assert 0 < made.fraction < 1
    assert np.isfinite(made.vectors).all()
    opened = trained_set(made)
    assert opened.origin.fraction == made.fraction
    (note,) = [note for note in opened.notes if "Stopped" in note]
    assert note.level == "warning"
    assert "%" in note


def test_stopping_before_a_vocabulary_keeps_nothing():
    run = TrainingRun(small_language(), QUICK)
    run.stop()
    with pytest.raises(Cancelled):
        run.run()


def test_a_killed_process_leaves_a_message():
    run = TrainingRun(small_language(), replace(QUICK, epochs=2_000))
    with pytest.raises(UserError, match=r"ended from outside.*memory"):
        run.run(on_snapshot=lambda snapshot: os.kill(run.pid, signal.SIGKILL))


def test_a_report_that_raises_ends_it():
    run = TrainingRun(small_language(), replace(QUICK, epochs=2_000))

    def report(fraction, words):
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        run.run(report)
    with pytest.raises(ProcessLookupError):
        os.kill(run.pid, 0)


def test_killing_it_from_another_thread_ends_it():
    run = TrainingRun(small_language(), replace(QUICK, epochs=2_000))

    def kill(snapshot):
        thread = Thread(target=run.kill)
        thread.start()
        thread.join()

    with pytest.raises(Cancelled):
        run.run(on_snapshot=kill)


def test_texts_from_memory_are_learned_like_those_of_a_file(tmp_path):
    texts = list(small_language().texts())
    path = tmp_path / "language.txt"
    path.write_text("\n".join(texts), "utf-8")
    given = {"dimensions": 8, "epochs": 1, "workers": 1}
    from_file, from_memory = embedviz.train(path, **given), embedviz.train(texts, **given)
    assert from_file.labels == from_memory.labels
    np.testing.assert_array_equal(from_file.vectors, from_memory.vectors)


def test_a_large_corpus_is_read_in_each_epoch_with_the_same_result(tmp_path, monkeypatch):
    """What is kept in memory and what is read again is the same."""
    from embedviz.sources.training.sentences import Sentences

    corpus = TextsCorpus(("a b c", "", "d e", "f" * 300))
    kept = Sentences(corpus, QUICK, lambda *_: None)
    read = Sentences(corpus, QUICK, lambda *_: None, most_kept=1)
    assert list(kept) == list(kept) == list(read) == list(read) == [["a", "b", "c"], ["d", "e"]]


def test_long_lines_are_cut_for_gensim_which_would_leave_words_out(tmp_path):
    path = tmp_path / "one-line.txt"
    path.write_text("one two three four " * 10_000, "utf-8")
    made = embedviz.train(path, dimensions=4, epochs=1, workers=1)
    assert made.metadata["count"].to_pylist() == [10_000] * 4


def test_of_many_words_the_most_frequent_are_on_show_and_some_of_the_others():
    words = [f"w{number}" for number in range(60)]
    texts = [" ".join(words[: 60 - number]) for number in range(59)]
    settings = replace(QUICK, min_count=1)
    _, vocabulary, snapshots = trained_with_snapshots(TextsCorpus(texts), settings, most_shown=10)
    assert len(vocabulary.words) == 60
    assert vocabulary.shown[:8].tolist() == list(range(8))
    assert len(set(vocabulary.shown.tolist())) == 10
    assert snapshots[-1].vectors.shape == (10, 16)
    assert len(vocabulary.shown_words) == 10


def test_the_neighbors_of_a_word_are_watched_over_all_words():
    language = small_language()
    run = TrainingRun(language, QUICK, most_shown=5)
    word = language.lexicon.relations[0].pairs[0][0]
    run.watch(word)
    snapshots = []
    made = run.run(on_snapshot=snapshots.append)
    last = snapshots[-1]
    assert last.watched == word
    unit = made.vectors / np.linalg.norm(made.vectors, axis=1, keepdims=True)
    cosines = unit @ unit[made.vocabulary.rows[word]]
    cosines[made.vocabulary.rows[word]] = -2
    assert last.neighbor_rows.tolist() == np.argsort(-cosines, kind="stable")[:20].tolist()
    np.testing.assert_allclose(last.neighbor_cosines, np.sort(cosines)[::-1][:20], atol=1e-5)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n ... !!\n", "holds no words"),
        (b"word word\nword word word\n", "one word alone, 'word'"),
        (b"a b c a b a\n", r"no word occurs 5 times; the most frequent, 'a', occurs 3 times"),
        (b"a a a a a a b\n", r"only one word occurs 5 times; the most frequent, 'a'"),
        (b"some text\0more\n" * 30, "not a text file"),
        ("größer ".encode("latin-1") * 500, "not UTF-8"),
        ("some text".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_cannot_be_learned_from_is_said(tmp_path, content, message):
    path = tmp_path / "corpus.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        embedviz.train(path, epochs=1, dimensions=4)


def test_a_corpus_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UserError, match=r"no file gone\.txt"):
        embedviz.train(tmp_path / "gone.txt")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"algorithm": "glove"}, "algorithm is 'glove'"),
        ({"dimensions": 0}, "dimensions is 0; it can be 2 to 2,000"),
        ({"epochs": 2.5}, "must be a whole number"),
        ({"workers": -1}, "workers is -1"),
        ({"alpha": 0.01, "min_alpha": 0.02}, "falls from alpha to min_alpha"),
        ({"vector_size": 50}, "vector_size is not a setting"),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_starts(given, message):
    with pytest.raises(UserError, match=message):
        embedviz.train(["a b"], **given)


def test_more_memory_than_there_is_is_refused(tmp_path, monkeypatch):
    from embedviz.sources.training import vocabulary

    monkeypatch.setattr(vocabulary, "available_memory", lambda: 1000)
    with pytest.raises(UserError, match="to train, and 1 kB are free"):
        vocabulary._require_memory(QUICK, 500)


def test_phrases_are_joined():
    texts = ["new york is large", "we love new york now", "york town", "a new thing"] * 40
    with_phrases = embedviz.train(
        texts, dimensions=4, epochs=1, phrases=True, phrase_threshold=0.1, min_count=2
    )
    assert "new_york" in with_phrases.labels
    assert "new_york" not in embedviz.train(texts, dimensions=4, epochs=1).labels


def test_a_column_of_a_table_is_a_corpus(tmp_path):
    path = tmp_path / "table.csv"
    rows = ["id,review,stars"]
    rows += [f'{k},"good film, bad sound {k % 7}",{k % 5}' for k in range(50)]
    path.write_text("\n".join(rows), "utf-8")
    made = embedviz.train(path, column="review", dimensions=4, epochs=1)
    assert {"good", "film", "bad", "sound"} <= set(made.labels)
    assert "review" not in made.labels
    with pytest.raises(UserError, match="nothing"):
        embedviz.train(path, column="nothing", dimensions=4, epochs=1)


def test_the_set_says_where_it_is_from_and_is_saved_and_opened_again(tmp_path, news):
    made = embedviz.train(news, dimensions=8, epochs=1, workers=2)
    assert made.origin.files == (news,)
    assert str(news) in made.source
    assert not made.provenance.is_repeatable
    assert any("2 threads" in note for note in made.notes)
    counts = made.metadata["count"].to_pylist()
    assert counts == sorted(counts, reverse=True)
    embedviz.save(made, tmp_path / "news.vec")
    again = embedviz.load(tmp_path / "news.vec")
    assert again.labels == made.labels
    np.testing.assert_allclose(again.vectors, made.vectors, atol=1e-6)


def test_gensim_is_not_imported_here():
    """It takes a second and holds the GIL meanwhile."""
    code = (
        "import sys, embedviz\n"
        "from embedviz.sources.training.preview import preview_corpus\n"
        "from embedviz.sources.training.samples import corpus_sample\n"
        "preview_corpus(corpus_sample('news').make())\n"
        "embedviz.train(['a b c'] * 9, dimensions=4, epochs=1)\n"
        "assert 'gensim' not in sys.modules, 'imported'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_file_corpora_know_tables_by_their_names():
    tables = ("a.csv", "a.tsv.gz", "b.parquet", "c.jsonl")
    assert all(FileCorpus(Path(name)).is_table for name in tables)
    assert not any(FileCorpus(Path(name)).is_table for name in ("a.txt", "a.gz", "csv", "a.cor"))
