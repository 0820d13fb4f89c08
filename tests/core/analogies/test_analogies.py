"""Analogies against gensim, and against their formulas in plain NumPy."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import METHODS, parallelogram, solve
from embedviz.core.analogies.explaining import explain
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


def words(n_vectors=300, dimensions=20, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_vectors, dimensions)) * rng.lognormal(size=(n_vectors, 1)) + 0.2
    return VectorSet(rows, [f"word{i}" for i in range(n_vectors)], name="words")


def in_gensim(vector_set):
    model = KeyedVectors(vector_set.dimensions)
    model.add_vectors(list(vector_set.labels), np.array(vector_set.vectors))
    return model


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


# The same examples in every run, as gensim's float32 may order two nearly equal scores otherwise.
def assert_same_answers(ours, theirs, tolerance=2e-6):
    assert [label for label, _ in ours] == [label for label, _ in theirs]
    np.testing.assert_allclose(
        [score for _, score in ours], [score for _, score in theirs], atol=tolerance
    )


questions = st.lists(st.integers(0, 299), min_size=2, max_size=5, unique=True)


@given(chosen=questions, count=st.integers(1, 30), seed=st.integers(0, 3))
@settings(deadline=None, derandomize=True, max_examples=40)
def test_sums_are_those_of_gensim(chosen, count, seed):
    vector_set = words(seed=seed)
    labels = [f"word{i}" for i in chosen]
    positive, negative = labels[:-1], labels[-1:]
    theirs = in_gensim(vector_set).most_similar(positive, negative, topn=count)
    assert_same_answers(solve(vector_set, positive, negative, count), theirs)


@given(chosen=questions, count=st.integers(1, 30))
@settings(deadline=None, derandomize=True, max_examples=30)
@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")
def test_products_are_those_of_gensim(chosen, count):
    vector_set = words()
    labels = [f"word{i}" for i in chosen]
    positive, negative = labels[:-1], labels[-1:]
    theirs = in_gensim(vector_set).most_similar_cosmul(positive, negative, topn=count)
    ours = solve(vector_set, positive, negative, count, method="3CosMul")
    assert_same_answers(ours, theirs, tolerance=1e-4)


@given(chosen=st.lists(st.integers(0, 299), min_size=3, max_size=3, unique=True))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_pair_direction_is_the_cosine_of_two_offsets(chosen):
    vector_set = words()
    rows = unit(vector_set.vectors.astype(np.float64))
    a, b, c = chosen
    others = np.setdiff1d(np.arange(300), chosen)
    cosines = unit(rows[others] - rows[c]) @ unit(rows[b] - rows[a])
    best = others[np.argsort(-cosines)][:7]
    answers = solve(vector_set, [f"word{b}", f"word{c}"], [f"word{a}"], 7, method="PairDirection")
    assert_same_answers(answers, [(f"word{i}", cosines[others == i][0]) for i in best], 1e-9)


def test_a_row_in_no_direction_from_c_scores_nothing():
    rows = np.eye(4)[[0, 1, 2, 2, 3]]
    vector_set = VectorSet(rows, ["a", "b", "c", "same as c", "other"])
    answers = dict(solve(vector_set, ["b", "c"], ["a"], method="PairDirection"))
    assert answers["same as c"] == 0
    assert solve(vector_set, ["a", "c"], ["a"], method="PairDirection", count=1)[0][1] == 0


def test_a_direction_that_was_planted_is_found():
    rng = np.random.default_rng(3)
    stems = rng.normal(size=(30, 40)) * 3
    plural = rng.normal(size=40) * 2
    labels = [f"stem{i}" for i in range(30)] + [f"stem{i}s" for i in range(30)]
    vector_set = VectorSet(np.vstack([stems, stems + plural]), labels)
    for method in METHODS:
        (answer, _), *_ = solve(vector_set, ["stem1s", "stem2"], ["stem1"], method=method)
        assert answer == "stem2s"


def test_one_label_may_be_given_as_it_is():
    vector_set = words()
    theirs = in_gensim(vector_set).most_similar("word3", topn=4)
    assert_same_answers(solve(vector_set, "word3", count=4), theirs)
    away = in_gensim(vector_set).most_similar(negative="word3", topn=4)
    assert_same_answers(solve(vector_set, [], "word3", count=4), away)


def test_inputs_are_shown_when_asked_for():
    vector_set = words()
    answers = solve(vector_set, ["word1"], exclude_inputs=False, count=1)
    assert answers[0][0] == "word1"
    assert 1 - 1e-12 < answers[0][1] <= 1
    assert len(solve(vector_set, ["word1"], count=1000)) == 299
    assert len(solve(vector_set, ["word1"], count=1000, exclude_inputs=False)) == 300
    assert solve(vector_set, ["word1"], count=0) == []


def test_other_rows_with_the_label_of_an_input_are_left_out_too():
    rng = np.random.default_rng(0)
    direction = rng.normal(size=8)
    rows = np.vstack([direction + 0.01 * rng.normal(size=(40, 8)), rng.normal(size=(3, 8))])
    vector_set = VectorSet(rows, ["bank"] * 40 + ["river", "money", "tree"])
    answers = solve(vector_set, ["bank"], count=3)
    assert sorted(label for label, _ in answers) == ["money", "river", "tree"]
    assert solve(vector_set, ["bank"], count=3, exclude_inputs=False)[2][0] == "bank"


def test_equal_scores_are_ordered_by_row():
    vector_set = VectorSet(np.tile(np.eye(2), (50, 1)), [f"row{i}" for i in range(100)])
    answers = solve(vector_set, ["row10"], count=60)
    even = [f"row{i}" for i in range(0, 100, 2) if i != 10]
    odd = [f"row{i}" for i in range(1, 23, 2)]
    assert [label for label, _ in answers] == even + odd


@pytest.mark.parametrize("method", METHODS)
def test_rows_of_zeros_are_no_answers(method):
    rows = np.array(words(30).vectors)
    rows[[4, 9]] = 0
    vector_set = VectorSet(rows, [f"word{i}" for i in range(30)])
    answers = solve(vector_set, ["word1", "word2"], ["word3"], count=99, method=method)
    assert len(answers) == 25
    assert not {"word4", "word9"} & {label for label, _ in answers}
    zero = solve(vector_set, ["word4", "word2"], ["word9"], count=5, method=method)
    assert np.isfinite([score for _, score in zero]).all()


@pytest.mark.parametrize("method", METHODS)
def test_rows_of_any_size_and_layout_give_the_same(method):
    vector_set = words()
    sizes = np.geomspace(1e-25, 1e25, 300)[:, np.newaxis]
    question = (["word1", "word2"], ["word3"], 10, method)
    expected = solve(vector_set, *question)
    for rows in (vector_set.vectors * sizes, np.asfortranarray(vector_set.vectors)):
        found = solve(VectorSet(rows, vector_set.labels), *question)
        assert_same_answers(found, expected, tolerance=1e-5)


def test_a_row_with_an_infinity_is_no_answer():
    rows = np.array(words(20).vectors)
    rows[5, 3], rows[6, 0] = np.inf, np.nan
    vector_set = VectorSet(rows, [f"word{i}" for i in range(20)])
    answers = solve(vector_set, ["word1"], count=99)
    assert len(answers) == 17
    for label in ("word5", "word6"):
        with pytest.raises(UserError, match="has no direction"):
            solve(vector_set, [label])


def test_a_missing_label_names_what_is_near():
    with pytest.raises(KeyError, match="Did you mean word1"):
        solve(words(), ["wordd1"])


@pytest.mark.parametrize(
    ("positive", "negative", "method"),
    [
        ([], [], "3CosAdd"),
        ([], ["word1"], "3CosMul"),
        (["word1"], ["word2"], "PairDirection"),
        (["word1", "word2"], [], "PairDirection"),
    ],
)
def test_a_question_with_too_few_labels_is_refused(positive, negative, method):
    with pytest.raises(UserError, match="positive label"):
        solve(words(), positive, negative, method=method)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="3CosAdd, 3CosMul, PairDirection"):
        solve(words(), ["word1"], method="4CosAdd")


def test_known_answers_on_glove(glove):
    answers = solve(glove, ["king", "woman"], ["man"], 5)
    expected = {
        "queen": 0.8524,
        "prince": 0.7592,
        "daughter": 0.7474,
        "elizabeth": 0.7460,
        "princess": 0.7425,
    }
    assert_same_answers(answers, expected.items(), tolerance=5e-5)
    answers = solve(glove, ["king", "woman"], ["man"], 3, "3CosMul")
    expected = {"queen": 0.9289, "elizabeth": 0.8790, "princess": 0.8768}
    assert_same_answers(answers, expected.items(), tolerance=6e-5)
    answers = solve(glove, ["paris", "italy"], ["france"], 4)
    expected = {"rome": 0.8466, "milan": 0.7766, "madrid": 0.7566, "italian": 0.7514}
    assert_same_answers(answers, expected.items(), tolerance=5e-5)


@pytest.fixture(scope="module")
def glove(data_folder):
    folder = data_folder / "glove50"
    labels = (folder / "golden_words.txt").read_text(encoding="utf-8").split("\n")[:5050]
    return VectorSet(np.load(folder / "golden_5050x50.f4.npy"), labels)


@pytest.mark.parametrize("n_components", [2, 3])
def test_the_plane_is_where_the_corners_lie_best(n_components):
    corners = np.array(words().vectors[:6])
    plane = parallelogram(corners, n_components)
    rows = unit(corners.astype(np.float64))
    centered = rows - rows.mean(axis=0)
    lengths = np.linalg.svd(centered, compute_uv=False)
    np.testing.assert_allclose(plane.origin, rows.mean(axis=0))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(n_components), atol=1e-12)
    assert plane.share == pytest.approx((lengths[:n_components] ** 2).sum() / (lengths**2).sum())
    inside = plane.transform(corners)
    assert inside.dtype == np.float32
    np.testing.assert_allclose(inside, centered @ plane.axes.T, atol=1e-6)
    assert (inside**2).sum() / (centered**2).sum() == pytest.approx(plane.share, abs=1e-6)


def test_three_corners_lie_in_a_plane_and_keep_their_distances():
    corners = words().vectors[:3]
    origin, axes, share = plane = parallelogram(corners)
    assert share == pytest.approx(1)
    assert (origin.shape, axes.shape) == ((20,), (2, 20))
    rows, inside = unit(corners.astype(np.float64)), plane.transform(corners)
    for i, j in [(0, 1), (0, 2), (1, 2)]:
        distance = np.linalg.norm(rows[i] - rows[j])
        assert np.linalg.norm(inside[i] - inside[j]) == pytest.approx(distance, abs=1e-6)


def test_two_corners_are_seen_in_the_plane_through_the_origin():
    corners = words().vectors[:2]
    plane = parallelogram(corners)
    rows = unit(corners.astype(np.float64))
    outside = rows - rows @ plane.axes.T @ plane.axes
    np.testing.assert_allclose(outside, 0, atol=1e-9)
    assert plane.share == pytest.approx(1)


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize("shape", [(0, 5), (1, 5), (4, 5), (4, 1), (4, 2)])
def test_equal_and_few_corners_still_make_a_picture(shape, n_components):
    plane = parallelogram(np.ones(shape), n_components)
    there = min(n_components, shape[1])
    expected = np.diag([1.0] * there + [0.0] * (n_components - there))
    np.testing.assert_allclose(plane.axes @ plane.axes.T, expected, atol=1e-12)
    assert plane.share == 1
    assert plane.transform(np.ones((7, shape[1]))).shape == (7, n_components)


def test_rows_of_zeros_are_drawn_at_the_origin_of_the_vectors():
    plane = parallelogram(words().vectors[:4])
    expected = -plane.axes @ plane.origin
    np.testing.assert_allclose(plane.transform(np.zeros((1, 20)))[0], expected, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_terms_that_cancel_out_but_for_rounding_ask_for_nothing(seed):
    """Rows that were scaled have the same direction to seven digits: the rest is no question."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(30, 8)).astype(np.float32)
    rows[3:6] = rows[:3] * np.array([[3.0], [0.7], [11.3]], np.float32)
    some = VectorSet(rows, [f"w{i}" for i in range(30)])
    answers = solve(some, ["w0", "w1", "w2"], ["w5", "w4", "w3"])
    assert answers == [(f"w{i}", 0.0) for i in range(6, 16)]
    assert explain(rows[:3], rows[[5, 4, 3]], rows[6:]).cancels
    by_direction = solve(some, ["w3", "w1"], ["w0"], 2, "PairDirection")
    assert [score for _, score in by_direction] == [0.0, 0.0]
