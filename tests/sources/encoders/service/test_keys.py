"""A key is shown by nothing: a canary is looked for wherever it could have left a trace."""

import copy
import logging
import os
import pickle
import subprocess
import sys
import traceback

import pytest

from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources import secret_store
from embedviz.sources.encoders.service import keys
from embedviz.sources.encoders.service.connection import Timeouts
from embedviz.sources.secret import Secret, without_secret

pytestmark = pytest.mark.usefixtures("no_request_left")

VARIABLE = "EMBEDVIZ_TEST_KEY"
ADDRESS = "http://localhost:1/v1"


@pytest.fixture
def canary(faults, monkeypatch):
    monkeypatch.setenv(VARIABLE, faults.canary)
    return faults.canary


class Keyring:
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        self.entries = {}
        self.problem = None

    def get_password(self, service, user):
        if self.problem:
            raise self.problem
        return self.entries.get((service, user))

    def set_password(self, service, user, value):
        if self.problem:
            raise self.problem
        self.entries[service, user] = value

    def delete_password(self, service, user):
        del self.entries[service, user]


@pytest.fixture
def keyring(monkeypatch):
    module = pytest.importorskip("keyring", reason="the extra [api] is not installed")
    made = Keyring()
    monkeypatch.setattr(module, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(module, name, getattr(made, name))
    return made


# Where keys come from.


def test_from_a_variable(canary):
    assert keys.find_key(ADDRESS, VARIABLE).reveal() == canary


def test_blanks_around_it_are_cut(monkeypatch):
    monkeypatch.setenv(VARIABLE, "  abcdef\n")
    assert keys.find_key(ADDRESS, VARIABLE).reveal() == "abcdef"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_that_is_not_set_is_said(monkeypatch, value):
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(UserError, match=f"{VARIABLE}, which is to hold the key, is not set"):
        keys.find_key(ADDRESS, VARIABLE)


@pytest.mark.parametrize("tail", ["é", "\n\nX-Evil: 1", "\x7f"])
def test_what_cannot_be_a_key_is_said_without_it(monkeypatch, tail):
    monkeypatch.setenv(VARIABLE, f"SECRET{tail}x")
    with pytest.raises(UserError, match="characters that no key has") as caught:
        keys.find_key(ADDRESS, VARIABLE)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("typed", ["sk-proj-1234", "a b", "1X", "A" * 65, "KEY=sk12"])
def test_a_key_typed_as_the_name_of_a_variable_is_refused_and_not_repeated(typed):
    with pytest.raises(UserError) as caught:
        keys.checked_variable(typed)
    assert typed not in str(caught.value)


def test_from_the_keyring_by_address(keyring):
    keys.keep_key(ADDRESS, " abcdef ")
    assert keyring.entries == {("embedviz", ADDRESS): "abcdef"}
    assert keys.has_key(ADDRESS)
    assert keys.find_key(ADDRESS, "").reveal() == "abcdef"
    assert keys.find_key("http://localhost:2/v1", "") is None
    keys.forget_key(ADDRESS)
    keys.forget_key(ADDRESS)
    assert keys.find_key(ADDRESS, "") is None


def test_a_locked_keyring_is_as_none_and_is_said_where_a_key_is_kept(keyring, faults):
    keyring.problem = RuntimeError(f"locked {faults.canary}")
    assert keys.find_key(ADDRESS, "") is None
    with pytest.raises(UserError, match=r"did not take the key \(RuntimeError\)") as caught:
        keys.keep_key(ADDRESS, faults.canary)
    error = caught.value
    assert faults.canary not in f"{error} {error.args}"
    assert error.__context__ is error.__cause__ is None, "nothing leads to what it says"


def test_a_keyring_that_protects_nothing_is_refused(keyring, monkeypatch, faults):
    monkeypatch.setattr(Keyring, "__module__", "keyrings.alt.file")
    with pytest.raises(UserError, match="does not protect keys"):
        keys.keep_key(ADDRESS, faults.canary)
    assert not keyring.entries


def test_without_the_package_a_variable_serves(monkeypatch, canary):
    monkeypatch.setattr(secret_store, "find_spec", lambda name: None)
    assert keys.find_key(ADDRESS, "") is None
    assert keys.find_key(ADDRESS, VARIABLE).reveal() == canary
    with pytest.raises(UserError, match="pip install"):
        keys.keep_key(ADDRESS, canary)


# What shows them.


def test_the_object_shows_nothing():
    key = Secret("SECRET")
    shown = f"{key} {key!r} {[key]} {key.__class__} {dir(key)}"
    assert "SECRET" not in shown
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written"):
            write(key)
    assert not hasattr(key, "__dict__")


def test_settings_hold_its_place_only(canary):
    settings = EncoderSettings("service", "m", address=ADDRESS, key_variable=VARIABLE)
    assert canary not in repr(settings)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bad key {0}!", "bad key …!"),
        ("{0}{0}", "…"),
        ("start {1}****{2} end", "start …****… end"),
        ("nothing", "nothing"),
        ("", ""),
    ],
)
def test_it_is_taken_out_of_texts_and_pieces_of_it_too(faults, text, shown):
    key = faults.canary
    text = text.format(key, key[:12], key[-9:])
    assert without_secret(text, Secret(key)) == shown


