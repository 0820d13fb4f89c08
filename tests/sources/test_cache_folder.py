"""The folder of caches is the one that Qt names, found without Qt."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths

from embedviz.app.layouts import cache as layout_cache
from embedviz.sources.cache_folder import FOLDER_VARIABLE, cache_folder


def test_it_is_that_of_the_layouts(monkeypatch, tmp_path):
    assert FOLDER_VARIABLE == layout_cache.FOLDER_VARIABLE
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(FOLDER_VARIABLE)
    QStandardPaths.setTestModeEnabled(False)
    try:
        place = QStandardPaths.StandardLocation.GenericCacheLocation
        assert cache_folder() == Path(QStandardPaths.writableLocation(place)) / "embedviz"
    finally:
        QStandardPaths.setTestModeEnabled(True)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these have no such variable")
def test_the_variable_of_the_desktop(monkeypatch, tmp_path):
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "embedviz"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "embedviz"


def test_it_needs_no_qt():
    code = "import sys, embedviz.sources.cache_folder; assert 'PySide6' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
