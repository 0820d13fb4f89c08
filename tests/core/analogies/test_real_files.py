"""Answers, counts and correlations on real files are those of gensim, which reads the same files.

Of rows whose scores differ by less than float32 can tell, gensim's order is by chance: it sorts
float32 numbers, and not in a stable way. There any order is accepted, and nowhere else; ours is by
the row then, which `test_equal_scores_are_ordered_by_row` asserts.
"""

import json
import logging
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
import pytest

from embedviz.core.analogies import evaluate, evaluate_similarity, solve
from embedviz.core.errors import UserError
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save


class Both(NamedTuple):
    """One file as a set of vectors, and as gensim's."""

    name: str
    ours: VectorSet
    theirs: object


TEXTS = ("lee_fasttext.vec", "pang_lee_polarity_fasttext.vec", "crime-and-punishment.vec")
BINARIES = ("euclidean_vectors.bin", "poincare_vectors.bin")
MODELS = ("lee_fasttext.bin", "toy-model.bin", "non_ascii_fasttext.bin")
LARGE = ("words-wordllama", "words", "words-final", "wordllama")
"""Sets of which gensim needs half a minute for all questions of a file."""
REAL = [
    *(*TEXTS, *BINARIES, *MODELS, LARGE[0]),
    *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE[1:]),
]
"""Texts and binaries of word2vec, models of fastText, and sets that are written here first."""


def gensim_file(name):
    """Return the path of one of gensim's own files, or skip."""
    path = files(pytest.importorskip("gensim")) / "test" / "test_data" / name
    if not path.is_file():
        pytest.skip(f"gensim is installed without its test data ({name})")
    return path


def of_word2vec(path, *, binary):
    """Return what gensim reads; it warns of labels that are there twice, in the log."""
    from gensim.models import KeyedVectors

    logging.getLogger("gensim").setLevel(logging.ERROR)
    return KeyedVectors.load_word2vec_format(path, binary=binary, unicode_errors="replace")


def tokens_of_wordllama():
    """Return the tokens that WordLlama's vectors are of; those that begin a word as that word."""
    package = files(pytest.importorskip("wordllama"))
    data = (package / "tokenizers" / "l2_supercat_tokenizer_config.json").read_text("utf-8")
    numbers = json.loads(data)["model"]["vocab"]
    words = {token[1:] for token in numbers if token.startswith("▁")}
    labels = [f"token{number}" for number in range(len(numbers))]
    for token, number in numbers.items():
        label = token.removeprefix("▁") if token.startswith("▁") else f"##{token}"
        if label.split() == [label] and (token not in words or token.startswith("▁")):
            labels[number] = label
    return labels, package / "weights" / "l2_supercat_256.safetensors"


def written_sets(name):
    """Return a set that is to be written as a file of word2vec."""
    if name != "wordllama":
        return load_sample(name)
    pytest.importorskip("safetensors")
    labels, path = tokens_of_wordllama()
    vectors = load(path).vectors
    return VectorSet(vectors[: len(labels)], labels[: len(vectors)])


def both_of(name, folder):
    """Return one of `REAL`."""
    if name in MODELS:
        from gensim.models.fasttext import load_facebook_vectors

        path = gensim_file(name)
        return Both(name, load(path), load_facebook_vectors(str(path)))
    if name in (*TEXTS, *BINARIES):
        path, binary = gensim_file(name), name in BINARIES
    else:
        pytest.importorskip("gensim")
        binary = name != "words-final"
        path = folder / f"{name}.{'bin' if binary else 'vec'}"
        save(written_sets(name), path)
    return Both(name, load(path), of_word2vec(path, binary=binary))


@pytest.fixture(scope="module", params=REAL)
def both(request, tmp_path_factory):
    """Return a file as both read it; they must have read the same."""
    found = both_of(request.param, tmp_path_factory.mktemp("real"))
    assert list(found.ours.labels) == found.theirs.index_to_key
    np.testing.assert_allclose(found.ours.vectors, found.theirs.vectors, atol=3e-7)
    return found


SAME = 1e-5
"""Scores that differ by less may be equal to float32 numbers."""
SHORTEST = 0.1
"""Length of the sum of unit vectors below which they nearly cancel out, and float32 tells less."""
COUNT = 10