def test_what_is_no_secret_stays():
    assert without_secret("an error", Secret("an")) == "an error"
    assert without_secret("an error", None) == "an error"


def everything_of(error):
    """Return all that an error leads to: chains, traces with their locals, attributes."""
    seen, texts, left = set(), [], [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        trace = traceback.TracebackException.from_exception(one, capture_locals=True)
        texts += [*trace.format(), repr(one), str(one), repr(one.args), repr(vars(one))]
        left += [one.__cause__, one.__context__]
        for attribute in ("request", "response"):
            if hasattr(one, attribute):
                texts.append(repr(getattr(one, attribute).headers.raw))
    return "\n".join(texts)


FAILURES = {
    "401": lambda f: f.status(401, f"Incorrect API key provided: {f.canary}."),
    "401 in parts": lambda f: f.status(401, f"Incorrect: {f.canary[:10]}***{f.canary[-10:]}"),
    "500": lambda f: f.status(500, f"crashed with {f.canary}"),
    "code": lambda f: f.status(400, "no", error_code=f.canary),
    "redirect": lambda f: f.text_answer("", code=302, location=f"http://x.example/{f.canary}"),
    "page": lambda f: f.text_answer(f"<p>{f.canary}", "text/html"),
    "page of an error": lambda f: f.text_answer(f"{f.canary}", "text/plain", 400),
    "cut": lambda f: f.cut,
    "slow": lambda f: f.hang,
    "NaN": lambda f: f.changed(lambda data: data[:-1]),
    "headers": lambda f: f.status(400, "no", x_echo=f.canary, set_cookie=f"k={f.canary}"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_error_leads_to_it(
    new_encoder, service, faults, canary, failure_of, caplog, capfd, name
):
    caplog.set_level(logging.DEBUG)
    service.script.extend([FAILURES[name](faults)] * 9)
    encoder = new_encoder(key_variable=VARIABLE, timeouts=Timeouts(read=0.1))
    told = []
    error = failure_of(encoder.encode, ["a"], lambda fraction, words: told.append(words))
    assert service.requests[0][0]["Authorization"] == f"Bearer {canary}"
    out = capfd.readouterr()
    for place in (
        everything_of(error),
        caplog.text,
        out.out + out.err,
        "".join(told),
        repr(encoder.sending(["b"])),
        repr(vars(encoder)),
    ):
        assert canary not in place
        assert canary[:8] not in place


def test_it_is_named_where_it_was_from(new_encoder, service, faults, canary, failure_of):
    service.script.append(faults.status(401, f"Incorrect API key provided: {canary}."))
    error = failure_of(new_encoder(key_variable=VARIABLE).encode, ["a"])
    assert f"does not accept the key from the environment variable {VARIABLE}" in str(error)
    assert "Incorrect API key provided: …." in str(error)


CHILD = """
import sys
from pathlib import Path
from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import only_loopback
from embedviz.sources.encoders import make_encoder
address, variable = sys.argv[1:]
encoder = make_encoder(
    EncoderSettings("service", "tiny", address=address, key_variable=variable), only_loopback
)
encoder.encode(["a", "b"])
try:
    encoder.encode(["c"])
except UserError as error:
    print(repr(error), file=sys.stderr)
else:
    raise SystemExit("no error")
raise RuntimeError(repr(encoder))
"""


def test_a_process_leaves_no_trace_of_it(service, faults, canary, tmp_path):
    """Not on its screen with all logs on, nor in its files, nor in the list of processes."""
    psutil = pytest.importorskip("psutil")
    listed = []

    def listing(handler, body):
        for process in psutil.Process().children(recursive=True):
            with psutil.Process(process.pid).oneshot():
                listed.append(" ".join(process.cmdline()))
        service.good(handler, body)

    service.script.extend([listing, faults.status(401, f"bad {canary}")])
    environment = {
        **os.environ,
        VARIABLE: canary,
        "OPENAI_LOG": "debug",
        "PYTHONFAULTHANDLER": "1",
        "EMBEDVIZ_CACHE_DIR": str(tmp_path / "cache"),
        "EMBEDVIZ_DATA_DIR": str(tmp_path / "data"),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD, service.address, VARIABLE],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        cwd=tmp_path,
    )
    assert "RuntimeError" in done.stderr, done.stderr
    assert any("EMBEDVIZ_TEST_KEY" in line for line in listed)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert written
    assert canary.encode() not in written
    for text in (done.stdout, done.stderr, *listed):
        assert canary not in text


# What the package would pick up by itself.


@pytest.fixture
def polluted(monkeypatch, services, faults):
    """Set all that the package and what is below it look for, each to the canary."""
    proxy = services()
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_ADMIN_KEY",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "OPENAI_WEBHOOK_SECRET",
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_AD_TOKEN",
    ):
        monkeypatch.setenv(name, faults.canary)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Mine: {faults.canary}\nAuthorization: no")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{proxy.address}/elsewhere")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
    return proxy


