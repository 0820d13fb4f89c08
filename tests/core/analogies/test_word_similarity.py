"""Word similarity against gensim's, and the layouts of its files."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import evaluate_similarity, read_judged_pairs
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


def words(n_words=40, seed=0):
    rng = np.random.default_rng(seed)
    labels = [f"word{i}" if rng.random() < 0.7 else f"Word{i % 5}" for i in range(n_words)]
    return VectorSet(rng.normal(size=(n_words, 8)), labels)


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def in_gensim(vector_set, path, **options):
    model = KeyedVectors(vector_set.dimensions)
    # Of equal labels gensim keeps the first; those are no labels of a model it could have made.
    first = {label: row for row, label in reversed(list(enumerate(vector_set.labels)))}
    rows = sorted(first.values())
    model.add_vectors([vector_set.labels[row] for row in rows], vector_set.vectors[rows])
    pearson, spearman, unknown = model.evaluate_word_pairs(str(path), **options)
    return pearson[0], spearman[0], unknown


@given(
    seed=st.integers(0, 10_000),
    fold=st.booleans(),
    dummy=st.booleans(),
    delimiter=st.sampled_from(["\t", ",", " "]),
)
@settings(
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_correlations_are_those_of_gensim(tmp_path, seed, fold, dummy, delimiter):
    vector_set, rng = words(seed=seed), np.random.default_rng(seed)
    known = [*vector_set.labels, "unknown", "WORD1", "word2"]
    lines = ["# a remark"]
    for _ in range(30):
        first, second = rng.choice(known, 2)
        while first.upper() == second.upper():  # Of which gensim's float32 makes almost 1.
            second = rng.choice(known)
        lines.append(delimiter.join([first, second, f"{rng.integers(0, 12) / 2}"]))
    lines.append(delimiter.join(["word1", "word3", "none"]))
    path = written(tmp_path, "pairs.txt", "\n".join(lines) + "\n")
    options = {"case_insensitive": fold, "dummy4unknown": dummy, "delimiter": delimiter}
    pearson, spearman, unknown = in_gensim(vector_set, path, **options)
    ours = evaluate_similarity(vector_set, path, **options)
    assert ours.pearson == pytest.approx(pearson, abs=1e-6)
    assert ours.spearman == pytest.approx(spearman, abs=1e-6)
    assert ours.n_pairs + ours.n_skipped == 30
    assert ours.malformed == 1
    if not dummy:
        assert 100 * ours.n_skipped / 30 == pytest.approx(unknown)
    # The delimiter need not be told.
    again = evaluate_similarity(vector_set, path, fold, dummy4unknown=dummy)
    assert (again.pearson, again.spearman) == (ours.pearson, ours.spearman)


def test_wordsim_on_glove(data_folder):
    folder = data_folder / "glove50"
    labels = (folder / "golden_words.txt").read_text(encoding="utf-8").split("\n")[:5050]
    glove = VectorSet(np.load(folder / "golden_5050x50.f4.npy"), labels)
    path = data_folder / "wordsim353.tsv"
    pearson, spearman, unknown = in_gensim(glove, path)
    report = evaluate_similarity(glove, path)
    assert report.pearson == pytest.approx(pearson, abs=1e-6)
    assert report.spearman == pytest.approx(spearman, abs=1e-6)
    assert (report.n_pairs, report.n_skipped, report.malformed) == (202, 151, 0)
    assert 100 * report.n_skipped / 353 == pytest.approx(unknown)
    assert report.low < report.spearman < report.high
    assert report.high - report.low < 0.3
    low, high = report.pearson_interval
    assert (np.arctanh(low) + np.arctanh(high)) / 2 == pytest.approx(np.arctanh(pearson))
    assert np.arctanh(high) - np.arctanh(low) == pytest.approx(2 * 1.96 / 199**0.5, rel=1e-3)
    assert len(report.words) == len(report.scores) == len(report.cosines) == len(report.rows) == 202
    assert abs(report.rank_differences().mean()) < 1e-12


LAYOUTS = {
    "WordSim-353": "Word 1,Word 2,Human (mean)\nlove,sex,6.77\ntiger,cat,7.35\n",
    "WordSim with tabs": "# Word 1\tWord 2\tHuman (mean)\nlove\tsex\t6.77\ntiger\tcat\t7.35\n",
    "one judge after the other": "love\tsex\t6.77\t9\t6\ntiger\tcat\t7.35\t9\t7\n",
    "semicolons": "love;sex;6.77\r\ntiger;cat;7.35\r\n",
    "SimVerb": "love\tsex\tV\t6.77\tSYNONYMS\ntiger\tcat\tV\t7.35\tNONE\n",
    "SimLex-999": (
        "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\t"
        "SD(SimLex)\nlove\tsex\tA\t6.77\t2.72\t2.81\t2\t7.25\t1\t0.41\n"
        "tiger\tcat\tN\t7.35\t2.64\t2.46\t2\t7.11\t1\t0.67\n"
    ),
    "MEN": "love-n sex-n 6.77\ntiger-n cat-n 7.35\n",
    "other order": "score,word2,word1\n6.77,sex,love\n7.35,cat,tiger\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_as_they_are_published(tmp_path, layout):
    rng = np.random.default_rng(0)
    vector_set = VectorSet(rng.normal(size=(4, 3)), ["love", "sex", "tiger", "cat"])
    path = written(tmp_path, "pairs", LAYOUTS[layout])
    report = evaluate_similarity(vector_set, path)
    assert report.rows.tolist() == [[0, 1], [2, 3]]
    assert report.scores.tolist() == [6.77, 7.35]
    assert (report.n_pairs, report.n_skipped, report.malformed) == (2, 0, 0)
    assert np.isnan([report.low, report.high]).all()
    kinds = {"SimLex-999": ["A", "N"], "SimVerb": ["V", "V"]}
    assert report.kinds == kinds.get(layout, ["", ""])
    assert [group.name for group in report.groups] == (["A", "N"] if "Lex" in layout else [])


def test_words_with_their_part_of_speech_are_looked_for_as_they_are_first(tmp_path):
    vector_set = VectorSet(np.eye(4), ["sun-n", "sun", "moon", "x"])
    path = written(tmp_path, "MEN", "sun-n moon-n 50\nmoon-n x-j 10\n")
    assert evaluate_similarity(vector_set, path).rows.tolist() == [[0, 2], [2, 3]]
    # A hyphen alone makes no part of speech.
    path = written(tmp_path, "others", "sun-n moon 50\nmoon x-j 10\nmoon x 5\n")
    report = evaluate_similarity(vector_set, path)
    assert (report.n_pairs, report.n_skipped) == (2, 1)


def test_parts_of_speech_are_correlated_each(tmp_path):
    rng = np.random.default_rng(2)
    labels = [f"w{i}" for i in range(40)]
    vector_set = VectorSet(rng.normal(size=(40, 5)), labels)
    lines = ["word1\tword2\tPOS\tSimLex999"]
    lines += [f"w{2 * i}\tw{2 * i + 1}\t{'NV'[i % 2]}\t{rng.random()}" for i in range(20)]
    report = evaluate_similarity(vector_set, written(tmp_path, "s.txt", "\n".join(lines)))
    for name, pearson, spearman, n_pairs in report.groups:
        inside = np.array(report.kinds) == name
        assert n_pairs == 10
        expected = np.corrcoef(report.cosines[inside], report.scores[inside])[0, 1]
        assert pearson == pytest.approx(expected)
        ranks = [np.argsort(np.argsort(v[inside])) for v in (report.cosines, report.scores)]
        assert spearman == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_what_cannot_be_correlated_is_nan(tmp_path):
    vector_set = VectorSet(np.vstack([np.eye(2), np.zeros((1, 2))]), ["a", "b", "zero"])
    one = evaluate_similarity(vector_set, written(tmp_path, "one", "a\tb\t3\n"))
    assert np.isnan([one.pearson, one.spearman]).all()
    same = evaluate_similarity(vector_set, written(tmp_path, "same", "a\tb\t3\na\tzero\t4\n"))
    assert same.cosines.tolist() == [0, 0]
    assert np.isnan([same.pearson, same.spearman]).all()


def test_files_that_say_nothing_are_named(tmp_path):
    vector_set = VectorSet(np.eye(2), ["a", "b"])
    with pytest.raises(UserError, match="cannot be read"):
        read_judged_pairs(tmp_path / "missing")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(UserError, match=r"picture\.png: .* not text in UTF-8\. Save it as UTF-8"):
        read_judged_pairs(tmp_path / "picture.png")
    with pytest.raises(UserError, match="empty is empty"):
        read_judged_pairs(written(tmp_path, "empty", "# only a remark\n\n"))
    with pytest.raises(UserError, match="prose, line 1: 'once upon a time' is not two words"):
        read_judged_pairs(written(tmp_path, "prose", "once upon a time\nthere was\n"))
    with pytest.raises(UserError, match="none of 1 pair, such as 'x' and 'y'"):
        evaluate_similarity(vector_set, written(tmp_path, "other", "x\ty\t1\n"))
    with pytest.raises(UserError, match="none of 1 pair"):
        evaluate_similarity(VectorSet(np.zeros((0, 3))), written(tmp_path, "other", "x\ty\t1\n"))


def test_pairs_are_columns_of_a_file(tmp_path):
    vector_set = VectorSet(np.eye(3), ["a", "b", "c"])
    report = evaluate_similarity(vector_set, written(tmp_path, "p", "a\tb\t1\na\ta\t9\na\tx\t2\n"))
    columns = report.columns()
    assert columns["first"] == ["a", "a"]
    assert columns["cosine"] == [0, 1]
    assert columns["rank_difference"] == [0, 0]
    assert columns["kind"] == [None, None]
