"""What each desktop says about motion."""

import ctypes
import subprocess
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QStandardPaths

from embedviz.gui.points import reduced_motion
from embedviz.gui.points.reduced_motion import prefers_reduced_motion, system_reduces_motion


@pytest.fixture
def system(monkeypatch, tmp_path):
    """Return a function that makes this another system, on which commands say something."""

    def be(platform, said=""):
        def run(command, **_):
            if isinstance(said, Exception):
                raise said
            return SimpleNamespace(stdout=said)

        system_reduces_motion.cache_clear()
        monkeypatch.setattr(reduced_motion.sys, "platform", platform)
        monkeypatch.setattr(reduced_motion.shutil, "which", lambda name: f"/bin/{name}")
        monkeypatch.setattr(reduced_motion.subprocess, "run", run)
        monkeypatch.setattr(QStandardPaths, "writableLocation", lambda place: str(tmp_path))
        return tmp_path

    yield be
    monkeypatch.undo()
    system_reduces_motion.cache_clear()


@pytest.mark.parametrize(
    ("platform", "said", "expected"),
    [
        ("linux", "false\n", True),
        ("linux", "true\n", False),
        ("linux", "", False),
        ("darwin", "1\n", True),
        ("darwin", "0\n", False),
        ("darwin", OSError("no"), False),
        ("linux", subprocess.TimeoutExpired("gsettings", 1), False),
    ],
)
def test_commands_are_believed(system, platform, said, expected):
    system(platform, said)
    assert prefers_reduced_motion() == expected


def test_without_the_command_things_move(system, monkeypatch):
    system("linux", "false")
    monkeypatch.setattr(reduced_motion.shutil, "which", lambda name: None)
    assert not prefers_reduced_motion()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[KDE]\nAnimationDurationFactor=0\n", True),
        ("[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("[KDE]\nAnimationDurationFactor=often\n", False),
        ("[General]\nColorScheme=x\n", False),
        ("not a settings file", False),
    ],
)
def test_kde_writes_it_down(system, text, expected):
    folder = system("linux")
    (folder / "kdeglobals").write_text(text)
    assert prefers_reduced_motion() == expected


@pytest.mark.parametrize("animates", [0, 1])
def test_windows_is_asked(system, monkeypatch, animates):
    system("win32")

    def answer(what, size, place, change):
        place._obj.value = animates

    user32 = SimpleNamespace(SystemParametersInfoW=answer)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user32), raising=False)
    assert prefers_reduced_motion() == (not animates)
