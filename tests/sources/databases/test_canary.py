"""A password is shown by nothing: a canary is looked for wherever it could have left a trace."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.sources.databases.protocol import Partition, SearchRequest

VARIABLE = "EMBEDVIZ_TEST_PASSWORD"

CHILD = """
import sys
from embedviz.core.errors import UserError
from embedviz.sources.databases import Address, database_class
from embedviz.sources.databases.credentials import Credentials
from embedviz.sources.databases.protocol import Partition
place, user, variable = sys.argv[1:]
address = Address("pgvector", place, user, variable)
secret = Credentials().find(address)
database = database_class("pgvector")(address, secret)
opened = database.open("texts")
reading = opened.batches(Partition(), "v", batch_rows=10)
next(reading)
print("reading", flush=True)
sys.stdin.readline()
reading.close()
try:
    database.open("nothing")
except UserError as error:
    print(repr(error), file=sys.stderr)
try:
    database_class("pgvector")(Address("pgvector", place, "nobody"), secret)
except UserError as error:
    print(repr(error), file=sys.stderr)
raise RuntimeError(repr((address, secret, database, vars(database), opened, vars(opened))))
"""


def test_a_process_leaves_no_trace_of_it(postgres, table, canary, tmp_path):
    """Not on its screen, nor in its files, in the list of processes or in the server's log."""
    psutil = pytest.importorskip("psutil")
    address = postgres.address()
    environment = {
        **os.environ,
        VARIABLE: canary,
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "EMBEDVIZ_CACHE_DIR": str(tmp_path / "cache"),
        "EMBEDVIZ_DATA_DIR": str(tmp_path / "data"),
        "PYTHONFAULTHANDLER": "1",
    }
    command = [sys.executable, "-c", CHILD, address.place, address.user, VARIABLE]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    ) as child:
        assert child.stdout.readline() == "reading\n"
        listed = [" ".join(psutil.Process(child.pid).cmdline())]
        grandchildren = psutil.Process(child.pid).children(recursive=True)
        listed += [str(each.environ()) for each in grandchildren]
        servers = psutil.Process(postgres.process.pid).children(recursive=True)
        listed += [" ".join(each.cmdline()) for each in servers]
        out, errors = child.communicate("\n", timeout=60)
    assert "RuntimeError" in errors, errors
    assert "no table or view 'nothing'" in errors
    assert any("reader" in each for each in listed), "the server shows who is connected"
    assert canary not in "".join([out, errors, postgres.log(), *listed])
    written = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert not [path for path in written if canary.encode() in path.read_bytes()]


def test_no_log_and_no_failure_holds_it(table, postgres, canary, caplog, capfd, vectors):
    caplog.set_level(logging.DEBUG)
    list(table.batches(Partition(), "v"))
    failures = []
    for condition in ("nothing = 1", f"label = '{canary}' AND nothing", "1 / (year - year) = 1"):
        request = SearchRequest(vectors[0], 1, "v", condition=condition)
        with pytest.raises(UserError) as caught:
            table.nearest(request)
        failures.append(str(caught.value))
    postgres.kill()
    with pytest.raises(UserError) as caught:
        table.take(np.array([1]), "v")
    failures.append(str(caught.value))
    out = capfd.readouterr()
    assert canary not in "".join([caplog.text, out.out, out.err, *failures, repr(vars(table))])
