"""The shipped layouts are of the shipped samples, by the settings that are usual now."""

import importlib.util
import sys

import numpy as np
import pytest

from embedviz.app.layouts import cache
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.samples import load_sample, resource_path


@pytest.fixture
def tool(monkeypatch, tmp_path):
    """Return the script as a module that writes to an empty folder."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Or a cache would lie in resources/.
    spec = importlib.util.spec_from_file_location("make_layouts", resource_path("make_layouts.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path / "layouts")
    return module


def test_every_layout_that_the_script_makes_is_shipped(tool):
    for name, method in tool.LAYOUTS:
        vector_set = load_sample(name)
        for n_components in (2, 3):
            assert cache.is_bundled(vector_set, method, n_components)
            positions = cache.find(vector_set, method, n_components)
            assert positions.shape == (len(vector_set), n_components)
            assert np.isfinite(positions).all()
            assert positions.std(axis=0).min() > 0.5
    shipped = list(resource_path("layouts").iterdir())
    assert len(shipped) == 2 * len(tool.LAYOUTS)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("words", UMAP()),
        ("words-final", UMAP()),
        ("words-wordllama", UMAP()),
        ("sentences", UMAP()),
        ("sentences-final", UMAP()),
        ("digits", TSNE()),
    ],
)
def test_a_sample_is_first_shown_by_a_layout_that_takes_no_time(name, first):
    vector_set = load_sample(name)
    assert cache.first_choice(vector_set) == first


def test_equal_digits_lie_together():
    digits = load_sample("digits")
    kinds = np.array(digits.metadata["digit"].to_pylist())
    for method in (TSNE(), UMAP()):
        positions = cache.find(digits, method, 2)
        distances = np.linalg.norm(positions[:, np.newaxis] - positions, axis=2)
        np.fill_diagonal(distances, np.inf)
        assert np.mean(kinds[distances.argmin(axis=1)] == kinds) > 0.95


def test_the_script_writes_what_the_cache_reads(tool, monkeypatch, capsys):
    monkeypatch.setattr(tool, "LAYOUTS", (("digits", PCA()),))
    tool.main()
    assert "digits-pca-3d.npz: 1,797 rows" in capsys.readouterr().out
    monkeypatch.setattr(cache, "resource_path", lambda name: tool.FOLDER)
    cache._bundled.cache_clear()
    try:
        digits = load_sample("digits")
        for n_components in (2, 3):
            found = cache.find(digits, PCA(), n_components)
            np.testing.assert_array_equal(found, PCA().fit_transform(digits.vectors, n_components))
        assert cache.first_choice(digits) == PCA()
    finally:
        cache._bundled.cache_clear()
