"""The contrastive loss against its definition, and its gradients against differences."""

import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax

from embedviz.core.contrastive import info_nce, nested_info_nce
from embedviz.core.errors import UserError


def batch(n_pairs=12, dimensions=5, seed=0, noise=0.8):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(n_pairs, dimensions))
    return first, first + noise * rng.normal(size=first.shape)


def cosines_of(first, second):
    one, other = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (first, second))
    return one @ other.T


def cross_entropy(scores):
    return float(-np.diag(log_softmax(scores, axis=1)).mean())


def differences(loss_of, at, step=1e-6):
    slopes = np.empty_like(at)
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += step
        down[place] -= step
        slopes[place] = (loss_of(up) - loss_of(down)) / (2 * step)
    return slopes


def assert_gradients_are_slopes(first, second, temperature, rows=slice(None), **options):
    found = info_nce(first, second, temperature, **options)
    slopes = (
        differences(lambda at: info_nce(at, second, temperature, **options).loss, first),
        differences(lambda at: info_nce(first, at, temperature, **options).loss, second),
    )
    for gradient, expected in zip(found[1:], slopes, strict=True):
        scale = max(1.0, np.abs(expected[rows]).max(initial=0))
        np.testing.assert_allclose(gradient[rows], expected[rows], rtol=0, atol=2e-7 * scale)


@pytest.mark.parametrize("temperature", [1.0, 0.2, 0.05, 0.03, 0.01, 0.001])
@pytest.mark.parametrize("shape", [(1, 4), (2, 1), (12, 5), (200, 3), (50, 300)])
def test_is_the_cross_entropy_of_scaled_cosines(temperature, shape):
    first, second = batch(*shape)
    scores = cosines_of(first, second) / temperature
    assert info_nce(first, second, temperature).loss == pytest.approx(
        cross_entropy(scores), rel=1e-12, abs=1e-10
    )
    both = (cross_entropy(scores) + cross_entropy(scores.T)) / 2
    found = info_nce(first, second, temperature, symmetric=True).loss
    assert found == pytest.approx(both, rel=1e-12, abs=1e-10)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("temperature", [0.1, 0.005])
def test_more_rows_than_a_block_holds(symmetric, temperature):
    first, second = batch(1500, 3, noise=0.1)
    scores = cosines_of(first, second) / temperature
    directions = (scores, scores.T) if symmetric else (scores,)
    expected = np.mean([cross_entropy(each) for each in directions])
    found = info_nce(first, second, temperature, symmetric)
    assert found.loss == pytest.approx(expected, abs=1e-10)
    few = [0, 700, 1333, 1499]
    slopes = differences_of_rows(first, second, temperature, symmetric, few)
    np.testing.assert_allclose(found.gradient_first[few], slopes, atol=1e-8)


def differences_of_rows(first, second, temperature, symmetric, rows, step=1e-5):
    slopes = np.empty((len(rows), first.shape[1]))
    for i, j in np.ndindex(slopes.shape):
        moved = first.copy(), first.copy()
        for sign, each in zip((1, -1), moved, strict=True):
            each[rows[i], j] += sign * step
        up, down = (info_nce(each, second, temperature, symmetric).loss for each in moved)
        slopes[i, j] = (up - down) / (2 * step)
    return slopes


OPTIONS = [
    {"symmetric": symmetric, **some}
    for symmetric, some in product(
        (False, True),
        (
            {},
            {"negatives": 0},
            {"negatives": 1},
            {"negatives": 3},
            {"negatives": 100},
            {"hardness": 2.0},
            {"hardness": 1.0, "negatives": 2},
            {"groups": "pairs"},
            {"groups": "one"},
            {"groups": "one", "hardness": 1.0},
            {"groups": "pairs", "hardness": 0.5, "negatives": 3},
        ),
    )
]


