"""Figures of the front page come from its commands: the same file each time, and as it is shown."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.app.files.recipes.carriers import recipe_in

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "resources" / "pictures"
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^embedviz (figure .* -o (\S+))$", README, flags=re.MULTILINE)
LEVELS, SHARE = 32, 0.97
"""Other typefaces, and other versions of Qt, draw text a little otherwise."""


def drawn(command, folder, name):
    arguments = [sys.executable, "-m", "embedviz", *shlex.split(command)]
    subprocess.run(arguments, cwd=folder, check=True, capture_output=True, timeout=300)
    return folder / name


def pixels_of(path):
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return lines[..., :3].astype(np.int16)


def test_every_figure_of_the_front_page_has_its_command():
    shown = re.findall(r"\]\(resources/pictures/([^)]+)\)", README)
    assert shown
    assert sorted(shown) == sorted(name for _, name in COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize(("command", "name"), COMMANDS, ids=[name for _, name in COMMANDS])
def test_a_command_draws_the_same_file_each_time(command, name, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    path = drawn(command, first, name)
    assert path.read_bytes() == drawn(command, second, name).read_bytes()
    assert recipe_in(path) == recipe_in(PICTURES / name)
    ours, kept = pixels_of(path), pixels_of(PICTURES / name)
    assert ours.shape == kept.shape
    assert (np.abs(ours - kept).max(axis=2) <= LEVELS).mean() >= SHARE
