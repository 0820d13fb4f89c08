"""`embedviz apply`: all rows mapped into a new place, from the command line."""

import sys

import numpy as np
import pytest

import embedviz
from embedviz.__main__ import main
from embedviz.core.derivation.recipes import Whitened
from tests.sources.copying.many_rows import folder_of, many_rows


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path / "in", many_rows()[0])


@pytest.fixture
def run(capsys):
    def run_command(*arguments):
        capsys.readouterr()
        code = main(["apply", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


def test_a_dry_run_then_the_work(folder, tmp_path, run):
    options = (folder, tmp_path / "out", "--whiten", "--components", "5")
    code, told, error = run(*options, "--dry-run")
    assert (code, error) == (0, "")
    assert "in: 600 rows × 12 → 5, whitened, 5 components" in told
    assert "Nothing was written." in told
    assert not (tmp_path / "out").exists()
    code, told, error = run(*options)
    assert (code, error) == (0, "")
    assert f"600 × 5 written to {tmp_path / 'out'}" in told
    found = embedviz.load(tmp_path / "out")
    expected = Whitened(n_components=5).derive(embedviz.load(folder))
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-5)
    assert found.labels == expected.labels


def test_a_map_that_was_exported_is_applied(folder, tmp_path, run):
    assert main(["whiten", str(folder), "--export", str(tmp_path / "m.npz")]) == 0
    assert run(folder, tmp_path / "out", "--map", tmp_path / "m.npz", "--prefix", "4")[0] == 0
    found = embedviz.load(tmp_path / "out", vector_column="embedding")
    expected = Whitened().derive(embedviz.load(folder))
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-5)


def test_a_stop_says_how_to_go_on(folder, tmp_path, run, monkeypatch):
    calls = []

    def stop(fraction, message):
        calls.append(message)
        if len(calls) > 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(
            sys.modules["embedviz.commands.scale.apply"], "terminal_report", lambda: stop
        )
        code, _, error = run(folder, tmp_path / "out", "--first", "3")
    assert code == 130
    assert "out.unfinished, and the same command goes on from there" in error
    code, told, _ = run(folder, tmp_path / "out", "--first", "3")
    assert code == 0
    assert "of them by an earlier try" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--first", "3", "--strength", "0.5"), "--strength is for --whiten"),
        (("--whiten", "--layer-norm"), "--layer-norm is for --first"),
        (("--whiten", "--components", "3", "--variance-share", "0.5"), "Give one"),
        (("--map", "missing.npz"), "missing.npz cannot be read as a map"),
    ],
)
def test_options_that_mean_nothing_are_refused(folder, tmp_path, run, options, said):
    code, _, error = run(folder, tmp_path / "out", *options)
    assert code == 2
    assert said in error
    assert not (tmp_path / "out").exists()