def with_groups(options, n_pairs):
    named = {"pairs": np.arange(n_pairs) // 2, "one": np.zeros(n_pairs, dtype=int)}
    return {**options, **({"groups": named[options["groups"]]} if "groups" in options else {})}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@given(data=st.data())
@settings(max_examples=6)
def test_gradients_are_slopes(options, data):
    n_pairs, dimensions = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    temperature = data.draw(st.sampled_from([1.0, 0.3, 0.1, 0.03]))
    first, second = batch(n_pairs, dimensions, data.draw(st.integers(0, 1000)))
    for side, sign in product((first, second), (1.0, -1.0)):
        if data.draw(st.booleans()):  # Equal rows, and opposite ones.
            row, other = data.draw(st.tuples(*[st.integers(0, n_pairs - 1)] * 2))
            side[row] = sign * side[other]
    if data.draw(st.booleans()):
        second[-1] = first[-1] * data.draw(st.sampled_from([1.0, -1.0, 3.0]))
    # Short rows turn far with the step of a difference.
    for side in (first, second):
        side /= np.linalg.norm(side, axis=1, keepdims=True)
        side *= data.draw(st.sampled_from([1.0, 2.0, 7.0]))
    assert_gradients_are_slopes(first, second, temperature, **with_groups(options, n_pairs))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_row_of_zeros_stays(options):
    first, second = batch(6, 4)
    first[2] = 0
    second[4] = 0
    options = with_groups(options, 6)
    found = info_nce(first, second, 0.3, **options)
    assert not found.gradient_first[2].any()
    assert not found.gradient_second[4].any()
    slopes = differences(lambda at: info_nce(at, second, 0.3, **options).loss, first)
    others = [0, 1, 3, 4, 5]
    np.testing.assert_allclose(found.gradient_first[others], slopes[others], atol=2e-7)


def test_all_zeros_have_the_loss_of_a_guess():
    zeros = np.zeros((8, 3))
    found = info_nce(zeros, zeros, 0.05, symmetric=True)
    assert found.loss == pytest.approx(np.log(8))
    assert not found.gradient_first.any()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [0.001, 0.0333, 0.0334, 1.0])
def test_is_stable(options, dtype, temperature):
    first, second = (side.astype(dtype) for side in batch(40, 3))
    second[:10] = -first[:10]
    options = with_groups(options, 40)
    found = info_nce(first, second, temperature, **options)
    exact = info_nce(first, second, temperature, **options, dtype=np.float64)
    assert found.loss == pytest.approx(exact.loss, rel=1e-4, abs=1e-4)
    for gradient, expected in zip(found[1:], exact[1:], strict=True):
        assert gradient.dtype == dtype
        size = np.abs(expected).max()
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=2e-3 * size)


def test_a_solved_batch_keeps_the_digits_of_its_loss():
    # Three directions at right angles: each wrong answer has the probability exp(-1/τ).
    axes = np.eye(3, dtype=np.float32)
    assert info_nce(axes, axes, 0.04).loss == pytest.approx(2 * np.exp(-25.0), rel=1e-5)


@given(scale=st.floats(-30, 30))
def test_lengths_do_not_matter(scale):
    first, second = batch()
    factor = 10.0**scale
    plain, scaled = info_nce(first, second, 0.1), info_nce(first * factor, second, 0.1)
    assert scaled.loss == pytest.approx(plain.loss, rel=1e-9)
    np.testing.assert_allclose(scaled.gradient_first * factor, plain.gradient_first, rtol=1e-6)


