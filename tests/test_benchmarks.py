"""The benchmarks run, print what they should, and measure what they say."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent

TINY = """
import os
import sys

from benchmarks.framework import Benchmark, Missing, durations


class Tiny(Benchmark):
    peer_name = "sleepless"

    def __init__(self, name, ours=lambda: [1.0, 5.0, 2.0], peer=lambda: [8.0, 6.0], **settings):
        self.name, self.ours, self.peer = name, ours, peer
        self.__dict__.update(settings)


def import_what_is_not_there():
    import a_package_that_is_not_there


def have_no_display():
    raise Missing("OpenGL")


def give_up():
    os._exit(7)


def describe_surroundings():
    print("noise that is not a part of the answer")
    limits = [os.environ[name] for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")]
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert sys.flags.safe_path
    return [float(limit) for limit in limits]


BENCHMARKS = (
    Tiny("tiny-both"),
    Tiny("tiny-rate", unit="frames/s", more_is_better=True),
    Tiny("tiny-alone", peer_name=None),
    Tiny("missing-package", peer=import_what_is_not_there),
    Tiny("missing-screen", peer=have_no_display),
    Tiny("broken-ours", ours=give_up),
    Tiny("broken-import", ours=import_what_is_not_there),
    Tiny("timed", ours=lambda: durations(lambda: None, least=4, seconds=0), peer_name=None),
    Tiny("surroundings", ours=describe_surroundings, peer_name=None),
    Tiny("noted", note=lambda: "KL 2.5"),
    Tiny("slow-one", slow=True, peer_name=None),
)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs the command on tiny benchmarks, as a user would."""
    source = tmp_path_factory.mktemp("benchmarks") / "tiny.py"
    source.write_text(TINY, encoding="utf-8")

    def run_command(*arguments):
        command = [sys.executable, "-m", "tests.benchmarks", "--from", source, *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return run_command


def test_each_benchmark_is_one_line_of_json(run):
    done = run("--json", "tiny", "missing")
    assert done.returncode == 0, done.stderr
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert list(lines) == [
        "tiny-both",
        "tiny-rate",
        "tiny-alone",
        "missing-package",
        "missing-screen",
    ]
    both = lines["tiny-both"]
    assert (both["ours"], both["peer"], both["ratio"], both["unit"]) == (2, 7, 3.5, "ms")
    assert (both["ours_worst"], both["peer_worst"]) == (5, 8)
    assert (both["peer_name"], both["missing"], both["failed"]) == ("sleepless", None, None)
    assert both["ours_peak_mb"] is None or 3 < both["ours_peak_mb"] < 1000
    assert lines["tiny-rate"]["ratio"] == pytest.approx(2 / 7)
    assert lines["tiny-rate"]["ours_worst"] == 1
    assert lines["tiny-alone"]["peer"] is lines["tiny-alone"]["ratio"] is None
    assert lines["missing-package"]["missing"] == "a_package_that_is_not_there"
    assert lines["missing-screen"]["missing"] == "OpenGL"
    assert lines["missing-screen"]["ours"] == 2


def test_lines_for_people(run):
    done = run("tiny-both", "tiny-alone", "missing-package", "broken")
    assert done.returncode == 1
    both, alone, missing, broken, no_import = done.stdout.splitlines()
    assert both.startswith("tiny-both ")
    for part in ("ours 2 ms", "sleepless 7 ms", "ratio 3.5"):
        assert part in both
    assert "worst 5 ms" in alone
    assert "sleepless missing (a_package_that_is_not_there)" in missing
    assert "ours failed (exit 7)" in broken
    assert "a_package_that_is_not_there" in no_import


def test_both_sides_run_under_the_same_limits(run):
    done = run("--json", "--threads", "1", "surroundings", "timed")
    timed, surroundings = map(json.loads, done.stdout.splitlines())
    assert surroundings["ours"] == 1
    assert surroundings["failed"] is None
    assert 0 < timed["ours"] <= timed["ours_worst"]


def test_names_can_be_listed_and_wrong_ones_are_refused(run):
    assert run("--list", "missing").stdout.split() == ["missing-package", "missing-screen"]
    done = run("tin")
    assert done.returncode == 2
    assert "No benchmark is named tin" in done.stderr
    assert "tiny-both" in done.stderr


def test_a_side_that_never_ends_is_ended(run):
    done = run("--json", "--timeout", "0.01", "tiny-alone")
    assert json.loads(done.stdout)["failed"] == "not done in 0.01 s"


def test_what_a_side_notes_is_printed(run):
    line = json.loads(run("--json", "noted").stdout)
    assert line["ours_note"] == line["peer_note"] == "KL 2.5"
    assert "ratio 3.5 · KL 2.5 and KL 2.5 · peak" in run("noted").stdout


def test_slow_ones_are_listed_but_run_only_when_named_in_full(run):
    assert run("--list", "slow").stdout.split() == ["slow-one"]
    assert "slow-one" in run("--list").stdout
    assert run("slow").returncode == 2
    assert run("slow-one").stdout.startswith("slow-one ")
    assert "slow-one" not in run("missing", "slow-one-of-all").stdout


@pytest.fixture
def benchmarks(monkeypatch):
    """Return the package of benchmarks, imported as their own processes do."""
    monkeypatch.syspath_prepend(ROOT / "tests")
    return importlib.import_module("benchmarks")


def test_names_of_the_real_benchmarks_are_unique(benchmarks):
    names = [each.name for each in benchmarks.BENCHMARKS]
    assert len(names) == len(set(names))
    assert all(name == "-".join(name.split()) for name in names)


def test_the_benchmarks_of_the_core_run_on_small_sets(benchmarks, monkeypatch):
    framework = importlib.import_module("benchmarks.framework")
    for module in ("neighbors", "prefix", "pca", "overlap"):
        module = importlib.import_module(f"benchmarks.{module}")
        once = lambda work, **_: framework.durations(work, least=1, seconds=0.0)  # noqa: E731
        monkeypatch.setattr(module, "durations", once)
    for each in (
        benchmarks.Neighbors(300, 24, "numpy"),
        benchmarks.TruncationStep(300, 24, "numpy"),
        benchmarks.PrincipalComponents(300, 24),
        benchmarks.Overlap(600, 24),
    ):
        assert min(each.ours()) > 0
        assert min(each.peer()) > 0


def test_the_benchmarks_of_each_prefix_run_on_small_sets(benchmarks):
    for kind in ("StepsAtEachLength", "MappedSteps"):
        each = getattr(benchmarks, kind)(300, 24)
        assert min(each.ours()) > 0
        assert each.note().startswith("16: ")
        assert "a new one" in each.note()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_benchmark_of_figures_runs_on_few_points(benchmarks, kind, qapp):
    export = benchmarks.Export(kind, 100)
    assert min(export.ours()) > 0
    assert " MB; no answer for " in export.note()


@pytest.mark.parametrize("kind", ["Neighbors", "TruncationStep"])
def test_the_benchmarks_beside_faiss_run_on_small_sets(benchmarks, kind):
    pytest.importorskip("faiss")
    assert min(getattr(benchmarks, kind)(300, 24, "faiss").peer()) > 0


@pytest.mark.slow
def test_the_benchmark_of_the_first_motion_runs_on_a_small_set(benchmarks):
    motion = benchmarks.FirstMotion("t-SNE", is_warm=False, n_rows=300)
    assert min(motion.ours()) > 0
    assert motion.note().startswith("start shown after ")


def test_the_divergence_of_a_layout_is_that_of_all_pairs(benchmarks):
    rng = np.random.default_rng(0)
    vectors, positions = rng.normal(size=(200, 5)), rng.normal(size=(200, 2))
    from openTSNE.affinity import PerplexityBasedNN

    wanted = PerplexityBasedNN(vectors, perplexity=30, method="exact").P.toarray()
    near = 1 / (1 + ((positions[:, np.newaxis] - positions) ** 2).sum(axis=2))
    np.fill_diagonal(near, 0)
    near /= near.sum()
    some = wanted > 0
    expected = (wanted[some] * np.log(wanted[some] / near[some])).sum()
    layouts = importlib.import_module("benchmarks.layouts")
    assert layouts._divergence(vectors, positions) == pytest.approx(expected)
