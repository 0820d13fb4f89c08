"""The cone at every position of the dial, against the map itself in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.anisotropy.cone import Cone
from embedviz.core.anisotropy.cone_view import AngleBand
from embedviz.core.anisotropy.placing import PairOrder
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.covariance import principal_axes
from embedviz.core.isotropy import effective_rank, iso_score, mean_cosine

POSITIONS = [0.0, 0.35, 0.9, 1.0, 1.4, 2.0]
KEPT = [
    {},
    {"n_components": 6},
    {"remove_top": 2},
    {"variance_share": 0.8},
    {"n_components": 4, "remove_top": 1},
]


def cloud(n_vectors=150, dimensions=20, seed=0, lean=0.4):
    """Return rows that lean to one side, with a constant dimension and one that is there twice."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_vectors, dimensions)) * np.geomspace(1, 0.1, dimensions) + lean
    rows[:, 3] = 0.25
    rows[:, 9] = rows[:, 1]
    return rows.astype(np.float32)


def unit(rows):
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-12)


def mapped(vectors, fit, chosen):
    """Return the rows mapped in float64, in all dimensions."""
    exact = np.array(vectors, np.float64)
    exact[:, list(fit.left_out)] = 0
    transform = Transform(fit, TransformSettings(**{**vars(chosen), "method": "zca"}))
    change = transform.map()
    return (exact - change.mean) @ change.matrix


def pole_of(vectors):
    return unit(unit(np.asarray(vectors, np.float64)).sum(axis=0))


def assert_is_of(view, rows, cone, pole):
    """Check all that a view says against mapped rows in float64."""
    units = unit(rows)
    np.testing.assert_allclose(view.positions[:, 2], units @ pole, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(view.positions, axis=1), 1, atol=1e-5)
    first, other = cone.pairs.T
    cosines = (units[first] * units[other]).sum(axis=1)
    np.testing.assert_allclose(view.cosines, cosines, atol=1e-5)
    upper = (units @ units.T)[np.triu_indices(len(units), 1)]
    assert view.mean_cosine == pytest.approx(upper.mean(), abs=1e-5)
    np.testing.assert_allclose(view.mean_unit, units.mean(axis=0), atol=1e-5)
    angles = np.degrees(np.arccos(np.clip(units @ pole, -1, 1)))
    low, median, high = np.quantile(angles, [0.05, 0.5, 0.95])
    assert view.band.median == pytest.approx(median, abs=0.02)
    assert (view.band.low, view.band.high) == pytest.approx((low, high), abs=0.02)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kept", KEPT, ids=str)
@pytest.mark.parametrize("pairs", [500, 10**6])
def test_everywhere_on_the_dial_rows_are_at_true_angles(position, kept, pairs):
    vectors = cloud()
    cone = Cone(vectors, pairs=pairs)
    chosen = TransformSettings(**kept).at(position)
    assert_is_of(cone.after(chosen), mapped(vectors, cone.fit, chosen), cone, pole_of(vectors))


@pytest.mark.parametrize("kept", KEPT, ids=str)
@pytest.mark.parametrize("n_vectors", [3, 8, 12, 150])
def test_the_dial_begins_at_the_rows_as_they_are(kept, n_vectors):
    vectors = cloud(n_vectors)
    cone = Cone(vectors)
    raw, before = cone.after(TransformSettings(**kept).at(0)), cone.before
    np.testing.assert_allclose(raw.positions, before.positions, atol=1e-5)
    np.testing.assert_allclose(raw.cosines, before.cosines, atol=1e-5)
    np.testing.assert_allclose(raw.mean_direction, before.mean_direction, atol=1e-5)
    assert raw.mean_cosine == pytest.approx(mean_cosine(vectors), abs=1e-6)
    assert raw.iso_score == pytest.approx(iso_score(vectors))
    assert raw.effective_rank == pytest.approx(effective_rank(vectors))


