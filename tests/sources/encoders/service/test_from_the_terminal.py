"""Texts embedded by a service from the command line, and what its files and sessions hold."""

import subprocess
import sys

import numpy as np
import pytest

from embedviz.__main__ import main
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.formats import load

pytest.importorskip("openai", reason="the extra [api] is not installed")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("id,text\n" + "".join(f"{i},text number {i}\n" for i in range(30)), "utf-8")
    return path


@pytest.fixture
def embed(table, service, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path / "cache"))

    def run(*options, name="out.parquet"):
        out = tmp_path / name
        command = ["embed", str(table), "--column", "text", "--encoder", "service"]
        command += ["--model", "tiny", "--address", service.address, "-o", str(out)]
        return main([*command, *options]), out

    return run


def test_a_table_becomes_vectors(embed, service, faults):
    code, out = embed()
    assert code == 0
    vectors = load(out)
    expected = faults.expected([f"text number {i}" for i in range(30)])
    np.testing.assert_allclose(vectors.vectors, expected, atol=1e-6)
    assert encoder_of(vectors).address == service.address


def test_the_cost_is_told_before(embed, service, capsys):
    embed("--price", "10000")
    assert "About 1.20 at 10,000.00 a million tokens" in capsys.readouterr().err
    embed("--price", "10000")
    assert "About" not in capsys.readouterr().err, "nothing is sent"
    with pytest.raises(SystemExit):
        embed("--price", "-1")


def test_cutting_is_asked_by_its_option(embed, service, capsys):
    service.obeys_dimensions = False
    code, out = embed("--dimensions", "8")
    assert code != 0
    assert "--cut-here" in capsys.readouterr().err
    n_requests = len(service.requests)
    code, out = embed("--dimensions", "8", "--cut-here")
    assert code == 0
    assert load(out).dimensions == 8
    assert service.sent[n_requests:] == [[f"text number {i}" for i in range(16, 30)]]


@pytest.mark.parametrize("name", ["out.parquet", "out.vec", "out.npy", "out.jsonl"])
def test_no_file_holds_the_key(embed, service, faults, monkeypatch, name, tmp_path, capfd):
    monkeypatch.setenv("EMBEDVIZ_TEST_KEY", faults.canary)
    code, _ = embed("--key-variable", "EMBEDVIZ_TEST_KEY", name=name)
    assert code == 0
    assert service.requests[0][0]["Authorization"].endswith(faults.canary)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or faults.canary.encode() not in path.read_bytes()
    said = capfd.readouterr()
    assert faults.canary not in said.out + said.err


def test_elsewhere_nothing_is_sent_without_consent(table, tmp_path):
    """The guard of the tests would note it, in this child process too."""
    command = [sys.executable, "-m", "embedviz", "embed", str(table), "--column", "text"]
    command += ["--encoder", "service", "--model", "tiny", "-o", str(tmp_path / "out.vec")]
    command += ["--address", "https://service.invalid/v1"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode != 0
    assert "Send 30 texts (410 characters) to service.invalid:443" in done.stderr
    assert "Nothing was sent to service.invalid:443" in done.stderr
