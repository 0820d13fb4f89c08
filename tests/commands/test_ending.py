"""The end of the program by a signal, and what is left of it: nothing to restore."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # Whoever runs the tests may ignore them.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from embedviz.app.files.session import autosave
autosave.MILLISECONDS = 50
{before}
from embedviz.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
DIALOG = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QInputDialog
from embedviz.gui.window.main_window import MainWindow
shown = MainWindow.showEvent
def show_and_ask(window, event):
    shown(window, event)
    QTimer.singleShot(0, window, lambda: QInputDialog.getItem(window, "", "", ["a"], 0, False))
MainWindow.showEvent = show_and_ask
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that starts the program, and waits until it has saved by itself."""
    path = tmp_path / "some.npy"
    np.save(path, np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32))
    places = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME")}
    places["EMBEDVIZ_DATA_DIR"] = str(tmp_path / "data")
    environment = {**os.environ, **places, "QT_QPA_PLATFORM": "offscreen"}
    started = []

    def start(before=""):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(before=before), str(path)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        limit = time.monotonic() + 120
        while not saved(tmp_path):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < limit
            time.sleep(0.05)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def saved(folder: Path) -> list[str]:
    """Return the sessions that were saved by themselves, and not marked as ended."""
    return [path.name for path in folder.rglob("autosave/*.embedviz")]


@pytest.mark.parametrize(
    ("number", "before"),
    [
        (signal.SIGTERM, ""),
        (signal.SIGINT, ""),
        (getattr(signal, "SIGHUP", signal.SIGTERM), ""),
        (signal.SIGTERM, DIALOG),
    ],
)
def test_a_signal_ends_as_closing_does(start, tmp_path, number, before):
    process = start(before)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in told
    assert saved(tmp_path) == []


def test_a_killed_program_leaves_its_session(start, tmp_path):
    process = start()
    process.kill()
    process.wait()
    assert len(saved(tmp_path)) == 1
