"""Maps that were taken home do what they did, read by whoever has NumPy."""

import json
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from embedviz.core.anisotropy.exported import exported_transform
from embedviz.core.anisotropy.fit_source import ALL_ROWS, FitSource, fit_source
from embedviz.core.anisotropy.transform import Transform, TransformSettings
from embedviz.core.derivation.whitened import Whitened
from embedviz.core.errors import UserError
from embedviz.core.samples import load_sample
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.formats.writing.transforms import transform_snippet, write_transform

TEST_ROWS = np.arange(1, 400, 7)


@cache
def sentences(dimensions=96):
    """Return bundled sentences, or their first dimensions, which are quicker."""
    vectors = load_sample("sentences").vectors
    return VectorSet(np.ascontiguousarray(vectors[:, :dimensions]), name="sentences")


def transform_of(vector_set, source=ALL_ROWS, position=2.0, left_out=(), sets=(), **more):
    fit = fit_source(
        vector_set,
        source,
        sets,
        left_out=left_out,
        shrinkage=more.get("shrinkage", False),
    )
    return Transform(fit, TransformSettings(**more).at(position), vector_set.name)


def cosines_of_script(script, vectors, tmp_path):
    """Return the cosines of what a script makes of vectors in a fresh Python without embedviz."""
    np.save(tmp_path / "rows.npy", vectors)
    command = [sys.executable, "-I", str(script), "rows.npy", "mapped.npy"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    mapped = np.load(tmp_path / "mapped.npy").astype(np.float64)
    return mapped @ mapped.T, done.stdout


CASES = {
    "raw": {"position": 0.0},
    "half open": {"position": 0.5, "n_components": 40},
    "centered": {"position": 1.0},
    "pca": {},
    "pca, 64": {"n_components": 64},
    "zca": {"method": "zca"},
    "part of the way": {"position": 1.6, "remove_top": 3},
    "share": {"variance_share": 0.9, "method": "zca"},
    "left out": {"left_out": (3, 50)},
    "left out, half": {"position": 0.4, "left_out": (3, 50)},
    "shrunk": {"shrinkage": True},
    "selection": {"source": FitSource.of_selection(Selection(range(0, 1000, 2)))},
    "another set": {"source": FitSource.of_set("train")},
    "few rows, shrunk": {
        "source": FitSource.of_selection(Selection(range(30))),
        "shrinkage": True,
    },
}


@pytest.mark.parametrize(
    ("name", "suffix", "dimensions"),
    [
        *((name, ".npz", 96) for name in CASES),
        ("pca", ".safetensors", 96),
        ("left out, half", ".safetensors", 96),
        ("zca", ".npz", 384),
        ("part of the way", ".npz", 384),
    ],
)
def test_script_and_arrays_give_the_cosines_of_the_program(tmp_path, name, suffix, dimensions):
    found = sentences(dimensions)
    train = VectorSet(found.vectors[:900], name="train")
    transform = transform_of(found, sets=(train,), **CASES[name])
    arrays, script = write_transform(
        tmp_path / f"it's a map{suffix}", exported_transform(transform)
    )
    derived = Whitened.of(transform.settings, transform.fit).derive(found)
    ours = derived.vectors[TEST_ROWS].astype(np.float64)
    cosines, printed = cosines_of_script(script, found.vectors[TEST_ROWS], tmp_path)
    np.testing.assert_allclose(cosines, ours @ ours.T, atol=1e-5)
    assert f"description: {transform.settings}" in printed
    assert "differ by at most" in printed
    if suffix == ".npz":
        with np.load(arrays, allow_pickle=False) as given:
            rows = found.vectors[TEST_ROWS].astype(np.float64)
            mapped = (rows - given["mean"]) @ given["matrix"]
            mapped /= np.linalg.norm(mapped, axis=1, keepdims=True)
            np.testing.assert_allclose(mapped @ mapped.T, ours @ ours.T, atol=1e-5)


def test_what_it_is_goes_with_it(tmp_path):
    found = sentences()
    source = FitSource.of_selection(Selection(range(500)))
    transform = transform_of(
        found, source, position=1.5, method="zca", shrinkage=True, left_out=(7,), n_components=50
    )
    arrays, script = write_transform(tmp_path / "map.npz", exported_transform(transform))
    with np.load(arrays, allow_pickle=False) as given:
        assert all(given[name].dtype != object for name in given)
        settings = json.loads(str(given["settings"]))
        assert settings["strength"] == 0.5
        assert settings["left_out"] == [7]
        assert settings["shrinkage"] == pytest.approx(transform.fit.shrinkage)
        assert str(given["fitted_on"]) == "500 selected rows (500 rows)"
        assert str(given["rank"]).startswith("rank 95 of 96 dimensions, 1 of them left out; 50 ")
        assert str(given["name"]) == found.name
        assert given["variances"].shape == (50,)
    text = script.read_text("utf-8")
    assert "# Fitted on 500 selected rows" in text
    assert text.count("rank 95 of 96") == 1
    assert "# 1 dimension left out" in text


def test_no_row_of_the_data_is_given_away():
    found = sentences()
    rows = exported_transform(transform_of(found)).check_rows
    assert not np.isclose(rows[:, np.newaxis], found.vectors[:200], atol=1e-3).all(axis=2).any()


def test_a_snippet_for_a_notebook_names_the_file(tmp_path):
    exported = exported_transform(transform_of(sentences(), n_components=5))
    for suffix in (".npz", ".safetensors"):
        arrays, _ = write_transform(tmp_path / f"map{suffix}", exported)
        snippet = transform_snippet(arrays, exported)
        assert str(arrays) in snippet
        code = f"{snippet}\nprint(apply(transform['check_rows']).shape)"
        done = subprocess.run(
            [sys.executable, "-I", "-c", code],
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        assert done.stdout.strip().endswith("(8, 5)")


def test_scripts_apply_what_can_be_applied(tmp_path):
    exported = exported_transform(transform_of(sentences(), n_components=5))
    arrays, _ = write_transform(tmp_path / "map.npz", exported)
    names = {}
    exec(compile(transform_snippet(arrays, exported), "snippet", "exec"), names)
    apply = names["apply"]
    with pytest.raises(ValueError, match="rows of shape"):
        apply(np.ones((2, 3)))
    blank = np.zeros((1, 96))
    assert not apply(blank).any()
    assert apply(blank, unit_length=False).any()
    long = exported.check_rows.astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(apply(long * 1e200), axis=1), 1)


def test_a_set_may_be_called_anything(tmp_path):
    found = sentences()
    strange = VectorSet(found.vectors, name='a"""\nimport os\n\\ \u2028 {x} é')
    transform = transform_of(strange, n_components=3)
    _, script = write_transform(tmp_path / "map.npz", exported_transform(transform))
    _, printed = cosines_of_script(script, found.vectors[:5], tmp_path)
    assert "differ by at most" in printed


def test_other_readers_of_safetensors_read_it(tmp_path):
    reader = pytest.importorskip("safetensors.numpy")
    exported = exported_transform(transform_of(sentences()))
    arrays, _ = write_transform(tmp_path / "map.safetensors", exported)
    for name, array in reader.load_file(arrays).items():
        np.testing.assert_array_equal(array, exported.arrays()[name])


@pytest.mark.parametrize("name", ["map", "map.npy", "map.pkl"])
def test_another_suffix_is_refused(tmp_path, name):
    exported = exported_transform(transform_of(sentences()))
    with pytest.raises(UserError, match=r"no format for a transform\. Use \.npz"):
        write_transform(tmp_path / name, exported)
    assert list(tmp_path.iterdir()) == []


def test_a_script_of_somebody_else_is_not_replaced(tmp_path):
    exported = exported_transform(transform_of(sentences()))
    (tmp_path / "map.py").write_text("print('mine')")
    with pytest.raises(UserError, match=r"map\.py would be written"):
        write_transform(tmp_path / "map.npz", exported)
    assert [each.name for each in tmp_path.iterdir()] == ["map.py"]
    write_transform(tmp_path / "other.npz", exported)
    write_transform(tmp_path / "other.npz", exported)