def test_autograd_agrees():
    torch = pytest.importorskip("torch")
    sides = [torch.tensor(side, requires_grad=True) for side in batch()]
    unit = [torch.nn.functional.normalize(side) for side in sides]
    scores = unit[0] @ unit[1].T / 0.07
    wanted = torch.arange(len(scores))
    entropy = torch.nn.functional.cross_entropy
    loss = (entropy(scores, wanted) + entropy(scores.T, wanted)) / 2
    loss.backward()
    found = info_nce(*batch(), 0.07, symmetric=True)
    assert found.loss == pytest.approx(loss.item(), abs=1e-12)
    for gradient, side in zip(found[1:], sides, strict=True):
        np.testing.assert_allclose(gradient, side.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("negatives", [1, 3, 11])
def test_negatives_are_those_that_follow(symmetric, negatives):
    first, second = batch()
    scores = cosines_of(first, second) / 0.2
    n_pairs = len(scores)
    keep = (np.arange(n_pairs) - np.arange(n_pairs)[:, np.newaxis]) % n_pairs <= negatives
    scores = np.where(keep, scores, -np.inf)
    directions = (scores, scores.T) if symmetric else (scores,)
    expected = np.mean([cross_entropy(each) for each in directions])
    found = info_nce(first, second, 0.2, symmetric, negatives=negatives)
    assert found.loss == pytest.approx(expected)


@pytest.mark.parametrize("temperature", [0.2, 0.01])
def test_pairs_of_a_group_are_no_negatives(temperature):
    first, second = batch()
    groups = np.arange(12) % 5
    alike = (groups[:, np.newaxis] == groups) & ~np.eye(12, dtype=bool)
    scores = np.where(alike, -np.inf, cosines_of(first, second) / temperature)
    found = info_nce(first, second, temperature, groups=groups)
    assert found.loss == pytest.approx(cross_entropy(scores))


@pytest.mark.parametrize("hardness", [0.0, 1.0])
@pytest.mark.parametrize("n_pairs", [1, 4])
def test_who_has_no_negatives_has_nothing_to_learn(hardness, n_pairs):
    first, second = batch(n_pairs)
    for symmetric in (False, True):
        groups = np.zeros(n_pairs, dtype=int)
        found = info_nce(first, second, 0.1, symmetric, hardness=hardness, groups=groups)
        assert found.loss == 0
        assert not np.any(found[1:])


def test_without_negatives_it_is_the_pull():
    first, second = batch()
    found = info_nce(first, second, 0.05, negatives=0)
    assert found.loss == pytest.approx(-np.diag(cosines_of(first, second)).mean() / 0.05)


def test_hard_negatives_are_weighted():
    first, second = batch()
    cosines = cosines_of(first, second)
    off = ~np.eye(12, dtype=bool)
    weights = np.where(off, np.exp(1.5 * cosines), 0)
    weights *= 11 / weights.sum(axis=1, keepdims=True)
    wrong = (weights * np.exp(cosines / 0.3)).sum(axis=1)
    right = np.exp(np.diag(cosines) / 0.3)
    found = info_nce(first, second, 0.3, hardness=1.5)
    assert found.loss == pytest.approx(-np.log(right / (right + wrong)).mean())


def test_equal_negatives_are_as_hard_as_any():
    first = np.tile([1.0, 2.0], (6, 1))
    plain, hard = info_nce(first, first, 0.1), info_nce(first, first, 0.1, hardness=3.0)
    assert hard.loss == pytest.approx(plain.loss) == pytest.approx(np.log(6))


@pytest.mark.parametrize("options", [{}, {"symmetric": True}, {"hardness": 1.0}, {"negatives": 9}])
def test_a_large_batch_needs_no_square(options):
    first, second = (side.astype(np.float32) for side in batch(8192, 8))
    tracemalloc.start()
    try:
        info_nce(first, second, 0.05, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8192**2  # A quarter of the cosines in float32.


def test_nested_is_the_sum_over_prefixes():
    first, second = batch(10, 8)
    found = nested_info_nce(first, second, 0.1, (2, 5, 8), symmetric=True)
    parts = [info_nce(first[:, :k], second[:, :k], 0.1, symmetric=True) for k in (2, 5, 8)]
    assert found.loss == pytest.approx(sum(part.loss for part in parts))
    for name in ("gradient_first", "gradient_second"):
        expected = sum(
            np.pad(getattr(part, name), ((0, 0), (0, 8 - k)))
            for part, k in zip(parts, (2, 5, 8), strict=True)
        )
        np.testing.assert_allclose(getattr(found, name), expected, atol=1e-12)


@pytest.mark.parametrize("prefixes", [(0,), (9,), (2, -1)])
def test_prefixes_that_are_not_there_are_said(prefixes):
    with pytest.raises(UserError, match="A prefix has"):
        nested_info_nce(*batch(4, 8), 0.1, prefixes)
    with pytest.raises(ValueError, match="no prefixes"):
        nested_info_nce(*batch(4, 8), 0.1, ())


BAD = [
    (np.ones((3, 2)), np.ones((4, 2)), {}, "have the shapes"),
    (np.ones((3, 2)), np.ones((3, 3)), {}, "have the shapes"),
    (np.ones((0, 2)), np.ones((0, 2)), {}, "no pairs"),
    (np.ones((2, 0)), np.ones((2, 0)), {}, "no pairs"),
    (np.ones(3), np.ones(3), {}, "must be a table"),
    ([[1.0, np.nan]], [[1.0, 2.0]], {}, "NaN"),
    ([[1.0, 2.0]], [[1.0, np.inf]], {}, "NaN or an infinity"),
    ([["a", "b"]], [["a", "b"]], {}, "not numbers"),
    ([[1.0, 2.0], [1.0]], np.ones((2, 2)), {}, "different lengths"),
    (np.ones((2, 2)) * 1j, np.ones((2, 2)), {}, "complex"),
    (np.ones((3, 2)), np.ones((3, 2)), {"groups": [0, 1]}, "groups"),
    (np.ones((3, 2)), np.ones((3, 2)), {"groups": [0.0, 1.0, 2.0]}, "groups"),
]


@pytest.mark.parametrize(("first", "second", "options", "words"), BAD)
def test_bad_input_is_said(first, second, options, words):
    with pytest.raises(UserError, match=words):
        info_nce(first, second, 0.1, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"temperature": np.nan},
        {"temperature": np.inf},
        {"temperature": 0.1, "negatives": -1},
        {"temperature": 0.1, "hardness": -0.1},
        {"temperature": 0.1, "hardness": np.nan},
        {"temperature": 0.1, "dtype": np.float16},
    ],
)
def test_parameters_out_of_range_are_refused(options):
    with pytest.raises(ValueError, match=" is "):
        info_nce(*batch(), **options)


def test_computes_in_float64_unless_both_sides_are_short():
    first, second = batch()
    assert info_nce(first.astype(np.float32), second, 0.1).gradient_first.dtype == np.float64
    assert info_nce(first.astype(np.float16), second.astype(np.int8), 0.1).loss > 0
    short = info_nce(first, second, 0.1, dtype=np.float32)
    assert short.gradient_first.dtype == np.float32
