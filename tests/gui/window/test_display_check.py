"""What keeps a window from opening, told before Qt aborts the process."""

import pytest

from embedviz.gui.window import display_check
from embedviz.gui.window.display_check import missing_for_window


@pytest.fixture
def bare_linux(monkeypatch):
    monkeypatch.setattr(display_check.sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_a_screen_the_figures_are_pointed_out(bare_linux):
    assert "no screen" in missing_for_window()
    assert "embedviz figure map FILE -o map.png" in missing_for_window()


def test_a_platform_that_was_asked_for_is_left_to_qt(bare_linux):
    bare_linux.setenv("QT_QPA_PLATFORM", "offscreen")
    assert missing_for_window() is None


def test_other_systems_bring_their_own(bare_linux):
    bare_linux.setattr(display_check.sys, "platform", "darwin")
    assert missing_for_window() is None


def test_wayland_needs_no_plugin_for_x(bare_linux):
    bare_linux.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert missing_for_window() is None


def test_a_missing_library_is_named_with_its_package(bare_linux):
    def load(path):
        assert path.endswith("libqxcb.so")
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file")

    bare_linux.setenv("DISPLAY", ":0")
    bare_linux.setattr(display_check.ctypes, "CDLL", load)
    assert "libxcb-cursor0" in missing_for_window()


def test_all_is_well_where_the_plugin_loads(bare_linux):
    bare_linux.setenv("DISPLAY", ":0")
    bare_linux.setattr(display_check.ctypes, "CDLL", lambda path: None)
    assert missing_for_window() is None
