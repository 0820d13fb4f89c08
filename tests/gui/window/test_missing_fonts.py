"""Scripts that no font has: what is said, how often, and what is to be installed."""

import platform
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QToolButton

from embedviz.app.state import State
from embedviz.commands.application import print_what_is_not_about_fonts
from embedviz.core.vector_set import VectorSet
from embedviz.gui.window import missing_fonts
from embedviz.gui.window.missing_fonts import missing_in
from embedviz.gui.window.scripts import say_missing, script_of

LETTERS = {
    "Arabic": "\u0645",
    "Hebrew": "\u05e9",
    "Chinese": "\u4f60",
    "Japanese": "\u3053",
    "Korean": "\uc548",
    "Thai": "\u0e44",
    "Devanagari": "\u0928",
    "Ethiopic": "\u1230",
    "Greek": "\u03b1",
    "Cyrillic": "\u0436",
    "Old Persian": "\U000103a0",
    "emoji": "\U0001f469",
    "symbols": "\u2603",
}


@pytest.fixture
def no_font(monkeypatch):
    """Let no font have any letter, whatever is installed here."""
    monkeypatch.setattr(missing_fonts, "missing_in", lambda family, letters: letters)


def on(monkeypatch, system, **release):
    def read():
        if not release:
            raise OSError
        return release

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "freedesktop_os_release", read)


def labeled(*labels):
    return VectorSet(np.eye(len(labels), 3, dtype=np.float32) + 1, labels, name="words")


@pytest.mark.parametrize(("name", "letter"), LETTERS.items())
def test_letters_have_scripts(name, letter):
    assert script_of(letter) == name


@pytest.mark.parametrize(
    "letter", ["a", "\u00dc", " ", "\u0301", "\ue000", "\u200d", "\u0378", "1"]
)
def test_what_needs_no_other_font_has_none(letter):
    assert script_of(letter) is None


@pytest.mark.parametrize(
    ("scripts", "packages"),
    [
        (["Korean"], "fonts-noto-cjk"),
        (["Chinese", "Japanese"], "fonts-noto-cjk"),
        (["Thai"], "fonts-noto-core"),
        (["emoji"], "fonts-noto-color-emoji"),
        (["Thai", "Korean", "emoji"], "fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"),
    ],
)
def test_packages_are_named_for_debian_and_what_is_like_it(monkeypatch, scripts, packages):
    for release in ({"ID": "debian"}, {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}):
        on(monkeypatch, "linux", **release)
        said = say_missing(scripts)
        assert f"`sudo apt install {packages}`" in said
        assert all(script in said for script in scripts)


@pytest.mark.parametrize(
    ("system", "release", "word"),
    [
        ("linux", {"ID": "arch"}, "pacman -S noto-fonts-cjk`"),
        ("linux", {"ID": "fedora"}, "packages with the Noto fonts"),
        ("linux", {}, "packages with the Noto fonts"),
        ("darwin", {}, "Font Book"),
        ("win32", {}, "Optional features"),
    ],
)
def test_other_systems_are_told_what_they_have(monkeypatch, system, release, word):
    on(monkeypatch, system, **release)
    assert word in say_missing(["Korean"])


def test_fonts_are_asked_for_letters(qapp):
    letters = ["a", "\u00e4", "\U000e0fff"]
    installed = QFontDatabase.families()
    assert any(missing_in(family, letters) == ["\U000e0fff"] for family in installed)
    assert missing_in("no such font", ["\U000e0fff"]) == ["\U000e0fff"]


def test_one_notice_names_all_scripts_once(window, idle, no_font, qtbot):
    window.session.show(State().opened(labeled("king", "\u4f60\u597d", "\uc548", "\u0e44\u0e17")))
    qtbot.waitUntil(lambda: "Chinese, Korean and Thai" in window.message_bar.text)
    window.message_bar.clear()
    window.session.show(window.session.state.opened(labeled("\u4f60", "\uc548", "queen")))
    idle(window.session)
    qtbot.waitUntil(lambda: not window.missing_fonts.is_at_work)
    assert not window.message_bar.text
    window.session.show(window.session.state.opened(labeled("\u4f60", "\u1230", "queen")))
    qtbot.waitUntil(lambda: "(Ethiopic)" in window.message_bar.text)
    idle(window.session)


def test_the_notice_waits_for_another_message(window, idle, no_font, qtbot):
    window.message_bar.show_message("Something else")
    window.session.show(State().opened(labeled("\u0e44", "king", "queen")))
    idle(window.session)
    qtbot.waitUntil(lambda: not window.missing_fonts.is_at_work)
    assert window.message_bar.text == "Something else"
    qtbot.mouseClick(
        window.message_bar.findChild(QToolButton, "notice.close"), Qt.MouseButton.LeftButton
    )
    assert "Thai" in window.message_bar.text


def test_nothing_is_said_of_letters_that_are_there(window, idle, qtbot):
    window.session.show(State().opened(labeled("king", "K\u00f6nig", "queen")))
    idle(window.session)
    qtbot.waitUntil(lambda: not window.missing_fonts.is_at_work)
    assert not window.message_bar.text


def test_what_qt_says_of_fonts_stays_off_the_terminal(capsys):
    print_what_is_not_about_fonts(
        None, None, 'OpenType support missing for "DejaVu Sans", script 21'
    )
    print_what_is_not_about_fonts(None, None, "QPainter::begin: not good")
    assert capsys.readouterr().err == "QPainter::begin: not good\n"