def questions_about(vector_set, how_many, seed):
    """Yield questions with one to three positive labels, and none to two negative ones."""
    rng = np.random.default_rng(seed)
    units = vector_set.vectors / np.linalg.norm(vector_set.vectors, axis=1, keepdims=True)
    while how_many:
        n_added, n_subtracted = int(rng.integers(1, 4)), int(rng.integers(0, 3))
        chosen = rng.choice(len(units), n_added + n_subtracted, replace=False)
        words = [vector_set.labels[row] for row in chosen]
        signs = np.repeat([1, -1], [n_added, n_subtracted])
        if np.linalg.norm(signs @ units[chosen]) > SHORTEST:
            yield words[:n_added], words[n_added:]
            how_many -= 1


def assert_same_order(ours, scores, precision):
    """Compare answers with gensim's scores of all rows.

    Parameters
    ----------
    ours : list of (str, float)
    scores : dict
        Of all labels but those of the question.
    precision : float
        Of gensim's scores.
    """
    best = sorted(scores.values(), reverse=True)[: len(ours)]
    np.testing.assert_allclose([score for _, score in ours], best, rtol=1e-5, atol=precision)
    for label, score in ours:
        assert scores[label] == pytest.approx(score, rel=1e-5, abs=precision)
    assert len({label for label, _ in ours}) == len(ours) == min(COUNT, len(scores))


def named(model, scores, inputs):
    """Return gensim's scores by label, without those of inputs however their letters are written.

    A letter and its mark may be one character or two: what looks the same is one label here.
    """
    barred = {normalize("NFC", label) for label in inputs}
    return {
        label: float(score)
        for label, score in zip(model.index_to_key[: len(scores)], scores, strict=True)
        if normalize("NFC", label) not in barred
    }