def test_nothing_is_taken_from_the_environment(new_encoder, service, polluted, faults, tmp_path):
    new_encoder().encode(["a"])
    assert not polluted.requests
    ((headers, body),) = service.requests
    assert {name.lower() for name in headers} <= {
        "host",
        "accept",
        "content-type",
        "content-length",
        "connection",
        "accept-encoding",
        "user-agent",
    }
    assert faults.canary not in repr(headers) + repr(body)
    assert body == {
        "input": ["a"],
        "model": "tiny",
        "encoding_format": "base64",
        "path": "/v1/embeddings",
    }


def test_the_key_that_was_named_is_sent_and_no_other(
    new_encoder, service, polluted, monkeypatch, faults
):
    monkeypatch.setenv(VARIABLE, "the-right-one")
    new_encoder(key_variable=VARIABLE).encode(["a"])
    ((headers, _),) = service.requests
    assert headers["Authorization"] == "Bearer the-right-one"
    assert faults.canary not in repr(headers)


def test_a_key_in_the_keyring_is_sent_to_its_own_address_only(
    new_encoder, services, service, keyring
):
    other = services()
    keys.keep_key(service.address, "the-right-one")
    new_encoder().encode(["a"])
    new_encoder(address=other.address).encode(["a"])
    assert service.requests[0][0]["Authorization"] == "Bearer the-right-one"
    assert "Authorization" not in other.requests[0][0]
