"""Encoders for the tests: small, quick, and of known answers."""

import threading
from hashlib import blake2b
from typing import ClassVar

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import silent
from embedviz.sources import encoders
from embedviz.sources.consent import NotAgreed, Sending, refuse


class LetterEncoder:
    """Encoder whose vectors are random, by a digest of the text: 12 dimensions."""

    title: ClassVar[str] = "Letters"
    is_local: ClassVar[bool] = True
    full = 12

    def __init__(self, settings, ask=refuse):
        self.settings, self.ask = settings, ask
        self.is_closed = False

    @classmethod
    def what_lacks(cls):
        return ""

    @property
    def name(self):
        return f"{self.title}, {self.dimensions} dimensions"

    @property
    def dimensions(self):
        return self.settings.dimensions or self.full

    def encode(self, texts, report=silent, *, as_queries=False):
        report(0.0, "embedding")
        rows = []
        for text in texts:
            if "fail" in text:
                raise UserError("The model was damaged. Install it again.")
            seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
            row = np.random.default_rng(seed).normal(size=self.full)[: self.dimensions]
            rows.append(row / np.linalg.norm(row))
        report(1.0, "embedded")
        return np.array(rows, dtype=np.float32)

    def close(self):
        self.is_closed = True


class WaitingEncoder(LetterEncoder):
    """Encoder that waits between reports until it may go on."""

    title = "Waiting"
    go = threading.Event()
    begun = threading.Event()

    def encode(self, texts, report=silent, *, as_queries=False):
        self.begun.set()
        self.go.wait(20)
        return super().encode(texts, report, as_queries=as_queries)


class AbsentEncoder(LetterEncoder):
    """Encoder whose package is not there."""

    title = "Absent"

    @classmethod
    def what_lacks(cls):
        return "Absent needs the package absent: pip install absent"


class DownloadedEncoder(LetterEncoder):
    """Encoder whose model has to be downloaded first; texts stay here."""

    title = "Downloaded"

    def encode(self, texts, report=silent, *, as_queries=False):
        sending = Sending("hub.example.com:443", "to download a model")
        if not self.ask(sending):
            raise NotAgreed(sending)
        return super().encode(texts, report, as_queries=as_queries)


class SendingEncoder(LetterEncoder):
    """Encoder that would send texts, and keeps a list of what it sent."""

    title = "Elsewhere"
    is_local = False
    sent: ClassVar[list] = []

    def encode(self, texts, report=silent, *, as_queries=False):
        sending = Sending("api.example.com:443", "to embed them", len(texts), sum(map(len, texts)))
        if not self.ask(sending):
            raise NotAgreed(sending)
        self.sent.extend(texts)
        return super().encode(texts, report, as_queries=as_queries)


KINDS = {
    "wordllama": LetterEncoder,
    "waiting": WaitingEncoder,
    "absent": AbsentEncoder,
    "elsewhere": SendingEncoder,
    "downloaded": DownloadedEncoder,
}


@pytest.fixture(autouse=True)
def own_encoders(monkeypatch):
    """Put the encoders above in the place of the real ones; the first is the default."""
    real = dict(encoders.ENCODERS)  # Put back as a whole, as their order counts.
    encoders.ENCODERS.clear()
    for name in KINDS:
        # Set below, as if it was there.
        encoders.ENCODERS[name] = f"embedviz.sources.encoders.{name}_of_tests"
    names = {f"{name}_of_tests": kind for name, kind in KINDS.items()}
    for name, kind in names.items():
        monkeypatch.setattr(encoders, name, kind, raising=False)
    monkeypatch.setattr("embedviz.gui.texts.encoder_form._WITHOUT_MODEL", tuple(KINDS))
    SendingEncoder.sent.clear()
    WaitingEncoder.go.clear()
    WaitingEncoder.begun.clear()
    yield
    encoders.ENCODERS.clear()
    encoders.ENCODERS.update(real)
    WaitingEncoder.go.set()


@pytest.fixture
def waiting_encoder():
    return WaitingEncoder


@pytest.fixture
def sending_encoder():
    return SendingEncoder


def choose(box, value):
    """Choose an entry by its value, as a person would."""
    place = box.findData(value)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


@pytest.fixture(name="choose")
def choosing():
    return choose


@pytest.fixture
def table(tmp_path):
    """Return a CSV of texts without vectors."""
    path = tmp_path / "reviews.csv"
    lines = [f"r{i},It was review number {i} of a long day,{'ab'[i % 2]}" for i in range(40)]
    path.write_text("\n".join(["id,review,group", *lines]) + "\n")
    return path
