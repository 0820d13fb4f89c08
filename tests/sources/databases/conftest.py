"""PostgreSQL with pgvector, started for the tests on loopback and stopped by them."""

import numpy as np
import pytest

from .postgres import READER_PASSWORD, fill, running_server


@pytest.fixture(scope="session")
def _postgres():
    with running_server() as server:
        yield server


@pytest.fixture
def postgres(_postgres):
    """Return a server that runs, also after a test that killed it."""
    if _postgres.process.poll() is not None:
        _postgres.start()
    return _postgres


@pytest.fixture(scope="session")
def vectors():
    return np.random.default_rng(5).normal(size=(2000, 32)).astype(np.float32)


@pytest.fixture
def fill_table():
    return fill


@pytest.fixture
def open_postgres(postgres):
    """Connect as the role that only reads; all are closed at the end."""
    from embedviz.sources.databases.pgvector import PostgresDatabase
    from embedviz.sources.secret import Secret

    made = []

    def connect(password=READER_PASSWORD, **address):
        made.append(PostgresDatabase(postgres.address(**address), Secret(password)))
        return made[-1]

    yield connect
    for each in made:
        each.close()


@pytest.fixture
def table(postgres, vectors, open_postgres):
    """Return the collection of the vectors, with its name first."""
    fill(postgres, "texts", vectors)
    opened = open_postgres().open("texts")
    yield opened
    opened.close()


@pytest.fixture
def canary():
    """Return the password of the role that only reads."""
    return READER_PASSWORD
