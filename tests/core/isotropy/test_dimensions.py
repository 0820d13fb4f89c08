"""Each dimension's part in the mean cosine, against all pairs written out in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.isotropy import mean_cosine, outlier_dimensions
from embedviz.core.isotropy.dimensions import mean_cosine_without, profile_dimensions
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample

NUMBERS = st.floats(-8, 8, width=32).map(lambda x: x if abs(x) > 1e-3 else 0.0)


def contributions_by_all_pairs(rows):
    """Return the mean of x̂ₖŷₖ over all pairs of rows that are not zeros, by looking at each."""
    rows = np.asarray(rows, np.float64)
    rows = rows[np.any(rows != 0, axis=1)]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    first, second = np.triu_indices(len(rows), 1)
    return (rows[first] * rows[second]).mean(axis=0)


def cloud(n_rows=200, dimensions=40, lean=(), seed=0):
    """Return normal numbers with a mean in each dimension, and a large one in some."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_rows, dimensions)) + 0.3 * rng.normal(size=dimensions)
    for dimension, size in dict(lean).items():
        rows[:, dimension] += size
    return rows


@given(
    rows=st.tuples(st.integers(1, 12), st.integers(1, 6)).flatmap(
        lambda shape: arrays(np.float64, shape, elements=NUMBERS)
    )
)
@settings(deadline=None, max_examples=120)
def test_contributions_are_those_of_all_pairs(rows):
    profile = profile_dimensions(rows)
    n_directions = int(np.any(rows != 0, axis=1).sum())
    assert profile.n_directions == n_directions
    if n_directions < 2:
        assert np.isnan(profile.contributions).all()
        assert np.isnan(profile.mean_cosine)
        assert len(profile.outliers) == 0
        return
    np.testing.assert_allclose(
        profile.contributions, contributions_by_all_pairs(rows), rtol=0, atol=1e-12
    )
    assert profile.mean_cosine == pytest.approx(mean_cosine(rows), abs=1e-6)
    assert profile.squares.sum() == pytest.approx(1)
    if profile.mean_cosine > 1e-9:
        assert profile.shares.sum() == pytest.approx(1, abs=1e-6)
    elif profile.mean_cosine <= 0:
        assert np.isnan(profile.shares).all()


@given(
    rows=arrays(np.float32, (9, 4), elements=st.floats(-100, 100, width=32)),
    offset=st.sampled_from([0.0, 1e4, -1e6]),
)
@settings(deadline=None, max_examples=60)
def test_means_and_variances_are_those_of_numpy(rows, offset):
    moved = rows.astype(np.float64) + offset
    profile = profile_dimensions(moved)
    np.testing.assert_allclose(profile.means, moved.mean(axis=0), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(
        profile.variances, moved.var(axis=0, ddof=1), rtol=1e-9, atol=1e-9 + 1e-12 * abs(offset)
    )


def test_blocks_are_summed_as_one(monkeypatch):
    rows = cloud(101, 7)
    whole = profile_dimensions(rows)
    without = mean_cosine_without(rows, [2])
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 7 * 10)
    parts = profile_dimensions(rows)
    for name in ("means", "variances", "contributions", "squares"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12)
    assert mean_cosine_without(rows, [2]) == pytest.approx(without, rel=1e-12)


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_size_and_type_do_not_matter(kind, size):
    if kind is np.float16:
        size = float(np.clip(size, 1e-2, 1e2))
    rows = (cloud(lean={7: 5.0}) * size).astype(kind)
    assert profile_dimensions(rows).outliers.tolist() == [7]
    expected = contributions_by_all_pairs(rows)
    np.testing.assert_allclose(profile_dimensions(rows).contributions, expected, atol=1e-12)


def test_the_few_that_make_most_of_the_mean_cosine_are_named_the_largest_first():
    rows = cloud(lean={3: 4.0, 30: -9.0})
    dimensions, shares = outlier_dimensions(rows)
    assert dimensions.tolist() == [30, 3]
    contributions = contributions_by_all_pairs(rows)
    np.testing.assert_allclose(shares, contributions[[30, 3]] / contributions.sum(), atol=1e-12)
    assert shares.sum() > 0.9


def test_equal_ones_are_in_the_order_of_their_numbers():
    rows = cloud()
    rows[:, 31] = rows[:, 5] = rows[:, 11] = 6.0
    assert outlier_dimensions(rows)[0].tolist() == [5, 11, 31]


def test_chance_names_a_dimension_in_one_set_of_a_hundred_at_most():
    """Clouds around any mean, and around none: what is asked is that nothing is made up."""
    named = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        rows = rng.normal(size=(60, 30)) + (seed % 4) * rng.normal(size=30)
        named += bool(len(outlier_dimensions(rows)[0]))
    assert named <= 4


