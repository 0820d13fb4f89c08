"""The cone against plain NumPy in all dimensions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.anisotropy import cone as cone_module
from embedviz.core.anisotropy.cone import Cone
from embedviz.core.anisotropy.transform import TransformSettings
from embedviz.core.errors import UserError
from embedviz.core.isotropy import effective_rank, iso_score, mean_cosine
from embedviz.core.progress import Cancelled


def narrow_cloud(n_vectors=200, dimensions=24, seed=0):
    """Return rows that lean to one side and spread unevenly, as real embeddings do."""
    rng = np.random.default_rng(seed)
    spread = np.geomspace(1.0, 0.1, dimensions)
    return (rng.normal(size=(n_vectors, dimensions)) * spread + 0.4).astype(np.float32)


def dial(strength=1.0, n_components=None):
    return TransformSettings(strength=strength, n_components=n_components)


def unit(rows):
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def whitened(vectors, strength, n_components=None, floor=1e-6):
    """Return U diag(s^(-t/2)) Uᵀ (x - μ) in float64, and the variances that were kept."""
    exact = np.asarray(vectors, np.float64)
    centered = exact - exact.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(exact.T))
    variances, axes = variances[::-1], axes[:, ::-1]
    kept = variances >= floor * variances[0]
    variances, axes = variances[kept][:n_components], axes[:, kept][:, :n_components]
    return centered @ axes * variances ** (-strength / 2) @ axes.T, variances


def mean_direction(vectors):
    return unit(unit(np.asarray(vectors, np.float64)).sum(axis=0))


def upper_cosines(rows):
    directions = unit(rows)
    return (directions @ directions.T)[np.triu_indices(len(rows), 1)]


def test_before_is_at_true_angles():
    vectors = narrow_cloud()
    cone = Cone(vectors)
    true = unit(vectors.astype(np.float64)) @ mean_direction(vectors)
    np.testing.assert_allclose(cone.before.positions[:, 2], true, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(cone.before.positions, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("n_components", [None, 24, 7, 1])
def test_after_is_at_true_angles(strength, n_components):
    vectors = narrow_cloud()
    view = Cone(vectors).after(dial(strength, n_components))
    rows, _ = whitened(vectors, strength, n_components)
    true = unit(rows) @ mean_direction(vectors)
    np.testing.assert_allclose(view.positions[:, 2], true, atol=5e-6)
    np.testing.assert_allclose(np.linalg.norm(view.positions, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n_components", [None, 5])
def test_numbers_after_are_those_of_the_whitened_rows(strength, n_components):
    vectors = narrow_cloud()
    view = Cone(vectors, pairs=10**6).after(dial(strength, n_components))
    rows, variances = whitened(vectors, strength, n_components)
    cosines = upper_cosines(rows)
    assert view.mean_cosine == pytest.approx(cosines.mean(), abs=1e-6)
    np.testing.assert_allclose(view.cosines, cosines, atol=5e-6)
    assert view.rank == len(variances)
    # The covariance of the rows themselves has s^(1-t), and zeros where nothing is kept.
    direct = np.linalg.eigvalsh(np.cov(rows.T))[::-1][: len(variances)]
    shares = direct / direct.sum()
    participation = 1 / (shares**2).sum()
    assert view.iso_score == pytest.approx((participation - 1) / (vectors.shape[1] - 1))
    assert view.effective_rank == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))


def test_numbers_before_are_those_of_the_rows():
    vectors = narrow_cloud()
    before = Cone(vectors, pairs=10**6).before
    cosines = upper_cosines(vectors.astype(np.float64))
    np.testing.assert_allclose(before.cosines, cosines, atol=1e-6)
    assert before.mean_cosine == pytest.approx(cosines.mean(), abs=1e-6)
    assert before.mean_cosine == pytest.approx(mean_cosine(vectors), abs=1e-6)
    assert before.iso_score == pytest.approx(iso_score(vectors))
    assert before.effective_rank == pytest.approx(effective_rank(vectors))
    assert before.rank == 24


def test_full_whitening_is_isotropic():
    view = Cone(narrow_cloud()).after(dial(1.0))
    assert view.iso_score == pytest.approx(1)
    assert view.effective_rank == pytest.approx(24)
    assert view.mean_direction is None


def test_azimuth_points_to_the_leading_directions_of_the_rest():
    vectors = narrow_cloud(400)
    cone = Cone(vectors)
    pole = mean_direction(vectors)
    exact = vectors.astype(np.float64)
    rest = np.eye(24) - np.outer(pole, pole)
    _, axes = np.linalg.eigh(rest @ np.cov(exact.T) @ rest)
    for view, rows in [(cone.before, exact), (cone.after(dial(0.6)), whitened(vectors, 0.6)[0])]:
        true = unit(rows @ axes[:, [-1, -2]])
        signs = np.sign((unit(view.positions[:, :2]) * true).sum(axis=0))
        np.testing.assert_allclose(unit(view.positions[:, :2]) * signs, true, atol=2e-3)


def test_strength_zero_only_centers():
    vectors = narrow_cloud()
    centered = vectors - vectors.mean(axis=0, dtype=np.float64)
    view = Cone(vectors, pairs=10**6).after(dial(0.0))
    true = unit(centered) @ mean_direction(vectors)
    np.testing.assert_allclose(view.positions[:, 2], true, atol=5e-6)
    assert view.mean_cosine == pytest.approx(mean_cosine(centered), abs=1e-6)
    assert view.iso_score == pytest.approx(Cone(vectors).before.iso_score)


def test_the_dial_moves_without_jumps():
    cone = Cone(narrow_cloud())
    steps = [cone.after(dial(strength)) for strength in np.linspace(0, 1, 101)]
    moves = [
        np.abs(one.positions[:, 2] - other.positions[:, 2]).max() for one, other in pairwise(steps)
    ]
    assert max(moves) < 0.05
    scores = [step.iso_score for step in steps]
    assert scores == sorted(scores)


@pytest.mark.parametrize("dropped", [{"n_components": 6}, {"remove_top": 3}])
def test_no_number_jumps_where_directions_are_dropped(dropped):
    cone, settings = Cone(narrow_cloud()), TransformSettings(**dropped)
    near, there = (cone.after(settings.at(position)) for position in (1 - 1e-6, 1.0))
    assert near.iso_score == pytest.approx(there.iso_score, abs=1e-6)
    assert near.effective_rank == pytest.approx(there.effective_rank, abs=1e-6)
    assert near.mean_cosine == pytest.approx(there.mean_cosine, abs=1e-4)


def test_a_cone_has_a_mean_direction_and_a_centered_set_has_none():
    vectors = narrow_cloud()
    np.testing.assert_allclose(Cone(vectors).before.mean_direction, [0, 0, 1], atol=1e-6)
    assert Cone(vectors - vectors.mean(axis=0)).before.mean_direction is None
    assert Cone(np.vstack([vectors, -vectors])).before.mean_direction is None


def test_rows_that_cancel_are_seen_from_their_leading_axis():
    rng = np.random.default_rng(1)
    half = (rng.normal(size=(60, 5)) * [9, 3, 2, 1, 1]).astype(np.float32)
    both = np.vstack([half, -half])
    axis = np.linalg.eigh(both.T.astype(np.float64) @ both)[1][:, -1]
    heights = Cone(both).before.positions[:, 2]
    np.testing.assert_allclose(np.abs(heights), np.abs(unit(both) @ axis), atol=1e-5)


def test_singular_covariance():
    vectors = narrow_cloud()
    vectors[:, 3] = 0.25
    vectors[:, 9] = vectors[:, 1]
    cone = Cone(vectors)
    assert cone.rank == 22
    assert cone.notes == ("rank 22 of 24",)
    rows, _ = whitened(vectors, 1.0)
    true = unit(rows) @ mean_direction(vectors)
    view = cone.after(dial(1.0))
    np.testing.assert_allclose(view.positions[:, 2], true, atol=1e-5)
    assert view.rank == 22
    assert view.iso_score == pytest.approx(21 / 23)  # Of all 24 dimensions.
    assert cone.before.iso_score < iso_score(np.delete(vectors, [3, 9], axis=1))


@pytest.mark.parametrize("n_vectors", [6, 12, 24])
def test_too_few_rows_make_a_simplex(n_vectors):
    cone = Cone(narrow_cloud(n_vectors))
    assert cone.rank == n_vectors - 1
    assert any("Keep fewer components" in note for note in cone.notes)
    view = cone.after(dial(1.0))
    np.testing.assert_allclose(view.cosines, -1 / (n_vectors - 1), atol=1e-4)
    assert view.mean_cosine == pytest.approx(-1 / (n_vectors - 1), abs=1e-4)


def test_components_beyond_the_rank_are_all_there_are():
    cone = Cone(narrow_cloud())
    np.testing.assert_array_equal(
        cone.after(dial(0.5, 99)).positions, cone.after(dial(0.5)).positions
    )


@given(
    n_vectors=st.integers(0, 6),
    dimensions=st.integers(1, 5),
    strength=st.floats(0, 1),
    scale=st.sampled_from([1e-25, 1.0, 1e25]),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_tiny_sets_stay_on_the_sphere(n_vectors, dimensions, strength, scale, seed):
    rng = np.random.default_rng(seed)
    vectors = (rng.integers(-2, 3, size=(n_vectors, dimensions)) * scale).astype(np.float32)
    cone = Cone(vectors)
    views = [cone.before]
    if cone.rank:  # Else nothing is left.
        views += [cone.after(dial(strength)), cone.after(dial(strength, 1))]
    for view in views:
        lengths = np.linalg.norm(view.positions, axis=1)
        assert view.positions.shape == (n_vectors, 3)
        assert np.all((lengths == 0) | (np.abs(lengths - 1) < 1e-4))
        assert np.all(np.abs(view.cosines) <= 1 + 1e-5)
        assert np.isfinite(view.cosines).all()


def test_rows_without_a_direction_are_at_the_origin():
    vectors = narrow_cloud()
    vectors[[0, 5]] = 0
    vectors[9] = np.delete(vectors, 9, axis=0).mean(axis=0, dtype=np.float64)
    cone = Cone(vectors, pairs=10**6)
    np.testing.assert_array_equal(cone.before.positions[[0, 5]], 0)
    assert cone.before.mean_cosine == pytest.approx(
        upper_cosines(np.delete(vectors, [0, 5], axis=0).astype(np.float64)).mean(), abs=1e-6
    )
    assert np.isfinite(cone.after(dial(0.4)).positions).all()


@pytest.mark.parametrize("size", [1e-20, 0.1, 1e18])
def test_of_equal_rows_nothing_is_left_once_centered(size):
    vectors = np.full((5, 3), size, np.float32)
    cone = Cone(vectors)
    with pytest.raises(UserError, match="nothing to whiten"):
        cone.after(dial())
    view = cone.after(TransformSettings().at(0.99))
    np.testing.assert_allclose(view.positions, cone.before.positions, atol=1e-3)
    assert view.rank == 0
    assert np.isnan([view.iso_score, view.effective_rank]).all()


def test_pairs_are_the_same_for_the_same_seed_and_never_a_row_with_itself():
    vectors = narrow_cloud()
    one, same, other = Cone(vectors, pairs=500), Cone(vectors, pairs=500), Cone(vectors, seed=1)
    assert one.before.cosines.shape == one.after(dial(0.2)).cosines.shape == (500,)
    np.testing.assert_array_equal(one.before.cosines, same.before.cosines)
    assert not np.array_equal(one.before.cosines, other.before.cosines[:500])
    assert one.before.cosines.max() < 0.9999


def test_a_large_set_is_sampled_and_says_so(monkeypatch):
    monkeypatch.setattr(cone_module, "_MOST_ROWS", 50)
    whole = narrow_cloud()
    cone = Cone(whole)
    assert cone.n_vectors == 200
    assert len(cone.rows) == 50
    assert np.all(np.diff(cone.rows) > 0)
    true = unit(whole.astype(np.float64)) @ mean_direction(whole)
    np.testing.assert_allclose(cone.before.positions[:, 2], true[cone.rows], atol=1e-6)
    assert cone.before.mean_cosine == pytest.approx(mean_cosine(whole), abs=1e-6)
    assert cone.before.iso_score == pytest.approx(iso_score(whole))
    rows, _ = whitened(whole, 0.8)
    np.testing.assert_allclose(
        cone.after(dial(0.8)).positions[:, 2],
        (unit(rows) @ mean_direction(whole))[cone.rows],
        atol=5e-6,
    )
    np.testing.assert_array_equal(cone.rows, Cone(whole).rows)


@pytest.mark.parametrize("arguments", [(-0.1,), (1.1,), (float("nan"),), (0.5, 0)])
def test_a_setting_out_of_range_is_refused(arguments):
    with pytest.raises(ValueError, match="must be from"):
        Cone(narrow_cloud(20)).after(dial(*arguments))


def test_numbers_that_are_not_finite_are_named():
    vectors = narrow_cloud()
    vectors[3, 3] = np.nan
    with pytest.raises(UserError, match="NaN or infinite"):
        Cone(vectors)


def test_stops_when_nobody_wants_it():
    def stop(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        Cone(narrow_cloud(), report=stop)


def test_real_layers(data_folder):
    vectors = np.load(data_folder / "stsb" / "stsb_dev_layer5.f32.npy")
    cone = Cone(vectors)
    assert cone.rank == 383
    assert cone.before.mean_cosine == pytest.approx(mean_cosine(vectors), abs=1e-6)
    assert cone.before.mean_direction is not None
    opened = cone.after(dial(1.0))
    assert abs(opened.mean_cosine) < 0.01
    assert opened.iso_score == pytest.approx(382 / 383)
    exact = unit(vectors.astype(np.float64))
    angles = np.arccos(exact @ mean_direction(vectors))
    np.testing.assert_allclose(np.arccos(cone.before.positions[:, 2]), angles, atol=1e-5)