@pytest.mark.parametrize("is_restricted", [False, True])
def test_sums_are_those_of_gensim(both, is_restricted):
    restrict = max(2, len(both.ours) // 3) if is_restricted else None
    n_in_order = 0
    for positive, negative in questions_about(both.ours, 200, 1):
        options = {"restrict_vocab": restrict} if restrict else {}
        with np.errstate(all="ignore"):
            scores = both.theirs.most_similar(positive, negative, topn=None, **options)
            listed = both.theirs.most_similar(positive, negative, topn=COUNT, **options)
        ours = solve(both.ours, positive, negative, COUNT, restrict_vocab=restrict)
        assert_same_order(ours, named(both.theirs, scores, {*positive, *negative}), SAME)
        n_in_order += [label for label, _ in ours] == [label for label, _ in listed]
    assert n_in_order > 190 or both.ours.dimensions == 2  # Of two dimensions, many are equal.


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")
@pytest.mark.parametrize("is_restricted", [False, True])
def test_products_are_those_of_gensim(both, is_restricted):
    restrict = max(2, len(both.ours) // 3) if is_restricted else None
    for positive, negative in questions_about(both.ours, 100, 2):
        ours = solve(both.ours, positive, negative, COUNT, "3CosMul", restrict_vocab=restrict)
        # It takes a `restrict_vocab` too, and does not heed it.
        with np.errstate(all="ignore"):  # Some BLAS report what lies beyond an array's end.
            scores = both.theirs.most_similar_cosmul(positive, negative, topn=None)[:restrict]
        theirs = named(both.theirs, scores, {*positive, *negative})
        # One over a product near 0 is as inexact as that product is.
        largest = max([1.0, *(theirs[label] for label, _ in ours)])
        assert_same_order(ours, theirs, SAME * largest**2 if negative else SAME)


def counts_of(model, path, **options):
    with np.errstate(all="ignore"):
        accuracy, sections = model.evaluate_word_analogies(str(path), **options)
    return accuracy, [
        (part["section"], len(part["correct"]), len(part["correct"]) + len(part["incorrect"]))
        for part in sections[:-1]
    ]


OPTIONS = (
    {"restrict_vocab": 1_000, "case_insensitive": False, "dummy4unknown": True},
    {},
    {"case_insensitive": False},
    {"dummy4unknown": True},
    {"restrict_vocab": 3_000},
)
OF_GOOGLE = [
    *((name, options) for name in (*TEXTS, *BINARIES, *MODELS) for options in OPTIONS),
    (LARGE[0], OPTIONS[0]),
    *(
        pytest.param(name, options, marks=pytest.mark.slow)
        for name in LARGE
        for options in OPTIONS[name == LARGE[0] :]
    ),
]


@pytest.mark.parametrize(("both", "options"), OF_GOOGLE, indirect=["both"])
def test_all_questions_of_google_are_counted_as_by_gensim(both, options):
    path = gensim_file("questions-words.txt")
    accuracy, counts = counts_of(both.theirs, path, **options)
    report = evaluate(both.ours, path, **options)
    assert [section[:3] for section in report.sections] == counts
    assert report.accuracy == pytest.approx(accuracy)


def clear_answer(both, a, b, c):
    """Return gensim's answer, if no other row is as near to it but for rounding; else None."""
    (answer, best), (_, next_best) = both.theirs.most_similar([b, c], [a], topn=2)
    return answer if best - next_best > SAME and answer.split() == [answer] else None


def written_questions(both, folder, seed):
    """Write questions of the file's own words; half ask for what gensim answers."""
    rng = np.random.default_rng(seed)
    usable = [label for label in both.ours.labels[:2_000] if label.split() == [label]]
    usable = [label for label in usable if not label.startswith(":")]
    lines = []
    for section in range(4):
        lines.append(f": part {section}")
        for _ in range(60):
            words = rng.choice(usable, 4, replace=False).tolist()
            if rng.random() < 0.5:
                words[3] = clear_answer(both, *words[:3]) or words[3]
            elif rng.random() < 0.5:
                words[rng.integers(4)] = str(rng.choice(["surely-unknown", words[0].upper()]))
            lines.append(" ".join(words))
    path = folder / "questions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("fold", [True, False])
def test_questions_of_the_own_words_are_counted_as_by_gensim(both, tmp_path, fold):
    path = written_questions(both, tmp_path, 4)
    for restrict in (300_000, max(4, len(both.ours) // 2)):
        options = {"case_insensitive": fold, "restrict_vocab": restrict}
        accuracy, counts = counts_of(both.theirs, path, **options)
        report = evaluate(both.ours, path, **options)
        assert [section[:3] for section in report.sections] == counts
        assert report.accuracy == pytest.approx(accuracy)
        assert report.accuracy > 0.05 or restrict < len(both.ours)


def assert_same_correlations(both, path, **options):
    try:
        pearson, spearman, unknown = both.theirs.evaluate_word_pairs(str(path), **options)
    except ValueError:  # No pair is known, or one alone.
        with pytest.raises(UserError, match="knows both words of none"):
            assert evaluate_similarity(both.ours, path, **options).n_pairs > 1
        return 0
    ours = evaluate_similarity(both.ours, path, **options)
    expected = pytest.approx((pearson[0], spearman[0]), abs=1e-5, nan_ok=True)
    assert (ours.pearson, ours.spearman) == expected
    if not options.get("dummy4unknown"):
        assert 100 * ours.n_skipped / (ours.n_pairs + ours.n_skipped) == pytest.approx(unknown)
    return ours.n_pairs


@pytest.mark.filterwarnings("ignore::scipy.stats.ConstantInputWarning")
@pytest.mark.parametrize("dummy", [False, True])
@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("name", ["wordsim353.tsv", "simlex999.txt"])
def test_published_judgments_correlate_as_by_gensim(both, name, fold, dummy):
    options = {"case_insensitive": fold, "dummy4unknown": dummy}
    n_pairs = assert_same_correlations(both, gensim_file(name), **options)
    if both.name.startswith("words"):
        assert n_pairs > 100


def test_made_up_judgments_of_the_own_words_correlate_as_by_gensim(both, tmp_path):
    rng = np.random.default_rng(6)
    labels = [label for label in both.ours.labels if label.split() == [label]]
    labels = [label for label in labels if not label.startswith("#")]
    lines = []
    for _ in range(300):
        first, second = rng.choice(labels, 2, replace=False)
        lines.append(f"{first}\t{second}\t{rng.integers(0, 21) / 2}\n")
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(lines), encoding="utf-8")
    assert assert_same_correlations(both, path, case_insensitive=False) == 300
    assert assert_same_correlations(both, path) == 300