def test_one_dimension_of_few_rows_is_not_enough_to_tell():
    rows = np.tile([9.0, 0.1, 0.1, 0.1], (8, 1))
    assert len(outlier_dimensions(rows)[0]) == 0
    assert outlier_dimensions(np.tile(rows, (5, 1)))[0].tolist() == [0]


@pytest.mark.parametrize(
    "rows", [np.zeros((0, 3)), np.ones((1, 3)), np.zeros((5, 3)), [[1.0, 0], [-1, 0]]]
)
def test_what_has_no_mean_cosine_above_zero_has_no_outliers(rows):
    dimensions, shares = outlier_dimensions(rows)
    assert dimensions.shape == shares.shape == (0,)


def test_constant_dimensions_are_exact():
    rows = cloud(60, 6).astype(np.float32)
    rows[:, 2], rows[:, 4] = 1e6 + 0.1, 0.0
    rows[0, 4] = -0.0
    profile = profile_dimensions(rows)
    assert profile.constant.tolist() == [2, 4]
    assert profile.variances[[2, 4]].tolist() == [0, 0]
    rows[-1, 4] = 1e-9
    assert profile_dimensions(rows).constant.tolist() == [2, 4]
    rows[-1, 2] += 1
    assert profile_dimensions(rows).constant.tolist() == [4]
    assert profile_dimensions(rows[:1]).constant.tolist() == []


def test_an_infinite_variance_is_no_warning():
    rows = np.array([[1e200, 1.0], [-1e200, 2.0]])
    assert profile_dimensions(rows).variances[0] == np.inf


def test_rows_of_zeros_do_not_count():
    rows = cloud(40, 5)
    padded = np.vstack([np.zeros((3, 5)), rows, np.zeros((1, 5))])
    np.testing.assert_allclose(
        profile_dimensions(padded).contributions, profile_dimensions(rows).contributions
    )


@given(left_out=st.sets(st.integers(0, 4)), seed=st.integers(0, 20))
@settings(deadline=None, max_examples=40)
def test_without_some_dimensions_the_mean_cosine_is_that_of_the_others(left_out, seed):
    rows = cloud(12, 5, seed=seed)
    rows[3] = [0, 0, 0, 2.0, 0]
    rest = np.delete(rows, sorted(left_out), axis=1)
    expected = mean_cosine(rest) if rest.shape[1] else float("nan")
    found = mean_cosine_without(rows, sorted(left_out))
    assert found == pytest.approx(expected, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("measure", [outlier_dimensions, lambda x: mean_cosine_without(x, [1])])
def test_what_is_no_number_is_said(measure, number):
    rows = cloud(20, 3)
    rows[4, 1] = number
    with pytest.raises(UserError, match="1 row of the vectors holds NaN or infinite"):
        measure(rows)


@pytest.mark.parametrize("rows", [np.ones(3), np.ones((2, 2, 2)), [["a", "b"]]])
def test_what_is_no_table_is_said(rows):
    with pytest.raises(UserError):
        outlier_dimensions(rows)


def test_it_stops_where_it_reports():
    def stop(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        profile_dimensions(cloud(), stop)
    with pytest.raises(Cancelled):
        mean_cosine_without(cloud(), [0], stop)


def test_the_bundled_sentences_lean_on_a_few_dimensions_in_layer_5_and_on_none_at_the_end():
    """Against the same in NumPy by all pairs of 300 rows; the names are facts of the model."""
    narrow, final = (load_sample(name).vectors for name in ("sentences", "sentences-final"))
    dimensions, shares = outlier_dimensions(narrow)
    assert dimensions[0] == 223
    assert {157, 338} <= set(dimensions.tolist())
    assert len(dimensions) < 15
    assert shares.sum() > 0.7
    assert mean_cosine_without(narrow, dimensions) < mean_cosine(narrow) / 2
    assert len(outlier_dimensions(final)[0]) == 0


def test_the_constant_dimensions_of_the_final_layer_are_named(data_folder):
    rows = np.load(data_folder / "stsb/stsb_dev_final.f32.npy")
    assert profile_dimensions(rows).constant.tolist() == [127, 223, 319]


@pytest.mark.parametrize("layer", ["layer2", "layer5", "final"])
def test_real_sentences_agree_with_float64_by_all_pairs(data_folder, layer):
    rows = np.load(data_folder / f"stsb/stsb_dev_{layer}.f32.npy")[::10]
    expected = contributions_by_all_pairs(rows)
    np.testing.assert_allclose(profile_dimensions(rows).contributions, expected, atol=1e-10)
