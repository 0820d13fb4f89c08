"""The map of the dial: from rows as they are over centered to white ones."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.covariance import ledoit_wolf

from embedviz.core.anisotropy import fit as fit_module
from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings, fit_rows
from embedviz.core.covariance import float32_products, principal_axes
from embedviz.core.errors import UserError
from embedviz.core.whitening import Whitening


def cloud(n_rows=200, dimensions=8, seed=0):
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(dimensions, dimensions)) * np.linspace(2, 0.2, dimensions)
    return rng.normal(size=(n_rows, dimensions)) @ mix + rng.normal(size=dimensions) * 3


def mapped(rows, fitted=None, position=2.0, left_out=(), **more):
    fit = fit_rows(
        rows if fitted is None else fitted,
        left_out=left_out,
        shrinkage=more.get("shrinkage", False),
    )
    return Transform(fit, TransformSettings(**more).at(position)).map().apply(rows)


def cosines(rows):
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units @ units.T


SETTINGS = [
    {},
    {"n_components": 3},
    {"variance_share": 0.8},
    {"remove_top": 2},
    {"method": "zca"},
    {"shrinkage": True},
    {"remove_top": 1, "n_components": 4, "method": "zca", "shrinkage": True},
]


@pytest.mark.parametrize("more", SETTINGS, ids=str)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_at_raw_rows_are_as_they_are_to_the_last_bit(more, kind):
    rows = cloud().astype(kind)
    rows[:, 5] = 0.25
    np.testing.assert_array_equal(mapped(rows, position=0.0, **more), rows)
    without = np.where(np.isin(np.arange(8), (1, 6)), 0, rows)
    np.testing.assert_array_equal(mapped(rows, position=0.0, left_out=(1, 6), **more), without)


@pytest.mark.parametrize("more", SETTINGS, ids=str)
@pytest.mark.parametrize("left_out", [(), (0, 3)])
def test_nothing_jumps_along_the_dial(more, left_out):
    rows = cloud()
    places = np.linspace(0, 2, 21)
    for place in places:
        here = cosines(mapped(rows, position=place, left_out=left_out, **more))
        for step in (1e-6, -1e-6):
            near = np.clip(place + step, 0, 2)
            there = cosines(mapped(rows, position=near, left_out=left_out, **more))
            assert np.abs(there - here).max() < 1e-3


@pytest.mark.parametrize("method", ["pca", "zca"])
@pytest.mark.parametrize("more", [{}, {"n_components": 3}, {"remove_top": 2}])
@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
def test_from_centered_on_it_is_whitening(method, more, strength):
    rows = cloud()
    expected = Whitening(strength=strength, method=method, **more).fit_transform(rows)
    found = mapped(rows, position=1 + strength, method=method, **more)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_centered_is_centered_and_half_of_it_takes_half_of_the_mean():
    rows = cloud()
    mean = rows.mean(axis=0)
    np.testing.assert_allclose(mapped(rows, position=1, method="zca"), rows - mean, atol=1e-10)
    np.testing.assert_allclose(mapped(rows, position=0.5), rows - mean / 2, atol=1e-10)


@given(
    position=st.floats(0, 2),
    n_components=st.none() | st.integers(1, 8),
    remove_top=st.integers(0, 3),
    left_out=st.sets(st.integers(0, 7), max_size=3),
    shrinkage=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_both_methods_have_the_same_cosines(
    position, n_components, remove_top, left_out, shrinkage
):
    rows = cloud()
    more = {"n_components": n_components, "remove_top": remove_top, "shrinkage": shrinkage}
    one, other = (
        mapped(rows, position=position, left_out=tuple(left_out), method=method, **more)
        for method in ("pca", "zca")
    )
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-7)


def test_a_map_fitted_on_train_is_applied_to_test():
    train, test = cloud(), cloud(50, seed=1)
    variances, axes = np.linalg.eigh(np.cov(train.T))
    expected = (test - train.mean(axis=0)) @ axes / np.sqrt(variances)
    found = mapped(test, train)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("n_rows", [3, 4, 60])
def test_what_is_left_out_counts_nowhere(n_rows):
    rows = cloud(n_rows)
    kept = [0, 2, 3, 5, 6, 7]
    fit = fit_rows(rows, left_out=(4, 1), shrinkage=True)
    alone = fit_rows(rows[:, kept], shrinkage=True)
    assert fit.left_out == (1, 4)
    assert fit.shrinkage == pytest.approx(alone.shrinkage)
    assert not fit.axes.axes[:, [1, 4]].any()
    assert not fit.axes.mean[[1, 4]].any()
    for position in (0.3, 1, 1.5, 2):
        for shrinkage in (False, True):
            chosen = TransformSettings(shrinkage=shrinkage).at(position)
            found = Transform(fit, chosen).map().apply(rows)
            other = Transform(alone, chosen).map().apply(rows[:, kept])
            np.testing.assert_allclose(found @ found.T, other @ other.T, atol=1e-7)
    loud = rows.copy()
    loud[:, [1, 4]] *= 1e6
    same = Transform(fit, TransformSettings()).map()
    np.testing.assert_allclose(same.apply(loud), same.apply(rows), atol=1e-9)


def test_some_rows_are_fitted_as_if_they_were_alone():
    rows = cloud(300, 5)
    chosen = np.array([250, 3, 77, 8, 9, 10, 120])
    for left_out in ((), (2,)):
        one = fit_rows(rows, rows=chosen, left_out=left_out, shrinkage=True)
        other = fit_rows(rows[chosen], left_out=left_out, shrinkage=True)
        np.testing.assert_allclose(one.axes.mean, other.axes.mean, atol=1e-12)
        np.testing.assert_allclose(one.axes.variances, other.axes.variances, atol=1e-12)
        assert one.axes.n_rows == 7
        assert one.axes.n_distinct == other.axes.n_distinct
        assert one.shrinkage == pytest.approx(other.shrinkage)


@pytest.mark.parametrize(("n_rows", "dimensions"), [(300, 8), (6, 8), (3, 8), (9, 8)])
def test_shrinkage_is_that_of_scikit_learn(n_rows, dimensions):
    rows = cloud(n_rows, dimensions)
    covariance, amount = ledoit_wolf(rows)
    fit = fit_rows(rows, shrinkage=True)
    assert fit.shrinkage == pytest.approx(amount, rel=1e-9)
    # Ours is of the covariance with n - 1 in the denominator, which is a factor and no more.
    shrunk = (fit.shrunk.axes.T * fit.shrunk.variances) @ fit.shrunk.axes
    np.testing.assert_allclose(shrunk * (n_rows - 1) / n_rows, covariance, rtol=1e-8, atol=1e-10)
    matrix = Transform(fit, TransformSettings(shrinkage=True)).map().matrix
    assert matrix.shape == (dimensions, dimensions)
    np.testing.assert_allclose(matrix.T @ shrunk @ matrix, np.eye(dimensions), atol=1e-7)


def test_shrinkage_that_was_not_measured_is_an_error():
    fit = fit_rows(cloud())
    assert fit.shrinkage is None
    with pytest.raises(ValueError, match="without shrinkage"):
        Transform(fit, TransformSettings(shrinkage=True))


@pytest.mark.parametrize("size", [1e-20, 1e-7, 1e7, 1e20])
@pytest.mark.parametrize("position", [0.0, 0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("shrinkage", [False, True])
def test_rows_of_any_size_have_the_same_cosines(size, position, shrinkage):
    rows = cloud().astype(np.float32)
    found = []
    for factor in (1.0, size):
        scaled = rows * np.float32(factor)
        fit = fit_rows(scaled, shrinkage=shrinkage)
        chosen = TransformSettings(shrinkage=shrinkage).at(position)
        found.append(Transform(fit, chosen).map().apply(scaled, unit_length=True))
        assert found[-1].dtype == np.float32
    np.testing.assert_allclose(*(one @ one.T for one in found), atol=2e-4)


def test_a_share_of_the_variance_is_held_by_the_fewest_axes():
    axes = principal_axes(cloud())
    shares = np.cumsum(axes.variances) / axes.variances.sum()
    for share in (0.01, 0.5, 0.9, 0.999, 1.0):
        kept = Transform(Fit(axes), TransformSettings(variance_share=share)).kept
        count = len(kept.variances)
        assert shares[count - 1] >= share - 1e-9
        assert count == 1 or shares[count - 2] < share


def test_the_floor_is_that_of_whitening():
    rows = cloud()
    rows[:, 2] *= 1e-5
    for floor in (1e-14, 1e-6, 1e-3, 0.2):
        fitted = Whitening(floor=floor).fit(rows)
        found = Transform(fit_rows(rows), TransformSettings(floor=floor))
        assert len(found.kept.variances) == len(fitted.components_)
        assert found.notes == fitted.notes_


def test_nothing_left_is_said():
    equal = fit_rows(np.ones((5, 3)))
    with pytest.raises(UserError, match="All rows of words are equal"):
        Transform(equal, TransformSettings(), "words")
    with pytest.raises(UserError, match="Without its top 8 directions nothing is left of words"):
        Transform(fit_rows(cloud()), TransformSettings(remove_top=8), "words")
    only = cloud()
    only[:, 1:] = 4
    with pytest.raises(UserError, match="are equal once 1 dimension is left out"):
        Transform(fit_rows(only, left_out=(0,)), TransformSettings())
    with pytest.raises(UserError, match="All dimensions are left out"):
        fit_rows(cloud(), left_out=tuple(range(8)))
    with pytest.raises(UserError, match="Dimension 8 is to be left out, and there are 8"):
        fit_rows(cloud(), left_out=(0, 8))
    with pytest.raises(UserError, match="only one row in words, without any spread"):
        Transform(fit_rows(np.ones((1, 3))), TransformSettings(), "words")
    # As long as some of the mean is there, rows are.
    half = Transform(equal, TransformSettings().at(0.5)).map().apply(np.ones((5, 3)))
    np.testing.assert_allclose(half, 0.25)


@pytest.mark.parametrize("shrinkage", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_rounding_of_directions_without_variance_is_never_what_is_left(seed, shrinkage):
    rows = cloud(4, seed=seed) + 1e3
    fit = fit_rows(rows, shrinkage=shrinkage)
    for top in (3, 4):
        found = TransformSettings(remove_top=top, shrinkage=shrinkage)
        with pytest.raises(UserError, match=f"Without its top {top} directions nothing is left"):
            Transform(fit, found, "words")
    assert Transform(fit, TransformSettings(remove_top=2)).kept.rank == 1


def test_two_rows_are_no_result_in_words():
    notes = Transform(fit_rows(cloud(2)), TransformSettings()).notes
    assert "2 rows span only 1 direction:" in notes[-1]
    notes = Transform(fit_rows(np.repeat(cloud(2), 3, axis=0)), TransformSettings()).notes
    assert "6 rows, 2 of which are distinct, span only 1 direction:" in notes[-1]


def test_few_rows_are_no_result():
    few = cloud(5)
    found = Transform(fit_rows(few), TransformSettings())
    assert found.has_too_few_rows
    assert "every two of them have the cosine −1/4" in found.notes[-1]
    white = cosines(found.map().apply(few))
    np.testing.assert_allclose(white[~np.eye(5, dtype=bool)], -1 / 4, atol=1e-9)
    assert not Transform(fit_rows(few), TransformSettings(n_components=2)).has_too_few_rows
    assert not Transform(fit_rows(cloud()), TransformSettings()).has_too_few_rows


def test_few_shrunk_rows_are_told_in_other_words():
    few = cloud(5)
    fit = fit_rows(few, shrinkage=True)
    found = Transform(fit, TransformSettings(shrinkage=True))
    assert found.has_too_few_rows
    assert found.notes[0] == "rank 4 of 8"
    assert found.notes[1] == "shrinkage gives 4 directions without spread one"
    assert f"a shrinkage of {fit.shrinkage:.2f} keeps whitening from" in found.notes[2]
    white = cosines(found.map().apply(few))
    assert np.ptp(white[~np.eye(5, dtype=bool)]) > 0.01  # So it is true.


def test_few_rows_of_another_set_are_told_in_other_words():
    found = Transform(fit_rows(cloud(5), source="the set train"), TransformSettings())
    assert "5 rows (the set train) span only 4 of 8 directions" in found.notes[-1]
    assert "−1/4" not in found.notes[-1]


def test_fits_are_equal_where_all_of_them_is():
    rows = cloud()
    fit = fit_rows(rows)
    assert fit == fit_rows(rows.copy())
    assert hash(fit) == hash(fit_rows(rows.copy()))
    others = [
        fit_rows(rows, source="train"),
        fit_rows(rows, shrinkage=True),
        fit_rows(rows, left_out=(1,)),
        fit_rows(rows[:-1]),
    ]
    assert all(fit != other for other in others)
    assert fit != "fit"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (TransformSettings().at(0), "raw"),
        (TransformSettings().at(0.25), "25 % centered"),
        (TransformSettings().at(1), "centered"),
        (
            TransformSettings(strength=0.8, n_components=9),
            "whitened, strength 0.8, 9 components",
        ),
        (
            TransformSettings(variance_share=0.95, method="zca"),
            "whitened, 95 % of the variance, ZCA",
        ),
        (TransformSettings(remove_top=3, shrinkage=True), "whitened, top 3 removed, shrunk"),
    ],
)
def test_descriptions(given, words):
    assert str(given) == words


@pytest.mark.parametrize(
    "given",
    [
        {"centering": 0.5},
        {"centering": 1.5},
        {"strength": -0.1},
        {"n_components": 0},
        {"variance_share": 0.0},
        {"n_components": 2, "variance_share": 0.5},
        {"remove_top": -1},
        {"method": "svd"},
        {"floor": -1.0},
    ],
)
def test_settings_out_of_range_are_refused(given):
    with pytest.raises(ValueError, match=next(iter(given)) if len(given) == 1 else "both"):
        TransformSettings(**given)


@pytest.mark.parametrize("left_out", [(), (0, 3)])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_is_chosen_of_a_large_table_is_read_block_by_block(left_out, kind, monkeypatch):
    rows = (cloud(5000) * np.geomspace(1.0, 1e-2, 8)).astype(kind)
    chosen = np.sort(np.random.default_rng(1).choice(5000, 3000, replace=False))
    expected = fit_rows(rows[chosen].astype(float), left_out=left_out, shrinkage=True)
    for name, value in {"_LEAST_ROWS": 2, "_LEAST_PRODUCTS": 0, "_BLOCK_ROWS": 128}.items():
        monkeypatch.setattr(float32_products, name, value)
    monkeypatch.setattr(fit_module, "_MOST_COPIED_BYTES", 0)
    way = float32_products.spread_of
    with mock.patch.object(float32_products, "spread_of", wraps=way) as asked:
        found = fit_rows(rows, rows=chosen, left_out=left_out, shrinkage=True)
    assert asked.called == (kind == np.float32)
    assert found.axes.n_rows == 3000
    np.testing.assert_allclose(found.axes.variances, expected.axes.variances, rtol=1e-5)
    np.testing.assert_allclose(found.axes.mean, expected.axes.mean, atol=1e-6)
    assert found.shrinkage == pytest.approx(expected.shrinkage, rel=1e-4)
    assert not found.axes.axes[:, list(left_out)].any()
