"""The guard against connections that leave this machine, tested by trying to leave it."""

import os
import socket
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent

# Of RFC 5737 and RFC 2606: nobody's, should the guard ever let one through.
ADDRESS = "192.0.2.1"
NAME = "service.invalid"

TRIES = {
    "connect": f"socket.socket().connect(('{ADDRESS}', 443))",
    "connect_ex": f"socket.socket().connect_ex(('{ADDRESS}', 443))",
    "create_connection": f"socket.create_connection(('{ADDRESS}', 443), 1)",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 443))",
    "datagram": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{ADDRESS}', 53))",
    "look-up": f"socket.getaddrinfo('{NAME}', 443)",
    "old look-up": f"socket.gethostbyname('{NAME}')",
    "urllib": f"__import__('urllib.request').request.urlopen('http://{NAME}/')",
    "http.client": f"__import__('http.client').client.HTTPConnection('{ADDRESS}').connect()",
}


@pytest.fixture
def run_tests(tmp_path):
    """Return a function that runs a file of tests with this suite's fixtures."""

    def run(text):
        path = tmp_path / "test_leaving.py"
        path.write_text(textwrap.dedent(text), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--few", "-p", "conftest"]
        command += [f"--rootdir={ROOT.parent}", f"-c{ROOT.parent / 'pyproject.toml'}"]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT)]),
        }
        command += ["-p", "no:cacheprovider", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        return done.stdout

    return run


@pytest.fixture
def attempts(outside):
    """Return a function that gives what was tried, which then fails the test no more."""

    def take():
        found = outside.read_text("utf-8").splitlines()
        outside.write_text("", "utf-8")
        return found

    return take


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("way", TRIES)
def test_leaving_is_refused_and_noted(attempts, way):
    with pytest.raises(OSError, match="outside this machine"):
        exec(TRIES[way], {"socket": socket})
    assert attempts()


def test_what_is_refused_is_noted_though_nobody_hears_of_it(attempts):
    with socket.socket() as one, suppress(OSError):
        one.connect((ADDRESS, 443))
    assert attempts() == [f"socket.connect {ADDRESS}:443"]


def test_children_are_guarded(attempts):
    done = subprocess.run(
        [sys.executable, "-c", f"import socket; {TRIES['connect']}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "outside this machine" in done.stderr
    assert attempts() == [f"socket.connect {ADDRESS}:443"]


def test_grandchildren_are_guarded(attempts):
    inner = f"import socket; {TRIES['look-up']}"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    subprocess.run([sys.executable, "-c", outer], capture_output=True, check=True)
    assert attempts() == [f"socket.getaddrinfo the name {NAME}"]


def test_this_machine_may_be_talked_to(attempts):
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, server.getsockname()[1])):
                server.accept()[0].close()
    assert not attempts()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets that are files here")
def test_a_socket_that_is_a_file_is_on_this_machine(tmp_path, attempts, monkeypatch):
    monkeypatch.chdir(tmp_path)  # The path of such a socket must be short.
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as one:
        server.bind("s")
        server.listen()
        one.connect("s")
        server.accept()[0].close()
    assert not attempts()


def test_a_test_that_leaves_fails(run_tests):
    """Also one that hides it, and whose child did it."""
    done = run_tests(
        f"""
        import socket, subprocess, sys

        def test_hides_it():
            with socket.socket() as one:
                try:
                    one.connect(("{ADDRESS}", 443))
                except OSError:
                    pass

        def test_child():
            subprocess.run([sys.executable, "-c", "import socket; {TRIES["old look-up"]}"])

        def test_stays():
            socket.create_server(("127.0.0.1", 0)).close()
        """
    )
    assert "test_hides_it" in done
    assert "test_child" in done
    assert "3 passed, 2 errors" in done
    assert f"tried to leave this machine:\nsocket.connect {ADDRESS}:443" in done
