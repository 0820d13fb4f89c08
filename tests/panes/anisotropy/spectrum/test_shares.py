"""Shares of the variance before and after the map, against covariances computed outright."""

import numpy as np
import pytest

from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.panes.anisotropy.spectrum.shares import SpectrumShares


def rows(n_rows=60, seed=0):
    """Return rows of 8 dimensions of rank 7, away from zero."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n_rows, 8)) * np.geomspace(3, 0.2, 8) + 2
    table[:, 5] = 1.0
    return table


def spectrum(table):
    found = np.sort(np.linalg.eigvalsh(np.cov(table.T)))[::-1].clip(0)
    return found / found.sum()


@pytest.mark.parametrize(
    "settings",
    [
        TransformSettings(0.0, 0.0),
        TransformSettings(0.6, 0.0, n_components=3),
        TransformSettings(1.0, 0.0),
        TransformSettings(1.0, 0.5, n_components=4),
        TransformSettings(1.0, 1.0, method="zca"),
        TransformSettings(1.0, 0.7, remove_top=2),
        TransformSettings(1.0, 0.7, variance_share=0.9),
    ],
)
def test_they_are_those_of_the_mapped_rows(settings):
    table = rows()
    transform = Transform(fit_rows(table), settings)
    shares = SpectrumShares.of(transform)
    np.testing.assert_allclose(shares.before, spectrum(table), atol=1e-12)
    mapped = spectrum(transform.map().apply(table))
    np.testing.assert_allclose(np.sort(shares.after)[::-1][: len(mapped)], mapped, atol=1e-9)
    assert shares.last - shares.first == len(transform.kept.variances)
    assert shares.first == settings.remove_top
    assert shares.rank == 7
    assert shares.dimensions == 8


def test_the_number_of_axes_that_a_share_needs():
    shares = SpectrumShares.of(Transform(fit_rows(rows()), TransformSettings()))
    for wanted in (0.1, 0.5, 0.9, 1.0):
        count = shares.needed_for(wanted)
        assert shares.before[:count].sum() >= wanted - 1e-9
        assert count == 1 or shares.before[: count - 1].sum() < wanted


def test_rows_that_are_all_equal_have_no_share():
    shares = SpectrumShares.of(Transform(fit_rows(np.ones((5, 3))), TransformSettings(0.0, 0.0)))
    assert not shares.before.any()
    assert not shares.after.any()
    assert shares.needed_for(0.9) == 0
    assert shares.floor == 0
