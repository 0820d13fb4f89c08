"""`embedviz whiten`: whitened vectors, and the map, without a window."""

import numpy as np
import pytest

import embedviz
from embedviz.__main__ import main
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.whitening import Whitening


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def source(tmp_path):
    """Return a file of 60 vectors of 6 dimensions, of two kinds."""
    random = np.random.default_rng(0)
    vectors = (random.normal(size=(60, 6)) * [5, 4, 3, 2, 1, 1] + 3).astype(np.float32)
    kinds = ["train"] * 40 + ["test"] * 20
    found = embedviz.VectorSet(vectors, [f"row {i}" for i in range(60)], {"kind": kinds})
    embedviz.save(found, tmp_path / "in.parquet")
    return tmp_path / "in.parquet"


@pytest.fixture
def run(capsys):
    """Return a function that runs the command, and gives its code and what it printed."""

    def run_command(*arguments):
        capsys.readouterr()
        code = main(["whiten", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


@pytest.mark.parametrize(
    ("options", "recipe"),
    [
        ((), Whitened()),
        (("--strength", "0.5", "--components", "3"), Whitened(0.5, 3)),
        (("--strength", "0"), Whitened(0.0)),
        (("--centering", "0.5"), Whitened(0.0, centering=0.5)),
        (
            ("--variance-share", "0.9", "--method", "zca"),
            Whitened(variance_share=0.9, method="zca"),
        ),
        (("--remove-top", "2", "--shrinkage"), Whitened(remove_top=2, shrinkage=True)),
        (("--leave-out", "4", "1"), Whitened(left_out=(1, 4))),
    ],
)
def test_the_set_is_that_of_the_window(source, tmp_path, run, options, recipe):
    code, told, error = run(source, "-o", tmp_path / "out.parquet", *options)
    assert (code, error) == (0, "")
    expected = recipe.derive(embedviz.load(source))
    found = embedviz.load(tmp_path / "out.parquet")
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)
    assert found.metadata.column("kind").to_pylist()[-1] == "test"
    assert told.startswith(f"60 × {expected.dimensions} written to")


def test_fitted_on_train_and_applied_to_test(source, tmp_path, run):
    rows = embedviz.load(source).vectors
    expected = unit(Whitening().fit(rows[:40]).transform(rows))
    np.save(tmp_path / "train.npy", rows[:40])
    for options in (("--fit-group", "kind", "train"), ("--fit-on", tmp_path / "train.npy")):
        run(source, "-o", tmp_path / "out.npy", *options)
        found = embedviz.load(tmp_path / "out.npy").vectors
        np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-5)


def test_the_map_is_written_alone_or_beside_the_vectors(source, tmp_path, run):
    code, told, _ = run(source, "--export", tmp_path / "map.npz", "--components", "3")
    assert code == 0
    assert "The map is written to" in told
    names = {"in.parquet", "map.npz", "map.py"}
    assert {each.name for each in tmp_path.iterdir()} == names
    with np.load(tmp_path / "map.npz", allow_pickle=False) as given:
        assert given["matrix"].shape == (6, 3)
    run(source, "-o", tmp_path / "out.npy", "--export", tmp_path / "map.safetensors")
    assert (tmp_path / "map.safetensors").exists()
    assert embedviz.load(tmp_path / "out.npy").dimensions == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Where are the vectors to go"),
        (("-o", "x.npy", "--components", "2", "--variance-share", "0.5"), "both say how many"),
        (("-o", "x.npy", "--centering", "0.5", "--strength", "0.5"), "needs a --centering of 1"),
        (("-o", "x.npy", "--remove-top", "6"), "Without its top 6 directions nothing is left"),
        (("-o", "x.npy", "--leave-out", "6"), "Dimension 6 is to be left out"),
        (("-o", "x.npy", "--fit-group", "kind", "dev"), "has no row"),
        (("--export", "x.npy"), "no format for a transform"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(
    source, tmp_path, run, monkeypatch, options, message
):
    monkeypatch.chdir(tmp_path)
    code, _, error = run(source, *options)
    assert code != 0
    assert message in error
    assert [each.name for each in tmp_path.iterdir()] == ["in.parquet"]


def test_what_is_read_is_not_replaced(source, tmp_path, run):
    before = source.read_bytes()
    code, _, error = run(source, "-o", source)
    assert code != 0
    assert "is read and would be replaced" in error
    np.savez(tmp_path / "both.npz", vectors=np.eye(6) + 1)
    code, _, error = run(tmp_path / "both.npz", "--export", tmp_path / "both.npz")
    assert "is read and would be replaced" in error
    assert source.read_bytes() == before


def test_rogue_dimensions_are_found_and_left_out(tmp_path, run):
    rows = np.random.default_rng(5).normal(size=(400, 40)).astype(np.float32)
    rows[:, 7] += 20
    embedviz.save(embedviz.VectorSet(rows), tmp_path / "in.npy")
    code, told, _ = run(tmp_path / "in.npy", "-o", tmp_path / "out.npy", "--leave-out", "rogue", 3)
    assert code == 0
    assert "Rogue dimensions, left out: 7." in told
    expected = Whitened(left_out=(3, 7)).derive(embedviz.load(tmp_path / "in.npy"))
    found = embedviz.load(tmp_path / "out.npy")
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)


def test_no_dimension_is_rogue_where_all_are_alike(source, tmp_path, run):
    code, told, _ = run(source, "-o", tmp_path / "out.parquet", "--leave-out", "rogue")
    assert code == 0
    assert "No dimension is rogue." in told