@pytest.mark.parametrize("at", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("kept", KEPT, ids=str)
def test_nothing_jumps_at_raw_centered_and_white(at, kept):
    cone = Cone(cloud())
    there = cone.after(TransformSettings(**kept).at(at))
    for near in (at - 1e-5, at + 1e-5):
        if 0 <= near <= 2:
            view = cone.after(TransformSettings(**kept).at(near))
            np.testing.assert_allclose(view.positions, there.positions, atol=5e-3)
            np.testing.assert_allclose(view.linear, there.linear, atol=1e-3)
            np.testing.assert_allclose(view.cosines, there.cosines, atol=1e-3)
            assert view.band.median == pytest.approx(there.band.median, abs=0.05)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("n_fit", [4, 12, 90])
@pytest.mark.parametrize("n_vectors", [3, 150])
def test_fitted_on_other_rows(position, n_fit, n_vectors):
    vectors = cloud(n_vectors)
    fit = fit_rows(cloud(n_fit, seed=5, lean=0.1), source="train")
    cone = Cone(vectors, fit)
    chosen = TransformSettings().at(position)
    view, rows = cone.after(chosen), mapped(vectors, fit, chosen)
    assert_is_of(view, rows, cone, pole_of(vectors))
    assert cone.before.iso_score == pytest.approx(iso_score(vectors))
    variances = np.linalg.eigvalsh(np.cov(rows.T))[::-1].clip(0)
    expected = ((variances.sum() ** 2 / (variances**2).sum()) - 1) / (len(variances) - 1)
    assert view.iso_score == pytest.approx(expected, abs=1e-6)
    np.testing.assert_array_equal(
        cone.before.positions, Cone(vectors, fit, own=principal_axes(vectors)).before.positions
    )
    np.testing.assert_allclose(cone.before.positions, Cone(vectors).before.positions, atol=1e-6)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("n_fit", [6, 150])
@pytest.mark.parametrize("shrinkage", [False, True])
@pytest.mark.parametrize("left_out", [(), (0, 3, 7)])
def test_dimensions_left_out_and_shrunk_variances(position, n_fit, shrinkage, left_out):
    vectors = cloud()
    fit = fit_rows(vectors[:n_fit], left_out=left_out, shrinkage=shrinkage, source="some")
    cone = Cone(vectors, fit)
    chosen = TransformSettings(shrinkage=shrinkage, n_components=5).at(position)
    assert_is_of(cone.after(chosen), mapped(vectors, fit, chosen), cone, pole_of(vectors))
    whole = TransformSettings(shrinkage=shrinkage).at(position)
    assert_is_of(cone.after(whole), mapped(vectors, fit, whole), cone, pole_of(vectors))
    found = cone.look_at(vectors[:4], whole)
    np.testing.assert_allclose(found.units, unit(mapped(vectors[:4], fit, whole)), atol=1e-6)


def test_a_fit_of_other_dimensions_is_refused():
    with pytest.raises(ValueError, match="20 dimensions, the rows 7"):
        Cone(cloud()[:, :7], fit_rows(cloud()))


@pytest.mark.parametrize("position", POSITIONS)
def test_a_vector_that_is_no_row_is_where_the_map_puts_it(position):
    vectors = cloud()
    for fit in (None, fit_rows(cloud(6, seed=3), source="a few")):
        cone = Cone(vectors, fit)
        chosen = TransformSettings(n_components=7).at(position)
        asked = np.random.default_rng(1).normal(size=(5, 20)).astype(np.float32)
        found = cone.look_at(np.vstack([asked, vectors]), chosen)
        rows = mapped(np.vstack([asked, vectors]), cone.fit, chosen)
        np.testing.assert_allclose(found.units, unit(rows), atol=1e-6)
        np.testing.assert_allclose(found.positions[:, 2], unit(rows) @ pole_of(vectors), atol=1e-5)
        view = cone.after(chosen)
        np.testing.assert_allclose(found.positions[5:], view.positions, atol=1e-3)
        np.testing.assert_allclose(found.linear[5:], view.linear, atol=1e-5)
        # Its mean cosine with all rows is a product.
        np.testing.assert_allclose(
            found.units @ view.mean_unit, unit(rows) @ unit(rows[5:]).mean(axis=0), atol=1e-5
        )


def test_the_linear_picture_is_the_leading_axes_of_the_unit_rows():
    vectors = cloud()
    cone = Cone(vectors)
    units, axes = unit(vectors.astype(np.float64)), cone.own.axes[:3]
    np.testing.assert_allclose(cone.before.linear, units @ axes.T, atol=1e-5)
    shares = np.linalg.norm(units @ axes.T, axis=1)
    assert cone.before.length_shown == pytest.approx(shares.mean(), abs=1e-5)
    np.testing.assert_allclose(
        cone.after(TransformSettings().at(0)).linear, cone.before.linear, atol=1e-5
    )
    white = cone.after(TransformSettings(remove_top=1))
    rows = unit(mapped(vectors, cone.fit, TransformSettings(remove_top=1)))
    np.testing.assert_allclose(white.linear, rows @ cone.fit.axes.axes[1:4].T, atol=1e-5)


@pytest.mark.parametrize("n_kept", [1, 2])
def test_fewer_than_three_axes_leave_the_rest_of_the_linear_picture_empty(n_kept):
    view = Cone(cloud()).after(TransformSettings(n_components=n_kept))
    assert view.linear[:, :n_kept].any()
    assert not view.linear[:, n_kept:].any()
    np.testing.assert_allclose(view.length_shown, 1, atol=1e-5)


@given(
    n_vectors=st.integers(0, 6),
    dimensions=st.integers(1, 5),
    position=st.floats(0, 2),
    scale=st.sampled_from([1e-25, 1.0, 1e25]),
    lean=st.sampled_from([0, 1, 1000]),
    seed=st.integers(0, 99),
)
@settings(max_examples=80, deadline=None)
def test_tiny_sets_stay_on_the_sphere(n_vectors, dimensions, position, scale, lean, seed):
    rng = np.random.default_rng(seed)
    rows = (rng.integers(-2, 3, size=(n_vectors, dimensions)) + lean) * scale
    cone = Cone(rows.astype(np.float32))
    if position >= 1 and not cone.rank:  # Nothing is left.
        return
    for chosen in (TransformSettings(), TransformSettings(n_components=1)):
        view = cone.after(chosen.at(position))
        lengths = np.linalg.norm(view.positions, axis=1)
        assert np.all((lengths == 0) | (np.abs(lengths - 1) < 1e-4))
        assert np.isfinite(view.cosines).all()
        assert np.isfinite(view.linear).all()
        assert (view.band is None) == (not lengths.any())


def test_a_set_far_from_the_origin_begins_and_ends_exactly():
    vectors = (cloud().astype(np.float64) + 1e4).astype(np.float32)
    cone = Cone(vectors)
    for position in (0.0, 0.5, 1.0, 2.0):
        chosen = TransformSettings().at(position)
        rows = unit(mapped(vectors, cone.fit, chosen))
        np.testing.assert_allclose(
            cone.after(chosen).positions[:, 2], rows @ pole_of(vectors), atol=2e-5
        )


@pytest.mark.parametrize(("n_rows", "count"), [(0, 5), (1, 5), (7, 21), (8, 20), (40, 100)])
def test_pairs_are_of_different_rows_and_as_many_as_asked_for(n_rows, count):
    order = PairOrder.sampled(n_rows, count, np.random.default_rng(0))
    pairs = order.pairs()
    assert pairs.shape == (min(count, n_rows * (n_rows - 1) // 2), 2)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert len(np.unique(np.sort(pairs, axis=1), axis=0)) == len(pairs)
    assert sorted(order.order) == list(range(n_rows))
    if n_rows == 40:  # No row is in many more pairs than others.
        counts = np.bincount(pairs.reshape(-1), minlength=n_rows)
        assert counts.min() >= 4
        assert counts.max() <= 6


def test_a_band_of_no_angles_is_none():
    assert AngleBand.of(np.zeros(0)) is None
    assert AngleBand.of(np.array([30.0])) == AngleBand(30.0, 30.0, 30.0)
